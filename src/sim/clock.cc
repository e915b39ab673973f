#include "sim/clock.h"

#include "base/assert.h"

namespace leat::sim {

void VirtualClock::advance_ns(int64_t ns) {
  LEAT_ASSERT(ns >= 0);
  wall_ns_.fetch_add(ns);
  monotonic_ns_.fetch_add(ns);
}

}  // namespace leat::sim
