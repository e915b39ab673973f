#pragma once
#include <exception>
#include <memory>
#include <optional>
#include <string>

#include "io/random.h"
#include "log/embedded/embedded_log.h"
#include "plan/expr.h"
#include "service/api.h"
#include "service/application.h"
#include "sim/clock.h"
#include "sim/disk.h"

namespace leat::system_sim {

/// Bugs to plant, to show that a run finds them.
struct Planted {
  LogFaults log;
  runtime::RuntimeFaults runtime;
};

/// Thrown out of a statement that waits, when what it waits for cannot come any more.
struct Stopped : std::exception {};

/// One process on one machine: a log and an application in one thread, and the disk and the clock
/// that outlive them.
class World {
 public:
  World(uint64_t seed, const Planted& planted);
  ~World() { kill(); }

  /// Opens log and application, as they are found on the disk.
  Status start();
  /// The process is gone at once; the disk has what was written.
  void kill();
  /// Ends the process in good order.
  Status stop();
  bool runs() const { return app_ != nullptr; }
  /// Whether the process could not go on: a real one would have ended.
  bool fatal() const { return fatal_.has_value() || disk_.power_is_off(); }

  /// Runs the application and the log until nothing moves. Errors: fatal, or it does not settle.
  Status settle();
  /// Executes a statement. Throws Stopped.
  Status execute(const std::string& statement, const sql::Session& session);

  /// Leaves so many bytes free on the disk; nullopt: as many as ever needed.
  void leave_room(std::optional<uint64_t> bytes);
  bool short_of_room() const { return short_of_room_; }

  sim::FaultyDisk& disk() { return disk_; }
  sim::VirtualClock& clock() { return clock_; }
  EmbeddedLog& log() { return *log_; }
  service::Application& app() { return *app_; }
  service::Api& api() { return *api_; }
  runtime::Runtime& runtime() { return app_->runtime(); }

 private:
  void pump();
  io::SeededRandom random_;  // sizes and limits of each life
  io::SeededRandom log_random_;
  Planted planted_;
  sim::FaultyDisk disk_;
  sim::VirtualClock clock_;
  plan::FunctionRegistry functions_;
  std::unique_ptr<EmbeddedLog> log_;
  std::unique_ptr<service::Application> app_;
  std::unique_ptr<service::Api> api_;
  std::optional<Error> fatal_;
  bool short_of_room_ = false;
  uint64_t pumped_ = 0;  // by the statement that runs
};

}  // namespace leat::system_sim
