#pragma once
#include <algorithm>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "base/varint.h"
#include "state/keyed_table.h"
#include "state/short_bytes.h"

namespace leat::state {

/// Appends rows (key, value or tombstone) to a string, the form that deltas and snapshots share
/// (docs/formats/state.md). The string is longer than what was written until finish().
class RowWriter {
 public:
  explicit RowWriter(std::string& out) : out_(out), used_(out.size()) {}

  /// value.data() == nullptr: a tombstone.
  void add(ByteView key, ByteView value) {
    const size_t needed = 2 * kVarintBytesMax + key.size() + value.size();
    if (out_.size() - used_ < needed) [[unlikely]]
      out_.resize(std::max({out_.capacity(), used_ * 2, used_ + needed + 4096}));
    char* p = put_varint(out_.data() + used_, key.size());
    p = put_varint(p, value.data() ? value.size() + 1 : 0);
    copy_bytes(p, key.data(), key.size());
    p += key.size();
    copy_bytes(p, value.data(), value.size());
    used_ = static_cast<size_t>(p - out_.data()) + value.size();
    ++rows_;
  }
  size_t rows() const { return rows_; }
  size_t bytes() const { return used_; }
  void finish() { out_.resize(used_); }

 private:
  std::string& out_;
  size_t used_;
  size_t rows_ = 0;
};

/// Sets the rows in a table, which must have no open epoch. Errors: invalid_data, when `bytes` are
/// not exactly `count` rows that fit the table; rows before the damage are set then.
Status load_rows(ByteView bytes, size_t count, KeyedTable& table);

}  // namespace leat::state
