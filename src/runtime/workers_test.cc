#include "runtime/workers.h"

#include <gtest/gtest.h>

namespace leat::runtime {
namespace {

TEST(Workers, every_member_runs_each_job_once_and_run_waits_for_all) {
  for (int members : {1, 2, 4}) {
    Workers workers(members);
    std::vector<int> runs(members, 0);  // plain ints: run() must order the accesses
    for (int round = 0; round < 2000; ++round) {
      workers.run([&](int member) { ++runs[member]; });
      for (int count : runs) ASSERT_EQ(count, round + 1);
    }
  }
}

TEST(Workers, members_that_fell_asleep_wake_for_the_next_job) {
  Workers workers(3);
  std::vector<int> runs(3, 0);
  for (int round = 0; round < 3; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    workers.run([&](int member) { ++runs[member]; });
  }
  EXPECT_EQ(runs, (std::vector<int>{3, 3, 3}));
}

}  // namespace
}  // namespace leat::runtime
