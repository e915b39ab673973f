#pragma once
#include <memory>
#include <vector>

#include "base/arena.h"
#include "base/strong.h"
#include "data/column.h"

namespace leat {

/// Whether rows stand for themselves (stream) or each replaces what its key had before (table).
enum class BatchKind : uint8_t { stream, table };

/// Rows of a stream, or changes of a table, as columns. What operators take and give; a few hundred
/// to a few thousand rows. Owned by one thread at a time. Strings refer to `arena`, or to buffers
/// held in `anchors`.
///
/// `columns` follow the node's Schema: key columns, then value columns. A row whose record had no
/// key has null in all key columns; a row whose record had no value (a null value of a stream, a
/// tombstone of a table) has 0 in `present` and null in all value columns. A table row also carries
/// what its key had before: `old` (value columns only) where `old_present` is 1; both are empty
/// where the producer of the batch was not asked for old values.
struct Batch {
  BatchKind kind = BatchKind::stream;
  std::vector<Column> columns;
  std::vector<uint8_t> present;      // always rows() long
  std::vector<Column> old;           // table with old values: one per value column
  std::vector<uint8_t> old_present;  // table with old values: rows() long, else empty
  std::vector<TimeMs> timestamps;    // always rows() long
  std::vector<TimeMs> window_start;  // windowed keys: rows() long, else empty
  std::vector<TimeMs> window_end;    // windowed keys: rows() long, else empty
  std::vector<ByteView>
      headers;  // encoded as in a record (count, then key and value sized); empty: no row has any
  std::vector<int64_t> offsets;     // of the record that caused the row; empty once that is unknown
  std::vector<int32_t> partitions;  // likewise
  Arena arena;
  std::vector<std::shared_ptr<const void>> anchors;

  size_t rows() const { return timestamps.size(); }
  bool has_old() const { return !old_present.empty(); }

  /// Empties everything, keeps capacity.
  void clear();
  /// Keeps the rows named by `rows` (ascending) in every per-row array.
  void keep(const std::vector<uint32_t>& rows);
};

}  // namespace leat
