#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/lending_buffer.h"
#include "state/keyed_table.h"
#include "state/row_writer.h"
#include "state/state_stores.h"

namespace leat::state {

/// Rows of one store, copied out for a snapshot.
struct SnapshotChunk {
  std::string store;
  Blob rows;
  uint32_t row_count = 0;
};

/// Copies the stores of one task out, a piece at each epoch boundary, while epochs go on between
/// the pieces. No copy of a table and no copy-on-write: what was copied before it changed, what
/// moved and what was added are in the deltas of the epochs since the copier was made, and those
/// are applied on top at restore. The walk goes over the table's cells, which stay where they are
/// when the table grows; cells added since the start are left out.
///
/// Used on the thread that owns the stores, between epochs (no open changes, asserted). A
/// copier must be abandoned before one of its stores is dropped.
class SnapshotCopier {
 public:
  using NamedTables = std::vector<std::pair<std::string, KeyedTable*>>;
  /// Copies these tables, which must outlive the copier.
  explicit SnapshotCopier(NamedTables tables);
  explicit SnapshotCopier(const StateStores& stores);
  /// Copies about `bytes_budget` bytes of keys and values (one row more at most) and appends them
  /// to `out`, one chunk a store. False when nothing is left to copy. Cost: about 20 ns a small
  /// row.
  bool step(size_t bytes_budget, std::vector<SnapshotChunk>& out);
  bool done() const { return next_ == parts_.size(); }

 private:
  struct Part {
    std::string store;
    const KeyedTable* table;
    KeyedTable::Cursor cursor;
    size_t slab_end;
  };
  std::vector<Part> parts_;
  size_t next_ = 0;
  RowWriter rows_;
};

}  // namespace leat::state
