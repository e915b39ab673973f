// leat bench: the built-in benchmarks, each in a process of its own.
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include <cstdio>
#include <filesystem>

#include "base/text.h"
#include "benchmarks/benchmark.h"
#include "benchmarks/machine.h"
#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/table.h"
#include "data/json_value.h"

extern char** environ;

namespace leat::cli {
namespace {

using benchmarks::Benchmark;
using benchmarks::Machine;
using benchmarks::Measurement;
using benchmarks::Probe;

struct BenchFlags {
  std::vector<std::string> names;
  std::string data = ".";
  double seconds = 2;
  int64_t records = 0;
  bool json = false;
  bool list = false;
  std::string measure;  // set in the process that measures
};

/// A directory below `parent` that goes away with the object.
class ScratchDirectory {
 public:
  static Result<std::unique_ptr<ScratchDirectory>> make(const std::string& parent) {
    std::string path = parent + "/leat-bench-XXXXXX";
    if (::mkdtemp(path.data()) == nullptr)
      return Error(ErrorCode::io, "no directory can be made in " + parent,
                   "choose another with --data");
    return std::unique_ptr<ScratchDirectory>(new ScratchDirectory(std::move(path)));
  }
  ~ScratchDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  explicit ScratchDirectory(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

/// Starts this program again to measure one benchmark and reads its figures.
Result<Measurement> measure_apart(const Benchmark& benchmark, const BenchFlags& flags,
                                  const std::string& directory) {
  int pipe[2];
  if (::pipe(pipe) != 0) return Error(ErrorCode::io, "no pipe to the benchmark");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO);
  posix_spawn_file_actions_addclose(&actions, pipe[0]);
  posix_spawn_file_actions_addclose(&actions, pipe[1]);
  std::vector<std::string> arguments{"leat",      "bench",
                                     "--measure", std::string(benchmark.name),
                                     "--data",    directory,
                                     "--seconds", std::to_string(flags.seconds),
                                     "--records", std::to_string(flags.records)};
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  pid_t pid = -1;
  int failed = ::posix_spawn(&pid, "/proc/self/exe", &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(pipe[1]);
  std::string text;
  char some[1024];
  for (ssize_t n; failed == 0 && (n = ::read(pipe[0], some, sizeof some)) > 0;)
    text.append(some, static_cast<size_t>(n));
  ::close(pipe[0]);
  if (failed != 0) return Error(ErrorCode::io, "the benchmark's process cannot be started");
  int status = 0;
  ::waitpid(pid, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    return Error(ErrorCode::internal, "benchmark failed: " + std::string(benchmark.name));
  return benchmarks::from_lines(text);
}

/// In the process that measures: nothing else runs here.
int measure_here(const BenchFlags& flags) {
  const Benchmark* benchmark = benchmarks::find(flags.measure);
  if (benchmark == nullptr) return kUsage;
  auto measured = benchmark->run({flags.data, flags.seconds, flags.records}, *benchmark);
  if (!measured.has_value()) return fail(measured.error());
  std::fputs(to_lines(*measured).c_str(), stdout);
  return kDone;
}

void add_text(std::string& line, std::string_view name, std::string_view value) {
  append_json_string(line, name);
  line += ':';
  append_json_string(line, value);
  line += ',';
}

void add_number(std::string& line, std::string_view name, double value) {
  char text[48];
  std::snprintf(text, sizeof text, "%.9g", value);
  append_json_string(line, name);
  line += ':';
  line += text;
  line += ',';
}

double per_second(const Measurement& m) { return static_cast<double>(m.records) / m.seconds; }
double cpu_ns(const Measurement& m) { return m.cpu_seconds * 1e9 / static_cast<double>(m.records); }

void print_json(const Benchmark& benchmark, const Measurement& m, const Machine& machine,
                const Probe& probe) {
  std::string line = "{";
  add_text(line, "name", benchmark.name);
  add_number(line, "records", static_cast<double>(m.records));
  add_number(line, "records_per_second", per_second(m));
  add_number(line, "cpu_ns_per_record", cpu_ns(m));
  add_number(line, "rss_bytes", static_cast<double>(m.rss_bytes));
  if (m.p50_us) add_number(line, "p50_us", *m.p50_us);
  if (m.p99_us) add_number(line, "p99_us", *m.p99_us);
  add_number(line, "seconds", m.seconds);
  for (const auto& [name, value] : m.more) add_number(line, name, value);
  add_text(line, "at_least", benchmark.at_least);
  add_text(line, "goal", benchmark.goal);
  line += "\"machine\":{";
  add_text(line, "cpu", machine.cpu);
  add_number(line, "cores", machine.cores);
  add_number(line, "memory_bytes", static_cast<double>(machine.memory_bytes));
  add_text(line, "kernel", machine.kernel);
  line.back() = '}';
  line += ',';
  add_text(line, "compiler", machine.compiler);
  add_text(line, "commit", machine.commit);
  line += "\"probe\":{";
  add_number(line, "copy_bytes_per_second", probe.copy_bytes_per_second);
  add_number(line, "write_bytes_per_second", probe.write_bytes_per_second);
  add_number(line, "fdatasync_p50_us", probe.sync_p50_us);
  add_number(line, "fdatasync_p99_us", probe.sync_p99_us);
  line.back() = '}';
  line += "}\n";
  std::fputs(line.c_str(), stdout);
  std::fflush(stdout);
}

std::string shown(const char* format, double value) {
  char text[48];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

/// "4.12 M/s" down to "812 /s".
std::string shown_rate(double rate) {
  if (rate >= 1e6) return shown("%.2f M/s", rate / 1e6);
  if (rate >= 1e4) return shown("%.0f K/s", rate / 1e3);
  return shown("%.0f /s", rate);
}

void print_machine(const Machine& machine, const Probe& probe) {
  std::printf("%s, %d cores, %.0f GB, %s\n%s, commit %s\n", machine.cpu.c_str(), machine.cores,
              static_cast<double>(machine.memory_bytes) / 1e9, machine.kernel.c_str(),
              machine.compiler.c_str(), machine.commit.c_str());
  std::printf("memory copy %.1f GB/s, disk write %.2f GB/s, fdatasync p50 %.0f us, p99 %.0f us\n\n",
              probe.copy_bytes_per_second / 1e9, probe.write_bytes_per_second / 1e9,
              probe.sync_p50_us, probe.sync_p99_us);
}

std::vector<std::string> cells(const Benchmark& benchmark, const Measurement& m) {
  return {std::string(benchmark.name),
          shown_rate(per_second(m)),
          shown("%.0f", cpu_ns(m)),
          shown("%.0f", static_cast<double>(m.rss_bytes) / 1e6),
          m.p50_us ? shown("%.0f", *m.p50_us) : "",
          m.p99_us ? shown("%.0f", *m.p99_us) : "",
          std::string(benchmark.at_least),
          std::string(benchmark.goal)};
}

Result<std::vector<const Benchmark*>> chosen(const std::vector<std::string>& names) {
  std::vector<const Benchmark*> out;
  std::vector<std::string> known;
  for (const Benchmark& benchmark : benchmarks::all()) {
    known.emplace_back(benchmark.name);
    if (names.empty()) out.push_back(&benchmark);
  }
  for (const std::string& name : names) {
    const Benchmark* found = benchmarks::find(name);
    if (found == nullptr) {
      auto near = nearest(name, known);
      return Error(ErrorCode::invalid_argument, "there is no benchmark " + name,
                   near ? "did you mean " + *near + "?" : "leat bench --list shows them");
    }
    out.push_back(found);
  }
  return out;
}

Status run_all(const BenchFlags& flags) {
  LEAT_TRY(auto benchmarks, chosen(flags.names));
  LEAT_TRY(auto scratch, ScratchDirectory::make(flags.data));
  Machine machine = benchmarks::this_machine();
  LEAT_TRY(Probe probe, benchmarks::probe(scratch->path()));
  if (!flags.json) print_machine(machine, probe);
  Table table({"benchmark", "rate", "ns CPU", "MB", "p50 us", "p99 us", "at least", "goal"},
              {false, true, true, true, true, true, false, false});
  for (const Benchmark* benchmark : benchmarks) {
    if (!flags.json) {
      std::fprintf(stderr, "%s: %s\n", std::string(benchmark->name).c_str(),
                   std::string(benchmark->what).c_str());
    }
    LEAT_TRY(auto directory, ScratchDirectory::make(scratch->path()));
    LEAT_TRY(Measurement measured, measure_apart(*benchmark, flags, directory->path()));
    if (flags.json) {
      print_json(*benchmark, measured, machine, probe);
    } else {
      table.add(cells(*benchmark, measured));
    }
  }
  if (!flags.json) table.print();
  return {};
}

int run(const BenchFlags& flags) {
  if (!flags.measure.empty()) return measure_here(flags);
  if (flags.list) {
    Table table({"benchmark", "what", "at least", "goal"});
    for (const Benchmark& benchmark : benchmarks::all())
      table.add({std::string(benchmark.name), std::string(benchmark.what),
                 std::string(benchmark.at_least), std::string(benchmark.goal)});
    table.print();
    return kDone;
  }
  Status done = run_all(flags);
  return done.has_value() ? static_cast<int>(kDone) : fail(done.error());
}

}  // namespace

void add_bench(CLI::App& parent, const SetRun& set_run) {
  CLI::App* app = parent.add_subcommand("bench", "Run the built-in benchmarks on this machine");
  auto flags = std::make_shared<BenchFlags>();
  app->add_option("names", flags->names, "Benchmarks (default: all)")->type_name("NAME");
  app->add_flag("--list", flags->list, "Say which benchmarks there are");
  app->add_flag("--json", flags->json, "One object a benchmark, a line each");
  app->add_option("--seconds", flags->seconds, "About how long each one measures")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app->add_option("--records", flags->records, "Records of input, instead of seconds' worth");
  app->add_option("--data", flags->data, "Where data goes while they run: the disk to be measured")
      ->capture_default_str()
      ->type_name("DIR");
  app->add_option("--measure", flags->measure)->group("");
  app->footer(
      "Examples:\n"
      "  leat bench                       # all of them, as a table\n"
      "  leat bench count append --seconds 5\n"
      "  leat bench --json > figures.ndjson");
  set_run([flags] { return run(*flags); });
}

}  // namespace leat::cli
