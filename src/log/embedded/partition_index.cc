#include "log/embedded/partition_index.h"

#include <algorithm>

namespace leat::log {

void PartitionIndex::add(const Extent& extent) {
  bytes_ += extent.bytes;
  if (!extents_.empty()) {
    Extent& last = extents_.back();
    if (last.segment == extent.segment && last.position + last.bytes == extent.position &&
        last.end() == extent.base && last.append_time == extent.append_time &&
        last.bytes + extent.bytes <= kExtentBytesMax) {
      last.bytes += extent.bytes;
      last.count += extent.count;
      last.max_timestamp = std::max(last.max_timestamp, extent.max_timestamp);
      return;
    }
  }
  extents_.push_back(extent);
}

size_t PartitionIndex::find(Offset offset) const {
  auto it = std::partition_point(extents_.begin(), extents_.end(),
                                 [&](const Extent& extent) { return extent.end() <= offset; });
  return static_cast<size_t>(it - extents_.begin());
}

void PartitionIndex::drop_before(Offset start, const std::function<void(const Extent&)>& dropped) {
  size_t n = 0;
  while (n < extents_.size() && extents_[n].end() <= start) {
    bytes_ -= extents_[n].bytes;
    dropped(extents_[n]);
    ++n;
  }
  extents_.erase(extents_.begin(), extents_.begin() + static_cast<ptrdiff_t>(n));
}

}  // namespace leat::log
