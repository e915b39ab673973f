#pragma once
#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include "benchmarks/benchmark.h"

namespace leat::benchmarks {

/// Measures the process: time between start() and stop(), and the peak of its anonymous memory
/// since the meter was made (sampled by a thread of its own, about every 5 ms).
class Meter {
 public:
  Meter();
  ~Meter();
  Meter(const Meter&) = delete;
  Meter& operator=(const Meter&) = delete;

  void start();
  /// What happened since start().
  Measurement stop(int64_t records);

 private:
  struct Times {
    int64_t wall_ns;
    int64_t cpu_ns;
    int64_t system_ns;
  };
  static Times now();
  void sample();
  Times begin_{};
  std::atomic<uint64_t> peak_bytes_{0};
  std::atomic<bool> done_{false};
  std::thread sampler_;
};

/// Anonymous memory of this process now, in bytes.
uint64_t anonymous_bytes();
/// The value below which a part `p` (0..1) of `values` lies; sorts them. 0 when there are none.
double percentile(std::vector<double>& values, double p);
/// Binds the process, with all threads that it will start, to one core.
Status pin_to_one_core();

}  // namespace leat::benchmarks
