#include "log/embedded/background.h"

#include <chrono>

namespace leat::log {
namespace {
constexpr auto kRetryAfter = std::chrono::milliseconds(50);
}

Background::Background(bool threads, Upkeep upkeep)
    : threads_(threads), upkeep_(std::move(upkeep)) {
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
    if (done.error().code() != ErrorCode::disk_full) {
      upkeep_.failed(std::move(done).error());
      continue;
    }
    std::lock_guard lock(mutex_);
    jobs_.push_front(std::move(job));
    return false;
  }
}

void Background::loop() {
  auto retention_every = std::chrono::milliseconds(upkeep_.retention_ms);
  auto next_retention = std::chrono::steady_clock::now() + retention_every;
  bool retry = false;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      auto until = next_retention;
      if (retry) until = std::min(until, std::chrono::steady_clock::now() + kRetryAfter);
      wake_.wait_until(lock, until, [&] { return stop_ || kicked_ || (!jobs_.empty() && !retry); });
      if (stop_) return;
      kicked_ = false;
    }
    retry = false;
    Status prepared = upkeep_.prepare();
    if (!prepared && prepared.error().code() == ErrorCode::disk_full) retry = true;
    if (!prepared && !retry) upkeep_.failed(std::move(prepared).error());
    if (!run_jobs()) retry = true;
    if (std::chrono::steady_clock::now() < next_retention) continue;
    next_retention = std::chrono::steady_clock::now() + retention_every;
    Status retained = upkeep_.retention();
    if (!retained && retained.error().code() != ErrorCode::disk_full) {
      upkeep_.failed(std::move(retained).error());
    }
  }
}

}  // namespace leat::log
