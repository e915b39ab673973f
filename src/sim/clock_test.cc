#include "sim/clock.h"

#include <gtest/gtest.h>

namespace leat::sim {
namespace {

TEST(VirtualClock, stands_still_until_it_is_advanced) {
  VirtualClock clock(1000);
  EXPECT_EQ(clock.now_ms(), 1000);
  EXPECT_EQ(clock.monotonic_ns(), 0);
  clock.advance_ms(5);
  clock.advance_ns(999'999);
  EXPECT_EQ(clock.now_ms(), 1005);
  EXPECT_EQ(clock.monotonic_ns(), 5'999'999);
  clock.advance_ns(1);
  EXPECT_EQ(clock.now_ms(), 1006);
}

TEST(VirtualClock, a_jump_moves_the_wall_clock_alone) {
  VirtualClock clock(1000);
  clock.jump_ms(-600);
  EXPECT_EQ(clock.now_ms(), 400);
  EXPECT_EQ(clock.monotonic_ns(), 0);
}

TEST(VirtualClockDeathTest, does_not_advance_backwards) {
  VirtualClock clock;
  EXPECT_DEATH(clock.advance_ns(-1), "ns >= 0");
}

}  // namespace
}  // namespace leat::sim
