#pragma once
#include <cstddef>
#include <cstdint>

namespace leat::runtime {

struct EpochLimits {
  size_t bytes_max = 1 << 20;  // of input: its state and outputs then stay in the cache
  /// Of input where rows of one key meet in an epoch: a longer one writes fewer changes.
  size_t coalescing_bytes_max = 4 << 20;
  int64_t records_max = 0;  // of each input partition; 0: no limit. 1 runs record by record
  /// What an epoch of more than one record may make for topics and other tasks: one that makes more
  /// is undone and taken again in smaller pieces.
  size_t output_bytes_max = 128 << 20;
  /// false: commits hold outputs only, neither positions nor state. A restart would repeat
  /// everything; this is there to measure what exactly-once costs.
  bool commits_state = true;
};

/// What an epoch that was committed did to its tables.
struct EpochYield {
  bool full = false;     // it took as many bytes as it may
  uint64_t rows = 0;     // that went into tables
  uint64_t changes = 0;  // that came of them: one a key
};

/// How much of its input a lane takes at once: as much as the limits allow, but less after an epoch
/// that was too much, down to a single record, and more again as it goes well; more, too, while
/// that makes the changes of tables fewer. Pure.
class Pace {
 public:
  EpochLimits limits(const EpochLimits& full) const;
  /// An epoch of `records` was undone since its output does not fit.
  void too_much(int64_t records);
  /// An epoch was committed.
  void went_well(const EpochYield& yield = {});
  /// The next `records` go one by one: the process has died in an epoch that held some of them.
  void one_by_one(int64_t records) { one_by_one_ = records; }
  bool is_one_by_one() const { return one_by_one_ > 0; }

 private:
  int64_t records_max_ = 0;  // 0: no limit
  int64_t one_by_one_ = 0;
  size_t stretch_ = 1;  // times bytes_max
};

}  // namespace leat::runtime
