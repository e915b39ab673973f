#pragma once
#include "log/embedded/log_state.h"
#include "log/embedded/section.h"

namespace leat::log {

/// Which records may go. A pure decision over the facts: reads only.
///
/// With retention_ms an extent may go when its segment's newest frame is older than that *and* its
/// records lie further than that behind the partition's largest timestamp: a replayed history is
/// not old because its times are, a record dated far ahead does not empty a topic. With
/// retention_bytes it may go when that much stands behind it. Nothing goes that an application has
/// yet to read, and nothing from segments above `sealed`. Records go in offset order.
StartsSection decide_starts(const LogState& state, TimeMs now, uint64_t last_sealed);

}  // namespace leat::log
