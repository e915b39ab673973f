#include "runtime/pace.h"

#include <gtest/gtest.h>

namespace leat::runtime {
namespace {

TEST(Pace, takes_all_that_the_limits_allow_while_it_goes_well) {
  Pace pace;
  pace.went_well();
  EXPECT_EQ(pace.limits({}).records_max, 0);
  EXPECT_EQ(pace.limits({.bytes_max = 7, .records_max = 3}).bytes_max, 7u);
  EXPECT_EQ(pace.limits({.records_max = 3}).records_max, 3);
}

TEST(Pace, shrinks_to_one_record_that_may_make_any_amount_and_grows_again) {
  Pace pace;
  pace.too_much(1000);
  EXPECT_EQ(pace.limits({}).records_max, 250);
  EXPECT_GT(pace.limits({}).output_bytes_max, 0u);
  EXPECT_EQ(pace.limits({.records_max = 3}).records_max, 3);
  for (int64_t records : {250, 62, 15, 3}) pace.too_much(records);
  EXPECT_EQ(pace.limits({}).records_max, 1);
  EXPECT_EQ(pace.limits({}).output_bytes_max, 0u);
  pace.went_well();
  EXPECT_EQ(pace.limits({}).records_max, 2);
  for (int i = 0; i < 30; ++i) pace.went_well();
  EXPECT_EQ(pace.limits({}).records_max, 0);
}

TEST(Pace, takes_more_while_rows_of_one_key_meet_and_less_when_they_do_not) {
  Pace pace;
  const EpochLimits limits{.bytes_max = 100, .coalescing_bytes_max = 350};
  pace.went_well({.full = false, .rows = 100, .changes = 1});
  EXPECT_EQ(pace.limits(limits).bytes_max, 100u);
  pace.went_well({.full = true, .rows = 100, .changes = 80});
  EXPECT_EQ(pace.limits(limits).bytes_max, 200u);
  for (int i = 0; i < 9; ++i) pace.went_well({.full = true, .rows = 100, .changes = 50});
  EXPECT_EQ(pace.limits(limits).bytes_max, 350u);
  pace.went_well({.full = true, .rows = 100, .changes = 93});
  EXPECT_EQ(pace.limits(limits).bytes_max, 350u);
  for (int i = 0; i < 9; ++i) pace.went_well({.full = true, .rows = 100, .changes = 99});
  EXPECT_EQ(pace.limits(limits).bytes_max, 100u);
  for (int i = 0; i < 9; ++i) pace.went_well({.full = true});
  EXPECT_EQ(pace.limits(limits).bytes_max, 100u);
}

TEST(Pace, goes_one_by_one_for_as_long_as_it_was_told) {
  Pace pace;
  pace.one_by_one(2);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(pace.limits({}).records_max, 1);
    pace.went_well();
  }
  EXPECT_EQ(pace.limits({}).records_max, 0);
}

}  // namespace
}  // namespace leat::runtime
