#include "state/snapshot_copier.h"

#include "base/assert.h"

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
    rows_.begin();
    // A table that was cleared since has fewer slabs; it holds nothing that is not in deltas.
    const bool more = table->visit(part.cursor, std::min(part.slab_end, table->slab_count()),
                                   [&](const Entry& entry) {
                                     rows_.add(entry.key(), entry.value_bytes());
                                     copied += entry.key().size() + entry.value_size();
                                     return copied < bytes_budget;
                                   });
    const uint32_t count = rows_.count();
    if (count > 0) out.push_back({part.store, rows_.lend(), count});
    if (!more) ++next_;
  }
  return !done();
}

}  // namespace leat::state
