#include "io/random.h"

#include <gtest/gtest.h>

#include "io/clock.h"

namespace leat::io {
namespace {

TEST(SeededRandom, follows_the_published_sequence) {
  SeededRandom random(1234567);
  EXPECT_EQ(random.next(), 6457827717110365317u);
  EXPECT_EQ(random.next(), 3203168211198807973u);
  EXPECT_EQ(random.next(), 9817491932198370423u);
}

TEST(SeededRandom, stays_below_its_bound_and_reaches_all_of_it) {
  SeededRandom random(7);
  std::set<uint64_t> seen;
  for (int i = 0; i < 200; ++i) seen.insert(random.below(5));
  EXPECT_EQ(seen, (std::set<uint64_t>{0, 1, 2, 3, 4}));
}

TEST(SeededRandom, a_chance_happens_about_as_often_as_it_says) {
  SeededRandom random(7);
  int hits = 0;
  for (int i = 0; i < 10'000; ++i) hits += random.chance(0.25) ? 1 : 0;
  EXPECT_NEAR(hits, 2500, 200);
  for (int i = 0; i < 100; ++i) {
    EXPECT_FALSE(random.chance(0));
    EXPECT_TRUE(random.chance(1));
  }
}

TEST(SystemRandom, does_not_repeat_itself) {
  std::set<uint64_t> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(system_random().next());
  EXPECT_EQ(seen.size(), 1000u);
}

TEST(SystemClock, is_past_2020_and_never_goes_back) {
  EXPECT_GT(system_clock().now_ms(), 1'577'836'800'000);
  const int64_t before = system_clock().monotonic_ns();
  int64_t after = before;
  for (int i = 0; i < 1000; ++i) {
    const int64_t now = system_clock().monotonic_ns();
    ASSERT_GE(now, after);
    after = now;
  }
  EXPECT_GT(after, before);
}

}  // namespace
}  // namespace leat::io
