#pragma once
#include <algorithm>
#include <cstring>
#include <memory>

#include "base/assert.h"
#include "data/format.h"

namespace leat {

/// Collects encoded rows in a buffer of its own and hands them to EncodedRows in one piece: rows
/// are written with plain pointers into room made beforehand, without a check per byte. Used by the
/// encoders; keeps its buffer.
class RowWriter {
 public:
  void begin(EncodedRows& out, size_t rows) {
    LEAT_ASSERT(out.lent == nullptr);
    out_ = &out;
    used_ = 0;
    base_ = out.bytes.size();
    const size_t before = out.ends.size();
    out.ends.resize(before + rows);
    end_ = out.ends.data() + before;
  }
  /// Room for a row of at most `bytes`; its begin.
  char* room(size_t bytes) {
    if (used_ + bytes > capacity_) grow(used_ + bytes);
    return buffer_.get() + used_;
  }
  /// Ends the row that was written from room() up to `end`.
  void end_row(const char* end) {
    used_ = static_cast<size_t>(end - buffer_.get());
    *end_++ = static_cast<uint32_t>(base_ + used_);
  }
  void null_row() {
    if (out_->null.size() != out_->ends.size()) out_->null.resize(out_->ends.size(), 0);
    out_->null[static_cast<size_t>(end_ - out_->ends.data())] = 1;
    *end_++ = static_cast<uint32_t>(base_ + used_);
  }
  /// Call after exactly as many rows as begin() was told.
  void finish() {
    LEAT_ASSERT(end_ == out_->ends.data() + out_->ends.size());
    LEAT_ASSERT(base_ + used_ <= UINT32_MAX);
    if (!out_->null.empty()) out_->null.resize(out_->ends.size(), 0);
    if (out_->may_refer && out_->bytes.empty())
      out_->lent = buffer_.get();
    else
      out_->bytes.append(buffer_.get(), used_);
  }

 private:
  void grow(size_t need) {
    size_t capacity = std::max<size_t>({need, capacity_ * 2, 64 * 1024});
    std::unique_ptr<char[]> larger(new char[capacity]);
    if (used_ > 0) std::memcpy(larger.get(), buffer_.get(), used_);
    buffer_ = std::move(larger);
    capacity_ = capacity;
  }
  EncodedRows* out_ = nullptr;
  uint32_t* end_ = nullptr;  // of the next row, in out_
  size_t base_ = 0;          // bytes that `out_` had before
  std::unique_ptr<char[]> buffer_;
  size_t used_ = 0;
  size_t capacity_ = 0;
};

}  // namespace leat
