// The coordinator's loop: messages, then an epoch of each lane, then the reads that waited for this
// boundary.
#include "runtime/runtime.h"

#include <algorithm>

#include "runtime/query_record.h"

namespace leat::runtime {
namespace {
constexpr auto kDiskFullPause = std::chrono::milliseconds(100);
constexpr auto kDeadlineTick = std::chrono::milliseconds(20);
}  // namespace

Runtime::Runtime(Log& log, io::Disk& disk, io::Clock& clock,
                 const plan::FunctionRegistry& functions, RuntimeOptions options)
    : log_(log),
      disk_(disk),
      clock_(clock),
      functions_(functions),
      options_(std::move(options)),
      workers_(options_.threads),
      guard_(disk, options_.snapshot_directory.empty() || options_.frozen
                       ? ""
                       : options_.snapshot_directory + "/" + options_.application + ".guard"),
      snapshots_(disk, options_.snapshot_directory, options_.application,
                 options_.snapshot_after_bytes, options_.background_snapshots, [this] { wake(); }) {
  options_.tasks.dies_of = options_.faults.dies_of;
  lanes_.push_back(std::make_unique<Lane>());
}

Result<std::unique_ptr<Runtime>> Runtime::open(Log& log, io::Disk& disk, io::Clock& clock,
                                               const plan::FunctionRegistry& functions,
                                               RuntimeOptions options) {
  std::unique_ptr<Runtime> runtime(new Runtime(log, disk, clock, functions, std::move(options)));
  LEAT_CHECK(runtime->recover());
  runtime->progress_ = log.on_progress([raw = runtime.get()] { raw->wake(); });
  return runtime;
}

Runtime::~Runtime() {
  stop();
  progress_.reset();
}

void Runtime::start() {
  own_thread_ = true;
  thread_ = std::thread([this] { loop(); });
}

void Runtime::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    work_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Runtime::wake() {
  {
    std::lock_guard lock(mutex_);
    work_ = true;
  }
  wake_.notify_all();
}

void Runtime::post(std::function<void()> message) {
  {
    std::lock_guard lock(mutex_);
    messages_.push_back(std::move(message));
    work_ = true;
  }
  wake_.notify_all();
}

void Runtime::loop() {
  for (;;) {
    bool did_something = step();
    std::unique_lock lock(mutex_);
    if (stopping_ || fatal_) break;
    if (did_something) continue;
    auto ready = [&] { return work_ || stopping_; };
    if (waiting_reads_.empty()) {
      wake_.wait(lock, ready);
    } else {
      wake_.wait_for(lock, kDeadlineTick, ready);
    }
  }
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [&] { return fatal_ || commits_durable_ == commits_made_; });
}

bool Runtime::step() {
  {
    std::lock_guard lock(mutex_);
    work_ = false;
    if (fatal_) return false;
  }
  bool did_something = take_messages();
  did_something = run_lanes() || did_something;
  answer_reads();
  return step_snapshot() || did_something;
}

bool Runtime::step_snapshot() {
  EpochId durable;
  {
    std::lock_guard lock(mutex_);
    durable = opened_at_.plus(commits_durable_);
  }
  auto tables = [this] {
    Snapshots::NamedTables all;
    for (const auto& query : queries_)
      for (auto& [name, table] : query->stores()) all.emplace_back(name, table);
    return all;
  };
  return snapshots_.step(epoch_, durable, tables,
                         [this](EpochId epoch) { log_.trim_commits(options_.application, epoch); });
}

bool Runtime::take_messages() {
  std::vector<std::function<void()>> messages;
  {
    std::lock_guard lock(mutex_);
    messages.swap(messages_);
  }
  for (auto& message : messages) message();
  return !messages.empty();
}

bool Runtime::run_lanes() {
  if (options_.frozen) return false;
  bool did_something = false;
  for (size_t i = 0; i < lanes_.size(); ++i) {
    Result<bool> ran = run_lane(*lanes_[i]);
    if (ran.has_value()) {
      did_something = did_something || *ran;
    } else if (ran.error().code() == ErrorCode::disk_full) {
      // Nothing was written. Appends are refused by the log itself; the epoch waits for room.
      if (own_thread_) std::this_thread::sleep_for(kDiskFullPause);
    } else {
      stop_for(ran.error());
      return false;
    }
  }
  merge_level_lanes();
  return did_something;
}

bool Runtime::has_input(Lane& lane, const Position* ceiling) const {
  for (const auto& [edge, queue] : lane.inputs()) {
    auto bounds = log_.bounds(edge.partition);
    if (!bounds.has_value()) return true;  // let the epoch find out and say why
    Offset end = bounds->appended_end;
    if (ceiling != nullptr) {
      auto limit = ceiling->find(edge.partition);
      if (limit != ceiling->end()) end = std::min(end, limit->second);
    }
    if (queue.next() < end) return true;
  }
  return false;
}

Result<bool> Runtime::run_lane(Lane& lane) {
  std::optional<Position> ceiling;
  if (&lane != lanes_[0].get()) ceiling = this->ceiling();
  const Position* limit = ceiling ? &*ceiling : nullptr;
  if (lane.empty() || !has_input(lane, limit)) return false;
  wait_for_room();

  std::vector<TopicId> written(lane.written().begin(), lane.written().end());
  written.push_back(dead_letters_.id);
  LEAT_CHECK(log_.begin_epoch(options_.application, written));
  Epoch epoch(log_, lane, workers_, dead_letters_, &guard_, clock_.now_ms());
  Result<bool> taken = epoch.take(lane.pace().limits(options_.limits), limit);
  Status ran = taken.has_value() ? Status() : Status(taken.error());
  if (ran.has_value() && *taken) ran = epoch.run();
  if (!ran.has_value() || !*taken) {
    epoch.end(false, options_.faults.loses_undo);
    log_.abandon_epoch(options_.application);
    if (ran.has_value()) return false;
    if (epoch.exploded()) {
      lane.pace().too_much(epoch.records());
      return true;  // again, in smaller pieces
    }
    if (epoch.failed_query() == nullptr) return std::move(ran).error();
    fail_query(*epoch.failed_query(), ran.error());
    return true;  // again, without it
  }
  const EpochYield yield = epoch.yield();
  snapshots_.add_delta_bytes(epoch.changed_state_bytes());
  Commit work;
  epoch.fill(work);
  Status ordered = commit(std::move(work), {});
  epoch.end(ordered.has_value(), options_.faults.loses_undo);
  if (!ordered.has_value()) {
    log_.abandon_epoch(options_.application);
    lane.pace().too_much(epoch.records());  // for want of room: less may fit
    return std::move(ordered).error();
  }
  lane.pace().went_well(yield);
  {
    std::lock_guard lock(mutex_);
    auto waiting = stand_at_commit_.find(commits_made_);
    if (waiting != stand_at_commit_.end()) {
      waiting->second = stand();
    } else if (commits_durable_ >= commits_made_) {
      durable_ = stand();
    }
  }
  return true;
}

// Bounds how far computing may run ahead of the disk. Without a thread of our own whoever turns the
// crank also syncs.
void Runtime::wait_for_room() {
  if (!own_thread_) return;
  auto room = static_cast<uint64_t>(options_.commits_in_flight_max);
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [&] {
    return fatal_ || (commits_made_ - commits_durable_ < room &&
                      commit_bytes_in_flight_ < options_.commit_bytes_in_flight_max);
  });
}

Status Runtime::commit(Commit commit, std::function<void(Status)> done) {
  commit.application = options_.application;
  commit.epoch = epoch_.plus(1);
  // First: the commit itself may remove the query whose joining was to be noted.
  commit.metadata.insert(commit.metadata.begin(), pending_metadata_.begin(),
                         pending_metadata_.end());
  const size_t bytes = payload_bytes(commit);
  uint64_t number = 0;
  {
    std::lock_guard lock(mutex_);
    number = ++commits_made_;
    stand_at_commit_[number] = {};
    commit_bytes_in_flight_ += bytes;
  }
  Status ordered = log_.commit(
      std::move(commit), [this, number, bytes, done = std::move(done)](Result<Appended> result) {
        Status status = result.has_value() ? Status() : Status(std::move(result).error());
        committed(number, bytes, status);
        if (done) done(status);
      });
  if (!ordered.has_value()) {
    std::lock_guard lock(mutex_);
    stand_at_commit_.erase(number);
    --commits_made_;
    commit_bytes_in_flight_ -= bytes;
    return ordered;
  }
  ++epoch_;
  pending_metadata_.clear();
  return {};
}

// On the log's thread. Commits become durable in the order in which they were made.
void Runtime::committed(uint64_t number, size_t bytes, const Status& status) {
  if (!status.has_value()) return stop_for(status.error());
  std::vector<std::function<void()>> release;
  {
    std::lock_guard lock(mutex_);
    commits_durable_ = number;
    commit_bytes_in_flight_ -= bytes;
    auto stand = stand_at_commit_.find(number);
    if (stand != stand_at_commit_.end()) {
      if (!stand->second.position.empty() || stand->second.level)
        durable_ = std::move(stand->second);
      stand_at_commit_.erase(stand_at_commit_.begin(), std::next(stand));
    }
    while (!held_.empty() && held_.front().commit <= number) {
      release.push_back(std::move(held_.front().release));
      held_.pop_front();
    }
    work_ = true;
  }
  wake_.notify_all();
  for (auto& answer : release) answer();
}

Runtime::Stand Runtime::stand() const {
  bool level =
      std::all_of(lanes_.begin() + 1, lanes_.end(), [](const auto& lane) { return lane->empty(); });
  return {lanes_[0]->position(), level};
}

void Runtime::fail_query(QueryRun& query, const Error& error) {
  query.failure = error;
  if (Lane* lane = lane_of(query); lane != nullptr) {
    query.stopped_at = lane->position_of(query);
    lane->remove(query);
  }
  QueryRecord record{query.since(), false, query.query().statement, {}};
  if (auto plan = plan::encode(query.query()); plan.has_value()) record.plan = *std::move(plan);
  pending_metadata_.push_back({query_key(query.id()), encode(record)});
}

void Runtime::stop_for(const Error& error) {
  {
    std::lock_guard lock(mutex_);
    if (fatal_) return;
    fatal_ = error;
  }
  wake_.notify_all();
  if (options_.on_fatal) options_.on_fatal(error);
}

Position Runtime::durable_position() const {
  std::lock_guard lock(mutex_);
  return durable_.position;
}

bool Runtime::ready() const { return level_with(ready_target_); }

bool Runtime::level_with(const Position& ends) const {
  std::lock_guard lock(mutex_);
  return durable_.level && reached(durable_.position, ends);
}

}  // namespace leat::runtime
