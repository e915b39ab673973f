#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "benchmarks/benchmark.h"
#include "log/embedded/embedded_log.h"
#include "service/application.h"

namespace leat::benchmarks {

/// How a benchmark's application is opened.
struct EngineOptions {
  int threads = 1;
  bool commits_state = true;
  std::vector<plan::Query> code_queries;
};

/// A data directory with its log and application, as `leat run` opens them, without HTTP.
class Engine {
 public:
  Engine() = default;
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  Status open_log(const std::string& directory);
  Status open_application(const EngineOptions& options);
  void close_application();
  Status close();

  /// Waits until everything that is in the log now has been taken in and is durable. Errors: the
  /// engine stopped (its reason).
  Status wait_until_level();

  Log& log() { return *log_; }
  service::Application& app() { return *app_; }

 private:
  std::string directory_;
  plan::FunctionRegistry functions_;
  std::unique_ptr<EmbeddedLog> log_;
  std::unique_ptr<service::Application> app_;
  std::mutex mutex_;
  std::optional<Error> failure_;  // under mutex_
};

/// Runs `work` in a forked process and waits for it. Call it before the process has threads.
/// Errors: what `work` returned (its text), or how the process died.
Status in_forked_process(const std::function<Status()>& work);

/// A query that is measured from stored input to stored output.
struct Workload {
  std::string statements;                        // SQL, or empty
  std::vector<std::string> topics;               // made first, with kPartitions
  std::function<Status(Log&)> tables = nullptr;  // records that are taken in before it is measured
  std::function<Status(Log&)> input;
  EngineOptions engine;
  std::string output;              // topic
  int64_t output_records_min = 1;  // a run with fewer, or more, is an error
  int64_t output_records_max = INT64_MAX;
  bool pinned = true;
};

/// Of every topic that a benchmark makes.
inline constexpr int32_t kPartitions = 2;

/// Prepares the directory in a forked process, then opens it here and measures from start() until
/// all input has been taken in and committed.
Result<Measurement> measure(const Workload& workload, const Request& request, int64_t records);

}  // namespace leat::benchmarks
