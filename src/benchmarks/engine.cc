#include "benchmarks/engine.h"

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <future>
#include <thread>

#include "benchmarks/meter.h"
#include "sql/functions/register.h"

namespace leat::benchmarks {
namespace {

constexpr auto kPoll = std::chrono::microseconds(500);
constexpr int kFailed = 9;

std::string read_all(int fd) {
  std::string text;
  char some[512];
  for (ssize_t n; (n = ::read(fd, some, sizeof some)) > 0;)
    text.append(some, static_cast<size_t>(n));
  return text;
}

/// What has to be in the directory before anything is measured.
Status prepare(const Workload& workload, const std::string& directory) {
  Engine engine;
  LEAT_CHECK(engine.open_log(directory));
  for (const std::string& topic : workload.topics) {
    TopicConfig config;
    config.partitions = kPartitions;
    LEAT_CHECK(engine.log().create_topic(topic, config));
  }
  LEAT_CHECK(engine.open_application(workload.engine));
  engine.app().start();
  if (!workload.statements.empty())
    LEAT_CHECK(engine.app().load({{"benchmark.sql", workload.statements}}));
  if (!workload.engine.code_queries.empty()) {
    runtime::QueryChanges changes;
    changes.add = workload.engine.code_queries;
    std::promise<Status> done;
    engine.app().runtime().change(std::move(changes),
                                  [&](Status status) { done.set_value(std::move(status)); });
    LEAT_CHECK(done.get_future().get());
  }
  if (workload.tables) LEAT_CHECK(workload.tables(engine.log()));
  LEAT_CHECK(engine.wait_until_level());
  engine.close_application();
  LEAT_CHECK(workload.input(engine.log()));
  return engine.close();
}

Result<int64_t> records_in(Log& log, const std::string& topic) {
  LEAT_TRY(TopicInfo info, log.topic(topic));
  int64_t records = 0;
  for (int32_t p = 0; p < info.config.partitions; ++p) {
    LEAT_TRY(Bounds bounds, log.bounds({info.id, PartitionId(p)}));
    records += bounds.durable_end.value;
  }
  return records;
}

}  // namespace

Engine::~Engine() { (void)close().has_value(); }

Status Engine::open_log(const std::string& directory) {
  directory_ = directory;
  sql::register_functions(functions_);
  EmbeddedOptions options{directory, io::system_disk(), io::system_clock(), io::system_random()};
  options.on_fatal = [this](const Error& error) {
    std::lock_guard lock(mutex_);
    failure_ = error;
  };
  LEAT_TRY(log_, EmbeddedLog::open(std::move(options)));
  return {};
}

Status Engine::open_application(const EngineOptions& options) {
  service::ApplicationOptions app;
  app.id = "benchmark";
  app.threads = options.threads;
  app.snapshot_directory = directory_ + "/snapshots";
  app.limits.commits_state = options.commits_state;
  app.code_queries = options.code_queries;
  app.on_fatal = [this](const Error& error) {
    std::lock_guard lock(mutex_);
    failure_ = error;
  };
  LEAT_TRY(app_, service::Application::open(*log_, io::system_disk(), io::system_clock(),
                                            functions_, std::move(app)));
  return {};
}

void Engine::close_application() {
  if (app_) app_->stop();
  app_.reset();
}

Status Engine::close() {
  close_application();
  Status closed = log_ ? log_->close() : Status();
  log_.reset();
  return closed;
}

Status Engine::wait_until_level() {
  runtime::Runtime& runtime = app_->runtime();
  runtime::Position ends = runtime.input_ends();
  while (!runtime.level_with(ends)) {
    {
      std::lock_guard lock(mutex_);
      if (failure_) return *failure_;
    }
    std::this_thread::sleep_for(kPoll);
  }
  return {};
}

Status in_forked_process(const std::function<Status()>& work) {
  int pipe[2];
  if (::pipe(pipe) != 0) return Error(ErrorCode::io, "no pipe to a process of the benchmark");
  pid_t child = ::fork();
  if (child < 0) return Error(ErrorCode::io, "a process of the benchmark cannot be started");
  if (child == 0) {
    ::close(pipe[0]);
    Status done = work();
    if (done.has_value()) _exit(0);
    std::string text = done.error().to_string();
    _exit(::write(pipe[1], text.data(), text.size()) < 0 ? 1 : kFailed);
  }
  ::close(pipe[1]);
  std::string text = read_all(pipe[0]);
  ::close(pipe[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  if (text.empty()) text = "a process of the benchmark died, status " + std::to_string(status);
  return Error(ErrorCode::internal, text);
}

Result<Measurement> measure(const Workload& workload, const Request& request, int64_t records) {
  LEAT_CHECK(in_forked_process([&] { return prepare(workload, request.directory); }));
  if (workload.pinned) LEAT_CHECK(pin_to_one_core());
  Meter meter;
  Engine engine;
  LEAT_CHECK(engine.open_log(request.directory));
  LEAT_CHECK(engine.open_application(workload.engine));
  LEAT_TRY(int64_t before, records_in(engine.log(), workload.output));
  meter.start();
  engine.app().start();
  LEAT_CHECK(engine.wait_until_level());
  Measurement measured = meter.stop(records);
  LEAT_TRY(int64_t after, records_in(engine.log(), workload.output));
  int64_t written = after - before;
  if (written < workload.output_records_min || written > workload.output_records_max)
    return Error(ErrorCode::internal, "the query wrote " + std::to_string(written) +
                                          " records, not between " +
                                          std::to_string(workload.output_records_min) + " and " +
                                          std::to_string(workload.output_records_max));
  measured.more.emplace_back("output_records", static_cast<double>(written));
  LEAT_CHECK(engine.close());
  return measured;
}

}  // namespace leat::benchmarks
