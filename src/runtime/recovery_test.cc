#include "runtime/runtime_world_testing.h"

namespace leat::runtime {
namespace {

TEST(Runtime, a_query_that_is_added_while_old_records_expire_begins_with_those_that_are_left) {
  World world;
  world.segment_bytes = 64 << 10;
  world.limits.bytes_max = 1;
  world.begin_anew(io::memory_disk());
  TopicConfig config;
  config.partitions = 1;
  config.retention_bytes = 10'000;
  ASSERT_TRUE(world.log().create_topic("words", config).has_value());
  for (int i = 0; i < 300; ++i) world.append("words", 0, std::string(1000, 'a'), "1");
  world.log().idle();
  world.runtime().change(only(totals("t", "words", "totals")), [](Status) {});
  world.runtime().step();
  world.log().apply_retention();
  world.settle();
  auto bounds = world.log().bounds(world.place("words", 0)).value();
  ASSERT_GT(bounds.start, Offset(0));
  QueryStatus status = status_of(world, "t");
  EXPECT_TRUE(status.level);
  EXPECT_EQ(status.lag, 0);
  // What it had taken before the old ones went, and what is left.
  EXPECT_GE(status.counters[0].rows_in, static_cast<uint64_t>(300 - bounds.start.value));
  EXPECT_LT(status.counters[0].rows_in, 100u);
}

TEST(Runtime, restarts_from_a_snapshot_and_the_commits_behind_it) {
  World world(1, 200);  // bytes of deltas: a snapshot every few epochs
  make_topic(world, "words", 2);
  ASSERT_TRUE(world.add(totals("t", "words", "totals")).has_value());
  for (int i = 0; i < 60; ++i) {
    world.append("words", i % 2, "w" + std::to_string(i % 7), "1");
    world.settle();
  }
  EXPECT_FALSE(world.disk().list("/d/snapshots").value().empty());
  world.crash();
  EXPECT_EQ(world.look_up("t", "w0"), "9,9");
  EXPECT_EQ(world.look_up("t", "w6"), "8,8");
}

TEST(Runtime, does_not_start_without_the_snapshots_that_hold_what_the_log_has_trimmed) {
  World world(1, 200);
  make_topic(world, "words", 1);
  ASSERT_TRUE(world.add(totals("t", "words", "totals")).has_value());
  for (int i = 0; i < 60; ++i) {
    world.append("words", 0, "w" + std::to_string(i), "1");
    world.settle();
  }
  const auto names = world.disk().list("/d/snapshots").value();
  for (const std::string& name : names)
    ASSERT_TRUE(world.disk().remove("/d/snapshots/" + name).has_value());
  world.close_runtime();
  auto opened = world.open_runtime();
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().code(), ErrorCode::corruption);
  EXPECT_NE(opened.error().message().find("/d/snapshots"), std::string::npos);
}

TEST(Runtime, comes_back_after_deleting_a_key_that_was_never_there) {
  World world;
  make_topic(world, "words", 1);
  ASSERT_TRUE(world.add(table_of("kept", "words")).has_value());
  world.append("words", 0, "b", kNullBytes);
  world.settle();
  world.append("words", 0, "a", "1");
  world.settle();
  world.crash();
  world.settle();
  EXPECT_EQ(world.look_up("kept", "a"), "1");
  EXPECT_EQ(world.look_up("kept", "b"), "");
}

TEST(Runtime, a_query_that_is_dropped_as_soon_as_it_has_joined_stays_dropped) {
  World world;
  make_topic(world, "words", 1);
  ASSERT_TRUE(world.add(totals("t", "words", "totals")).has_value());  // level at once
  QueryChanges drop;
  drop.remove.push_back("t");
  ASSERT_TRUE(world.change(std::move(drop)).has_value());
  world.crash();
  EXPECT_EQ(world.look_up("t", "a"), "not-found");
  EXPECT_TRUE(world.runtime().plans().empty());
}

TEST(Runtime, a_dropped_query_leaves_nothing_to_a_new_one_of_its_name) {
  World world;
  make_topic(world, "words", 1);
  ASSERT_TRUE(world.add(totals("t", "words", "totals")).has_value());
  world.append("words", 0, "a", "1");
  world.settle();
  QueryChanges drop;
  drop.remove.push_back("t");
  ASSERT_TRUE(world.change(std::move(drop)).has_value());
  EXPECT_EQ(world.look_up("t", "a"), "not-found");
  // Its positions would hold retention back for ever.
  EXPECT_TRUE(world.log().application("app").value().inputs.empty());
  QueryChanges again;
  again.add.push_back(totals("t", "words", "totals2"));
  again.from_latest = true;
  ASSERT_TRUE(world.change(std::move(again)).has_value());
  world.append("words", 0, "a", "10");
  world.crash();
  EXPECT_EQ(world.look_up("t", "a"), "10,1");
}

}  // namespace
}  // namespace leat::runtime
