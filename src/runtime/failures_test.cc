#include "runtime/dead_letters.h"
#include "runtime/runtime_world_testing.h"

namespace leat::runtime {
namespace {

TEST(Runtime, records_that_cannot_be_read_become_dead_letters_once) {
  World world;
  make_topic(world, "words", 1);
  ASSERT_TRUE(world.add(totals("t", "words", "totals")).has_value());
  world.append("words", 0, "a", "1");
  world.append("words", 0, "a", "not a number");
  world.append("words", 0, "a", "2");
  world.settle();
  world.crash();
  EXPECT_EQ(world.look_up("t", "a"), "3,2");
  EXPECT_EQ(world.records(dead_letter_topic("app")), 1);
}

TEST(Runtime, a_letter_of_a_row_that_failed_behind_a_repartition_has_the_record_that_it_came_from) {
  World world;
  make_topic(world, "words", 1);
  make_topic(world, "copied", 1);
  ASSERT_TRUE(world.add(totals("near", "words", "one")).has_value());
  ASSERT_TRUE(world.add(copy("c", "words", "copied")).has_value());
  ASSERT_TRUE(world.add(totals("far", "copied", "two")).has_value());
  world.append("words", 0, "a", "9223372036854775807");
  world.append("words", 0, "a", "1");
  world.settle();
  TopicPartition letters = world.place(dead_letter_topic("app"), 0);
  Offset at(0);
  RecordColumns records;
  while (at < world.log().bounds(letters).value().durable_end) {
    Fetched fetched = world.log().read(letters, at, 1 << 20, Visibility::durable).value();
    for (ByteView batch : fetched.batches) ASSERT_TRUE(decode_records(batch, records).has_value());
    at = fetched.next;
    world.keep(fetched.keep);
  }
  ASSERT_EQ(records.size(), 2u);  // one of each query
  for (size_t i = 0; i < records.size(); ++i) {
    EXPECT_EQ(records.keys[i], "a");
    EXPECT_EQ(records.values[i], "1");
  }
}

plan::Query failing(plan::Query query) {
  std::get<plan::Source>(query.nodes[0].op).policy = plan::BadRecordPolicy::fail;
  return query;
}

QueryChanges dead_letters_for(const std::string& id) {
  QueryChanges changes;
  changes.policies[id]["source"] = plan::BadRecordPolicy::dead_letter;
  return changes;
}

TEST(Runtime, a_query_that_failed_says_what_waits_and_goes_on_under_another_policy) {
  for (bool restarted : {false, true}) {
    World world;
    make_topic(world, "words", 1);
    QueryChanges both;
    both.add = {failing(totals("t", "words", "totals")), totals("other", "words", "others")};
    ASSERT_TRUE(world.change(std::move(both)).has_value());
    world.append("words", 0, "a", "1");
    world.settle();
    world.append("words", 0, "a", "not a number");
    world.append("words", 0, "a", "2");
    world.settle();
    EXPECT_TRUE(status_of(world, "t").failure.has_value());
    EXPECT_EQ(status_of(world, "t").lag, 2);
    EXPECT_EQ(world.look_up("other", "a"), "3,2");
    if (restarted) {
      world.crash();
      world.settle();
      EXPECT_TRUE(status_of(world, "t").failure.has_value());  // as before: the same record
      EXPECT_EQ(status_of(world, "t").lag, 2);
    }
    ASSERT_TRUE(world.change(dead_letters_for("t")).has_value());
    world.append("words", 0, "a", "4");
    EXPECT_EQ(world.look_up("t", "a"), "7,3");
    EXPECT_EQ(world.look_up("other", "a"), "7,3");
    EXPECT_FALSE(status_of(world, "t").failure.has_value());
    EXPECT_EQ(status_of(world, "t").lag, 0);
    world.append("words", 0, "a", "no number either");
    world.crash();  // the policy is kept
    EXPECT_EQ(world.look_up("t", "a"), "7,3");
  }
}

TEST(Runtime, queries_that_failed_at_different_records_go_on_from_there_each) {
  World world;
  make_topic(world, "words", 1);
  QueryChanges both;
  plan::Query doubtful = failing(totals("b", "words", "bs"));
  both.add = {failing(totals("a", "words", "as")), doubtful, totals("other", "words", "others")};
  ASSERT_TRUE(world.change(std::move(both)).has_value());
  world.append("words", 0, "x", "1");
  world.settle();
  // b is told to pass over the first bad record, and fails at the second one.
  ASSERT_TRUE(world.change(dead_letters_for("b")).has_value());
  world.append("words", 0, "x", "bad");
  world.append("words", 0, "x", "2");
  world.settle();
  QueryChanges again;
  again.policies["b"]["source"] = plan::BadRecordPolicy::fail;
  ASSERT_TRUE(world.change(std::move(again)).has_value());
  world.append("words", 0, "x", "bad");
  world.append("words", 0, "x", "4");
  world.settle();
  EXPECT_EQ(status_of(world, "a").lag, 4);
  EXPECT_EQ(status_of(world, "b").lag, 2);
  world.crash();
  world.settle();
  QueryChanges on = dead_letters_for("a");
  on.policies["b"]["source"] = plan::BadRecordPolicy::dead_letter;
  ASSERT_TRUE(world.change(std::move(on)).has_value());
  EXPECT_EQ(world.look_up("a", "x"), "7,3");
  EXPECT_EQ(world.look_up("b", "x"), "7,3");
  EXPECT_EQ(world.look_up("other", "x"), "7,3");
}

/// Turns until nothing moves, or the process dies of a planted bug. Says whether it does.
bool dies(World& world) {
  try {
    world.settle();
    return false;
  } catch (const std::runtime_error&) {
    return true;
  }
}

TEST(Runtime, a_record_that_the_process_dies_of_is_found_and_becomes_a_dead_letter) {
  for (bool derived : {false, true}) {
    World world;
    world.faults.dies_of = "666";
    world.crash();
    make_topic(world, "words", 2);
    make_topic(world, "copied", 2);
    QueryChanges both;
    both.add = {copy("c", "words", "copied"), totals("t", derived ? "copied" : "words", "totals"),
                totals("other", "copied", "others")};
    ASSERT_TRUE(world.change(std::move(both)).has_value());
    for (int i = 0; i < 40; ++i) world.append("words", i % 2, "a", "1");
    world.append("words", 0, "a", "666");
    for (int i = 0; i < 40; ++i) world.append("words", i % 2, "a", "1");
    int deaths = 0;
    for (; deaths < 20 && dies(world); ++deaths) world.crash();
    EXPECT_GE(deaths, 3);
    EXPECT_LE(deaths, derived ? 8 : 12);  // each query that reads it has to be found out
    world.crash();
    EXPECT_FALSE(dies(world));
    EXPECT_EQ(world.look_up("t", "a"), "80,80");
    EXPECT_EQ(world.look_up("other", "a"), "80,80");
    EXPECT_EQ(world.records(dead_letter_topic("app")), derived ? 1 : 2);
    EXPECT_EQ(world.records("words"), 81);
  }
}

TEST(Runtime, a_process_that_dies_of_something_else_condemns_nothing) {
  World world;
  make_topic(world, "words", 1);
  ASSERT_TRUE(world.add(totals("t", "words", "totals")).has_value());
  for (int i = 0; i < 20; ++i) world.append("words", 0, "a", "1");
  for (int i = 0; i < 10; ++i) {
    world.crash();  // before it has committed anything, each time at the same cut
    world.runtime().step();
  }
  world.settle();
  EXPECT_EQ(world.look_up("t", "a"), "20,20");
  EXPECT_EQ(world.records(dead_letter_topic("app")), 0);
}

TEST(Runtime, a_record_that_the_process_dies_of_fails_the_query_where_that_is_the_policy) {
  World world;
  world.faults.dies_of = "666";
  world.crash();
  make_topic(world, "words", 1);
  ASSERT_TRUE(world.add(failing(totals("t", "words", "totals"))).has_value());
  world.append("words", 0, "a", "1");
  world.settle();
  world.append("words", 0, "a", "666");
  world.append("words", 0, "a", "2");
  for (int deaths = 0; deaths < 20 && dies(world); ++deaths) world.crash();
  for (int restarts = 0; restarts < 3; ++restarts) {
    EXPECT_FALSE(dies(world));
    QueryStatus status = status_of(world, "t");
    ASSERT_TRUE(status.failure.has_value());
    EXPECT_NE(status.failure->find("offset 1"), std::string::npos) << *status.failure;
    EXPECT_EQ(status.lag, 2);
    world.crash();
  }
}

TEST(Runtime, an_epoch_that_makes_too_much_is_taken_again_in_smaller_pieces) {
  World world;
  world.limits.output_bytes_max = 5'000;
  world.crash();
  make_topic(world, "words", 2);
  QueryChanges both;
  both.add = {copy("c", "words", "copied"), totals("t", "copied", "totals")};
  make_topic(world, "copied", 2);
  ASSERT_TRUE(world.change(std::move(both)).has_value());
  for (int i = 0; i < 100; ++i)
    world.append("words", i % 2, std::string(i == 50 ? 20'000 : 300, 'a'), "1");
  world.settle();
  EXPECT_EQ(world.look_up("t", std::string(300, 'a')), "99,99");
  EXPECT_EQ(world.look_up("t", std::string(20'000, 'a')), "1,1");
  EXPECT_EQ(world.records("copied"), 100);
  EXPECT_GT(world.log().application("app").value().epoch, EpochId(10));
}

TEST(Runtime, a_commit_for_which_there_is_no_room_is_undone_and_made_when_there_is) {
  World world;
  world.segment_bytes = 64 << 10;
  auto made =
      std::make_unique<sim::FaultyDisk>(sim::FaultyDiskOptions{.seed = 1, .capacity = 1 << 30});
  sim::FaultyDisk& disk = *made;
  world.begin_anew(std::move(made));
  make_topic(world, "words", 1);
  QueryChanges many;
  for (int i = 0; i < 30; ++i)
    many.add.push_back(copy("c" + std::to_string(i), "words", "copied" + std::to_string(i)));
  ASSERT_TRUE(world.change(std::move(many)).has_value());
  // Thirty copies of it are more than what is kept back for an epoch.
  for (int i = 0; i < 4; ++i) world.append("words", 0, std::string(25'000, 'a'), "1");
  disk.set_capacity((1 << 30) - disk.free_bytes("/d").value() + 100'000);
  for (int i = 0; i < 50; ++i) {
    world.runtime().step();
    world.log().sync_once();
  }
  EXPECT_EQ(world.fatal, "");
  EXPECT_EQ(world.records("copied0"), 0);
  disk.set_capacity(1 << 30);
  world.settle();
  EXPECT_EQ(world.fatal, "");
  EXPECT_EQ(world.records("copied0"), 4);
  EXPECT_EQ(world.records("copied29"), 4);
}

}  // namespace
}  // namespace leat::runtime
