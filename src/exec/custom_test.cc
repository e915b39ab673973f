// Steps of the C++ DSL inside a task.
#include "exec/custom.h"

#include <gmock/gmock.h>

#include <stdexcept>

#include "exec/task_driver.h"

namespace leat::exec {
namespace {

using namespace leat::exec::testing;  // NOLINT
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const Schema kNumbers = schema_of({Type::string()}, {Type::int64()});

// Halves even numbers, reports odd ones, throws at 13. Takes the rows of its input.
class Halve final : public plan::CustomStep {
 public:
  Status process(Batch& in, Batch& out, RowErrors& errors) const override {
    std::vector<uint32_t> kept;
    for (uint32_t row = 0; row < in.rows(); ++row) {
      int64_t& n = in.columns[1].at<int64_t>(row);
      if (n == 13) throw std::runtime_error("thirteen");
      if (n % 2 != 0) {
        errors.push_back({row, Error(ErrorCode::invalid_data, "odd")});
        continue;
      }
      n /= 2;
      kept.push_back(row);
    }
    in.keep(kept);
    std::swap(in, out);
    return {};
  }
};

struct Halved {
  PlanBuilder b;
  int source;
  Halved() {
    source = b.source("numbers", BatchKind::stream, kNumbers);
    int halved = b.add("halve", {source}, BatchKind::stream, kNumbers,
                       plan::Custom{std::make_shared<Halve>(), false, "halve"});
    b.sink(halved, "out");
  }
};

TEST(Custom, a_step_changes_whole_batches_and_reports_single_rows) {
  Halved h;
  TaskDriver task(h.b.build(), {.batch_rows = 2});
  task.feed(h.source, {{"a", "4", 1}, {"b", "3", 2}, {"c", "8", 3}});
  EXPECT_THAT(task.epoch(), ElementsAre("a=2@1", "c=4@3"));
  ASSERT_EQ(task.dead_letters().size(), 1u);
  EXPECT_EQ(task.dead_letters()[0].key, "b");
  EXPECT_EQ(task.dead_letters()[0].offset, 1);
}

TEST(Custom, a_step_that_throws_stops_the_query_and_not_the_process) {
  Halved h;
  TaskDriver task(h.b.build());
  task.feed(h.source, {{"a", "13", 1}});
  Status status = task.try_run();
  ASSERT_FALSE(status.has_value());
  EXPECT_THAT(status.error().message(), HasSubstr("thirteen"));
  task.rollback();
  task.feed(h.source, {{"a", "2", 1}});
  EXPECT_THAT(task.epoch(), ElementsAre("a=1@1"));
}

}  // namespace
}  // namespace leat::exec
