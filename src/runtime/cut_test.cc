#include "runtime/cut.h"

#include <gtest/gtest.h>

namespace leat::runtime {
namespace {

using Queue = std::vector<WaitingBatch>;

TEST(Cut, takes_everything_that_fits) {
  EXPECT_EQ(choose_cut({Queue{{10, 100}, {20, 100}}, Queue{}, Queue{{5, 100}}}, 1000),
            (std::vector<size_t>{2, 0, 1}));
}

TEST(Cut, with_backlog_no_input_runs_ahead_in_event_time) {
  Queue days_of_one{{1, 100}, {2, 100}, {3, 100}, {4, 100}};
  Queue days_of_other{{2, 100}, {4, 100}, {6, 100}};
  EXPECT_EQ(choose_cut({days_of_one, days_of_other}, 500), (std::vector<size_t>{4, 1}));
  EXPECT_EQ(choose_cut({days_of_other, days_of_one}, 500),
            (std::vector<size_t>{2, 3}));  // a tie: the first goes first
}

TEST(Cut, takes_at_least_one_batch_however_large) {
  EXPECT_EQ(choose_cut({Queue{{1, 1 << 30}}, Queue{{2, 1}}}, 1000), (std::vector<size_t>{1, 0}));
  EXPECT_EQ(choose_cut({Queue{}, Queue{}}, 1000), (std::vector<size_t>{0, 0}));
}

TEST(Cut, an_old_batch_behind_a_new_one_does_not_jump_the_queue_of_the_others) {
  // Input 0 has a batch of day 9 and then one of day 1: the latter cannot come before day 9 of its
  // own input.
  EXPECT_EQ(choose_cut({Queue{{9, 100}, {1, 100}}, Queue{{2, 100}, {3, 100}}}, 300),
            (std::vector<size_t>{1, 2}));
}

StagedInput outside(Queue waiting) { return {std::move(waiting), false, false, 0}; }
StagedInput written(Queue waiting, size_t stage, bool more = false) {
  return {std::move(waiting), more, true, stage};
}

TEST(Cut, takes_what_the_lane_wrote_before_anything_that_could_write_more) {
  EXPECT_EQ(choose_staged_cut({outside({{1, 100}}), written({{9, 100}}, 1)}, 1000),
            (std::vector<size_t>{1, 1}));
  EXPECT_EQ(choose_staged_cut({outside({{1, 100}}), written({{8, 300}, {9, 300}}, 1)}, 400),
            (std::vector<size_t>{0, 1}));
  EXPECT_EQ(choose_staged_cut({outside({{1, 100}}), written({{9, 100}}, 1, true)}, 400),
            (std::vector<size_t>{0, 1}));
}

TEST(Cut, empties_the_last_stage_first) {
  EXPECT_EQ(choose_staged_cut({written({{1, 300}}, 1), written({{9, 300}}, 2)}, 300),
            (std::vector<size_t>{1, 1}));
  EXPECT_EQ(choose_staged_cut({written({{1, 300}}, 1), written({{8, 300}, {9, 300}}, 2)}, 300),
            (std::vector<size_t>{0, 1}));
}

}  // namespace
}  // namespace leat::runtime
