#pragma once
#include <span>
#include <string>
#include <vector>

#include "base/arena.h"
#include "base/strong.h"
#include "data/column.h"
#include "data/type.h"

namespace leat::exec {

/// Rows as values of a state table. Layout: timestamp (8 bytes), one bit a column (set: null,
/// rounded up to bytes), a cell a column (its value, little-endian; for STRING, BYTES and opaque
/// the length, 4 bytes), then the bytes of those, in order. Kept on disk.
class RowCodec {
 public:
  explicit RowCodec(const std::vector<Field>& fields);

  /// Encodes row i of columns[first...] into `arena` as out[i]. Rows with present[i] == 0 become a
  /// null view.
  void encode(const std::vector<Column>& columns, size_t first, const std::vector<TimeMs>& times,
              const std::vector<uint8_t>& present, Arena& arena, std::vector<ByteView>& out);
  /// Fills columns[first...] from rows; a null view gives nulls. Strings refer to the rows, held
  /// opaque values to them or to `arena`.
  void decode(std::span<const ByteView> rows, std::vector<Column>& columns, size_t first,
              Arena& arena);

 private:
  struct Cell {
    Type type;
    uint32_t at;     // offset in the row
    uint32_t width;  // bytes
    bool has_tail;
  };
  void add_tails(const Column& column, const Cell& cell, const std::vector<uint8_t>& present);
  void write_column(const Column& column, size_t index, const std::vector<ByteView>& rows);
  std::vector<Cell> cells_;
  uint32_t fixed_bytes_;
  std::vector<uint32_t> sizes_;
  std::vector<uint32_t> tail_;                  // where the next string of each row begins
  std::vector<std::vector<ByteView>> encoded_;  // opaque columns in their encoded form
  Arena opaque_bytes_;
};

}  // namespace leat::exec
