#pragma once
#include <cstddef>
#include <utility>

namespace leat::state {

/// Zeroed memory, aligned to cache lines. From 2 MiB on it is aligned to huge pages and the kernel
/// is asked for them: a table's random accesses otherwise miss the TLB each time.
class MemoryBlock {
 public:
  static constexpr size_t kHugePageBytes = 2 * 1024 * 1024;

  MemoryBlock() = default;
  explicit MemoryBlock(size_t bytes);
  MemoryBlock(MemoryBlock&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  MemoryBlock& operator=(MemoryBlock&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~MemoryBlock();

  char* data() const { return data_; }
  size_t bytes() const { return bytes_; }

 private:
  char* data_ = nullptr;
  size_t bytes_ = 0;
};

}  // namespace leat::state
