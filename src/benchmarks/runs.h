#pragma once
#include "benchmarks/benchmark.h"

namespace leat::benchmarks {

// One function a benchmark; what each measures stands in benchmark.cc. They may fork and must be
// called before the process has threads.

Result<Measurement> run_append(const Request& request, const Benchmark& self);
Result<Measurement> run_count(const Request& request, const Benchmark& self);
Result<Measurement> run_count_without_state(const Request& request, const Benchmark& self);
Result<Measurement> run_count_on_two(const Request& request, const Benchmark& self);
Result<Measurement> run_filter_map(const Request& request, const Benchmark& self);
Result<Measurement> run_filter_map_sql(const Request& request, const Benchmark& self);
Result<Measurement> run_join(const Request& request, const Benchmark& self);
Result<Measurement> run_json(const Request& request, const Benchmark& self);
Result<Measurement> run_latency(const Request& request, const Benchmark& self);
Result<Measurement> run_restore(const Request& request, const Benchmark& self);
Result<Measurement> run_start(const Request& request, const Benchmark& self);
Result<Measurement> run_tumbling_count(const Request& request, const Benchmark& self);

}  // namespace leat::benchmarks
