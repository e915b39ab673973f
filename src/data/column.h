#pragma once
#include <memory>
#include <vector>

#include "base/arena.h"
#include "base/assert.h"
#include "base/bytes.h"
#include "data/decimal.h"
#include "data/type.h"

namespace leat {

/// The C++ type of one value of a column, by TypeKind:
///   boolean uint8_t · int32 int32_t · int64, timestamp int64_t · float64 double · decimal Int128 ·
///   string, bytes ByteView · opaque ByteView (the encoded value, or the bytes of the user's
///   struct)
/// Bytes are never owned by the column: they lie in the batch's arena or in the log's buffers,
/// which the batch keeps.
size_t value_size(TypeKind kind);

/// A typed vector with validity. Values of null rows are unspecified but readable. Validity is a
/// byte a row, not a bit: it is written and combined row by row in the hot loops, where masks would
/// cost more than the cache they save; a column without nulls has no validity array at all.
class Column {
 public:
  Column() = default;
  explicit Column(Type type) : type_(std::move(type)) {}
  Column(Column&&) noexcept = default;
  Column& operator=(Column&&) noexcept = default;

  const Type& type() const { return type_; }
  size_t size() const { return size_; }

  /// Sets the number of rows; all become valid, their values unspecified. Keeps capacity.
  void resize(size_t rows);
  /// Empties the column and changes its type; keeps capacity.
  void reset(Type type);

  template <class T>
  T* data() {
    return reinterpret_cast<T*>(values_.get());
  }
  template <class T>
  const T* data() const {
    return reinterpret_cast<const T*>(values_.get());
  }
  template <class T>
  T& at(size_t row) {
    return data<T>()[row];
  }
  template <class T>
  const T& at(size_t row) const {
    return data<T>()[row];
  }

  bool has_nulls() const { return !valid_.empty(); }
  bool is_null(size_t row) const { return !valid_.empty() && valid_[row] == 0; }
  void set_null(size_t row);
  void set_valid(size_t row) {
    if (!valid_.empty()) valid_[row] = 1;
  }
  /// One byte a row, 0 = null; nullptr when no row is null.
  const uint8_t* validity() const { return valid_.empty() ? nullptr : valid_.data(); }
  /// The same for writing, made (all valid) where there is none. Whoever clears a byte here leaves
  /// the value as it is: loops that combine many nulls at once.
  uint8_t* writable_validity() {
    if (valid_.empty()) valid_.assign(size_, 1);
    return valid_.data();
  }
  /// Makes every row null.
  void set_all_null();

  /// Appends one row of `from` (same type). Cost: amortised constant; bytes are not copied.
  void append_from(const Column& from, size_t row);
  void append_null();
  /// Appends one valid row whose value is unspecified and returns its index.
  size_t append();
  /// Forgets the rows from `rows` on.
  void truncate(size_t rows);
  /// Keeps the rows named by `rows` (ascending), in place.
  void keep(const std::vector<uint32_t>& rows);
  /// Replaces the contents by the rows of `from` at `rows`, in that order.
  void gather(const Column& from, const std::vector<uint32_t>& rows);
  /// Copies the bytes that string values refer to into `arena`, so that the column outlives its
  /// source.
  void own_bytes(Arena& arena);
  /// How many bytes own_bytes would copy.
  size_t viewed_bytes() const;

 private:
  void reserve(size_t rows);
  struct Free {
    void operator()(char* p) const;
  };
  Type type_;
  size_t size_ = 0;
  size_t capacity_ = 0;                   // bytes
  std::unique_ptr<char[], Free> values_;  // 64-byte aligned
  std::vector<uint8_t> valid_;            // empty: all valid
};

}  // namespace leat
