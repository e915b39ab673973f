#include "runtime/workers.h"

#include <immintrin.h>

namespace leat::runtime {
namespace {
// About 20 µs: longer than the gap between the stages of an epoch, shorter than what anybody would
// miss.
constexpr int kSpins = 2000;
}  // namespace

Workers::Workers(int members) : members_(members) {
  for (int member = 1; member < members_; ++member)
    threads_.emplace_back([this, member] { serve(member); });
}

Workers::~Workers() {
  {
    std::lock_guard lock(mutex_);
    stop_.store(true, std::memory_order_release);
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Workers::run(const std::function<void(int)>& job) {
  if (members_ == 1) return job(0);
  left_.store(members_ - 1, std::memory_order_relaxed);
  job_ = &job;
  {
    std::lock_guard lock(mutex_);  // a member that is about to sleep must see the new round
    round_.fetch_add(1, std::memory_order_release);
  }
  wake_.notify_all();
  job(0);
  int spins = 0;
  while (left_.load(std::memory_order_acquire) != 0) {
    if (++spins < kSpins) {
      _mm_pause();
    } else {
      std::this_thread::yield();
    }
  }
}

void Workers::serve(int member) {
  uint64_t seen = 0;
  for (;;) {
    for (int spins = 0; round_.load(std::memory_order_acquire) == seen &&
                        !stop_.load(std::memory_order_acquire);) {
      if (++spins < kSpins) {
        _mm_pause();
        continue;
      }
      std::unique_lock lock(mutex_);
      wake_.wait(lock,
                 [&] { return round_.load(std::memory_order_relaxed) != seen || stop_.load(); });
    }
    if (stop_.load(std::memory_order_acquire)) return;
    ++seen;
    (*job_)(member);
    left_.fetch_sub(1, std::memory_order_release);
  }
}

}  // namespace leat::runtime
