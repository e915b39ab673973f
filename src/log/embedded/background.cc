#include "log/embedded/background.h"

#include <chrono>

namespace leat::log {
namespace {
constexpr auto kRetryAfter = std::chrono::milliseconds(50);
constexpr auto kFillPause = std::chrono::milliseconds(1);
}  // namespace

Background::Background(bool threads, Upkeep upkeep)
    : threads_(threads), upkeep_(std::move(upkeep)) {}

void Background::start() {
  if (threads_) thread_ = std::thread([this] { loop(); });
}

void Background::submit(std::function<Status()> job) {
  {
    std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
  }
  if (threads_) {
    wake_.notify_one();
  } else {
    run_jobs();
  }
}

void Background::kick() {
  if (!threads_) return;
  {
    std::lock_guard lock(mutex_);
    kicked_ = true;
  }
  wake_.notify_one();
}

void Background::run_pending() {
  if (!threads_) run_jobs();
}

void Background::stop() {
  {
    std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

bool Background::run_jobs() {
  for (;;) {
    std::function<Status()> job;
    {
      std::lock_guard lock(mutex_);
      if (jobs_.empty()) return true;
      if (stop_) return false;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    Status done = job();
    if (done) continue;
    bool full = done.error().code() == ErrorCode::disk_full;
    {
      // Those behind may rely on it (a checkpoint on its sidecars): they wait, or never come.
      std::lock_guard lock(mutex_);
      jobs_.push_front(std::move(job));
      if (!full) stop_ = true;
    }
    if (!full) upkeep_.failed(std::move(done).error());
    return false;
  }
}

/// Waits until there is something to do. False at the end.
bool Background::wait(std::chrono::steady_clock::time_point until, bool jobs_too) {
  std::unique_lock lock(mutex_);
  wake_.wait_until(lock, until, [&] { return stop_ || kicked_ || (jobs_too && !jobs_.empty()); });
  kicked_ = false;
  return !stop_;
}

void Background::loop() {
  using Clock = std::chrono::steady_clock;
  auto retention_every = std::chrono::milliseconds(upkeep_.retention_ms);
  auto next_retention = Clock::now() + retention_every;
  auto next = Clock::now();
  bool full = false;
  auto note = [&](Status status) {
    if (status) return;
    if (status.error().code() == ErrorCode::disk_full) {
      full = true;
    } else {
      upkeep_.failed(std::move(status).error());
    }
  };
  while (wait(std::min(next, next_retention), !full)) {
    full = false;
    note(upkeep_.prepare());
    if (!run_jobs()) full = true;
    auto begin = Clock::now();
    bool more = false;
    if (auto filled = upkeep_.fill(); filled) {
      more = *filled;
    } else {
      note(std::move(filled).error());
    }
    next = next_retention;
    if (full) next = Clock::now() + kRetryAfter;
    // Half of the disk's time at most.
    if (more) next = Clock::now() + (Clock::now() - begin) + kFillPause;
    if (Clock::now() < next_retention) continue;
    next_retention = Clock::now() + retention_every;
    note(upkeep_.retention());
  }
}

}  // namespace leat::log
