#include "state/keyed_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

#include "state/table_model_testing.h"

namespace leat::state {
namespace {

struct Change {
  std::string key;
  std::optional<std::string> before;
  std::optional<std::string> after;
};
std::optional<std::string> owned(ByteView bytes) {
  return bytes.data() ? std::optional<std::string>(bytes) : std::nullopt;
}
std::vector<Change> changes(const KeyedTable& table) {
  std::vector<Change> all;
  table.for_each_change([&](ByteView key, ByteView before, ByteView after) {
    all.push_back({std::string(key), owned(before), owned(after)});
  });
  return all;
}

uint64_t add_one(KeyedTable& table, ByteView key) {
  bool created = false;
  char* value = table.touch(table.find_or_insert(key, 8, created));
  store_le(value, load_le<uint64_t>(value) + 1);
  return load_le<uint64_t>(value);
}

TEST(KeyedTable, finds_what_was_inserted_and_nothing_else) {
  KeyedTable table;
  EXPECT_EQ(table.find("a"), nullptr);
  EXPECT_EQ(add_one(table, "a"), 1u);
  EXPECT_EQ(add_one(table, "a"), 2u);
  ASSERT_NE(table.find("a"), nullptr);
  EXPECT_EQ(table.find("a")->key(), "a");
  EXPECT_EQ(table.find("a")->value_size(), 8u);
  EXPECT_EQ(table.find("b"), nullptr);
  EXPECT_EQ(table.find(ByteView("a\0", 2)), nullptr);
  EXPECT_EQ(table.size(), 1u);
}

TEST(KeyedTable, keeps_keys_of_every_length_apart) {
  KeyedTable table;
  std::string key;
  for (size_t n = 0; n <= 300; ++n, key += 'x') table.put(key, std::to_string(n));
  table.commit();
  key.clear();
  for (size_t n = 0; n <= 300; ++n, key += 'x') {
    ASSERT_NE(table.find(key), nullptr) << n;
    EXPECT_EQ(table.find(key)->value_bytes(), std::to_string(n));
    if (n == 0) continue;
    std::string other = key;
    other[n / 2] = 'y';
    EXPECT_EQ(table.find(other), nullptr) << n;
  }
}

TEST(KeyedTable, gives_equal_keys_of_a_batch_one_entry_and_skips_null_keys) {
  KeyedTable table;
  const std::vector<ByteView> keys{"a", "b", ByteView(), "a", "", "b", "a", ""};
  std::vector<Entry*> out(keys.size());
  std::vector<uint8_t> created(keys.size(), 7);
  table.find_or_insert_batch(keys.data(), keys.size(), 8, out.data(), created.data());
  EXPECT_THAT(created, testing::ElementsAre(1, 1, 0, 0, 1, 0, 0, 0));
  EXPECT_EQ(out[2], nullptr);
  EXPECT_EQ(out[0], out[3]);
  EXPECT_EQ(out[0], out[6]);
  EXPECT_EQ(out[1], out[5]);
  EXPECT_EQ(out[4], out[7]);
  EXPECT_EQ(table.size(), 3u);
  std::vector<Entry*> found(keys.size());
  table.find_batch(keys.data(), keys.size(), found.data());
  EXPECT_EQ(found, out);
}

TEST(KeyedTable, tells_changes_once_a_key_in_the_order_of_first_touches) {
  KeyedTable table;
  table.put("kept", "1");
  table.put("gone", "2");
  table.commit();
  EXPECT_TRUE(changes(table).empty());
  table.put("new", "3");
  table.put("kept", "4");
  table.erase(table.find("gone"));
  table.put("kept", "a longer value, in another cell");
  table.put("passing", "5");
  table.erase(table.find("passing"));
  const auto all = changes(table);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].key, "new");
  EXPECT_EQ(all[0].before, std::nullopt);
  EXPECT_EQ(all[0].after, "3");
  EXPECT_EQ(all[1].key, "kept");
  EXPECT_EQ(all[1].before, "1");
  EXPECT_EQ(all[1].after, "a longer value, in another cell");
  EXPECT_EQ(all[2].key, "gone");
  EXPECT_EQ(all[2].before, "2");
  EXPECT_EQ(all[2].after, std::nullopt);
}

TEST(KeyedTable, tells_an_empty_value_from_an_absent_one) {
  KeyedTable table;
  table.put("k", "");
  ASSERT_EQ(changes(table).size(), 1u);
  EXPECT_EQ(changes(table)[0].after, "");
  table.commit();
  table.put("k", "v");
  EXPECT_EQ(changes(table)[0].before, "");
  table.rollback();
  EXPECT_EQ(table.find("k")->value_bytes(), "");
}

TEST(KeyedTable, hides_an_erased_key_at_once_and_brings_it_back_on_rollback) {
  KeyedTable table;
  table.put("k", "v");
  table.commit();
  Entry* entry = table.find("k");
  table.erase(entry);
  EXPECT_EQ(table.find("k"), nullptr);
  EXPECT_FALSE(entry->live());
  EXPECT_EQ(entry->value_bytes(), "v");
  EXPECT_EQ(table.size(), 0u);
  table.erase(entry);  // a second time changes nothing
  table.rollback();
  EXPECT_EQ(table.find("k"), entry);
  EXPECT_EQ(table.size(), 1u);
}

TEST(KeyedTable, inserts_an_erased_key_anew_with_a_zero_value) {
  KeyedTable table;
  table.put("k", "12345678");
  table.commit();
  table.erase(table.find("k"));
  bool created = false;
  Entry* entry = table.find_or_insert("k", 16, created);
  EXPECT_TRUE(created);
  EXPECT_EQ(entry->value_bytes(), std::string(16, '\0'));
  ASSERT_EQ(changes(table).size(), 1u);
  EXPECT_EQ(changes(table)[0].before, "12345678");
  table.commit();
  EXPECT_EQ(table.find("k")->value_size(), 16u);
}

TEST(KeyedTable, leads_from_the_place_that_an_entry_left_to_the_entry) {
  KeyedTable table;
  table.put("k", "short");
  table.commit();
  Entry* before = table.find("k");
  Entry* after = table.assign(before, std::string(100, 'x'));
  ASSERT_NE(after, before);
  EXPECT_FALSE(before->live());
  EXPECT_EQ(table.resolve(before), after);
  EXPECT_EQ(table.resolve(after), after);
  EXPECT_EQ(table.touch(before), after->value());
  Entry* last = table.assign(before, std::string(1000, 'y'));
  EXPECT_EQ(table.resolve(before), last);
  EXPECT_EQ(table.resolve(after), last);
  EXPECT_EQ(table.find("k"), last);
  table.rollback();
  EXPECT_EQ(table.find("k")->value_bytes(), "short");
}

TEST(KeyedTable, assigns_a_part_of_the_entrys_own_bytes) {
  KeyedTable table;
  Entry* entry = table.put("the key", "0123456789");
  entry = table.assign(entry, entry->value_bytes().substr(4, 3));
  EXPECT_EQ(entry->value_bytes(), "456");
  EXPECT_EQ(entry->key(), "the key");
  entry = table.assign(entry, entry->key());
  EXPECT_EQ(entry->value_bytes(), "the key");
  EXPECT_EQ(table.find("the key"), entry);
}

TEST(KeyedTable, takes_values_far_larger_than_a_slab_and_gives_their_memory_back) {
  KeyedTable table;
  table.put("large", std::string(5'000'000, 'a'));
  table.commit();
  const size_t with_large = table.memory_bytes();
  EXPECT_GT(with_large, 5'000'000u);
  // NOLINTNEXTLINE(bugprone-string-constructor): so large is what it is about
  table.assign(table.find("large"), std::string(9'000'000, 'b'));
  table.rollback();
  EXPECT_EQ(table.find("large")->value_bytes(), std::string(5'000'000, 'a'));
  table.erase(table.find("large"));
  table.put("large", "small");
  table.erase(table.find("large"));
  table.commit();
  EXPECT_EQ(table.find("large"), nullptr);
  EXPECT_LT(table.memory_bytes(), with_large);  // undo keeps its memory, the cell does not
}

TEST(KeyedTable, keeps_undo_right_when_the_count_of_epochs_wraps_around) {
  KeyedTable table({.first_epoch = UINT32_MAX - 1});
  for (int epoch = 1; epoch <= 6; ++epoch) {
    EXPECT_EQ(add_one(table, "k"), static_cast<uint64_t>(epoch));
    if (epoch == 1) add_one(table, "old");  // its epoch's number comes again
    table.commit();
  }
  add_one(table, "old");
  table.rollback();
  EXPECT_EQ(load_le<uint64_t>(table.find("old")->value()), 1u);
  EXPECT_EQ(load_le<uint64_t>(table.find("k")->value()), 6u);
}

TEST(KeyedTable, forgets_all_when_cleared_and_works_on) {
  KeyedTable table({.key_suffix_time = true});
  table.put("12345678", "v");
  table.ordered_scan("", ByteView(), 10, [](const Entry&) { return true; });
  table.commit();
  table.put("12345679", "v");
  table.clear();
  EXPECT_EQ(table.size(), 0u);
  EXPECT_EQ(table.changes(), 0u);
  EXPECT_EQ(table.first_window_start(), std::nullopt);
  EXPECT_EQ(table.find("12345678"), nullptr);
  table.put("12345678", "w");
  table.commit();
  EXPECT_EQ(contents(table), (Model{{"12345678", "w"}}));
}

TEST(KeyedTable, sets_and_erases_in_bulk_without_undo) {
  KeyedTable table;
  std::vector<std::string> keys;
  for (int i = 0; i < 5000; ++i) keys.push_back("key " + std::to_string(i % 3000));
  std::vector<std::string> texts;
  for (int i = 0; i < 5000; ++i) texts.push_back(std::string(i % 50, 'v') + std::to_string(i));
  std::vector<ByteView> key_views(keys.begin(), keys.end());
  std::vector<ByteView> values(texts.begin(), texts.end());
  for (size_t i = 0; i < values.size(); i += 7) values[i] = ByteView();
  table.load_batch(key_views.data(), values.data(), values.size());
  Model model;
  for (size_t i = 0; i < keys.size(); ++i) {
    if (values[i].data()) {
      model[keys[i]] = texts[i];
    } else {
      model.erase(keys[i]);
    }
  }
  EXPECT_EQ(contents(table), model);
  EXPECT_EQ(table.size(), model.size());
  EXPECT_EQ(table.changes(), 0u);
}

class Dice {
 public:
  explicit Dice(uint64_t seed) : engine_(seed) {}
  uint64_t below(uint64_t bound) { return engine_() % bound; }
  bool chance(double p) { return static_cast<double>(engine_() >> 11) * 0x1p-53 < p; }

 private:
  std::mt19937_64 engine_;
};

/// A table beside std::map: `now` is what should be visible, `committed` what a rollback goes to.
class ModelRun {
 public:
  ModelRun(uint64_t seed, int key_space, bool ordered, bool windowed)
      : random_(seed),
        key_space_(static_cast<uint64_t>(key_space)),
        ordered_(ordered),
        table_(KeyedTable::Options{.key_suffix_time = windowed, .first_epoch = UINT32_MAX - 20}),
        windowed_(windowed) {}

  void run(int steps) {
    for (int i = 0; i < steps && !testing::Test::HasFatalFailure(); ++i) step();
    check();
  }

 private:
  std::string key() {
    const uint64_t id = random_.below(key_space_);
    std::string text = "k" + std::to_string(id) + std::string(id % 23, '-');
    if (windowed_) append_be64(text, (id % 11) * 1000 ^ (uint64_t{1} << 63));
    return text;
  }
  std::string value() {
    // Now and then another size class, rarely an entry with memory of its own.
    const size_t n = random_.chance(0.001)  ? 70'000 + random_.below(1000)
                     : random_.chance(0.05) ? random_.below(3000)
                                            : random_.below(20);
    return std::string(n, static_cast<char>('a' + random_.below(26)));
  }
  void note(const std::string& key) {
    if (touched_.insert(key).second) order_.push_back(key);
  }

  void step() {
    const uint64_t dice = random_.below(100);
    if (dice < 40) {
      batch();
    } else if (dice < 60) {
      const std::string k = key();
      const std::string v = value();
      note(k);
      now_[k] = v;
      table_.put(k, v);
    } else if (dice < 80) {
      erase_one();
    } else if (dice < 84) {
      check_changes();
      committed_ = now_;
      table_.commit();
      end_epoch();
    } else if (dice < 87) {
      check_changes();
      now_ = committed_;
      table_.rollback();
      end_epoch();
    } else if (dice < 90 && ordered_) {
      check_order();
    } else if (dice < 92 && windowed_) {
      expire();
    } else if (dice == 99) {
      check();
    }
  }
  void end_epoch() {
    touched_.clear();
    order_.clear();
  }
  void batch() {
    std::vector<std::string> keys(random_.below(150));
    for (auto& k : keys) k = key();
    const std::vector<ByteView> views(keys.begin(), keys.end());
    std::vector<Entry*> found(keys.size());
    table_.find_batch(views.data(), views.size(), found.data());
    for (size_t i = 0; i < keys.size(); ++i) {
      const auto it = now_.find(keys[i]);
      ASSERT_EQ(found[i] != nullptr, it != now_.end());
      if (found[i]) {
        ASSERT_EQ(found[i]->value_bytes(), it->second);
      }
    }
    std::vector<Entry*> out(keys.size());
    std::vector<uint8_t> created(keys.size());
    table_.find_or_insert_batch(views.data(), views.size(), 8, out.data(), created.data());
    for (size_t i = 0; i < keys.size(); ++i) {
      const bool is_new = now_.emplace(keys[i], std::string(8, '\0')).second;
      ASSERT_EQ(created[i] != 0, is_new);
      if (is_new) note(keys[i]);
    }
    for (size_t i = 0; i < keys.size(); ++i) {
      note(keys[i]);
      Entry* entry = table_.resolve(out[i]);
      ASSERT_EQ(entry->key(), keys[i]);
      if (random_.chance(0.2)) {
        now_[keys[i]] = value();
        entry = table_.assign(out[i], now_[keys[i]]);
        ASSERT_EQ(entry->value_bytes(), now_[keys[i]]);
      } else {
        char* bytes = table_.touch(out[i]);
        if (entry->value_size() > 0) now_[keys[i]][0] = ++bytes[0];
      }
    }
  }
  void erase_one() {
    const std::string k = key();
    Entry* entry = table_.find(k);
    ASSERT_EQ(entry != nullptr, now_.contains(k));
    if (!entry) return;
    note(k);
    now_.erase(k);
    table_.erase(entry);
    if (random_.chance(0.2)) {
      now_[k] = value();
      table_.assign(entry, now_[k]);
    }
  }
  void expire() {
    const auto bound = static_cast<int64_t>(random_.below(12) * 500);
    std::vector<std::string> seen;
    std::vector<std::pair<int64_t, std::string>> expected;
    for (const auto& [k, v] : now_)
      if (WindowIndex::start_of(k) < bound) expected.emplace_back(WindowIndex::start_of(k), k);
    std::sort(expected.begin(), expected.end(), [](const auto& a, const auto& b) {
      return std::pair(a.first, a.second.substr(0, a.second.size() - 8)) <
             std::pair(b.first, b.second.substr(0, b.second.size() - 8));
    });
    const size_t n =
        table_.expire_below(bound, [&](const Entry& e) { seen.emplace_back(e.key()); });
    ASSERT_EQ(n, expected.size());
    ASSERT_EQ(seen.size(), expected.size());
    for (size_t i = 0; i < n; ++i) {
      ASSERT_EQ(seen[i], expected[i].second);
      note(seen[i]);
      now_.erase(seen[i]);
    }
  }
  void check_changes() {
    const auto all = changes(table_);
    size_t next = 0;
    for (const std::string& k : order_) {
      const auto before = committed_.find(k);
      const auto after = now_.find(k);
      if (before == committed_.end() && after == now_.end()) continue;
      ASSERT_LT(next, all.size());
      ASSERT_EQ(all[next].key, k);
      ASSERT_EQ(all[next].before,
                before == committed_.end() ? std::nullopt : std::optional(before->second));
      ASSERT_EQ(all[next].after, after == now_.end() ? std::nullopt : std::optional(after->second));
      ++next;
    }
    ASSERT_EQ(next, all.size());
  }
  void check_order() {
    std::string from = key();
    std::string to = key();
    if (to < from) std::swap(from, to);
    const size_t limit = 1 + random_.below(50);
    std::vector<std::string> expected;
    for (auto it = now_.lower_bound(from); it != now_.lower_bound(to) && expected.size() < limit;
         ++it)
      expected.push_back(it->first);
    std::vector<std::string> seen;
    ASSERT_EQ(table_.ordered_scan(from, to, limit,
                                  [&](const Entry& e) {
                                    seen.emplace_back(e.key());
                                    return true;
                                  }),
              expected.size());
    ASSERT_EQ(seen, expected);
  }
  void check() {
    ASSERT_EQ(table_.size(), now_.size());
    ASSERT_EQ(contents(table_), now_);
  }

  Dice random_;
  uint64_t key_space_;
  bool ordered_;
  KeyedTable table_;
  bool windowed_;
  Model now_;
  Model committed_;
  std::set<std::string> touched_;
  std::vector<std::string> order_;
};

TEST(KeyedTableModel, agrees_with_a_map_over_few_keys_that_come_and_go) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    ModelRun(seed, 60, false, false).run(1500);
  }
}

TEST(KeyedTableModel, agrees_with_a_map_while_it_grows) {
  for (uint64_t seed = 1; seed <= 4; ++seed) {
    SCOPED_TRACE(seed);
    ModelRun(seed, 20'000, false, false).run(1500);
  }
}

TEST(KeyedTableModel, agrees_with_a_map_when_read_in_order) {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE(seed);
    ModelRun(seed, 500, true, false).run(1500);
  }
}

TEST(KeyedTableModel, agrees_with_a_map_when_kept_by_window_and_expired) {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE(seed);
    ModelRun(seed, 800, true, true).run(1500);
  }
}

}  // namespace
}  // namespace leat::state
