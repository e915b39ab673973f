#include "base/lending_buffer.h"

namespace leat {
namespace {

constexpr size_t kCapacityMin = 16 * 1024;
/// More memory is not kept for the next time: a single large epoch must not be paid for ever.
constexpr size_t kFreeBytesMax = 16 * 1024 * 1024;

}  // namespace

Blob LendingBuffer::lend() {
  auto keep = std::shared_ptr<Memory>(new Memory(std::exchange(current_, {})),
                                      [memories = memories_](Memory* memory) {
                                        std::unique_ptr<Memory> owned(memory);
                                        std::lock_guard lock(memories->mutex);
                                        if (memories->free_bytes + owned->capacity > kFreeBytesMax)
                                          return;
                                        memories->free_bytes += owned->capacity;
                                        memories->free.push_back(std::move(*owned));
                                      });
  char* data = keep->bytes.get();
  return {data, std::exchange(size_, 0), std::move(keep)};
}

void LendingBuffer::grow(size_t more) {
  const size_t need = size_ + more;
  Memory larger;
  {
    std::lock_guard lock(memories_->mutex);
    auto& free = memories_->free;
    // The largest: what it is used for grows to what it grew to before.
    auto largest = std::max_element(free.begin(), free.end(), [](const auto& a, const auto& b) {
      return a.capacity < b.capacity;
    });
    if (largest != free.end()) {
      larger = std::move(*largest);
      free.erase(largest);
      memories_->free_bytes -= larger.capacity;
    }
  }
  if (larger.capacity < need) {
    larger.capacity = std::max({need, 2 * current_.capacity, 2 * larger.capacity, kCapacityMin});
    larger.bytes.reset(new char[larger.capacity]);  // not zeroed: written before it is read
  }
  if (size_ > 0) std::memcpy(larger.bytes.get(), current_.bytes.get(), size_);
  current_ = std::move(larger);
}

}  // namespace leat
