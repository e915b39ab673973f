#pragma once
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "base/result.h"

namespace leat::runtime {

/// Waits for something that ends by calling back, for callers that may wait. `pump` (may be empty)
/// is called until then where neither log nor runtime has a thread of its own.
template <class T>
Result<T> wait(const std::function<void()>& pump,
               const std::function<void(std::function<void(Result<T>)>)>& start) {
  struct Shared {
    std::mutex mutex;
    std::condition_variable done;
    std::optional<Result<T>> result;
  };
  auto shared = std::make_shared<Shared>();
  start([shared](Result<T> result) {
    std::lock_guard lock(shared->mutex);
    shared->result.emplace(std::move(result));
    shared->done.notify_all();
  });
  while (pump) {
    {
      std::lock_guard lock(shared->mutex);
      if (shared->result) break;
    }
    pump();
  }
  std::unique_lock lock(shared->mutex);
  shared->done.wait(lock, [&] { return shared->result.has_value(); });
  return std::move(*shared->result);
}

}  // namespace leat::runtime
