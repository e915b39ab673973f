// Tables in a task: the last row of a key, changes with what they replaced, joins that look them
// up.
#include <gmock/gmock.h>

#include "exec/task_driver.h"

namespace leat::exec {
namespace {

using namespace leat::exec::testing;  // NOLINT
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Schema kAccounts = schema_of({Type::string()}, {Type::int64(), Type::string()});
const TaskOptions kEvery{.every_update = true};

TEST(Table, keeps_the_last_row_in_offset_order_and_emits_net_changes_once) {
  PlanBuilder b;
  int source = b.source("accounts", BatchKind::table, kAccounts);
  int table = b.materialize(source);
  b.sink(table, "out");
  TaskDriver task(b.build());
  task.feed(source, {{"a", "1,x", 100},
                     {"b", "1,y", 50},
                     {"a", "2,x", 10},
                     {kNull, "9,z", 60},
                     {"c", "7,t", 1},
                     {"c", kNull, 2}});
  // c came and went; a's later record counts although its time is earlier.
  EXPECT_THAT(task.epoch(), ElementsAre("a=2,x@10", "b=1,y@50"));
  EXPECT_EQ(task.counters(table).dropped, 1u);
  task.feed(source, {{"b", kNull, 70}, {"c", kNull, 71}, {"a", "2,x", 72}});
  EXPECT_THAT(task.epoch(), ElementsAre("b=-@70", "a=2,x@72"));
  task.feed(source, {{"b", "5,again", 80}});
  EXPECT_THAT(task.epoch(), ElementsAre("b=5,again@80"));
}

TEST(Table, emits_each_update_when_told_to) {
  PlanBuilder b;
  int source = b.source("accounts", BatchKind::table, kAccounts);
  b.sink(b.materialize(source), "out");
  TaskDriver task(b.build(), kEvery);
  task.feed(source,
            {{"a", "1,x", 1}, {"a", "2,x", 2}, {"a", kNull, 3}, {"a", kNull, 4}, {"a", "3,x", 5}});
  EXPECT_THAT(task.epoch(), ElementsAre("a=1,x@1", "a=2,x@2", "a=-@3", "a=-@4", "a=3,x@5"));
}

TEST(Table, a_filter_turns_rows_that_stop_passing_into_tombstones) {
  for (bool every : {false, true}) {
    PlanBuilder b;
    int source = b.source("accounts", BatchKind::table, kAccounts);
    int table = b.materialize(source);
    b.sink(b.filter(table, b.op(">", {b.col(table, 1), b.big(10)})), "out");
    TaskDriver task(b.build(), {.every_update = every, .batch_rows = 2});
    std::vector<Record> records = {{"a", "20,x", 1}, {"b", "5,x", 2}, {"a", "30,x", 3},
                                   {"b", "4,x", 4},  {"a", "6,x", 5}, {"a", "5,x", 6},
                                   {"a", "50,x", 7}, {"a", kNull, 8}};
    task.feed(source, records);
    // The same for single epochs and single updates: nothing repeats, nothing is missed.
    EXPECT_THAT(task.epochs_of(1),
                ElementsAre("a=20,x@1", "a=30,x@3", "a=-@5", "a=50,x@7", "a=-@8"));
  }
}

TEST(Table, a_row_that_cannot_be_computed_any_more_leaves) {
  PlanBuilder b;
  int source = b.source("accounts", BatchKind::table, kAccounts);
  int table = b.materialize(source);
  b.sink(b.project(table, {}, {b.op("/", {b.big(100), b.col(table, 1)})}), "out");
  TaskDriver task(b.build(), kEvery);
  task.feed(source, {{"a", "5,x", 1}, {"a", "0,x", 2}, {"a", "10,x", 3}, {"b", "0,x", 4}});
  EXPECT_EQ(task.epoch().front(), "a=20@1");
  EXPECT_EQ(task.dead_letters().size(), 2u);
}

// The source's changes, by a new key: counts must always be those of the rows that are there.
struct Regrouped {
  PlanBuilder b;
  int source, table, grouped, counts;
  Regrouped() {
    source = b.source("accounts", BatchKind::table, kAccounts);
    table = b.materialize(source);
    grouped = b.project(table, {b.col(table, 2)}, {b.col(table, 1)}, true);
    counts = b.aggregate(grouped, {{plan::AggregateKind::count_all, -1, Type::int64()},
                                   {plan::AggregateKind::sum, 0, Type::int64()},
                                   {plan::AggregateKind::avg, 0, Type::float64()}});
    b.sink(counts, "out");
  }
};

TEST(Table, a_change_of_group_takes_out_the_old_before_it_adds_the_new) {
  Regrouped r;
  TaskDriver task(r.b.build(), kEvery);
  task.feed(r.source, {{"1", "10,eu", 1},
                       {"2", "20,eu", 2},
                       {"1", "10,us", 3},
                       {"1", "15,us", 4},
                       {"2", kNull, 5},
                       {"3", "1,", 6}});
  EXPECT_THAT(task.epoch(), ElementsAre("eu=1,10,10.0@1", "eu=2,30,15.0@2", "eu=1,20,20.0@3",
                                        "us=1,10,10.0@3",  // the old group first
                                        "us=1,15,15.0@4",  // one row for a group that stays
                                        "eu=0,0,0.0@5"));  // an empty group stays
}

TEST(Table, net_changes_end_in_the_same_groups_as_single_updates) {
  std::vector<Record> records;
  uint32_t random = 7;
  for (int i = 0; i < 500; ++i) {
    random = random * 1664525 + 1013904223;
    std::string key = std::to_string(random >> 28);
    if ((random >> 8) % 7 == 0)
      records.push_back({key, kNull, i});
    else
      records.push_back(
          {key, std::to_string((random >> 10) % 100) + ",g" + std::to_string((random >> 4) % 3),
           i});
  }
  std::map<size_t, std::map<std::string, std::string>> last;
  for (size_t mode = 0; mode < 4; ++mode) {
    Regrouped r;
    TaskDriver task(r.b.build(),
                    {.every_update = mode == 0, .batch_rows = mode == 1 ? size_t{1} : size_t{64}});
    task.feed(r.source, records);
    for (auto& line : task.epochs_of(mode == 2 ? 500 : 33)) {
      size_t at = line.find('=');
      last[mode][line.substr(0, at)] = line.substr(at + 1, line.find('@') - at - 1);
    }
  }
  // Recomputed without the engine.
  std::map<std::string, std::string> rows;
  for (auto& r : records) r.value ? void(rows[*r.key] = *r.value) : void(rows.erase(*r.key));
  std::map<std::string, std::pair<int, int>> groups;
  for (auto& [key, value] : rows) {
    size_t comma = value.find(',');
    auto& [count, sum] = groups[value.substr(comma + 1)];
    ++count;
    sum += std::stoi(value.substr(0, comma));
  }
  for (auto& [group, want] : groups)
    for (size_t mode = 0; mode < 4; ++mode)
      EXPECT_EQ(last[mode][group].substr(0, last[mode][group].rfind(',')),
                std::to_string(want.first) + "," + std::to_string(want.second))
          << mode << group;
}

TEST(Table, a_stream_finds_the_row_that_is_there_when_it_comes) {
  for (bool left : {false, true}) {
    PlanBuilder b;
    int stream =
        b.source("transfers", BatchKind::stream, schema_of({Type::string()}, {Type::int64()}));
    int source = b.source("accounts", BatchKind::table, kAccounts);
    int table = b.materialize(source);
    int join = b.join(stream, table, left);
    b.sink(join, "out");
    TaskDriver task(b.build(), {.batch_rows = 16});
    task.feed(source,
              {{"a", "7,anna", 5}, {"b", "9,bob", 15}, {"a", "8,ann", 20}, {"b", kNull, 25}});
    task.feed(stream, {{"a", "1", 3},
                       {"a", "2", 10},
                       {"b", "3", 16},
                       {"a", "4", 21},
                       {"b", "5", 26},
                       {kNull, "6", 27},
                       {"a", kNull, 28}});
    Lines lines = task.epoch();
    if (left)
      EXPECT_THAT(lines, ElementsAre("a=1,,@3", "a=2,7,anna@10", "b=3,9,bob@16", "a=4,8,ann@21",
                                     "b=5,,@26", "-=6,,@27"));
    else
      EXPECT_THAT(lines, ElementsAre("a=2,7,anna@10", "b=3,9,bob@16", "a=4,8,ann@21"));
    EXPECT_EQ(task.counters(join).dropped, left ? 1u : 4u);
    task.feed(source, {{"a", "1,late", 1}});  // last in offset order wins
    task.epoch();
    task.feed(stream, {{"a", "7", 2}});
    EXPECT_THAT(task.epoch(), ElementsAre("a=7,1,late@2"));
  }
}

TEST(Table, a_join_looks_through_filters_and_projections_of_the_table) {
  for (bool left : {false, true}) {
    PlanBuilder b;
    int stream =
        b.source("transfers", BatchKind::stream, schema_of({Type::string()}, {Type::int64()}));
    int source = b.source("accounts", BatchKind::table, kAccounts);
    int table = b.materialize(source);
    int rich = b.filter(table, b.op(">", {b.col(table, 1), b.big(10)}));
    int doubled = b.project(rich, {}, {b.op("*", {b.col(rich, 1), b.big(2)})});
    b.sink(b.join(stream, doubled, left), "out");
    TaskDriver task(b.build());
    task.feed(source, {{"a", "7,anna", 1}, {"b", "20,bob", 1}});
    task.feed(stream, {{"a", "1", 2}, {"b", "2", 3}, {"c", "3", 4}});
    if (left)
      EXPECT_THAT(task.epoch(), ElementsAre("a=1,@2", "b=2,40@3", "c=3,@4"));
    else
      EXPECT_THAT(task.epoch(), ElementsAre("b=2,40@3"));
  }
}

TEST(Table, state_continues_in_a_new_task_as_if_nothing_had_happened) {
  std::vector<Record> first = {{"1", "10,eu", 1}, {"2", "20,eu", 2}, {"3", "bad,eu", 3}};
  std::vector<Record> second = {{"1", "10,us", 4}, {"2", kNull, 5}};
  Regrouped r;
  auto query = r.b.build();
  TaskDriver whole(query);
  whole.feed(r.source, first);
  whole.epoch();
  TaskDriver restored(query);
  restored.recover_from(whole);
  EXPECT_EQ(restored.contents(), whole.contents());
  EXPECT_EQ(restored.counters(r.source).errors, 1u);
  whole.feed(r.source, second);
  restored.feed(r.source, second);
  EXPECT_EQ(whole.epoch(), restored.epoch());
  EXPECT_EQ(restored.contents(), whole.contents());
}

TEST(Table, a_tombstone_of_a_key_that_is_not_there_changes_nothing) {
  Regrouped r;
  TaskDriver task(r.b.build());
  task.feed(r.source, {{"1", kNull, 1}});
  EXPECT_THAT(task.epoch(), IsEmpty());
}

}  // namespace
}  // namespace leat::exec
