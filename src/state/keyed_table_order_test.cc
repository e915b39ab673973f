#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "state/keyed_table.h"

namespace leat::state {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> scan(KeyedTable& table, ByteView from, ByteView to, size_t limit = 100) {
  std::vector<std::string> keys;
  table.ordered_scan(from, to, limit, [&](const Entry& entry) {
    keys.emplace_back(entry.key());
    return true;
  });
  return keys;
}

TEST(OrderedScan, takes_its_bounds_from_inclusive_to_exclusive) {
  KeyedTable table;
  for (const char* key : {"b", "d", "a", "c", "ab"}) table.put(key, "v");
  EXPECT_THAT(scan(table, "a", "c"), ElementsAre("a", "ab", "b"));
  EXPECT_THAT(scan(table, "aa", ByteView()), ElementsAre("ab", "b", "c", "d"));
  EXPECT_THAT(scan(table, "", "a"), IsEmpty());
  EXPECT_THAT(scan(table, "c", "a"), IsEmpty());
  EXPECT_THAT(scan(table, "", ByteView(), 2), ElementsAre("a", "ab"));
  EXPECT_THAT(scan(table, "", ByteView(), 0), IsEmpty());
}

TEST(OrderedScan, orders_bytes_above_127_behind_those_below) {
  KeyedTable table;
  table.put("\xff", "v");
  table.put("\x7f", "v");
  table.put("\x80", "v");
  EXPECT_THAT(scan(table, "", ByteView()), ElementsAre("\x7f", "\x80", "\xff"));
}

TEST(OrderedScan, stops_when_told_to) {
  KeyedTable table;
  for (const char* key : {"a", "b", "c"}) table.put(key, "v");
  EXPECT_EQ(table.ordered_scan("", ByteView(), 9, [](const Entry& e) { return e.key() != "b"; }),
            2u);
}

TEST(OrderedScan, follows_inserts_erasures_moves_commits_and_rollbacks) {
  KeyedTable table;
  table.put("b", "v");
  table.commit();
  EXPECT_THAT(scan(table, "", ByteView()), ElementsAre("b"));
  table.put("a", "v");
  table.put("b", std::string(500, 'x'));
  table.put("c", "v");
  table.erase(table.find("b"));
  EXPECT_THAT(scan(table, "", ByteView()), ElementsAre("a", "c"));
  table.rollback();
  EXPECT_THAT(scan(table, "", ByteView()), ElementsAre("b"));
  table.put("c", "v");
  table.erase(table.find("b"));
  table.commit();
  EXPECT_THAT(scan(table, "", ByteView()), ElementsAre("c"));
}

TEST(PrefixScan, visits_exactly_the_keys_that_begin_with_the_prefix) {
  KeyedTable table;
  for (const char* key : {"a", "ab", "ab\xff", "ab\xff\xff", "ac", "\xff\xff", "\xff"})
    table.put(key, "v");
  std::vector<std::string> keys;
  const auto take = [&](const Entry& entry) {
    keys.emplace_back(entry.key());
    return true;
  };
  EXPECT_EQ(table.prefix_scan("ab", 10, take), 3u);
  EXPECT_EQ(table.prefix_scan("\xff", 10, take), 2u);
  EXPECT_THAT(keys, ElementsAre("ab", "ab\xff", "ab\xff\xff", "\xff", "\xff\xff"));
  EXPECT_EQ(table.prefix_scan("", 10, take), 7u);
  EXPECT_EQ(end_of_prefix("a\xff\xff"), "b");
  EXPECT_EQ(end_of_prefix("\xff"), std::nullopt);
  EXPECT_EQ(end_of_prefix(""), std::nullopt);
}

std::string windowed(std::string key, int64_t start) {
  key.resize(key.size() + sizeof start);
  store_window_start(key.data() + key.size() - sizeof start, start);
  return key;
}

class Windows : public testing::Test {
 protected:
  std::vector<std::pair<int64_t, std::string>> visit(int64_t from, int64_t to) {
    std::vector<std::pair<int64_t, std::string>> all;
    table_.for_each_window(from, to, KeyedTable::WindowOrder::by_key, [&](Entry& entry) {
      const ByteView key = entry.key();
      all.emplace_back(WindowIndex::start_of(key), key.substr(0, key.size() - 8));
    });
    return all;
  }
  KeyedTable table_{KeyedTable::Options{.key_suffix_time = true}};
};
using Seen = std::pair<int64_t, std::string>;

TEST_F(Windows, are_visited_by_start_then_key_also_before_1970) {
  for (int64_t start : {5000, -5000, 0})
    for (const char* key : {"b", "a", ""}) table_.put(windowed(key, start), "v");
  EXPECT_THAT(visit(-5000, 5000), ElementsAre(Seen(-5000, ""), Seen(-5000, "a"), Seen(-5000, "b"),
                                              Seen(0, ""), Seen(0, "a"), Seen(0, "b")));
  EXPECT_THAT(visit(1, 5000), IsEmpty());
  EXPECT_EQ(table_.first_window_start(), -5000);
}

TEST_F(Windows, that_expired_come_back_on_rollback_and_stay_away_after_commit) {
  for (int64_t start : {0, 1000, 2000})
    for (const char* key : {"a", "b"}) table_.put(windowed(key, start), "v");
  table_.commit();
  EXPECT_EQ(table_.expire_below(2000), 4u);
  EXPECT_THAT(visit(0, 9000), ElementsAre(Seen(2000, "a"), Seen(2000, "b")));
  table_.rollback();
  EXPECT_EQ(visit(0, 9000).size(), 6u);
  EXPECT_EQ(table_.expire_below(1000), 2u);
  EXPECT_EQ(table_.expire_below(1000), 0u);
  table_.commit();
  EXPECT_EQ(visit(0, 9000).size(), 4u);
  EXPECT_EQ(table_.first_window_start(), 1000);
  table_.expire_below(INT64_MAX);
  table_.commit();
  EXPECT_EQ(table_.first_window_start(), std::nullopt);
  EXPECT_EQ(table_.size(), 0u);
}

TEST_F(Windows, let_the_visitor_change_size_and_erase) {
  for (const char* key : {"a", "b", "c", "d"}) table_.put(windowed(key, 0), "v");
  table_.commit();
  for (const auto order : {KeyedTable::WindowOrder::by_key, KeyedTable::WindowOrder::any}) {
    int visits = 0;
    table_.for_each_window(0, 1, order, [&](Entry& entry) {
      ++visits;
      const bool erase = entry.key()[0] == 'b';
      Entry* moved = table_.assign(&entry, std::string(200, 'x'));
      if (erase) table_.erase(moved);
    });
    EXPECT_EQ(visits, 4);
    EXPECT_EQ(visit(0, 1).size(), 3u);
    table_.rollback();
    EXPECT_EQ(visit(0, 1).size(), 4u);
    EXPECT_EQ(table_.find(windowed("a", 0))->value_bytes(), "v");
  }
}

}  // namespace
}  // namespace leat::state
