// The slot array of a KeyedTable: one word a slot, 16 bits of the hash above 48 bits of address.
// Linear probing. A removal leaves a mark, unless the slot behind it is empty, so that what other
// probes walk over stays in place; marks go with the next rebuild.
#include <bit>

#include "base/assert.h"
#include "base/short_bytes.h"
#include "state/key_hash.h"
#include "state/keyed_table.h"
#include "state/ordered_index.h"
#include "state/slot.h"

namespace leat::state {
namespace {

constexpr size_t kSlotsMin = 64;
constexpr size_t kRebuildBatch = 32;

size_t room_in(size_t slots) { return slots * 7 / 10; }

}  // namespace

Entry* KeyedTable::probe(ByteView key, uint64_t hash, size_t at) const {
  for (;; at = (at + 1) & mask_) {
    const uint64_t slot = slots()[at];
    if (slot == kEmptySlot) return nullptr;
    if (!may_be(slot, hash)) continue;
    Entry* entry = entry_in(slot);
    if (entry->key_size() == key.size() && same_bytes(entry->bytes(), key.data(), key.size()))
      return entry;
  }
}

size_t KeyedTable::slot_of(const Entry* entry) const {
  const uint64_t hash = hash_of(entry->key());
  const uint64_t wanted = slot_for(entry, hash);
  size_t at = hash & mask_;
  while (slots()[at] != wanted) {
    LEAT_ASSERT(slots()[at] != kEmptySlot);
    at = (at + 1) & mask_;
  }
  return at;
}

void KeyedTable::link(Entry* entry, uint64_t hash) {
  size_t at = hash & mask_;
  while (slots()[at] > kRemovedSlot) at = (at + 1) & mask_;
  if (slots()[at] == kEmptySlot) ++taken_;
  slots()[at] = slot_for(entry, hash);
  ++entries_;
  if (options_.key_suffix_time) windows_.add(entry);
  if (ordered_) ordered_->add(entry);
}

void KeyedTable::unlink(Entry* entry) {
  if (ordered_) ordered_->remove(entry);
  if (options_.key_suffix_time) windows_.remove(entry);
  size_t at = slot_of(entry);
  slots()[at] = kRemovedSlot;
  --entries_;
  if (slots()[(at + 1) & mask_] != kEmptySlot) return;
  while (slots()[at] == kRemovedSlot) {
    slots()[at] = kEmptySlot;
    --taken_;
    at = (at - 1) & mask_;
  }
}

void KeyedTable::reserve(size_t keys) {
  if (keys > entries_) make_room(keys - entries_);
}

void KeyedTable::make_room(size_t more) {
  const size_t slots_now = slots_.data() ? mask_ + 1 : 0;
  if (taken_ + more <= room_in(slots_now)) return;
  // Rebuilt to at most 60 %, so that the next time is at least a seventh of the table away. Full of
  // marks it may stay as large as it is.
  const size_t wanted = std::bit_ceil((entries_ + more) * 10 / 6 + 1);
  rebuild(std::max({wanted, slots_now, kSlotsMin}));
}

void KeyedTable::rebuild(size_t count) {
  MemoryBlock grown(count * sizeof(uint64_t));
  auto* to = reinterpret_cast<uint64_t*>(grown.data());
  mask_ = count - 1;
  // Entries are read in the order in which they lie, slots are written a prefetched batch at once.
  std::array<Entry*, kRebuildBatch> batch;
  std::array<uint64_t, kRebuildBatch> hashes;
  size_t n = 0;
  auto place = [&] {
    for (size_t i = 0; i < n; ++i) {
      size_t at = hashes[i] & mask_;
      while (to[at] != kEmptySlot) at = (at + 1) & mask_;
      to[at] = slot_for(batch[i], hashes[i]);
    }
    n = 0;
  };
  CellSlabs::Cursor cursor;
  cells_.walk(cursor, cells_.slab_count(), [&](Entry* entry) {
    if (entry->state() == Entry::State::moved) return true;
    hashes[n] = hash_of(entry->key());
    __builtin_prefetch(&to[hashes[n] & mask_], 1);
    batch[n++] = entry;
    if (n == kRebuildBatch) place();
    return true;
  });
  place();
  slots_ = std::move(grown);
  taken_ = entries_;
}

}  // namespace leat::state
