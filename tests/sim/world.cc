#include "world.h"

#include "sql/functions/register.h"

namespace leat::system_sim {
namespace {
constexpr const char* kDirectory = "/data";
constexpr uint64_t kCapacity = uint64_t{1} << 40;
constexpr int kStepsMax = 20'000;
}  // namespace

World::World(uint64_t seed, const Planted& planted)
    : random_(seed * 3 + 1), log_random_(seed * 3 + 2), planted_(planted), disk_({.seed = seed}) {
  sql::register_functions(functions_);
}

Status World::start() {
  fatal_.reset();
  EmbeddedOptions log{
      .directory = kDirectory, .disk = disk_, .clock = clock_, .random = log_random_};
  log.threads = false;
  log.first_segment_bytes = 16 << 10;
  log.segment_bytes = 32 << 10;
  log.epoch_reserve_bytes = 16 << 10;
  log.tail_cache_bytes = random_.chance(0.5) ? 0 : 1 << 20;
  log.on_fatal = [this](const Error& error) { fatal_ = error; };
  log.faults = planted_.log;
  LEAT_TRY(log_, EmbeddedLog::open(std::move(log)));

  service::ApplicationOptions app;
  app.id = "sim";
  app.snapshot_directory = std::string(kDirectory) + "/snapshots";
  app.snapshot_after_bytes = 500 + random_.below(20'000);
  app.limits.records_max = random_.chance(0.3) ? 1 + static_cast<int64_t>(random_.below(4)) : 0;
  app.limits.bytes_max = random_.chance(0.5) ? 200 + random_.below(4000) : 1 << 20;
  app.pump = [this] { pump(); };
  app.on_fatal = [this](const Error& error) { fatal_ = error; };
  app.faults = planted_.runtime;
  auto opened = service::Application::open(*log_, disk_, clock_, functions_, std::move(app));
  if (!opened.has_value()) {
    kill();
    return std::move(opened).error();
  }
  app_ = *std::move(opened);
  api_ = std::make_unique<service::Api>(
      *app_, [](std::string&) {}, false);
  return {};
}

void World::kill() {
  if (log_) log_->abandon();
  api_.reset();
  app_.reset();
  log_.reset();
}

// As the program does it: what was committed is durable before the application goes.
Status World::stop() {
  while (log_->sync_once()) {
  }
  api_.reset();
  app_.reset();
  Status closed = log_->close();
  log_.reset();
  return closed;
}

void World::pump() {
  if (fatal()) throw Stopped();
  bool ran = runtime().step();
  bool synced = log_->sync_once();
  if (ran || synced) return;
  if (short_of_room_) leave_room(std::nullopt);
  if (++pumped_ > kStepsMax) throw Stopped();
}

Status World::settle() {
  int idle = 0;
  for (int steps = 0; idle < 3; ++steps) {
    if (fatal_) return *fatal_;
    if (steps > kStepsMax)
      return Error(ErrorCode::deadline_exceeded, "the application does not come to rest");
    bool ran = runtime().step();
    bool synced = log_->sync_once();
    idle = ran || synced ? 0 : idle + 1;
  }
  return {};
}

Status World::execute(const std::string& statement, const sql::Session& session) {
  sql::Session own = session;
  pumped_ = 0;
  auto result = app_->execute(statement, own);
  return result.has_value() ? Status() : std::move(result).error();
}

void World::leave_room(std::optional<uint64_t> bytes) {
  disk_.set_capacity(kCapacity);
  short_of_room_ = bytes.has_value();
  if (!bytes) return;
  uint64_t used = kCapacity - disk_.free_bytes(kDirectory).value();
  disk_.set_capacity(used + *bytes);
}

}  // namespace leat::system_sim
