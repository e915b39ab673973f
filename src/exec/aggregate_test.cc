// Aggregates of streams: values, windows, lateness, what is emitted and when.
#include <gmock/gmock.h>

#include "exec/task_driver.h"

namespace leat::exec {
namespace {

using namespace leat::exec::testing;  // NOLINT
using plan::AggregateKind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

const Schema kClicks = schema_of({Type::string()}, {Type::int64(), Type::string(), Type::float64(),
                                                    Type::decimal(6, 2), Type::int32()});
const plan::AggregateCall kCount{AggregateKind::count_all, -1, Type::int64()};

struct Clicks {
  PlanBuilder b;
  int source, table;
  Clicks(std::vector<plan::AggregateCall> calls, std::optional<plan::WindowSpec> window = {},
         bool final = false) {
    source = b.source("clicks", BatchKind::stream, kClicks);
    table = b.aggregate(source, std::move(calls), window, final);
    b.sink(table, "out");
  }
};

plan::WindowSpec tumbling(TimeMs size, TimeMs grace, TimeMs retention = 0) {
  return {plan::WindowSpec::Kind::tumbling, size, grace, retention};
}

TEST(Aggregate, computes_each_kind_and_skips_nulls) {
  Clicks c({{AggregateKind::count, 0, Type::int64()},
            {AggregateKind::sum, 0, Type::int64()},
            {AggregateKind::avg, 0, Type::float64()},
            {AggregateKind::min, 1, Type::string()},
            {AggregateKind::max, 1, Type::string()},
            {AggregateKind::sum, 2, Type::float64()},
            {AggregateKind::sum, 3, Type::decimal(6, 2)},
            {AggregateKind::earliest, 4, Type::int32()},
            {AggregateKind::latest, 1, Type::string()},
            {AggregateKind::count_distinct, 0, Type::int64()},
            {AggregateKind::max, 3, Type::decimal(6, 2)},
            {AggregateKind::min, 2, Type::float64()}});
  TaskDriver task(c.b.build());
  task.feed(c.source, {{"a", "3,m,0.5,1.25,", 1},
                       {"a", ",,,,", 2},
                       {"a", "3,zz,1.5,2.00,7", 3},
                       {"a", "5,b,-2.0,,8", 4},
                       {"e", ",,,,", 5}});
  EXPECT_THAT(task.epoch(), ElementsAre("a=3,11,3.6666666666666665,b,zz,0.0,3.25,7,b,2,2.00,-2.0@4",
                                        "e=0,0,0.0,,,0.0,0.00,,,0,,@5"));
  task.feed(c.source, {{"a", "5,a-longer-text-than-before,1.0,9.99,9", 3}});
  EXPECT_THAT(task.epoch(), ElementsAre("a=4,16,4.0,a-longer-text-than-before,zz,1.0,13.24,7,a-"
                                        "longer-text-than-before,2,9.99,-2.0@4"));
}

TEST(Aggregate, emits_net_changes_by_default_and_each_update_when_told_to) {
  std::vector<Record> records = {{"a", "1,,,,", 5},
                                 {"b", "1,,,,", 6},
                                 {"a", "1,,,,", 3},
                                 {kNull, "1,,,,", 9},
                                 {"a", kNull, 9}};
  Clicks c({kCount});
  TaskDriver net(c.b.build());
  net.feed(c.source, records);
  EXPECT_THAT(net.epoch(), ElementsAre("a=2@5", "b=1@6"));
  EXPECT_EQ(net.counters(c.table).dropped, 2u);  // no key, no value
  TaskDriver every(c.b.build(), {.every_update = true});
  every.feed(c.source, records);
  EXPECT_THAT(every.epoch(), ElementsAre("a=1@5", "b=1@6", "a=2@5"));
}

TEST(Aggregate, a_sum_that_overflows_becomes_a_dead_letter_and_changes_nothing) {
  Clicks c(
      {kCount, {AggregateKind::sum, 0, Type::int64()}, {AggregateKind::latest, 1, Type::string()}});
  auto query = c.b.build();
  std::vector<Record> records = {
      {"a", "9223372036854775807,x,,,", 1}, {"a", "1,y,,,", 2}, {"a", "-1,z,,,", 3}};
  TaskDriver task(query);
  task.feed(c.source, records);
  EXPECT_THAT(task.epoch(), ElementsAre("a=2,9223372036854775806,z@3"));
  ASSERT_EQ(task.dead_letters().size(), 1u);
  EXPECT_EQ(task.dead_letters()[0].offset, 1);
  EXPECT_EQ(task.dead_letters()[0].value, "1,y,,,");
  EXPECT_THAT(task.dead_letters()[0].message, HasSubstr("SUM as BIGINT"));
  TaskDriver java(query, {.ksqldb = true});
  java.feed(c.source, records);
  EXPECT_THAT(java.epoch(), ElementsAre("a=3,9223372036854775807,z@3"));
}

TEST(Aggregate, a_group_is_not_passed_on_when_its_only_row_of_an_epoch_was_rejected) {
  for (bool with_text : {false, true}) {
    std::vector<plan::AggregateCall> calls = {{AggregateKind::sum, 0, Type::int64()}};
    if (with_text) calls.push_back({AggregateKind::latest, 1, Type::string()});
    const std::string text = with_text ? ",x" : "";
    Clicks c(calls);
    TaskDriver task(c.b.build());
    task.feed(c.source, {{"a", "9223372036854775807,x,,,", 1}, {"b", "1,x,,,", 2}});
    EXPECT_THAT(task.epoch(),
                ElementsAre("a=9223372036854775807" + text + "@1", "b=1" + text + "@2"));
    task.feed(c.source, {{"a", "1,x,,,", 3}, {"b", "1,x,,,", 4}});
    EXPECT_THAT(task.epoch(), ElementsAre("b=2" + text + "@4"));
    EXPECT_EQ(task.dead_letters().size(), 1u);
    task.feed(c.source, {{"a", "2,x,,,", 5}});
    EXPECT_THAT(task.epoch(), IsEmpty());
  }
}

TEST(Aggregate, late_stays_late_after_a_restart_unless_the_timing_is_that_of_kafka_streams) {
  for (bool theirs : {false, true}) {
    Clicks c({kCount}, tumbling(10, 0, 100));
    TaskOptions options{.kafka_streams_timing = theirs};
    TaskDriver task(c.b.build(), options);
    task.feed(c.source, {{"a", "1,,,,", 5}, {"a", "1,,,,", 20}});
    EXPECT_THAT(task.epoch(), ElementsAre("a[0]=1@5", "a[20]=1@20"));
    TaskDriver again(c.b.build(), options);
    again.recover_from(task);
    for (int tries = 0; tries < 2; ++tries) {  // also when the first epoch is undone
      again.feed(c.source, {{"a", "1,,,,", 6}, {"b", "1,,,,", 15}, {"b", "1,,,,", 7}});
      std::vector<std::string> sunk = again.run();
      if (theirs)
        EXPECT_THAT(sunk, UnorderedElementsAre("a[0]=2@6", "b[10]=1@15"));
      else
        EXPECT_THAT(sunk, IsEmpty());
      if (tries == 0) again.rollback();
    }
    again.commit();
    EXPECT_EQ(again.counters(c.table).late, theirs ? 1u : 3u);
  }
}

TEST(Aggregate, windows_that_expire_in_one_jump_are_lost_with_the_timing_of_kafka_streams) {
  std::vector<Record> records = {
      {"a", "1,,,,", 1}, {"b", "1,,,,", 12}, {"c", "1,,,,", 25}, {"a", "1,,,,", 60}};
  Clicks c({kCount}, tumbling(10, 5, 15), true);
  TaskDriver ours(c.b.build());
  ours.feed(c.source, records);
  EXPECT_THAT(ours.epoch(), ElementsAre("a[0]=1@1", "b[10]=1@12", "c[20]=1@25"));
  for (size_t at_once : {1u, 4u}) {
    TaskDriver theirs(c.b.build(), {.kafka_streams_timing = true});
    theirs.feed(c.source, records);
    // 25 is 15 past the start of [10, 20), and 25 past that of [0, 10).
    EXPECT_THAT(theirs.epochs_of(at_once), ElementsAre("b[10]=1@12"));
  }
}

TEST(Aggregate, a_group_whose_only_row_was_rejected_does_not_exist) {
  Clicks c({{AggregateKind::sum, 4, Type::int32()}, {AggregateKind::sum, 3, Type::decimal(6, 2)}});
  TaskDriver task(c.b.build());
  task.feed(c.source, {{"a", ",,,9999.99,", 1},
                       {"b", ",,,9999.99,2147483647", 1},
                       {"a", ",,,0.01,", 2},
                       {"b", ",,,-1.00,1", 2}});
  EXPECT_THAT(task.epoch(), ElementsAre("a=0,9999.99@1", "b=2147483647,9999.99@1"));
  EXPECT_EQ(task.dead_letters().size(), 2u);
}

TEST(Aggregate, closes_a_window_when_end_and_grace_are_reached) {
  // [0, 10) with grace 5 is open below 15: at 14 a late row still counts, at 15 it does not.
  for (auto [reached, late, out] :
       {std::tuple(TimeMs{14}, 0u, "a[0]=2@3"), std::tuple(TimeMs{15}, 1u, "a[0]=1@3"),
        std::tuple(TimeMs{16}, 1u, "a[0]=1@3")}) {
    Clicks c({kCount}, tumbling(10, 5));
    TaskDriver task(c.b.build());
    task.feed(c.source, {{"a", "1,,,,", 3}, {"b", "1,,,,", reached}, {"a", "1,,,,", 1}});
    EXPECT_EQ(task.epoch().front(), out) << reached;
    EXPECT_EQ(task.counters(c.table).late, late) << reached;
  }
}

TEST(Aggregate, a_row_advances_time_before_it_is_judged_and_null_keys_do_not) {
  Clicks c({kCount}, tumbling(10, 0));
  TaskDriver task(c.b.build());
  task.feed(c.source, {{"a", "1,,,,", 9},
                       {kNull, "1,,,,", 500},
                       {"a", "1,,,,", 0},
                       {"a", "1,,,,", 10},
                       {"a", "1,,,,", 9},
                       {"a", kNull, 12}});
  EXPECT_THAT(task.epoch(),
              ElementsAre("a[0]=2@9", "a[10]=2@12"));  // a null value counts in a window
  EXPECT_EQ(task.counters(c.table).late, 1u);
  EXPECT_EQ(task.counters(c.table).dropped, 1u);
}

TEST(Aggregate, stream_time_survives_a_restart) {
  Clicks c({kCount}, tumbling(10, 0));
  TaskDriver task(c.b.build());
  task.feed(c.source, {{"a", "1,,,,", 100}});
  task.epoch();
  TaskDriver next(c.b.build());
  next.recover_from(task);
  next.feed(c.source, {{"a", "1,,,,", 99}});
  EXPECT_THAT(next.epoch(), IsEmpty());
  EXPECT_EQ(next.counters(c.table).late, 1u);
}

TEST(Aggregate, drops_windows_past_their_retention_but_emits_them_first) {
  Clicks c({kCount, {AggregateKind::count_distinct, 0, Type::int64()}}, tumbling(10, 5, 50));
  TaskDriver task(c.b.build());
  task.feed(c.source, {{"a", "1,,,,", 3}, {"a", "1,,,,", 53}});
  EXPECT_THAT(task.epoch(), ElementsAre("a[0]=1,1@3", "a[50]=1,1@53"));
  auto stores = task.task().stores();
  EXPECT_EQ(stores[0].second->size(), 3u);  // meta: a node each
  EXPECT_EQ(stores[1].second->size(), 1u);  // 0 + 50 <= 53
  EXPECT_EQ(stores[2].second->size(), 1u);
}

TEST(Aggregate, emits_final_results_once_and_in_order_of_start_then_key) {
  for (size_t epoch : {size_t{1}, size_t{3}, size_t{100}}) {
    Clicks c({kCount}, tumbling(10, 2), true);
    TaskDriver task(c.b.build(), {.batch_rows = epoch == 3 ? size_t{1} : size_t{1024}});
    task.feed(c.source, {{"b", "1,,,,", 3},
                         {"a", "1,,,,", 7},
                         {"a", "1,,,,", 11},
                         {"c", "1,,,,", 2},
                         {"z", "1,,,,", 12},
                         {"a", "1,,,,", 9},
                         {"y", "1,,,,", 25},
                         {"x", "1,,,,", 1000}});
    EXPECT_THAT(task.epochs_of(epoch), ElementsAre("a[0]=1@7", "b[0]=1@3", "c[0]=1@2", "a[10]=1@11",
                                                   "z[10]=1@12", "y[20]=1@25"));
    EXPECT_EQ(task.counters(c.table).late, 1u);
  }
}

TEST(Aggregate, a_jump_in_time_loses_no_final_result) {
  Clicks c({kCount}, tumbling(10, 0), true);
  TaskDriver task(c.b.build());
  task.feed(c.source, {{"a", "1,,,,", 1}, {"a", "1,,,,", 1'000'000}});
  EXPECT_THAT(task.epoch(), ElementsAre("a[0]=1@1"));
  task.feed(c.source, {{"a", "1,,,,", 2'000'000}});
  EXPECT_THAT(task.epoch(), ElementsAre("a[1000000]=1@1000000"));
}

TEST(Aggregate, final_results_are_filtered_without_tombstones) {
  PlanBuilder b;
  int source = b.source("clicks", BatchKind::stream, kClicks);
  int table = b.aggregate(source, {kCount}, tumbling(10, 0), true);
  b.sink(b.filter(table, b.op(">", {b.col(table, 1), b.big(1)})), "out");
  TaskDriver task(b.build());
  task.feed(source, {{"a", "1,,,,", 1}, {"b", "1,,,,", 1}, {"b", "1,,,,", 1}, {"b", "1,,,,", 50}});
  EXPECT_THAT(task.epoch(), ElementsAre("b[0]=2@1"));
}

TEST(Aggregate, for_ksqldb_a_group_was_empty_before_its_first_row) {
  for (bool ksqldb : {false, true}) {
    for (bool every : {false, true}) {
      PlanBuilder b;
      int source = b.source("clicks", BatchKind::stream, kClicks);
      int table = b.aggregate(source, {{AggregateKind::sum, 0, Type::int64()}});
      b.sink(b.filter(table, b.op("<", {b.col(table, 1), b.big(5)})), "out");
      TaskDriver task(b.build(), {.ksqldb = ksqldb, .every_update = every});
      task.feed(source, {{"a", "7,,,,", 1}, {"b", "1,,,,", 2}});
      if (ksqldb)
        EXPECT_THAT(task.epoch(), ElementsAre("a=-@1", "b=1@2"));
      else
        EXPECT_THAT(task.epoch(), ElementsAre("b=1@2"));
    }
  }
}

TEST(Aggregate, windows_that_close_together_come_in_the_order_of_topic_keys_for_ksqldb) {
  PlanBuilder b;
  int source = b.source("n", BatchKind::stream, schema_of({Type::int64()}, {Type::int64()}));
  int sink = b.sink(b.aggregate(source, {kCount}, tumbling(10, 0), true), "out");
  for (bool ksqldb : {false, true}) {
    TaskDriver task(b.build(), {.ksqldb = ksqldb});
    task.feed(source,
              {{kafka_bigint(-1), "1", 1}, {kafka_bigint(2), "1", 1}, {kafka_bigint(5), "1", 100}});
    task.run();
    RecordColumns rows;
    ASSERT_TRUE(decode_records(task.output().sunk.at(sink)[0].finish(), rows).has_value());
    std::vector<int64_t> keys;
    for (ByteView key : rows.keys) keys.push_back(static_cast<int64_t>(load_be64(key.data())));
    EXPECT_EQ(keys, ksqldb ? (std::vector<int64_t>{2, -1}) : (std::vector<int64_t>{-1, 2}));
  }
}

TEST(Aggregate, does_not_depend_on_how_input_is_cut_into_batches_and_epochs) {
  std::vector<Record> records;
  uint32_t random = 99;
  for (int i = 0; i < 400; ++i) {
    random = random * 1664525 + 1013904223;
    std::string key = "k" + std::to_string(random >> 29);
    TimeMs ts = i * 3 + static_cast<TimeMs>((random >> 8) % 60);
    std::string text(1 + (random >> 16) % 20, static_cast<char>('a' + (random >> 20) % 26));
    records.push_back({key, std::to_string((random >> 5) % 50) + "," + text + ",0.25,1.00,", ts});
  }
  for (bool every : {false, true}) {
    Contents want;
    Lines lines;
    for (size_t mode = 0; mode < 4; ++mode) {
      Clicks c({kCount,
                {AggregateKind::max, 1, Type::string()},
                {AggregateKind::count_distinct, 0, Type::int64()},
                {AggregateKind::sum, 3, Type::decimal(6, 2)}},
               tumbling(20, 7, 100));
      TaskDriver task(c.b.build(), {.every_update = every,
                                    .batch_rows = mode % 2 == 0 ? size_t{1} : size_t{1024}});
      task.feed(c.source, records);
      Lines got = task.epochs_of(mode < 2 ? 1 : 400);
      if (mode == 0) want = task.contents();
      if (mode == 0) lines = got;
      Contents have = task.contents();
      if (!every && mode >= 2) {
        // Fewer rows go on when updates are netted: that count differs, nothing else.
        have.erase("q/meta.source-clicks0/0");
        Contents rest = want;
        rest.erase("q/meta.source-clicks0/0");
        EXPECT_EQ(have, rest) << mode;
      } else {
        EXPECT_EQ(have, want) << mode;
        EXPECT_EQ(got, lines) << mode;
      }
    }
  }
}

}  // namespace
}  // namespace leat::exec
