#pragma once
#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace leat::runtime {

/// A fixed team of threads that runs one job at a time on all members; the caller is member 0.
/// Between jobs the others spin for a short while and then sleep, so that a busy pipeline pays no
/// futex per stage and an idle one no CPU. With one member everything runs on the caller: the form
/// that simulation uses.
class Workers {
 public:
  explicit Workers(int members);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  int members() const { return members_; }
  /// Calls job(member) once on each member and returns when all are done. `job` must not throw.
  void run(const std::function<void(int member)>& job);

 private:
  void serve(int member);
  const int members_;
  const std::function<void(int)>* job_ = nullptr;  // published by round_
  std::atomic<uint64_t> round_{0};
  std::atomic<int> left_{0};
  std::atomic<bool> stop_{false};
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::thread> threads_;
};

}  // namespace leat::runtime
