#include "exec/task.h"

#include <gmock/gmock.h>

#include "exec/task_driver.h"

namespace leat::exec {
namespace {

using namespace leat::exec::testing;  // NOLINT
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const Schema kOrders = schema_of({Type::string()}, {Type::int64(), Type::string()});

TEST(Task, filters_and_projects_a_stream_and_keeps_keys_times_and_order) {
  PlanBuilder b;
  int orders = b.source("orders", BatchKind::stream, kOrders);
  int some = b.filter(orders, b.op(">", {b.col(orders, 1), b.big(10)}));
  int out = b.project(some, {}, {b.op("*", {b.col(some, 1), b.big(2)}), b.col(some, 2)});
  int sink = b.sink(out, "big");
  TaskDriver task(b.build());
  task.feed(
      orders,
      {{"a", "5,x", 1}, {"b", "11,y", 2}, {kNull, "12,z", 3}, {"c", "1,q", 4}, {"d", "20,w", 3}});
  EXPECT_THAT(task.epoch(), ElementsAre("b=22,y@2", "-=24,z@3", "d=40,w@3"));
  EXPECT_EQ(task.counters(orders).rows_out, 5u);
  EXPECT_EQ(task.counters(some).rows_in, 5u);
  EXPECT_EQ(task.counters(some).rows_out, 3u);
  EXPECT_EQ(task.counters(sink).rows_out, 3u);
  EXPECT_THAT(task.dead_letters(), IsEmpty());
}

TEST(Task, passes_a_null_value_through_a_projection_and_drops_it_at_a_filter) {
  PlanBuilder b;
  int orders = b.source("orders", BatchKind::stream, kOrders);
  int out = b.project(orders, {}, {b.op("+", {b.col(orders, 1), b.big(1)})});
  b.sink(out, "out");
  TaskDriver projects(b.build());
  projects.feed(orders, {{"a", kNull, 1}, {"a", "1,x", 2}});
  EXPECT_THAT(projects.epoch(), ElementsAre("a=-@1", "a=2@2"));

  PlanBuilder f;
  int source = f.source("orders", BatchKind::stream, kOrders);
  f.sink(f.filter(source, f.op("IS NULL", {f.col(source, 1)})), "out");
  TaskDriver filters(f.build());
  filters.feed(source, {{"a", kNull, 1}, {"a", ",x", 2}});
  EXPECT_THAT(filters.epoch(), ElementsAre("a=,x@2"));
}

TEST(Task, sends_what_cannot_be_decoded_or_computed_to_the_dead_letters) {
  PlanBuilder b;
  int orders = b.source("orders", BatchKind::stream, kOrders);
  int out = b.project(orders, {}, {b.op("/", {b.big(100), b.col(orders, 1)})});
  b.sink(out, "out");
  auto query = b.build();
  TaskDriver task(query);
  std::vector<Record> records = {{"a", "five,x", 7}, {"b", "0,x", 8}, {"c", "5,x", 9}};
  task.feed(orders, records);
  EXPECT_THAT(task.epoch(), ElementsAre("c=20@9"));
  ASSERT_EQ(task.dead_letters().size(), 2u);
  const DeadLetter& undecoded = task.dead_letters()[0];
  EXPECT_EQ(undecoded.topic, "orders");
  EXPECT_EQ(undecoded.offset, 0);
  EXPECT_EQ(undecoded.key, "a");
  EXPECT_EQ(undecoded.value, "five,x");
  EXPECT_EQ(undecoded.timestamp, 7);
  EXPECT_EQ(undecoded.stage, "source-orders0");
  EXPECT_THAT(undecoded.message, HasSubstr("value"));
  const DeadLetter& uncomputed = task.dead_letters()[1];
  EXPECT_EQ(uncomputed.offset, 1);
  EXPECT_EQ(uncomputed.value, "0,x");
  EXPECT_EQ(uncomputed.stage, "project1");
  EXPECT_EQ(task.counters(orders).errors, 1u);
  EXPECT_EQ(task.counters(out).errors, 1u);

  TaskDriver java(query, {.ksqldb = true});
  java.feed(orders, records);
  EXPECT_THAT(java.epoch(), ElementsAre("b=@8", "c=20@9"));
}

TEST(Task, a_policy_of_skip_leaves_no_letter_and_one_of_fail_stops) {
  for (auto policy : {plan::BadRecordPolicy::skip, plan::BadRecordPolicy::fail}) {
    PlanBuilder b;
    int orders = b.source("orders", BatchKind::stream, kOrders);
    std::get<plan::Source>(b.at(orders).op).policy = policy;
    b.sink(orders, "out");
    TaskDriver task(b.build());
    task.feed(orders, {{"a", "1,x", 1}, {"b", "bad,x", 2}});
    Status status = task.try_run();
    if (policy == plan::BadRecordPolicy::skip) {
      EXPECT_TRUE(status.has_value());
      EXPECT_THAT(task.output().dead_letters, IsEmpty());
      EXPECT_EQ(task.counters(orders).errors, 1u);
    } else {
      ASSERT_FALSE(status.has_value());
      EXPECT_THAT(status.error().message(), HasSubstr("topic orders partition 0 offset 1"));
    }
  }
}

TEST(Task, gives_the_rows_of_its_last_node_to_whoever_runs_it) {
  PlanBuilder b;
  int source = b.source("s", BatchKind::stream, schema_of({Type::string()}, {Type::int64()}));
  b.filter(source, b.op(">", {b.col(source, 1), PlanBuilder::big(1)}));
  TaskDriver task(b.build(), {.collect_last = true});
  task.feed(source, {{"a", "1", 1}, {"b", "2", 2}, {"c", "3", 3}});
  task.run();
  ASSERT_EQ(task.output().collected.size(), 1u);
  EXPECT_EQ(task.output().collected[0]->timestamps, (std::vector<TimeMs>{2, 3}));
}

TEST(Task, takes_event_time_from_a_column_and_drops_negative_and_far_future_ones) {
  PlanBuilder b;
  int orders = b.source("orders", BatchKind::stream, kOrders);
  std::get<plan::Source>(b.at(orders).op).timestamp.column = 1;
  b.sink(orders, "out");
  TaskDriver task(b.build(), {.max_future_ms = 1000});
  task.feed(orders, {{"a", "500,x", 100},
                     {"b", "-3,x", 100},
                     {"c", "1100,x", 100},
                     {"d", "1101,x", 100},
                     {"e", ",x", 100},
                     {"f", kNull, 100}});
  EXPECT_THAT(task.epoch(), ElementsAre("a=500,x@500", "c=1100,x@1100", "f=-@100"));
  EXPECT_EQ(task.counters(orders).dropped, 1u);
  ASSERT_EQ(task.dead_letters().size(), 2u);
  EXPECT_THAT(task.dead_letters()[0].message, HasSubstr("future"));
  EXPECT_THAT(task.dead_letters()[1].message, HasSubstr("null"));

  TaskDriver trusting(b.build(), {.max_future_ms = 0});
  trusting.feed(orders, {{"d", "999999999,x", 100}});
  EXPECT_THAT(trusting.epoch(), ElementsAre("d=999999999,x@999999999"));
}

TEST(Task, reads_event_times_written_as_text) {
  for (std::string pattern : {"", "dd.MM.yyyy HH:mm"}) {
    PlanBuilder b;
    int orders = b.source("orders", BatchKind::stream, kOrders);
    std::get<plan::Source>(b.at(orders).op).timestamp = {2, pattern};
    b.sink(orders, "out");
    TaskDriver task(b.build(), {.max_future_ms = 0});
    std::string good = pattern.empty() ? "1970-01-02T00:01" : "02.01.1970 00:01";
    task.feed(orders, {{"a", "1," + good, 5}, {"b", "2,yesterday", 6}});
    EXPECT_THAT(task.epoch(), ElementsAre("a=1," + good + "@86460000"));
    EXPECT_EQ(task.dead_letters().size(), 1u);
  }
}

TEST(Task, holds_a_record_of_its_own_time_against_when_its_batch_was_appended) {
  PlanBuilder b;
  int orders = b.source("orders", BatchKind::stream, kOrders);
  b.sink(orders, "out");
  TaskDriver task(b.build(), {.max_future_ms = 1000});
  RecordBatchBuilder builder;
  builder.add(5000, "a", "1,x");
  std::string bytes(builder.finish());
  TaskInput input;
  input.sources.push_back({orders, PartitionId(0), Offset(0), Offset(1), {bytes}, {}, {3999}});
  TaskOutput out;
  ASSERT_TRUE(task.task().run(input, out).has_value());
  EXPECT_EQ(out.dead_letters.size(), 1u);
}

TEST(Task, takes_only_records_between_from_and_to_and_no_control_batches) {
  PlanBuilder b;
  int orders = b.source("orders", BatchKind::stream, kOrders);
  int sink = b.sink(orders, "out");
  TaskDriver task(b.build());
  RecordBatchBuilder builder;
  for (int i = 0; i < 5; ++i) builder.add(10 + i, "k" + std::to_string(i), "1,x");
  std::string first(builder.finish(Offset(10)));
  std::string control = control_batch(Offset(15), 20, 1, 0, true, 0);
  builder.clear();
  for (int i = 6; i < 9; ++i) builder.add(10 + i, "k" + std::to_string(i), "1,x");
  std::string second(builder.finish(Offset(16)));
  TaskInput input;
  input.sources.push_back(
      {orders, PartitionId(0), Offset(13), Offset(18), {first, control, second}, {}, {}});
  TaskOutput out;
  ASSERT_TRUE(task.task().run(input, out).has_value());
  RecordColumns records;
  ASSERT_TRUE(decode_records(out.sunk.at(sink)[0].finish(), records).has_value());
  EXPECT_THAT(records.keys, ElementsAre("k3", "k4", "k6", "k7"));
}

TEST(Task, merges_its_inputs_by_the_time_at_their_heads) {
  PlanBuilder b;
  int left = b.source("left", BatchKind::stream, kOrders);
  int right = b.source("right", BatchKind::stream, kOrders);
  int sink_left = b.sink(left, "out");
  int sink_right = b.sink(right, "out");
  b.at(sink_left).id = "l";
  b.at(sink_right).id = "r";
  // Both write to one sink node: the order in which they get there shows.
  std::get<plan::Sink>(b.at(sink_right).op).topic = "out";
  b.at(sink_left).inputs = {left, right};
  for (size_t batch_rows : {size_t{1}, size_t{2}, size_t{1024}}) {
    TaskDriver task(b.build(), {.batch_rows = batch_rows});
    task.feed(left, {{"l1", "1,", 10}, {"l2", "1,", 5}, {"l3", "1,", 20}, {"l4", "1,", 30}});
    task.feed(
        right,
        {{"r1", "1,", 7}, {"r2", "1,", 10}, {"r3", "1,", 20}, {"r4", "1,", 21}, {"r5", "1,", 40}});
    Lines lines = task.run();
    std::vector<std::string> keys;
    for (auto& line : lines) keys.push_back(line.substr(0, 2));
    keys.resize(9);  // those of the first sink
    EXPECT_THAT(keys, ElementsAre("r1", "l1", "l2", "r2", "l3", "r3", "r4", "l4", "r5"))
        << batch_rows;
  }
}

TEST(Task, writes_each_key_to_its_partition_and_spreads_null_keys) {
  PlanBuilder b;
  int orders = b.source("orders", BatchKind::stream, kOrders);
  int sink = b.sink(orders, "out");
  TaskDriver task(b.build(), {}, {}, 0, 3);
  std::vector<Record> records;
  for (int i = 0; i < 30; ++i) records.push_back({"key" + std::to_string(i), "1,x", i});
  for (int i = 0; i < 6; ++i) records.push_back({kNull, "1,x", 100 + i});
  task.feed(orders, records);
  task.run();
  std::map<int, int> null_keys;
  for (int p = 0; p < 3; ++p) {
    RecordColumns rows;
    ASSERT_TRUE(decode_records(task.output().sunk.at(sink)[static_cast<size_t>(p)].finish(), rows)
                    .has_value());
    for (ByteView key : rows.keys) {
      if (is_null(key))
        ++null_keys[p];
      else
        EXPECT_EQ(partition_for(key, 3), p);
    }
  }
  EXPECT_EQ(null_keys, (std::map<int, int>{{0, 2}, {1, 2}, {2, 2}}));
}

TEST(Task, a_computed_key_of_several_columns_is_never_null_as_a_whole) {
  PlanBuilder b;
  int orders = b.source("orders", BatchKind::stream, kOrders);
  int keyed = b.project(orders, {b.col(orders, 1), b.col(orders, 2)}, {b.col(orders, 0)});
  int sink = b.sink(keyed, "out");
  std::get<plan::Sink>(b.at(sink).op).key_format.kind = FormatKind::json;
  TaskDriver task(b.build());
  task.feed(orders, {{"a", "1,x", 1}, {"b", ",", 2}, {kNull, kNull, 3}});
  EXPECT_THAT(task.epoch(), ElementsAre(R"({"K0":1,"K1":"x"}=a@1)", R"({"K0":null,"K1":null}=b@2)",
                                        R"({"K0":null,"K1":null}=-@3)"));
}

TEST(Task, copies_headers_to_the_sink) {
  PlanBuilder b;
  int orders = b.source("orders", BatchKind::stream, kOrders);
  int sink = b.sink(b.filter(orders, b.op(">", {b.col(orders, 1), b.big(1)})), "out");
  TaskDriver task(b.build());
  std::string headers = encode_headers({{"trace", "42"}});
  RecordBatchBuilder builder;
  builder.add(1, "a", "1,x", headers);
  builder.add(2, "b", "2,x");
  builder.add(3, "c", "3,x", headers);
  std::string bytes(builder.finish());
  TaskInput input;
  input.sources.push_back({orders, PartitionId(0), Offset(0), Offset(3), {bytes}, {}, {}});
  TaskOutput out;
  ASSERT_TRUE(task.task().run(input, out).has_value());
  RecordColumns rows;
  ASSERT_TRUE(decode_records(out.sunk.at(sink)[0].finish(), rows).has_value());
  ASSERT_EQ(rows.headers.size(), 2u);
  EXPECT_TRUE(rows.headers[0].empty() || decode_headers(rows.headers[0]).value().empty());
  EXPECT_EQ(decode_headers(rows.headers[1]).value().at(0).value, "42");
}

TEST(Task, a_rolled_back_epoch_leaves_no_trace) {
  PlanBuilder b;
  int orders = b.source("orders", BatchKind::stream, kOrders);
  int table = b.aggregate(orders, {{plan::AggregateKind::count_all, -1, Type::int64()},
                                   {plan::AggregateKind::max, 1, Type::string()},
                                   {plan::AggregateKind::count_distinct, 0, Type::int64()}});
  b.sink(table, "out");
  TaskDriver task(b.build());
  task.feed(orders, {{"a", "1,x", 1}, {"b", "2,y", 2}, {kNull, "1,q", 2}});
  task.epoch();
  Contents before = task.contents();
  auto counters = task.counters(table);
  std::vector<Record> more = {{"a", "2,zzzzzzzzzzzzzzzzzzzzzzzzzz", 9},
                              {"c", "3,w", 3},
                              {kNull, "1,q", 2},
                              {"b", "x,x", 2}};
  task.feed(orders, more);
  Lines first = task.run();
  EXPECT_NE(task.contents(), before);
  task.rollback();
  EXPECT_EQ(task.contents(), before);
  EXPECT_EQ(task.counters(table).rows_in, counters.rows_in);
  task.feed(orders, more);
  EXPECT_EQ(task.run(), first);
}

}  // namespace
}  // namespace leat::exec
