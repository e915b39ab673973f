#include "io/clock.h"

#include <ctime>

namespace leat::io {
namespace {

int64_t read_ns(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

class SystemClock final : public Clock {
 public:
  TimeMs now_ms() override { return read_ns(CLOCK_REALTIME) / 1'000'000; }
  int64_t monotonic_ns() override { return read_ns(CLOCK_MONOTONIC); }
};

}  // namespace

Clock& system_clock() {
  static SystemClock clock;
  return clock;
}

}  // namespace leat::io
