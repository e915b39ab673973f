// The batch forms of a KeyedTable. A probe of a large table is two cache misses, slot and entry; a
// group of keys takes them side by side: hash all and fetch their slots, look at the slots and
// fetch the entries, then compare.
#include <algorithm>

#include "base/assert.h"
#include "base/short_bytes.h"
#include "state/key_hash.h"
#include "state/keyed_table.h"
#include "state/ordered_index.h"
#include "state/slot.h"

namespace leat::state {

struct KeyedTable::Probes {
  static constexpr size_t kGroup = 32;
  std::array<uint64_t, kGroup> hash;
  std::array<size_t, kGroup> at;  // first slot that may hold the key, or the empty one

  Probes(const KeyedTable& table, const ByteView* keys, size_t n) {
    const uint64_t* slots = table.slots();
    const size_t mask = table.mask_;
    for (size_t i = 0; i < n; ++i) {
      hash[i] = keys[i].data() ? hash_of(keys[i]) : 0;
      __builtin_prefetch(&slots[hash[i] & mask]);
    }
    for (size_t i = 0; i < n; ++i) {
      size_t place = hash[i] & mask;
      while (slots[place] != kEmptySlot && !may_be(slots[place], hash[i]))
        place = (place + 1) & mask;
      at[i] = place;
      if (slots[place] == kEmptySlot) continue;
      const auto* entry = reinterpret_cast<const char*>(entry_in(slots[place]));
      __builtin_prefetch(entry, 1);
      // Most entries lie within a line or reach into the next one from their first half on.
      __builtin_prefetch(entry + 31, 1);
    }
  }

  /// The entry of key i, where the look at the slots found it; else as KeyedTable::probe.
  Entry* entry(const KeyedTable& table, size_t i, ByteView key) const {
    const uint64_t slot = table.slots()[at[i]];
    if (slot == kEmptySlot) return nullptr;
    Entry* entry = entry_in(slot);
    if (may_be(slot, hash[i]) && entry->key_size() == key.size() &&
        same_bytes(entry->bytes(), key.data(), key.size())) [[likely]]
      return entry;
    return table.probe(key, hash[i], at[i]);
  }
};

void KeyedTable::find_batch(const ByteView* keys, size_t n, Entry** out) const {
  if (live_ == 0) {
    std::fill_n(out, n, nullptr);
    return;
  }
  for (size_t begin = 0; begin < n; begin += Probes::kGroup) {
    const size_t count = std::min(Probes::kGroup, n - begin);
    const Probes probes(*this, keys + begin, count);
    for (size_t i = 0; i < count; ++i) {
      const ByteView key = keys[begin + i];
      Entry* entry = key.data() ? probes.entry(*this, i, key) : nullptr;
      out[begin + i] = entry && entry->live() ? entry : nullptr;
    }
  }
}

void KeyedTable::find_or_insert_batch(const ByteView* keys, size_t n, size_t initial_value_size,
                                      Entry** out, uint8_t* created) {
  for (size_t begin = 0; begin < n; begin += Probes::kGroup) {
    const size_t count = std::min(Probes::kGroup, n - begin);
    make_room(count);
    // With marks of removals in the array, a key of this group may go in front of where the look at
    // the slots ended for its twin.
    const bool from_home = taken_ != entries_;
    const Probes probes(*this, keys + begin, count);
    for (size_t i = 0; i < count; ++i) {
      const ByteView key = keys[begin + i];
      Entry* entry = nullptr;
      uint8_t is_new = 0;
      if (key.data()) {
        const uint64_t hash = probes.hash[i];
        entry = from_home ? probe(key, hash, hash & mask_) : probes.entry(*this, i, key);
        if (!entry) {
          entry = insert(key, hash, initial_value_size);
          is_new = 1;
        } else if (!entry->live()) {
          entry = revive(entry, initial_value_size);
          std::memset(entry->writable_value(), 0, initial_value_size);
          is_new = 1;
        }
      }
      out[begin + i] = entry;
      created[begin + i] = is_new;
    }
  }
}

Entry* KeyedTable::find_or_insert(ByteView key, size_t initial_value_size, bool& created) {
  LEAT_ASSERT(key.data() != nullptr);
  Entry* entry = nullptr;
  uint8_t is_new = 0;
  find_or_insert_batch(&key, 1, initial_value_size, &entry, &is_new);
  created = is_new != 0;
  return entry;
}

void KeyedTable::load_one(ByteView key, uint64_t hash, size_t at, ByteView value) {
  Entry* entry = probe(key, hash, at);
  if (value.data() == nullptr) {
    if (!entry) return;
    unlink(entry);
    --live_;
    cells_.release(entry, entry_bytes(*entry));
    return;
  }
  entry = entry ? set_value_size(entry, value.size()) : new_entry(key, hash, value.size());
  copy_bytes(entry->writable_value(), value.data(), value.size());
}

void KeyedTable::load_batch(const ByteView* keys, const ByteView* values, size_t n) {
  LEAT_ASSERT(undo_.empty());
  for (size_t begin = 0; begin < n; begin += Probes::kGroup) {
    const size_t count = std::min(Probes::kGroup, n - begin);
    make_room(count);
    const Probes probes(*this, keys + begin, count);
    for (size_t i = 0; i < count; ++i) {
      // From its home: removals in this group change what the look at the slots found.
      const uint64_t hash = probes.hash[i];
      load_one(keys[begin + i], hash, hash & mask_, values[begin + i]);
    }
  }
  for (Entry* entry : left_) cells_.release(entry, entry_bytes(*entry));
  left_.clear();
}

}  // namespace leat::state
