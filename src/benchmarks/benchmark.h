#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace leat::benchmarks {

/// What one run of a benchmark is asked for.
struct Request {
  std::string directory;  // empty, on the disk that is to be measured; the runner removes it
  double seconds = 2;     // about how long the measured part takes where the first figure is met
  int64_t records = 0;    // of input; 0: as many as `seconds` take
};

/// What one run gave.
struct Measurement {
  int64_t records = 0;
  double seconds = 0;      // wall time of the measured part
  double cpu_seconds = 0;  // of all threads of the process in it
  uint64_t rss_bytes = 0;  // peak anonymous memory of the process
  std::optional<double> p50_us;
  std::optional<double> p99_us;
  std::vector<std::pair<std::string, double>> more;  // figures that only this benchmark has
};

/// One benchmark. `rate` is the number of records that fill a second of measured time.
struct Benchmark {
  std::string_view name;
  std::string_view what;
  std::string_view at_least;  // the figure to be past, in words
  std::string_view goal;
  double rate;
  Result<Measurement> (*run)(const Request& request, const Benchmark& self);

  /// How many records a run has to have.
  int64_t records(const Request& request) const {
    if (request.records > 0) return request.records;
    return static_cast<int64_t>(rate * request.seconds);
  }
};

/// All benchmarks, in the order in which they are run.
std::span<const Benchmark> all();
/// The benchmark of that name; nullptr when there is none.
const Benchmark* find(std::string_view name);

/// Lines "figure value", for the pipe between the process that measures and the one that prints.
std::string to_lines(const Measurement& measurement);
/// Errors: invalid_data.
Result<Measurement> from_lines(std::string_view lines);

}  // namespace leat::benchmarks
