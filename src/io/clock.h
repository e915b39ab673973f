#pragma once
#include <cstdint>

#include "base/strong.h"

namespace leat::io {

/// Time as the engine sees it. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Wall-clock time in milliseconds since the epoch; may jump.
  virtual TimeMs now_ms() = 0;
  /// Nanoseconds since some start; never goes back.
  virtual int64_t monotonic_ns() = 0;
};

/// The machine's clocks.
Clock& system_clock();

}  // namespace leat::io
