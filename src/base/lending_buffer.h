#pragma once
#include <algorithm>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace leat {

/// Bytes and what keeps them alive. Copies share the bytes.
class Blob {
 public:
  Blob() = default;
  Blob(std::string bytes) {  // NOLINT(google-explicit-constructor): a string is a blob of its own
    auto held = std::make_shared<std::string>(std::move(bytes));
    data_ = held->data();
    size_ = held->size();
    keep_ = std::move(held);
  }
  Blob(char* data, size_t size, std::shared_ptr<const void> keep)
      : data_(data), size_(size), keep_(std::move(keep)) {}

  char* data() { return data_; }
  const char* data() const { return data_; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  operator ByteView() const {  // NOLINT(google-explicit-constructor): as of std::string
    return {data_, size_};
  }

 private:
  char* data_ = nullptr;
  size_t size_ = 0;
  std::shared_ptr<const void> keep_;
};

/// A buffer that is filled, lent away whole, and begins anew with memory that came back: a steady
/// stream of large pieces touches no fresh pages and copies nothing. What it lends may be dropped
/// on any thread, and outlive it; the rest is for one thread.
class LendingBuffer {
 public:
  LendingBuffer() : memories_(std::make_shared<Memories>()) {}
  LendingBuffer(LendingBuffer&&) noexcept = default;
  LendingBuffer& operator=(LendingBuffer&&) noexcept = default;

  /// Room for `more` bytes behind the contents. Good until the next call.
  char* room(size_t more) {
    if (current_.capacity - size_ < more) [[unlikely]]
      grow(more);
    return current_.bytes.get() + size_;
  }
  /// The contents end at `end`, within the room.
  void end_at(const char* end) { size_ = static_cast<size_t>(end - current_.bytes.get()); }
  char* data() { return current_.bytes.get(); }
  size_t size() const { return size_; }
  void clear() { size_ = 0; }
  /// Gives the contents away and is empty.
  Blob lend();

 private:
  struct Memory {
    std::unique_ptr<char[]> bytes;
    size_t capacity = 0;
  };
  struct Memories {
    std::mutex mutex;
    std::vector<Memory> free;
    size_t free_bytes = 0;
  };
  void grow(size_t more);

  std::shared_ptr<Memories> memories_;
  Memory current_;
  size_t size_ = 0;
};

}  // namespace leat
