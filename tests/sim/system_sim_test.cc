// What a whole system must keep, whatever happens to its machine, over many seeds.
//
//   build/release/tests/sim/leat_system_sim             all tests
//   build/release/tests/sim/leat_system_sim --seed N    one run, and what happens in it
#include <gtest/gtest.h>

#include <charconv>
#include <cstdio>
#include <cstring>

#include "run.h"

namespace leat::system_sim {
namespace {

#ifdef LEAT_CHECKED_MEMORY
constexpr uint64_t kSeeds = 40;  // the sanitizers take five times as long
#else
constexpr uint64_t kSeeds = 200;
#endif

std::string told(uint64_t seed, const Problems& problems) {
  std::string text = "seed " + std::to_string(seed) + ":";
  for (const std::string& problem : problems) text += "\n  " + problem;
  return text + "\nreplay with: build/release/tests/sim/leat_system_sim --seed " +
         std::to_string(seed);
}

TEST(SystemSim, keeps_every_promise_over_power_cuts_kills_and_full_disks) {
  size_t acknowledged = 0, reads = 0, lives = 0, changes = 0, resumed = 0, drops = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    Outcome outcome = run_seed(seed);
    ASSERT_TRUE(outcome.problems.empty()) << told(seed, outcome.problems);
    acknowledged += outcome.acknowledged;
    reads += outcome.reads;
    lives += outcome.lives;
    changes += outcome.changes;
    resumed += outcome.resumed;
    drops += outcome.drops;
  }
  EXPECT_GT(acknowledged, kSeeds * 40) << "the runs did too little to show anything";
  EXPECT_GT(reads, kSeeds * 5);
  EXPECT_GT(lives, kSeeds * 3);
  EXPECT_GT(changes, kSeeds * 20);
  EXPECT_GT(resumed, kSeeds * 3);
  EXPECT_GT(drops, kSeeds / 2);
}

TEST(SystemSim, runs_the_same_from_the_same_seed) {
  for (uint64_t seed = 1; seed <= 5; ++seed)
    EXPECT_EQ(run_seed(seed).mark, run_seed(seed).mark) << "seed " << seed;
}

/// The first seed that finds a planted bug; 0: none of the first `seeds`.
uint64_t found_by(const Planted& planted, uint64_t seeds) {
  for (uint64_t seed = 1; seed <= seeds; ++seed)
    if (!run_seed(seed, planted).problems.empty()) return seed;
  return 0;
}

TEST(SystemSim, finds_an_answer_that_is_given_before_its_sync) {
  Planted planted;
  planted.log.ack_before_sync = true;
  EXPECT_NE(found_by(planted, 20), 0u);
}

TEST(SystemSim, finds_a_record_that_is_processed_twice) {
  Planted planted;
  planted.runtime.replays_a_record = true;
  EXPECT_NE(found_by(planted, 20), 0u);
}

TEST(SystemSim, finds_an_aborted_epoch_that_is_not_undone) {
  Planted planted;
  planted.runtime.loses_undo = true;
  EXPECT_NE(found_by(planted, 40), 0u);
}

int replay(const char* number) {
  uint64_t seed = 0;
  std::from_chars(number, number + std::strlen(number), seed);
  Outcome outcome = run_seed(seed, {}, true);
  std::printf("%zu requests acknowledged, %zu reads compared, %zu lives, %zu changes, %zu drops\n",
              outcome.acknowledged, outcome.reads, outcome.lives, outcome.changes, outcome.drops);
  if (outcome.problems.empty()) return 0;
  std::printf("%s\n", told(seed, outcome.problems).c_str());
  return 1;
}

}  // namespace
}  // namespace leat::system_sim

int main(int argc, char** argv) {
  if (argc == 3 && std::string_view(argv[1]) == "--seed") return leat::system_sim::replay(argv[2]);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
