#pragma once
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "io/random.h"
#include "leat/app.h"
#include "log/embedded/embedded_log.h"
#include "runtime/runtime.h"
#include "streams/graph_impl.h"

namespace leat::streams {

plan::BadRecordPolicy policy_of(OnBadRecord policy);

struct EngineOptions {
  std::string directory;
  std::string id;
  io::Disk& disk;
  io::Clock& clock;
  io::Random& random;
  /// false: nothing runs in threads; every call turns the crank itself until it is done.
  bool threads = true;
  int worker_threads = 1;
  int32_t partitions = 8;  // of topics that are read and do not exist yet
  plan::BadRecordPolicy policy = plan::BadRecordPolicy::dead_letter;
  exec::TaskOptions tasks;
  runtime::EpochLimits limits;
};

/// A topology at work over the embedded log: log, runtime, and the topology's one query.
/// Thread-safe after open().
class Engine {
 public:
  /// Recovers. Errors: conflict (the directory knows another topology under this id), and those of
  /// the log.
  static Result<std::unique_ptr<Engine>> open(std::shared_ptr<Graph> graph, EngineOptions options);
  ~Engine();

  /// Starts the runtime's thread (if it has one) and, the first time ever, makes the topology part
  /// of the application.
  Status start();
  /// Finishes what runs and lets go of the directory. Nothing else may be called behind it.
  Status stop();
  /// Lets go of everything as a killed process would.
  void abandon();

  /// Without threads: runs until nothing is in flight.
  Status settle();
  /// With threads: waits until all that is in the log now has been taken in and is durable.
  Status wait_until_level();
  /// Why the topology does not go on; nullopt: it does.
  std::optional<Error> failure();

  Status make_topic(const std::string& name);
  /// Appends to the partition of each key and waits until it is durable.
  Status produce(const std::string& topic, const std::vector<RawRecord>& records);
  /// Durable records of a topic from `next` on, which moves.
  Status read(const std::string& topic, std::map<TopicPartition, Offset>& next,
              std::vector<RawRecord>& out);
  /// A key (as in its topic) of a view, or nullopt for all rows in the order of keys.
  Result<std::vector<RawRow>> look(const std::string& view, const std::optional<std::string>& key);
  const std::string& id() const { return options_.id; }

 private:
  struct Done {};
  Engine(std::shared_ptr<Graph> graph, EngineOptions options)
      : graph_(std::move(graph)), options_(std::move(options)) {}
  Status open_log();
  Status make_source_topics();
  Status check_kept();
  Status open_runtime();
  Status install();
  bool step();
  std::optional<Error> fatal() const;
  std::function<void()> pump();
  Result<std::string> canonical(const Schema& schema, const std::string& key) const;
  static Result<std::vector<RawRow>> rows_of(const runtime::Runtime::ViewInfo& info,
                                             const runtime::ViewRows& rows);

  std::shared_ptr<Graph> graph_;
  EngineOptions options_;
  plan::FunctionRegistry functions_;  // a topology uses none
  std::unique_ptr<EmbeddedLog> log_;
  std::unique_ptr<runtime::Runtime> runtime_;
  bool started_ = false;
  uint64_t spread_ = 0;  // records without a key, under mutex_
  mutable std::mutex mutex_;
  std::optional<Error> fatal_;  // under mutex_
};

}  // namespace leat::streams
