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
    out.ends.reserve(out.ends.size() + rows);
  }
  /// Room for a row of at most `bytes`; its begin.
  char* room(size_t bytes) {
    if (used_ + bytes > capacity_) grow(used_ + bytes);
    return buffer_.get() + used_;
  }
  /// Ends the row that was written from room() up to `end`.
  void end_row(const char* end) {
    used_ = static_cast<size_t>(end - buffer_.get());
    push_end();
    if (!out_->null.empty()) out_->null.push_back(0);
  }
  void null_row() {
    if (out_->null.empty()) out_->null.assign(out_->ends.size(), 0);
    push_end();
    out_->null.push_back(1);
  }
  void finish() {
    if (out_->may_refer && out_->bytes.empty())
      out_->lent = buffer_.get();
    else
      out_->bytes.append(buffer_.get(), used_);
  }

 private:
  void push_end() {
    size_t end = out_->bytes.size() + used_;
    LEAT_ASSERT(end <= UINT32_MAX);
    out_->ends.push_back(static_cast<uint32_t>(end));
  }
  void grow(size_t need) {
    size_t capacity = std::max<size_t>({need, capacity_ * 2, 64 * 1024});
    std::unique_ptr<char[]> larger(new char[capacity]);
    if (used_ > 0) std::memcpy(larger.get(), buffer_.get(), used_);
    buffer_ = std::move(larger);
    capacity_ = capacity;
  }
  EncodedRows* out_ = nullptr;
  std::unique_ptr<char[]> buffer_;
  size_t used_ = 0;
  size_t capacity_ = 0;
};

}  // namespace leat
