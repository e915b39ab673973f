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
      grow(needed);
    char* p = out_.data() + used_;
    const uint64_t mark = value.data() ? value.size() + 1 : 0;
    if ((key.size() | mark) < 0x80) [[likely]] {
      p[0] = static_cast<char>(key.size());
      p[1] = static_cast<char>(mark);
      p += 2;
    } else {
      p = put_varint(put_varint(p, key.size()), mark);
    }
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
  // Bit by bit within the capacity: a string that grows is zeroed, and all of it at once would push
  // the entries that come next out of the cache.
  void grow(size_t needed) {
    const size_t wanted = used_ + std::max(needed, size_t{32 * 1024});
    if (wanted > out_.capacity()) out_.reserve(std::max(wanted, out_.capacity() * 2));
    out_.resize(wanted);
  }

  std::string& out_;
  size_t used_;
  size_t rows_ = 0;
};

/// Sets the rows in a table, which must have no open epoch. Errors: invalid_data, when `bytes` are
/// not exactly `count` rows that fit the table; rows before the damage are set then.
Status load_rows(ByteView bytes, size_t count, KeyedTable& table);

}  // namespace leat::state
