#pragma once
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "base/result.h"

namespace leat::log {

/// The log's helper: writes small files, prepares segments, applies retention, one thing after the
/// other, never while somebody waits for a sync. Without a thread, submit() does the job at once.
class Background {
 public:
  struct Upkeep {
    std::function<Status()> prepare;     // after each kick, and while the disk is full
    std::function<Result<bool>()> fill;  // a piece of a segment; false: nothing to do just now
    std::function<Status()> retention;   // every `retention_ms`
    int64_t retention_ms;
    std::function<void(Error)> failed;  // an error other than a full disk
  };
  Background(bool threads, Upkeep upkeep);
  ~Background() { stop(); }

  /// Begins with the upkeep; until then only jobs that are submitted without threads are done.
  void start();
  /// Does `job` after those before it. A job that finds the disk full is tried again later, before
  /// all others; behind one that fails otherwise nothing is done any more.
  void submit(std::function<Status()> job);
  /// Something may need doing: a segment, a job that waits for room.
  void kick();
  /// Does what is submitted, on the calling thread. Only without threads.
  void run_pending();
  /// Ends the thread after the job that it is at. What is left undone can be made anew.
  void stop();

 private:
  void loop();
  bool wait(std::chrono::steady_clock::time_point until, bool jobs_too);
  /// True when everything that was submitted is done.
  bool run_jobs();

  bool threads_;
  Upkeep upkeep_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<Status()>> jobs_;
  bool kicked_ = true;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace leat::log
