#pragma once
#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace leat {

/// Bump allocation for bytes that live exactly as long as a batch or an epoch. Not thread-safe; one
/// owner. reset() keeps the largest block, so that a steady state allocates nothing.
class Arena {
 public:
  explicit Arena(size_t block_bytes = 64 * 1024) : block_bytes_(block_bytes) {}
  Arena(Arena&&) noexcept = default;
  Arena& operator=(Arena&&) noexcept = default;

  /// `n` bytes aligned to `align` (a power of two, at most 16).
  char* allocate(size_t n, size_t align = 1) {
    auto at = (reinterpret_cast<uintptr_t>(next_) + align - 1) & ~(align - 1);
    if (next_ == nullptr || at + n > reinterpret_cast<uintptr_t>(end_))
      return allocate_slow(n, align);
    next_ = reinterpret_cast<char*>(at + n);
    return reinterpret_cast<char*>(at);
  }
  ByteView copy(ByteView bytes) {
    char* p = allocate(bytes.size());
    if (!bytes.empty()) std::memcpy(p, bytes.data(), bytes.size());
    return {p, bytes.size()};
  }
  /// Gives back the last `n` bytes of the latest allocation (which was too large a guess).
  void trim(size_t n) { next_ -= n; }

  void reset();
  size_t bytes_held() const { return held_; }

 private:
  char* allocate_slow(size_t n, size_t align);
  struct Block {
    std::unique_ptr<char[]> bytes;
    size_t size;
  };
  size_t block_bytes_;
  std::vector<Block> blocks_;
  char* next_ = nullptr;
  char* end_ = nullptr;
  size_t held_ = 0;
};

}  // namespace leat
