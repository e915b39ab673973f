#include "state/state_stores.h"

#include "base/assert.h"
#include "state/delta.h"

namespace leat::state {

KeyedTable& StateStores::open(std::string_view name, const KeyedTable::Options& options) {
  const auto it = stores_.find(name);
  if (it == stores_.end())
    return *stores_.emplace(std::string(name), std::make_unique<KeyedTable>(options)).first->second;
  LEAT_ASSERT(it->second->options().key_suffix_time == options.key_suffix_time);
  return *it->second;
}

KeyedTable* StateStores::find(std::string_view name) const {
  const auto it = stores_.find(name);
  return it == stores_.end() ? nullptr : it->second.get();
}

void StateStores::drop(std::string_view name) {
  const auto it = stores_.find(name);
  if (it != stores_.end()) stores_.erase(it);
}

void StateStores::encode_deltas(std::vector<StateDelta>& out) const {
  for (const auto& [name, table] : stores_) {
    Blob bytes = DeltaWriter(*table).finish();
    if (!bytes.empty()) out.push_back({name, std::move(bytes)});
  }
}

Status StateStores::apply(ByteView store, ByteView delta) {
  KeyedTable* table = find(store);
  if (!table) return Error(ErrorCode::not_found, "no such state store: " + std::string(store));
  Status applied = apply_delta(delta, *table);
  if (!applied) return std::move(applied).error().with_context("store " + std::string(store));
  return {};
}

void StateStores::commit() {
  for (const auto& [name, table] : stores_) table->commit();
}

void StateStores::rollback() {
  for (const auto& [name, table] : stores_) table->rollback();
}

void StateStores::clear() {
  for (const auto& [name, table] : stores_) table->clear();
}

size_t StateStores::changes() const {
  size_t n = 0;
  for (const auto& [name, table] : stores_) n += table->changes();
  return n;
}

size_t StateStores::memory_bytes() const {
  size_t bytes = 0;
  for (const auto& [name, table] : stores_) bytes += table->memory_bytes();
  return bytes;
}

}  // namespace leat::state
