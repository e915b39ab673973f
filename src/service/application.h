#pragma once
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "log/log.h"
#include "plan/expr.h"
#include "runtime/runtime.h"
#include "runtime/wait.h"
#include "service/incoming.h"
#include "sql/binder.h"
#include "sql/bound.h"
#include "sql/catalogue.h"
#include "sql/settings.h"

namespace leat::service {

/// One SQL file of an application.
struct SqlFile {
  std::string name;
  std::string text;
};

struct ApplicationOptions {
  std::string id;  // empty: SET 'application.id', else the first file's stem
  int threads = 1;
  bool frozen = false;  // shows what is committed, runs nothing
  std::string snapshot_directory;
  uint64_t snapshot_after_bytes = 128 << 20;  // of changed state since the last one
  sql::Session session;                       // what configuration, environment and flags say
  runtime::EpochLimits limits;
  std::vector<plan::Query> code_queries;  // of a C++ program
  bool rewrite = true;                    // false: plans run as they were bound (tests compare)
  int32_t partitions_always = 0;  // not 0: of every new topic, whatever statements say (tests)
  /// Runs the log and the runtime a little, by hand; set where neither has a thread (simulation,
  /// `leat test`).
  std::function<void()> pump;
  std::function<void(const Error&)> on_fatal;
  runtime::RuntimeFaults faults;  // tests only
};

class PushQuery;

/// What a statement gives: rows, or a message, or rows that go on.
struct StatementResult {
  std::string message;  // "Created table balances"; empty for rows
  std::vector<Field> columns;
  std::unique_ptr<Batch> rows;  // its columns are those above; nullptr: no rows at all
  std::optional<runtime::Position> position;
  std::shared_ptr<PushQuery> push;  // EMIT CHANGES
};

/// What a script says before anything runs: the settings and the application's name.
struct ScriptFacts {
  sql::Session session;
  std::string application_id;
};
/// Applies the SETs of files to `session`. Errors: invalid_argument, with the file's name and the
/// place.
Result<ScriptFacts> read_script_facts(const std::vector<SqlFile>& files, sql::Session session);

/// An application at work: the catalogue of streams and tables, and the runtime that runs their
/// queries. Statements are executed one at a time. Thread-safe; execute() and load() wait for the
/// disk.
class Application {
 public:
  /// Opens or makes the application in the log; its settings are those of the files that will be
  /// loaded.
  static Result<std::unique_ptr<Application>> open(Log& log, io::Disk& disk, io::Clock& clock,
                                                   const plan::FunctionRegistry& functions,
                                                   ApplicationOptions options);
  ~Application();

  /// Makes the application be what the files say: the same statements go on, new ones start, a
  /// changed or missing stateful one refuses everything (conflict) before anything is touched.
  /// INSERT INTO .. VALUES runs once ever.
  Status load(const std::vector<SqlFile>& files);
  /// Executes one statement for a connection, whose SET and DEFINE change `session`.
  Result<StatementResult> execute(std::string_view statement, sql::Session& session);

  /// A session as a new connection begins with.
  sql::Session new_session() const { return options_.session; }
  void start() { runtime_->start(); }
  void stop() { runtime_->stop(); }
  runtime::Runtime& runtime() { return *runtime_; }
  Log& log() { return log_; }
  io::Clock& clock() { return clock_; }
  const std::string& id() const { return options_.id; }
  const plan::FunctionRegistry& functions() const { return functions_; }

  /// A copy of the catalogue as of now.
  sql::Catalogue catalogue() const;
  /// The schema declared over a topic, when there is exactly one answer.
  std::optional<TopicSchema> schema_of_topic(const std::string& topic) const;

  /// Encodes and appends records from outside; `done` when durable. Returns what is refused at
  /// once.
  struct Accepted {
    runtime::Position position;                        // to wait for, in reads
    std::vector<std::pair<int32_t, int64_t>> records;  // partition, offset
  };
  void produce(const std::string& topic, const std::vector<IncomingRecord>& records,
               std::optional<std::string> idempotency_key, uint64_t body_hash,
               std::function<void(Result<Accepted>)> done);

  /// Waits for something that ends by calling back; pumps where nothing runs by itself. For callers
  /// that may wait.
  template <class T>
  Result<T> wait(const std::function<void(std::function<void(Result<T>)>)>& start);

 private:
  /// What statements come to, before any of it is done.
  struct Change {
    sql::Catalogue catalogue;
    std::map<std::string, std::string> origins;  // name of a source or query -> "file" or "session"
    struct Topic {
      std::string name;
      int32_t partitions;
      std::optional<int64_t> retention_ms;
      std::string partitions_of;
    };
    std::vector<Topic> topics;
    runtime::QueryChanges queries;
    std::vector<std::string> deleted_topics;
  };
  friend class FileLoader;
  friend class StatementRun;

  Application(Log& log, io::Disk& disk, io::Clock& clock, const plan::FunctionRegistry& functions,
              ApplicationOptions options);
  Change begin_change() const;
  Status add_source(const sql::bound::CreateSource& create, const std::string& origin,
                    const sql::Session& session, Change& change) const;
  Status add_query(const sql::bound::CreateQuery& create, const std::string& origin,
                   Change& change) const;
  Status drop_source(const sql::bound::DropSource& drop, Change& change) const;
  Status terminate(const std::string& query, Change& change) const;
  Status make_topics(const Change& change);
  Status apply(Change change);
  Status insert(const sql::bound::InsertValues& insert, std::optional<std::string> once);
  Result<StatementResult> run(const sql::bound::Statement& statement, sql::Session& session);
  Result<StatementResult> pull(const sql::bound::PullQuery& query);

  Log& log_;
  io::Disk& disk_;
  io::Clock& clock_;
  const plan::FunctionRegistry& functions_;
  ApplicationOptions options_;
  std::unique_ptr<runtime::Runtime> runtime_;
  std::mutex statements_;  // one statement at a time
  mutable std::mutex mutex_;
  sql::Catalogue catalogue_;                    // under mutex_
  std::map<std::string, std::string> origins_;  // under mutex_
  std::atomic<uint64_t> spread_{0};
};

template <class T>
Result<T> Application::wait(const std::function<void(std::function<void(Result<T>)>)>& start) {
  return runtime::wait<T>(options_.pump, start);
}

}  // namespace leat::service
