#pragma once
#include <array>

#include "base/bytes.h"
#include "base/lending_buffer.h"
#include "state/row_before.h"

namespace leat::state {

/// Writes rows one after the other (docs/formats/state.md).
///
/// They are collected and written some dozen at a time: a walk over a table waits for memory, and
/// goes on to wait for the next entry only while what is done with each is short. Cost: about 8 ns
/// a small row.
class RowWriter {
 public:
  RowWriter() { begin(); }
  /// Forgets all rows, and leaves room for `header_bytes` in front of the next ones.
  void begin(size_t header_bytes = 0);
  /// value.data() == nullptr: a tombstone. Both must stay as they are until flush() or lend().
  void add(ByteView key, ByteView value) {
    keys_[pending_] = key;
    values_[pending_] = value;
    if (++pending_ == kRows) [[unlikely]]
      flush();
  }
  /// The same of `n` rows, which are written at once: they need not stay.
  void add(const ByteView* keys, const ByteView* values, size_t n) {
    flush();
    write_rows(keys, values, n);
  }
  /// Writes what was collected.
  void flush() {
    write_rows(keys_.data(), values_.data(), pending_);
    pending_ = 0;
  }
  uint32_t count() const { return static_cast<uint32_t>(written_ + pending_); }
  /// After flush(): the bytes they take.
  size_t size() const { return bytes_.size(); }
  /// After flush() or lend(): what their keys and values would take as they are.
  size_t unpacked_bytes() const { return unpacked_bytes_; }
  /// Gives all away, what begin() left room for in front; begin() comes next.
  Blob lend();

 private:
  static constexpr size_t kRows = 64;
  using WriteRun = size_t (RowWriter::*)(const ByteView* keys, const ByteView* values, size_t n);

  void write_rows(const ByteView* keys, const ByteView* values, size_t n);
  void write_row(ByteView key, ByteView value);
  /// Writes the first rows of `n` that have the sizes of the row before; returns how many there
  /// were. For keys and values of so many words.
  template <size_t KeyWords, size_t ValueWords>
  size_t write_run(const ByteView* keys, const ByteView* values, size_t n);
  /// nullptr: such rows are written one by one.
  WriteRun run_like_before() const;

  std::array<ByteView, kRows> keys_;
  std::array<ByteView, kRows> values_;
  size_t pending_ = 0;
  size_t written_ = 0;
  size_t unpacked_bytes_ = 0;
  LendingBuffer bytes_;
  RowBefore before_;
};

}  // namespace leat::state
