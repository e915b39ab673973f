#include "state/snapshot_copier.h"

#include "base/assert.h"
#include "state/rows.h"

namespace leat::state {

SnapshotCopier::SnapshotCopier(NamedTables tables) {
  for (auto& [name, table] : tables)
    if (table->size() > 0) parts_.push_back({std::move(name), table, {}, table->slab_count()});
}

SnapshotCopier::SnapshotCopier(const StateStores& stores)
    : SnapshotCopier([&] {
        NamedTables tables;
        for (const auto& [name, table] : stores.all()) tables.emplace_back(name, table.get());
        return tables;
      }()) {}

bool SnapshotCopier::step(size_t bytes_budget, std::vector<SnapshotChunk>& out) {
  size_t copied = 0;
  while (next_ < parts_.size() && copied < bytes_budget) {
    Part& part = parts_[next_];
    const KeyedTable* table = part.table;
    LEAT_ASSERT(table->changes() == 0);
    SnapshotChunk chunk{part.store, {}, 0};
    const size_t left = bytes_budget - copied;
    // A table that was cleared since has fewer slabs; it holds nothing that is not in deltas.
    const bool more = table->visit(part.cursor, std::min(part.slab_end, table->slab_count()),
                                   [&](const Entry& entry) {
                                     append_row(rows_, entry.key(), entry.value_bytes());
                                     ++chunk.row_count;
                                     return rows_.size() < left;
                                   });
    copied += rows_.size();
    chunk.rows = rows_.lend();
    if (chunk.row_count > 0) out.push_back(std::move(chunk));
    if (!more) ++next_;
  }
  return !done();
}

}  // namespace leat::state
