#include "runtime/pace.h"

#include <algorithm>

namespace leat::runtime {
namespace {
constexpr int64_t kStep = 4;
/// From so many records on an epoch is limited by bytes alone again.
constexpr int64_t kPlenty = 1 << 20;
}  // namespace

EpochLimits Pace::limits(const EpochLimits& full) const {
  EpochLimits limits = full;
  int64_t most = is_one_by_one() ? 1 : records_max_;
  if (most > 0)
    limits.records_max = full.records_max == 0 ? most : std::min(full.records_max, most);
  // A single record has to go through, however much it makes.
  if (limits.records_max == 1) limits.output_bytes_max = 0;
  return limits;
}

void Pace::too_much(int64_t records) { records_max_ = std::max<int64_t>(1, records / kStep); }

void Pace::went_well() {
  if (is_one_by_one()) {
    --one_by_one_;
  } else if (records_max_ > 0) {
    records_max_ *= 2;
    if (records_max_ >= kPlenty) records_max_ = 0;
  }
}

}  // namespace leat::runtime
