#pragma once
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "log/log.h"
#include "service/http_types.h"

namespace leat::service {

/// A response that goes on as records become durable.
class Feed {
 public:
  virtual ~Feed() = default;
  /// Writes what is there and fits into the client's queue. False when the feed has ended.
  virtual bool pump() = 0;
};

/// One thread that pumps all feeds whenever the log moves. A client that reads slowly only lags:
/// its feed writes no more until the queue has drained, and what it has not seen stays in the log.
class Feeds {
 public:
  /// `threads` false: the caller pumps.
  Feeds(Log& log, bool threads);
  ~Feeds();
  void add(std::unique_ptr<Feed> feed);
  /// Ends all feeds and the thread.
  void stop();
  size_t size() const;
  /// Pumps all feeds once. Only without a thread.
  void pump();

 private:
  void run();
  void pump_all(std::unique_lock<std::mutex>& lock);
  std::vector<std::unique_ptr<Feed>> feeds_;  // of whoever pumps
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::unique_ptr<Feed>> added_;
  size_t size_ = 0;
  bool moved_ = false;
  bool stopping_ = false;
  std::shared_ptr<void> progress_;
  std::thread thread_;
};

/// How much a feed lets wait for its client before it pauses.
inline constexpr size_t kFeedQueueBytes = 256 * 1024;

}  // namespace leat::service
