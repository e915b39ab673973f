// Aggregates whose function is code of a program.
#include <gmock/gmock.h>

#include "exec/task_driver.h"

namespace leat::exec {
namespace {

using namespace leat::exec::testing;  // NOLINT
using ::testing::ElementsAre;
using ::testing::SizeIs;

const Schema kNumbers = schema_of({Type::string()}, {Type::int64()});

// Sums; fails at 13. In place, or as decimal text.
class Sum final : public plan::CustomFold {
 public:
  explicit Sum(bool in_place) : in_place_(in_place) {}
  size_t state_bytes() const override { return in_place_ ? 8 : 0; }

  void fold(const Batch& in, std::span<const uint32_t> rows, char* const* states,
            RowErrors& errors) const override {
    for (size_t i = 0; i < rows.size(); ++i) {
      const int64_t n = in.columns[1].at<int64_t>(rows[i]);
      if (n == 13) {
        errors.push_back({rows[i], Error(ErrorCode::invalid_data, "thirteen")});
        continue;
      }
      const int64_t before = load_le<int64_t>(states[i]) == 0 ? 0 : load_le<int64_t>(states[i] + 8);
      store_le(states[i], int64_t{1});
      store_le(states[i] + 8, before + n);
    }
  }
  bool fold_one(const Batch& in, uint32_t row, ByteView before, std::string& after,
                RowErrors& errors) const override {
    const int64_t n = in.columns[1].at<int64_t>(row);
    if (n == 13) {
      errors.push_back({row, Error(ErrorCode::invalid_data, "thirteen")});
      return false;
    }
    after = std::to_string((before.data() ? std::stoll(std::string(before)) : 0) + n);
    return true;
  }

 private:
  bool in_place_;
};

struct Summed {
  PlanBuilder b;
  int source;
  explicit Summed(bool in_place, std::optional<plan::WindowSpec> window = {}) {
    source = b.source("numbers", BatchKind::stream, kNumbers);
    plan::Aggregate aggregate;
    aggregate.fold = std::make_shared<Sum>(in_place);
    aggregate.window = window;
    Schema out = schema_of({Type::string()}, {in_place ? Type::int64() : Type::string()});
    int sums = b.add("sums", {source}, BatchKind::table, out, aggregate);
    b.at(sums).window = window;
    b.sink(sums, "out");
  }
};

struct Fold : ::testing::TestWithParam<bool> {};

TEST_P(Fold, rows_of_one_batch_reach_one_state_one_after_the_other) {
  Summed s(GetParam());
  TaskDriver task(s.b.build());
  task.feed(s.source, {{"a", "1", 5}, {"b", "10", 2}, {"a", "2", 3}, {"a", "3", 4}});
  EXPECT_THAT(task.epoch(), ElementsAre("a=6@5", "b=10@2"));
  task.feed(s.source, {{"a", "-6", 9}, {kNull, "1", 1}, {"a", kNull, 1}});
  EXPECT_THAT(task.epoch(), ElementsAre("a=0@9"));
}

TEST_P(Fold, with_every_update_each_row_is_seen) {
  Summed s(GetParam());
  TaskDriver task(s.b.build(), {.every_update = true});
  task.feed(s.source, {{"a", "1", 1}, {"a", "13", 2}, {"a", "2", 3}});
  EXPECT_THAT(task.epoch(), ElementsAre("a=1@1", "a=3@3"));
}

TEST_P(Fold, a_row_that_fails_makes_no_group_and_changes_none) {
  for (bool every : {false, true}) {
    Summed s(GetParam());
    TaskDriver task(s.b.build(), {.every_update = every});
    task.feed(s.source, {{"a", "13", 1}, {"b", "13", 2}, {"b", "5", 3}, {"b", "13", 4}});
    EXPECT_THAT(task.epoch(), ElementsAre("b=5@3"));
    EXPECT_THAT(task.dead_letters(), SizeIs(3));
    EXPECT_THAT(task.contents()["q/sums1/0"], SizeIs(1));
  }
}

TEST_P(Fold, an_epoch_that_is_undone_leaves_the_state_as_it_was) {
  Summed s(GetParam());
  TaskDriver task(s.b.build());
  task.feed(s.source, {{"a", "1", 1}});
  task.epoch();
  auto before = task.contents();
  task.feed(s.source, {{"a", "100000", 2}, {"c", "5", 2}});
  task.run();
  task.rollback();
  EXPECT_EQ(task.contents(), before);
  task.feed(s.source, {{"a", "2", 3}});
  EXPECT_THAT(task.epoch(), ElementsAre("a=3@3"));
}

TEST_P(Fold, a_restored_task_goes_on) {
  Summed s(GetParam(), plan::WindowSpec{.size_ms = 10, .grace_ms = 0, .retention_ms = 100});
  TaskDriver first(s.b.build());
  first.feed(s.source, {{"a", "1", 1}, {"a", "2", 12}, {"a", "3", 2}});
  EXPECT_THAT(first.epoch(), ElementsAre("a[0]=1@1", "a[10]=2@12"));
  TaskDriver second(s.b.build());
  second.recover_from(first);
  second.feed(s.source, {{"a", "4", 15}, {"a", "5", 3}});
  EXPECT_THAT(second.epoch(), ElementsAre("a[10]=6@15"));
}
INSTANTIATE_TEST_SUITE_P(, Fold, ::testing::Bool(),
                         [](const auto& at) { return at.param ? "in_place" : "any_size"; });

}  // namespace
}  // namespace leat::exec
