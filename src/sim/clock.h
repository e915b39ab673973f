#pragma once
#include <atomic>

#include "io/clock.h"

namespace leat::sim {

/// Time that passes only when told to. Thread-safe.
class VirtualClock final : public io::Clock {
 public:
  explicit VirtualClock(TimeMs start_ms = 1'700'000'000'000) : wall_ns_(start_ms * 1'000'000) {}

  TimeMs now_ms() override { return wall_ns_.load() / 1'000'000; }
  int64_t monotonic_ns() override { return monotonic_ns_.load(); }

  /// Lets time pass, on both clocks. `ns` and `ms` are not negative: for that see jump_ms.
  void advance_ns(int64_t ns);
  void advance_ms(TimeMs ms) { advance_ns(ms * 1'000'000); }
  /// Sets the wall clock forwards or backwards, as an operator or NTP does; no time passes.
  void jump_ms(TimeMs ms) { wall_ns_.fetch_add(ms * 1'000'000); }

 private:
  std::atomic<int64_t> wall_ns_;
  std::atomic<int64_t> monotonic_ns_{0};
};

}  // namespace leat::sim
