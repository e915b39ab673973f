#include "runtime/runtime_world_testing.h"

namespace leat::runtime {
namespace {

TEST(Runtime, counts_through_a_repartition_and_shows_it_in_a_view) {
  for (int threads : {1, 2}) {
    World world(threads);
    make_topic(world, "words", 4);
    ASSERT_TRUE(world.add(totals("t", "words", "totals")).has_value());
    for (int i = 0; i < 40; ++i)
      world.append("words", i % 4, i % 2 ? "odd" : "even", std::to_string(i));
    EXPECT_EQ(world.look_up("t", "odd"), "400,20");
    EXPECT_EQ(world.look_up("t", "even"), "380,20");
    EXPECT_EQ(world.look_up("t", "none"), "");
  }
}

TEST(Runtime, goes_on_after_a_crash_without_losing_or_repeating) {
  World world;
  make_topic(world, "words", 2);
  ASSERT_TRUE(world.add(totals("t", "words", "totals")).has_value());
  for (int round = 0; round < 10; ++round) {
    world.append("words", round % 2, "a", "1");
    if (round % 3 == 0) world.settle();
    world.crash();
  }
  EXPECT_EQ(world.look_up("t", "a"), "10,10");
  EXPECT_TRUE(world.runtime().ready());
}

TEST(Runtime, a_query_sees_what_another_writes_in_the_same_epoch) {
  World world;
  make_topic(world, "words", 2);
  QueryChanges changes;
  changes.add.push_back(totals("t", "copied", "totals"));  // order does not matter
  changes.add.push_back(copy("c", "words", "copied"));
  make_topic(world, "copied", 2);
  ASSERT_TRUE(world.change(std::move(changes)).has_value());
  Offset end = world.append("words", 0, "a", "5");
  ASSERT_TRUE(world.runtime().step());  // one turn
  world.log().sync_once();
  EXPECT_EQ(world.look_up("t", "a", {{world.place("words", 0), end}}), "5,1");
  EXPECT_EQ(world.records("copied"), 1);
}

TEST(Runtime, a_query_added_to_old_records_catches_up_and_joins_the_others) {
  World world;
  make_topic(world, "words", 2);
  ASSERT_TRUE(world.add(totals("first", "words", "one")).has_value());
  for (int i = 0; i < 100; ++i) world.append("words", i % 2, "a", "1");
  world.settle();
  ASSERT_TRUE(world.add(totals("second", "words", "two")).has_value());
  world.append("words", 0, "a", "1");
  EXPECT_EQ(world.look_up("second", "a"), "101,101");
  EXPECT_EQ(world.look_up("first", "a"), "101,101");
  std::vector<QueryStatus> all;
  world.runtime().status([&](std::vector<QueryStatus> s) { all = std::move(s); });
  world.settle();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_TRUE(all[0].level && all[1].level);
}

TEST(Runtime, a_read_waits_for_the_position_that_it_names) {
  World world;
  make_topic(world, "words", 1);
  ASSERT_TRUE(world.add(totals("t", "words", "totals")).has_value());
  EXPECT_EQ(world.look_up("t", "a", {{world.place("words", 0), Offset(1)}}), "waiting");
  Offset end = world.append("words", 0, "a", "3");
  EXPECT_EQ(world.look_up("t", "a", {{world.place("words", 0), end}}), "3,1");
}

TEST(Runtime, a_read_waits_for_records_that_came_from_outside_to_a_topic_that_a_query_writes) {
  World world;
  make_topic(world, "words", 1);
  make_topic(world, "copied", 1);
  ASSERT_TRUE(world.add(copy("c", "words", "copied")).has_value());
  ASSERT_TRUE(world.add(totals("t", "copied", "totals")).has_value());
  EXPECT_EQ(world.look_up("t", "a", {{world.place("copied", 0), Offset(1)}}), "waiting");
  Offset end = world.append("copied", 0, "a", "3");
  EXPECT_EQ(world.look_up("t", "a", {{world.place("copied", 0), end}}), "3,1");
}

TEST(Runtime, a_view_over_another_querys_topic_never_stands_behind_the_others) {
  World world(1, 64 << 20, 1);  // bytes of input of an epoch: one batch
  make_topic(world, "words", 1);
  make_topic(world, "copied", 1);
  QueryChanges changes;
  changes.add.push_back(totals("straight", "words", "one"));
  changes.add.push_back(copy("c", "words", "copied"));
  changes.add.push_back(totals("behind", "copied", "two"));
  ASSERT_TRUE(world.change(std::move(changes)).has_value());
  for (int i = 0; i < 10; ++i) {
    world.append("copied", 0, "from outside", "1");
    world.append("words", 0, "a", "1");
  }
  for (int i = 0; i < 30; ++i) EXPECT_TRUE(world.agree("straight", "behind", "a")) << i;
  EXPECT_EQ(world.look_up("behind", "a"), "10,10");
}

TEST(Runtime, a_query_is_level_only_once_those_that_write_its_topic_are) {
  World world(1, 64 << 20, 1);
  make_topic(world, "words", 1);
  make_topic(world, "copied", 1);
  ASSERT_TRUE(world.add(totals("straight", "words", "one")).has_value());
  for (int i = 0; i < 10; ++i) world.append("words", 0, "a", "1");
  world.settle();
  world.runtime().change(only(copy("c", "words", "copied")), [](Status) {});
  world.runtime().change(only(totals("behind", "copied", "two")), [](Status) {});
  for (int i = 0; i < 30; ++i) EXPECT_TRUE(world.agree("straight", "behind", "a")) << i;
  EXPECT_EQ(world.look_up("behind", "a"), "10,10");
}

TEST(Runtime, backlog_is_taken_in_the_order_of_the_column_that_says_the_time) {
  World world;
  world.limits.bytes_max = 300;
  world.crash();
  make_topic(world, "words", 2);
  for (int32_t partition : {0, 1})
    for (int i = 0; i < 60; ++i)
      world.append("words", partition, "a", std::to_string(10 * i), 1000);
  plan::Query query = totals("t", "words", "totals");
  std::get<plan::Source>(query.nodes[0].op).timestamp.column = 1;
  plan::WindowSpec window;
  window.size_ms = 20;
  query.nodes[2].window = query.nodes[3].window = window;
  std::get<plan::Aggregate>(query.nodes[2].op).window = window;
  ASSERT_TRUE(world.add(query).has_value());
  world.settle();
  QueryStatus status = status_of(world, "t");
  EXPECT_EQ(status.lag, 0);
  EXPECT_EQ(status.counters[2].rows_in, 120u);
  EXPECT_EQ(status.counters[2].late, 0u);
}

TEST(Runtime, a_cycle_goes_round_once_an_epoch_and_loses_nothing) {
  World world;
  make_topic(world, "words", 1);
  ASSERT_TRUE(world.add(copy("loop", "words", "words")).has_value());
  world.append("words", 0, "a", "1");
  for (int i = 0; i < 5; ++i) {
    world.runtime().step();
    world.log().sync_once();
  }
  int64_t records = world.records("words");
  EXPECT_GE(records, 4);
  EXPECT_LE(records, 7);
}

}  // namespace
}  // namespace leat::runtime
