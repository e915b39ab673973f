#include "runtime/pace.h"

#include <algorithm>

namespace leat::runtime {
namespace {
constexpr int64_t kStep = 4;
constexpr size_t kStretchMax = 64;
/// From so many records on an epoch is limited by bytes alone again.
constexpr int64_t kPlenty = 1 << 20;
}  // namespace

EpochLimits Pace::limits(const EpochLimits& full) const {
  EpochLimits limits = full;
  int64_t most = is_one_by_one() ? 1 : records_max_;
  if (most > 0)
    limits.records_max = full.records_max == 0 ? most : std::min(full.records_max, most);
  limits.bytes_max =
      std::min(full.bytes_max * stretch_, std::max(full.bytes_max, full.coalescing_bytes_max));
  // A single record has to go through, however much it makes.
  if (limits.records_max == 1) limits.output_bytes_max = 0;
  return limits;
}

void Pace::too_much(int64_t records) { records_max_ = std::max<int64_t>(1, records / kStep); }

void Pace::went_well(const EpochYield& yield) {
  if (yield.full) {
    // Twice the bytes where a tenth of the rows met another of their key, half where hardly any.
    if (yield.changes * 10 < yield.rows * 9)
      stretch_ = std::min(stretch_ * 2, kStretchMax);
    else if (yield.changes * 20 > yield.rows * 19)
      stretch_ = std::max<size_t>(stretch_ / 2, 1);
  }
  if (is_one_by_one()) {
    --one_by_one_;
  } else if (records_max_ > 0) {
    records_max_ *= 2;
    if (records_max_ >= kPlenty) records_max_ = 0;
  }
}

}  // namespace leat::runtime
