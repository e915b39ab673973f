#pragma once
#include "base/bytes.h"
#include "base/lending_buffer.h"
#include "base/result.h"
#include "base/short_bytes.h"
#include "base/varint.h"
#include "state/keyed_table.h"

namespace leat::state {

/// Appends a row to `out`, in the form that deltas and snapshots share (docs/formats/state.md).
/// value.data() == nullptr: a tombstone.
inline void append_row(LendingBuffer& out, ByteView key, ByteView value) {
  char* p = out.room(2 * kVarintBytesMax + key.size() + value.size());
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
  out.end_at(p + value.size());
}

/// Sets the rows in a table, which must have no open epoch. Errors: invalid_data, when `bytes` are
/// not exactly `count` rows that fit the table; rows before the damage are set then.
Status load_rows(ByteView bytes, size_t count, KeyedTable& table);

}  // namespace leat::state
