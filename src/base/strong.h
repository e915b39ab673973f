#pragma once
#include <compare>
#include <cstdint>
#include <functional>

namespace leat {

/// A value of its own type over `Rep`, so that an offset cannot be passed as a partition.
/// Comparable and hashable; arithmetic is spelled out through `value` where it is meant.
template <class Tag, class Rep>
struct Strong {
  Rep value{};

  constexpr Strong() = default;
  constexpr explicit Strong(Rep v) : value(v) {}
  friend constexpr auto operator<=>(const Strong&, const Strong&) = default;
  constexpr Strong& operator++() {
    ++value;
    return *this;
  }
  constexpr Strong plus(Rep n) const { return Strong(static_cast<Rep>(value + n)); }
};

using Offset = Strong<struct OffsetTag, int64_t>;
using PartitionId = Strong<struct PartitionTag, int32_t>;
/// Counts the commits of one application's runtime in a data directory; grows by one per epoch that
/// committed.
using EpochId = Strong<struct EpochTag, uint64_t>;
/// Place of a frame in the journal's order.
using Lsn = Strong<struct LsnTag, uint64_t>;

/// Milliseconds since 1970-01-01T00:00Z; kNoTime when unset. Never -1: negative times are real
/// times.
using TimeMs = int64_t;
inline constexpr TimeMs kNoTime = INT64_MIN;

/// Adds two times or spans without wrapping: the result stays within (kNoTime, INT64_MAX].
constexpr TimeMs saturating_add(TimeMs a, TimeMs b) {
  TimeMs sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) return b > 0 ? INT64_MAX : INT64_MIN + 1;
  return sum == kNoTime ? INT64_MIN + 1 : sum;
}

}  // namespace leat

template <class Tag, class Rep>
struct std::hash<leat::Strong<Tag, Rep>> {
  size_t operator()(const leat::Strong<Tag, Rep>& id) const { return std::hash<Rep>{}(id.value); }
};
