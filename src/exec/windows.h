#pragma once
#include <algorithm>
#include <optional>

#include "plan/node.h"

namespace leat::exec {

/// The rules of tumbling windows: [start, start + size), aligned to 0.

constexpr TimeMs window_start(TimeMs ts, TimeMs size) {
  TimeMs rest = ts % size;
  return ts - (rest < 0 ? rest + size : rest);
}

/// Windows that start below it are closed at stream time `time`: start + size + grace <= time.
inline TimeMs first_open_start(const plan::WindowSpec& window, TimeMs time) {
  TimeMs span = saturating_add(window.size_ms, window.grace_ms);
  return saturating_add(saturating_add(time, -span), 1);
}

inline bool is_closed(TimeMs start, const plan::WindowSpec& window, TimeMs time) {
  return start < first_open_start(window, time);
}

/// Windows that start below it are no longer kept: their retention, which is at least size and
/// grace, is over.
inline TimeMs first_kept_start(const plan::WindowSpec& window, TimeMs time) {
  TimeMs kept = std::max(window.retention_ms, saturating_add(window.size_ms, window.grace_ms));
  return saturating_add(saturating_add(time, -kept), 1);
}

/// The key format of the topic that a node's rows end in; nullopt when they end in none.
std::optional<FormatSpec> key_format_of_sink(const plan::Query& query, int node);

}  // namespace leat::exec
