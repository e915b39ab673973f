#include "service/feeds.h"

namespace leat::service {
namespace {
// Also the pace at which paused feeds look whether their client has read on.
constexpr auto kTick = std::chrono::milliseconds(50);
}  // namespace

Feeds::Feeds(Log& log, bool threads) {
  if (!threads) return;
  progress_ = log.on_progress([this] {
    {
      std::lock_guard lock(mutex_);
      moved_ = true;
    }
    wake_.notify_all();
  });
  thread_ = std::thread([this] { run(); });
}

Feeds::~Feeds() { stop(); }

void Feeds::add(std::unique_ptr<Feed> feed) {
  {
    std::lock_guard lock(mutex_);
    added_.push_back(std::move(feed));
    moved_ = true;
  }
  wake_.notify_all();
}

void Feeds::stop() {
  progress_.reset();
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

size_t Feeds::size() const {
  std::lock_guard lock(mutex_);
  return size_ + added_.size();
}

void Feeds::pump_all(std::unique_lock<std::mutex>& lock) {
  moved_ = false;
  std::move(added_.begin(), added_.end(), std::back_inserter(feeds_));
  added_.clear();
  lock.unlock();
  std::erase_if(feeds_, [](const auto& feed) { return !feed->pump(); });
  lock.lock();
  size_ = feeds_.size();
}

void Feeds::pump() {
  std::unique_lock lock(mutex_);
  pump_all(lock);
}

void Feeds::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (feeds_.empty()) {
      wake_.wait(lock, [&] { return moved_ || stopping_; });
    } else {
      wake_.wait_for(lock, kTick, [&] { return moved_ || stopping_; });
    }
    if (stopping_) return;
    pump_all(lock);
  }
}

}  // namespace leat::service
