#pragma once
#include <functional>
#include <vector>

#include "base/strong.h"

namespace leat::log {

/// Consecutive batches of one partition that lie one after the other in one frame. 48 bytes for up
/// to kExtentBytesMax of records.
struct Extent {
  Offset base;
  TimeMs max_timestamp = kNoTime;
  TimeMs append_time = kNoTime;  // of the frame
  uint64_t position = 0;         // in the segment
  uint32_t segment = 0;
  uint32_t count = 0;  // offsets
  uint32_t bytes = 0;
  Offset end() const { return base.plus(count); }
};

/// Batches are joined into one extent up to this size: the least that is read to find an offset.
inline constexpr uint32_t kExtentBytesMax = 64u << 10;

/// Where a partition's durable records lie, in offset order. Not thread-safe.
class PartitionIndex {
 public:
  /// Adds batches behind all others, joining them to the last extent where they touch it.
  void add(const Extent& extent);
  /// The extent that holds `offset`, or the first behind it; extents().size() when there is none.
  size_t find(Offset offset) const;
  const std::vector<Extent>& extents() const { return extents_; }
  uint64_t bytes() const { return bytes_; }
  bool empty() const { return extents_.empty(); }
  /// Drops the extents that end at or before `start`, telling each.
  void drop_before(Offset start, const std::function<void(const Extent&)>& dropped);

 private:
  std::vector<Extent> extents_;
  uint64_t bytes_ = 0;
};

}  // namespace leat::log
