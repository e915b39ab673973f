#include "benchmarks/benchmark.h"

#include <charconv>
#include <cstdio>

#include "benchmarks/runs.h"

namespace leat::benchmarks {
namespace {

constexpr Benchmark kAll[] = {
    {"filter_map", "100 B fixed-layout values, half pass, 32 B out, C++ steps", "10 M/s", "25 M/s",
     10e6, run_filter_map},
    {"filter_map_sql", "the same work in SQL, DELIMITED in and out", "4 M/s", "12 M/s", 4e6,
     run_filter_map_sql},
    {"count", "by a 12 B string key, 1 M keys, exactly once", "4 M/s, 250 MB", "10 M/s, 150 MB",
     4e6, run_count},
    {"count_nodurable", "count with deltas and positions left out", "<= 10 % faster", "5 %", 4e6,
     run_count_without_state},
    {"count_2", "count on two threads", ">= 1.8x count", "", 8e6, run_count_on_two},
    {"tumbling_count", "100 K keys, windows of 10 s", "8 M/s", "20 M/s", 8e6, run_tumbling_count},
    {"stream_table_join", "1 M-row table, 100 B out", "3 M/s", "8 M/s", 3e6, run_join},
    {"json", "290 B in, half pass, 150 B JSON out", "1.2 M/s", "3 M/s", 1.2e6, run_json},
    {"append", "100 B records, durable before they are answered, both cores", "3 M/s",
     "8 M/s, p99 <= 2 ms + sync", 3e6, run_append},
    {"latency", "one record from the append to the committed view, idle", "p99 <= 3x sync p99",
     "<= 1.5x", 1000, run_latency},
    {"restore", "1 M keys from snapshot and deltas", "5 M keys/s", "10 M keys/s", 0.5e6,
     run_restore},
    {"start", "process start to the first answer, empty directory", "50 ms", "20 ms", 10,
     run_start},
};

void add_line(std::string& out, std::string_view name, double value) {
  char line[96];
  int n = std::snprintf(line, sizeof line, "%.*s %.9g\n", static_cast<int>(name.size()),
                        name.data(), value);
  out.append(line, static_cast<size_t>(n));
}

void set_figure(Measurement& to, std::string_view name, double value) {
  if (name == "records") {
    to.records = static_cast<int64_t>(value);
  } else if (name == "seconds") {
    to.seconds = value;
  } else if (name == "cpu_seconds") {
    to.cpu_seconds = value;
  } else if (name == "rss_bytes") {
    to.rss_bytes = static_cast<uint64_t>(value);
  } else if (name == "p50_us") {
    to.p50_us = value;
  } else if (name == "p99_us") {
    to.p99_us = value;
  } else {
    to.more.emplace_back(name, value);
  }
}

}  // namespace

std::span<const Benchmark> all() { return kAll; }

const Benchmark* find(std::string_view name) {
  for (const Benchmark& benchmark : kAll)
    if (benchmark.name == name) return &benchmark;
  return nullptr;
}

std::string to_lines(const Measurement& measurement) {
  std::string out;
  add_line(out, "records", static_cast<double>(measurement.records));
  add_line(out, "seconds", measurement.seconds);
  add_line(out, "cpu_seconds", measurement.cpu_seconds);
  add_line(out, "rss_bytes", static_cast<double>(measurement.rss_bytes));
  if (measurement.p50_us) add_line(out, "p50_us", *measurement.p50_us);
  if (measurement.p99_us) add_line(out, "p99_us", *measurement.p99_us);
  for (const auto& [name, value] : measurement.more) add_line(out, name, value);
  return out;
}

Result<Measurement> from_lines(std::string_view lines) {
  Measurement out;
  while (!lines.empty()) {
    size_t end = std::min(lines.find('\n'), lines.size());
    std::string_view line = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 1, lines.size()));
    size_t space = line.find(' ');
    double value = 0;
    if (space == std::string_view::npos ||
        std::from_chars(line.data() + space + 1, line.data() + line.size(), value).ec !=
            std::errc())
      return Error(ErrorCode::invalid_data, "not a figure: " + std::string(line));
    set_figure(out, line.substr(0, space), value);
  }
  return out;
}

}  // namespace leat::benchmarks
