#pragma once
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "io/clock.h"
#include "io/disk.h"
#include "io/random.h"
#include "log/embedded/embedded_log.h"
#include "service/application.h"

namespace leat::cases {

/// A clock that stands still, unless it is set.
class CaseClock final : public io::Clock {
 public:
  static constexpr TimeMs kStart = 1'700'000'000'000;
  TimeMs now_ms() override { return at_.value_or(kStart); }
  int64_t monotonic_ns() override { return ++ticks_; }
  void set(std::optional<TimeMs> at) { at_ = at; }

 private:
  std::optional<TimeMs> at_;
  int64_t ticks_ = 0;
};

/// A record as it stands in its topic.
struct Arrival {
  TimeMs timestamp = 0;
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::string headers;  // encoded; empty: none
  bool taken = false;   // some expectation has been held against it
};

struct WorldOptions {
  sql::Session session;
  int32_t partitions = 1;  // of every topic
  bool rewrite = true;
};

/// One application over a log in memory, in one thread, record by record. What arrives in topics is
/// kept in the order in which it came, over all partitions.
class World {
 public:
  static Result<std::unique_ptr<World>> open(const plan::FunctionRegistry& functions,
                                             WorldOptions options);
  ~World();

  /// Executes a statement and everything that follows from it. `at`: the log's clock meanwhile.
  Result<service::StatementResult> execute(std::string_view statement,
                                           std::optional<TimeMs> at = std::nullopt);
  /// What a statement means now.
  Result<sql::bound::Statement> bind(const sql::Statement& statement) const;
  sql::Session& session() { return session_; }
  sql::Catalogue catalogue() const { return app_->catalogue(); }

  /// Makes a topic unless it is there.
  Status make_topic(const std::string& name);
  /// Appends a record to its key's partition, at its own time, and runs until all is quiet.
  Status append(const std::string& topic, TimeMs timestamp, std::optional<ByteView> key,
                std::optional<ByteView> value, ByteView headers);
  /// Runs until nothing is in flight. Errors: the log or the runtime stopped.
  Status settle();
  /// Closes log and application, or drops them as a killed process would, and opens them again.
  Status restart(bool killed);

  /// All records of a topic so far.
  std::deque<Arrival>& arrivals(const std::string& topic) { return arrivals_[topic]; }
  /// Why a query has stopped, if one has.
  std::optional<std::string> failure();
  std::string dead_letter_topic() const;
  int32_t partitions() const { return options_.partitions; }

 private:
  World(const plan::FunctionRegistry& functions, WorldOptions options);
  Status start();
  bool step();
  Status collect();

  const plan::FunctionRegistry& functions_;
  WorldOptions options_;
  sql::Session session_;
  CaseClock clock_;      // of the application: UNIX_TIMESTAMP()
  CaseClock log_clock_;  // a record is appended at its timestamp
  io::SeededRandom random_{1};
  std::unique_ptr<io::Disk> disk_;
  std::unique_ptr<EmbeddedLog> log_;
  std::unique_ptr<service::Application> app_;
  std::optional<Error> fatal_;
  std::map<TopicPartition, Offset> read_;
  std::map<std::string, std::deque<Arrival>> arrivals_;
  int32_t spread_ = 0;
};

}  // namespace leat::cases
