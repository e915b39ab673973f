#pragma once
#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <type_traits>

namespace leat {

/// An array that leaves new elements as the memory was when it grows: for what is resized and then
/// written whole, where zeroing first would cost as much as the writing.
template <class T>
class RawVector {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  using value_type = T;
  using iterator = T*;
  using const_iterator = const T*;
  RawVector() = default;
  RawVector(std::initializer_list<T> values) {
    resize(values.size());
    std::copy(values.begin(), values.end(), begin());
  }
  RawVector(RawVector&& other) noexcept { swap(other); }
  RawVector& operator=(RawVector&& other) noexcept {
    swap(other);
    return *this;
  }

  /// Keeps the elements below `size`; those from there on are unspecified. Keeps capacity.
  void resize(size_t size) {
    if (size > capacity_) grow(size);
    size_ = size;
  }
  void clear() { size_ = 0; }
  void swap(RawVector& other) noexcept {
    memory_.swap(other.memory_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
  }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T* data() { return reinterpret_cast<T*>(memory_.get()); }
  const T* data() const { return reinterpret_cast<const T*>(memory_.get()); }
  T& operator[](size_t i) { return data()[i]; }
  const T& operator[](size_t i) const { return data()[i]; }
  T* begin() { return data(); }
  T* end() { return data() + size_; }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size_; }
  friend bool operator==(const RawVector& a, const RawVector& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }

 private:
  void grow(size_t size) {
    size_t capacity = std::max(size, capacity_ * 2);
    std::unique_ptr<std::byte[]> larger(new std::byte[capacity * sizeof(T)]);
    std::copy(begin(), end(), reinterpret_cast<T*>(larger.get()));
    memory_ = std::move(larger);
    capacity_ = capacity;
  }

  std::unique_ptr<std::byte[]> memory_;  // aligned for any T that new aligns for
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace leat
