#include "state/delta.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "state/state_stores.h"
#include "state/table_model_testing.h"

namespace leat::state {
namespace {

std::string delta_of(const KeyedTable& table) { return std::string(DeltaWriter(table).finish()); }

TEST(Delta, has_the_documented_bytes) {
  KeyedTable table;
  table.put("gone", "x");
  table.commit();
  table.put("k", "v1");
  table.put("empty", "");
  table.erase(table.find("gone"));
  const std::string expected(
      "\x02"
      "\x03\0\0\0"
      "\x02\x03\x01\x03kv1"           // sizes 1 and 2, one byte, two bytes
      "\x06\x01\x1f\x0empty"          // sizes 5 and 0; 'e' ^ 'k'
      "\x05\0\x1f\x02\x02\x1e\x11y",  // "gone" ^ "empty"
      5 + 7 + 8 + 8);
  EXPECT_EQ(delta_of(table), expected);
}

TEST(Delta, is_empty_when_nothing_changed) {
  KeyedTable table;
  EXPECT_EQ(delta_of(table), "");
  table.put("came", "and went");
  table.erase(table.find("came"));
  EXPECT_EQ(delta_of(table), "");
}

TEST(Delta, written_in_passing_holds_what_is_erased_and_first_touched_later) {
  KeyedTable table;
  for (const char* key : {"old", "older", "kept", "changed"}) table.put(key, "0");
  table.commit();
  table.put("changed", "1");
  table.put("old", "1");
  table.put("new", "1");
  table.put("short-lived", "1");
  DeltaWriter writer(table);
  table.for_each_change([&](ByteView key, ByteView, ByteView after) { writer.add(key, after); });
  writer.shown();
  for (const char* key : {"old", "older", "short-lived"}) table.erase(table.find(key));
  table.put("later", "1");

  KeyedTable twin;
  for (const char* key : {"old", "older", "kept", "changed"}) twin.put(key, "0");
  twin.commit();
  ASSERT_TRUE(apply_delta(writer.finish(), twin));
  EXPECT_EQ(contents(twin), contents(table));
  EXPECT_EQ(contents(twin), (Model{{"changed", "1"}, {"kept", "0"}, {"later", "1"}, {"new", "1"}}));
}

TEST(Delta, makes_a_second_table_equal_epoch_by_epoch) {
  std::mt19937_64 random(7);
  KeyedTable table;
  KeyedTable twin;
  std::vector<std::string> deltas;
  for (int epoch = 0; epoch < 60; ++epoch) {
    for (int i = 0; i < 200; ++i) {
      const std::string key = "key " + std::to_string(random() % 900);
      if (random() % 4 == 0) {
        if (Entry* entry = table.find(key)) table.erase(entry);
      } else {
        table.put(key, std::string(random() % 300, static_cast<char>(random())));
      }
    }
    if (epoch % 7 == 3) {
      table.rollback();
      continue;
    }
    deltas.push_back(delta_of(table));
    table.commit();
    ASSERT_TRUE(apply_delta(deltas.back(), twin));
    ASSERT_EQ(contents(twin), contents(table)) << epoch;
  }
  // Once more from the middle on over the newest state: values are absolute.
  for (size_t i = deltas.size() / 2; i < deltas.size(); ++i)
    ASSERT_TRUE(apply_delta(deltas[i], twin));
  EXPECT_EQ(contents(twin), contents(table));
}

TEST(Delta, refuses_bytes_that_are_cut_or_too_many) {
  KeyedTable table;
  table.put("key", "value");
  table.put("other key", std::string(300, 'v'));
  const std::string delta = delta_of(table);
  for (size_t n = 0; n < delta.size(); ++n) {
    KeyedTable twin;
    EXPECT_FALSE(apply_delta(ByteView(delta).substr(0, n), twin)) << n;
  }
  KeyedTable twin;
  const Status more = apply_delta(delta + "x", twin);
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().code(), ErrorCode::invalid_data);
  std::string newer = delta;
  newer[0] = 3;
  EXPECT_EQ(apply_delta(newer, twin).error().code(), ErrorCode::unsupported);
}

TEST(Delta, survives_any_damaged_byte_without_harm) {
  KeyedTable table;
  for (int i = 0; i < 40; ++i) table.put("key " + std::to_string(i), std::string(i * 7, 'v'));
  const std::string delta = delta_of(table);
  for (size_t at = 0; at < delta.size(); ++at) {
    std::string damaged = delta;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x91);
    KeyedTable twin({.key_suffix_time = at % 2 == 0});
    // The frame's checksum finds damage; here it must only not be misread into a crash.
    static_cast<void>(apply_delta(damaged, twin));
  }
}

TEST(StateStores, share_epochs_and_carry_deltas_by_name) {
  StateStores stores;
  KeyedTable& counts = stores.open("q/count/0");
  KeyedTable& windows = stores.open("q/window/0", {.key_suffix_time = true});
  EXPECT_EQ(&stores.open("q/count/0"), &counts);
  stores.open("q/idle/0");
  counts.put("k", "v");
  windows.put("12345678", "w");
  EXPECT_EQ(stores.changes(), 2u);
  std::vector<StateDelta> deltas;
  stores.encode_deltas(deltas);
  ASSERT_EQ(deltas.size(), 2u);
  EXPECT_EQ(deltas[0].store, "q/count/0");
  EXPECT_EQ(deltas[1].store, "q/window/0");
  stores.commit();

  StateStores twin;
  twin.open("q/count/0");
  twin.open("q/window/0", {.key_suffix_time = true});
  for (const StateDelta& delta : deltas) ASSERT_TRUE(twin.apply(delta.store, delta.bytes));
  EXPECT_EQ(contents(*twin.find("q/count/0")), (Model{{"k", "v"}}));
  EXPECT_EQ(contents(*twin.find("q/window/0")), (Model{{"12345678", "w"}}));
  EXPECT_EQ(twin.apply("q/other/0", deltas[0].bytes).error().code(), ErrorCode::not_found);

  counts.put("k", "x");
  windows.erase(windows.find("12345678"));
  stores.rollback();
  EXPECT_EQ(contents(counts), (Model{{"k", "v"}}));
  EXPECT_EQ(windows.size(), 1u);
  stores.drop("q/count/0");
  EXPECT_EQ(stores.find("q/count/0"), nullptr);
  stores.clear();
  EXPECT_EQ(windows.size(), 0u);
}

}  // namespace
}  // namespace leat::state
