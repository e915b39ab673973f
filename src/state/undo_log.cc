#include "state/undo_log.h"

#include <algorithm>

namespace leat::state {

void UndoLog::grow(uint32_t units) {
  const size_t wanted = std::max({end_ + units, capacity_ * 2, size_t{64}});
  LEAT_ASSERT(end_ + units < kNone);  // 32 GiB of undo: an epoch is cut long before
  auto* grown = static_cast<uint64_t*>(std::realloc(units_.get(), wanted * sizeof(uint64_t)));
  LEAT_ASSERT(grown != nullptr);
  static_cast<void>(units_.release());
  units_.reset(grown);
  capacity_ = wanted;
}

}  // namespace leat::state
