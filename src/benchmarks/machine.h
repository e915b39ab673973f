#pragma once
#include <string>

#include "base/result.h"

namespace leat::benchmarks {

/// Where figures come from.
struct Machine {
  std::string cpu;
  int cores = 0;
  uint64_t memory_bytes = 0;
  std::string kernel;
  std::string compiler;
  std::string commit;
};
Machine this_machine();

/// What the machine can do at most, measured beside the benchmarks so that figures compare.
struct Probe {
  double copy_bytes_per_second = 0;   // memcpy between two blocks past the caches
  double write_bytes_per_second = 0;  // sequential, to a new file, synced at the end
  double sync_p50_us = 0;             // fdatasync after 4 KiB into a zeroed, allocated file
  double sync_p99_us = 0;
};
/// Takes about a second. Leaves nothing in `directory`. Errors: io, disk_full.
Result<Probe> probe(const std::string& directory);

/// Times single syncs of 4 KiB, one after the other, on a file that is there already.
class SyncProbe {
 public:
  static Result<SyncProbe> open(const std::string& path);
  SyncProbe(SyncProbe&& other) noexcept : fd_(other.fd_), block_(other.block_) { other.fd_ = -1; }
  SyncProbe& operator=(SyncProbe&&) = delete;
  ~SyncProbe();
  /// Microseconds of one write and fdatasync.
  Result<double> once();

 private:
  explicit SyncProbe(int fd) : fd_(fd) {}
  int fd_;
  uint64_t block_ = 0;
};

}  // namespace leat::benchmarks
