#include "exec/view.h"

#include <gmock/gmock.h>

#include "data/canonical_key.h"
#include "exec/task_driver.h"

namespace leat::exec {
namespace {

using namespace leat::exec::testing;  // NOLINT
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

const Schema kAccounts = schema_of({Type::string()}, {Type::int64(), Type::string()});
const plan::AggregateCall kCount{plan::AggregateKind::count_all, -1, Type::int64()};

std::string key_of(std::string_view text) {
  Column column(Type::string());
  column.resize(1);
  column.at<ByteView>(0) = text;
  std::string key;
  append_canonical(key, column, 0);
  return key;
}

// "key=first value", with the window start behind the key.
Lines lines(const Batch& rows) {
  Lines out;
  for (size_t row = 0; row < rows.rows(); ++row) {
    std::string line(rows.columns[0].at<ByteView>(row));
    if (!rows.window_start.empty())
      line += "[" + std::to_string(rows.window_start[row]) + "," +
              std::to_string(rows.window_end[row]) + ")";
    out.push_back(line + "=" + std::to_string(rows.columns[1].at<int64_t>(row)));
  }
  return out;
}

Lines look_up(View& view, TaskDriver& task, std::string_view key) {
  Batch rows;
  EXPECT_TRUE(view.lookup(task.task(), key_of(key), rows).has_value());
  return lines(rows);
}

struct Scanned {
  Lines rows;
  std::vector<std::string> keys;
  bool more = false;
};
Scanned scan(View& view, TaskDriver& task, const View::Range& range) {
  Scanned out;
  Batch rows;
  EXPECT_TRUE(view.scan(task.task(), range, rows, out.keys, out.more).has_value());
  out.rows = lines(rows);
  EXPECT_EQ(out.rows.size(), out.keys.size());
  return out;
}

TEST(View, reads_a_table_through_the_filter_and_projection_behind_it) {
  PlanBuilder b;
  int source = b.source("accounts", BatchKind::table, kAccounts);
  int table = b.materialize(source);
  int rich = b.filter(table, b.op(">", {b.col(table, 1), b.big(10)}));
  int doubled = b.project(rich, {}, {b.op("*", {b.col(rich, 1), b.big(2)})});
  b.sink(doubled, "out");
  auto query = b.build();
  TaskDriver task(query);
  auto view = View::of(query, {}).value();
  EXPECT_EQ(view->node(), table);
  EXPECT_EQ(view->schema(), b.schema(doubled));
  EXPECT_FALSE(view->window());
  task.feed(source, {{"a", "20,x", 1}, {"b", "5,x", 1}, {"c", "30,x", 1}});
  task.epoch();
  EXPECT_THAT(look_up(*view, task, "a"), ElementsAre("a=40"));
  EXPECT_THAT(look_up(*view, task, "b"), IsEmpty());
  EXPECT_THAT(look_up(*view, task, "nobody"), IsEmpty());
  EXPECT_THAT(scan(*view, task, {}).rows, UnorderedElementsAre("a=40", "c=60"));
}

TEST(View, scans_ranges_in_order_and_says_whether_there_is_more) {
  PlanBuilder b;
  int source = b.source("accounts", BatchKind::table, kAccounts);
  int table = b.materialize(source);
  int odd = b.filter(table, b.op("<>", {b.col(table, 1), b.big(3)}));
  b.sink(odd, "out");
  auto query = b.build();
  TaskDriver task(query);
  auto view = View::of(query, {}).value();
  std::vector<Record> records;
  for (int i = 0; i < 3000; ++i)
    records.push_back({"k" + std::to_string(10000 + i), std::to_string(i % 5) + ",x", i});
  task.feed(source, records);
  task.epoch();
  auto page = scan(*view, task, {.from = {}, .to = {}, .limit = 3, .ordered = true});
  EXPECT_THAT(page.rows, ElementsAre("k10000=0", "k10001=1", "k10002=2"));
  EXPECT_TRUE(page.more);
  page =
      scan(*view, task,
           {.from = page.keys.back() + '\0', .to = key_of("k10006"), .limit = 3, .ordered = true});
  EXPECT_THAT(page.rows, ElementsAre("k10004=4", "k10005=0"));  // 3 does not pass
  EXPECT_FALSE(page.more);
  EXPECT_EQ(
      scan(*view, task, {.from = {}, .to = {}, .limit = SIZE_MAX, .ordered = true}).rows.size(),
      2400u);
  EXPECT_EQ(scan(*view, task, {}).rows.size(), 2400u);
  auto exact = scan(*view, task, {.from = key_of("k12999"), .to = {}, .limit = 1, .ordered = true});
  EXPECT_FALSE(exact.more);
}

TEST(View, gives_all_windows_of_a_key_ascending) {
  PlanBuilder b;
  int source = b.source("clicks", BatchKind::stream, kAccounts);
  int table = b.aggregate(source, {kCount},
                          plan::WindowSpec{plan::WindowSpec::Kind::tumbling, 10, 5, 1000});
  b.sink(table, "out");
  auto query = b.build();
  TaskDriver task(query);
  auto view = View::of(query, {}).value();
  EXPECT_EQ(view->window()->size_ms, 10);
  task.feed(
      source,
      {{"a", "1,x", 31}, {"a", "1,x", 28}, {"ab", "1,x", 33}, {"a", "1,x", 35}, {"a", "1,x", 900}});
  task.epoch();
  EXPECT_THAT(look_up(*view, task, "a"), ElementsAre("a[20,30)=1", "a[30,40)=2", "a[900,910)=1"));
  auto all = scan(*view, task, {.from = {}, .to = {}, .limit = SIZE_MAX, .ordered = true});
  EXPECT_THAT(all.rows, ElementsAre("a[20,30)=1", "a[30,40)=2", "a[900,910)=1", "ab[30,40)=1"));
  EXPECT_EQ(all.keys[0].size(), key_of("a").size() + 8);
}

TEST(View, shows_windows_of_emit_final_only_once_they_are_closed) {
  PlanBuilder b;
  int source = b.source("clicks", BatchKind::stream, kAccounts);
  b.sink(b.aggregate(source, {kCount},
                     plan::WindowSpec{plan::WindowSpec::Kind::tumbling, 10, 0, 1000}, true),
         "out");
  auto query = b.build();
  TaskDriver task(query);
  auto view = View::of(query, {}).value();
  task.feed(source, {{"a", "1,x", 1}, {"a", "1,x", 9}});
  task.epoch();
  EXPECT_THAT(look_up(*view, task, "a"), IsEmpty());
  EXPECT_THAT(scan(*view, task, {}).rows, IsEmpty());
  task.feed(source, {{"a", "1,x", 10}});
  task.epoch();
  EXPECT_THAT(look_up(*view, task, "a"), ElementsAre("a[0,10)=2"));
  EXPECT_THAT(scan(*view, task, {}).rows, ElementsAre("a[0,10)=2"));
}

TEST(View, a_declared_table_is_a_view_and_a_stream_is_none) {
  PlanBuilder b;
  int source = b.source("accounts", BatchKind::table, kAccounts);
  b.materialize(source);
  auto declared = b.build();
  TaskDriver task(declared);
  task.feed(source, {{"a", "1,x", 1}});
  task.epoch();
  auto view = View::of(declared, {}).value();
  EXPECT_THAT(look_up(*view, task, "a"), ElementsAre("a=1"));

  PlanBuilder s;
  s.sink(s.source("orders", BatchKind::stream, kAccounts), "out");
  auto none = View::of(s.build(), {});
  ASSERT_FALSE(none.has_value());
  EXPECT_EQ(none.error().code(), ErrorCode::not_found);
}

}  // namespace
}  // namespace leat::exec
