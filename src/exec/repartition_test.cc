// Rows on their way from the tasks of one part of a query to those of the next.
#include <gmock/gmock.h>

#include "exec/task_driver.h"

namespace leat::exec {
namespace {

using namespace leat::exec::testing;  // NOLINT
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

const Schema kSales = schema_of({Type::string()}, {Type::string(), Type::int64()});
constexpr int32_t kPartitions = 2;

// Sales by region, counted and summed after a repartition: one part above it, one below.
struct ByRegion {
  PlanBuilder b;
  int source, sent, totals;
  std::shared_ptr<const plan::Query> query;
  plan::Subtopology above, below;
  explicit ByRegion(bool table, std::optional<plan::WindowSpec> window = {}) {
    source = b.source("sales", table ? BatchKind::table : BatchKind::stream, kSales);
    int from = table ? b.materialize(source) : source;
    int keyed = b.project(from, {b.col(from, 1)}, {b.col(from, 2)}, true);
    sent = b.repartition(keyed, kPartitions);
    totals = b.aggregate(sent,
                         {{plan::AggregateKind::count_all, -1, Type::int64()},
                          {plan::AggregateKind::sum, 0, Type::int64()}},
                         window);
    int sink = b.sink(totals, "out");
    query = b.build();
    for (int n = 0; n <= sent; ++n) above.nodes.push_back(n);
    below.nodes = {totals, sink};
    below.repartitions = {sent};
    above.partitions = below.partitions = kPartitions;
  }
};

TEST(Repartition, sends_rows_to_the_task_of_their_key_and_the_sums_are_right) {
  ByRegion q(false);
  TaskDriver first(q.query, {}, q.above, 0), second(q.query, {}, q.above, 1);
  first.feed(q.source, {{"1", "eu,5", 1}, {"2", "us,1", 2}, {"3", ",9", 3}, {"4", "asia,2", 4}});
  second.feed(q.source, {{"5", "eu,7", 2}, {"6", "asia,3", 1}});
  first.run();
  second.run();
  Lines all;
  for (int32_t p = 0; p < kPartitions; ++p) {
    TaskDriver below(q.query, {}, q.below, p);
    std::vector<Batch*> batches;
    std::vector<int32_t> senders;
    int32_t sender = 0;
    for (TaskDriver* task : {&first, &second}) {
      for (auto& batch : task->output().exchanged.at(q.sent)[static_cast<size_t>(p)]) {
        batches.push_back(batch.get());
        senders.push_back(sender);
        for (size_t row = 0; row < batch->rows(); ++row)
          EXPECT_EQ(partition_for(batch->columns[0].at<ByteView>(row), kPartitions), p);
      }
      ++sender;
    }
    below.exchange(q.sent, batches, senders);
    for (auto& line : below.epoch()) all.push_back(line);
  }
  EXPECT_THAT(all, UnorderedElementsAre("eu=2,12@2", "us=1,1@2", "asia=2,5@4"));
}

TEST(Repartition, merges_what_several_tasks_sent_by_time) {
  // Alone, the second sender's rows would all come after the first's, and be late.
  ByRegion q(false, plan::WindowSpec{plan::WindowSpec::Kind::tumbling, 10, 0, 0});
  for (bool told : {true, false}) {
    TaskDriver first(q.query, {.batch_rows = 2}, q.above, 0), second(q.query, {}, q.above, 1);
    first.feed(q.source,
               {{"1", "eu,1", 1}, {"1", "eu,1", 11}, {"1", "eu,1", 21}, {"1", "eu,1", 31}});
    second.feed(q.source, {{"1", "eu,1", 2}, {"1", "eu,1", 12}, {"1", "eu,1", 22}});
    first.run();
    second.run();
    auto p = static_cast<size_t>(partition_for("eu", kPartitions));
    TaskDriver below(q.query, {}, q.below, static_cast<int32_t>(p));
    std::vector<Batch*> batches;
    std::vector<int32_t> senders;
    for (TaskDriver* task : {&first, &second})
      for (auto& batch : task->output().exchanged.at(q.sent)[p]) {
        batches.push_back(batch.get());
        senders.push_back(task == &second);
      }
    below.exchange(q.sent, batches, told ? senders : std::vector<int32_t>());
    Lines lines = below.epoch();
    EXPECT_EQ(below.counters(q.totals).late, told ? 0u : 3u);
    if (!told) continue;
    EXPECT_THAT(lines,
                ElementsAre("eu[0]=2,2@2", "eu[10]=2,2@12", "eu[20]=2,2@22", "eu[30]=1,1@31"));
  }
}

TEST(Repartition, what_was_sent_outlives_the_sender_s_next_batches) {
  ByRegion q(false);
  TaskDriver above(q.query, {.batch_rows = 1}, q.above, 0);
  std::vector<Record> records;
  for (int i = 0; i < 50; ++i)
    records.push_back({"k", "\"quoted, so copied " + std::to_string(i % 5) + "\",1", i});
  above.feed(q.source, records);
  above.run();
  size_t rows = 0;
  for (auto& batches : above.output().exchanged.at(q.sent))
    for (auto& batch : batches)
      for (size_t row = 0; row < batch->rows(); ++row, ++rows)
        EXPECT_EQ(batch->columns[0].at<ByteView>(row).substr(0, 18), "quoted, so copied ");
  EXPECT_EQ(rows, 50u);
}

TEST(Repartition, carries_old_and_new_values_of_a_table) {
  ByRegion q(true);
  TaskDriver above(q.query, {}, q.above, 0);
  std::map<int32_t, std::unique_ptr<TaskDriver>> below;
  for (int32_t p = 0; p < kPartitions; ++p)
    below[p] = std::make_unique<TaskDriver>(q.query, TaskOptions{}, q.below, p);
  std::map<std::string, std::string> last;
  auto epoch = [&](std::vector<Record> records) {
    above.feed(q.source, std::move(records));
    above.run();
    for (auto& [p, task] : below) {
      std::vector<Batch*> batches;
      for (auto& batch : above.output().exchanged.at(q.sent)[static_cast<size_t>(p)])
        batches.push_back(batch.get());
      if (batches.empty()) continue;
      task->exchange(q.sent, batches);
      for (auto& line : task->epoch()) {
        size_t at = line.find('=');
        last[line.substr(0, at)] = line.substr(at + 1, line.find('@') - at - 1);
      }
    }
    above.commit();
  };
  epoch({{"1", "eu,5", 1}, {"2", "eu,6", 1}, {"3", "us,1", 1}});
  epoch({{"1", "us,5", 2}, {"2", kNull, 3}});
  epoch({{"3", "us,4", 4}});
  EXPECT_EQ(last, (std::map<std::string, std::string>{{"eu", "0,0"}, {"us", "2,9"}}));
}

TEST(Repartition, rows_without_a_key_are_spread_alike_however_epochs_fall) {
  PlanBuilder b;
  int source = b.source("sales", BatchKind::stream, kSales);
  int sent = b.repartition(source, 3);
  auto query = b.build();
  std::vector<Record> records;
  for (int i = 0; i < 7; ++i) records.push_back({kNull, "eu," + std::to_string(i), i});
  std::vector<std::vector<int64_t>> want;
  for (size_t epoch : {size_t{7}, size_t{2}}) {
    TaskDriver task(query);
    std::vector<std::vector<int64_t>> got(3);
    for (size_t at = 0; at < records.size(); at += epoch) {
      task.feed(source,
                {records.begin() + static_cast<ptrdiff_t>(at),
                 records.begin() + static_cast<ptrdiff_t>(std::min(at + epoch, records.size()))});
      task.run();
      for (size_t p = 0; p < 3; ++p)
        for (auto& batch : task.output().exchanged.at(sent)[p])
          for (TimeMs ts : batch->timestamps) got[p].push_back(ts);
      task.commit();
    }
    if (want.empty()) want = got;
    EXPECT_EQ(got, want);
  }
  EXPECT_EQ(want[0], (std::vector<int64_t>{0, 3, 6}));
}

}  // namespace
}  // namespace leat::exec
