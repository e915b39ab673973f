#pragma once
#include <cstdint>

#include "state/entry.h"

namespace leat::state {

inline constexpr uint64_t kEmptySlot = 0;
inline constexpr uint64_t kRemovedSlot = 1;
inline constexpr int kAddressBits = 48;

inline uint64_t slot_for(const Entry* entry, uint64_t hash) {
  return (hash >> kAddressBits << kAddressBits) | reinterpret_cast<uintptr_t>(entry);
}
inline Entry* entry_in(uint64_t slot) {
  return reinterpret_cast<Entry*>(slot & ((uint64_t{1} << kAddressBits) - 1));
}
/// Whether the slot's entry has a hash that begins like `hash`.
inline bool may_be(uint64_t slot, uint64_t hash) {
  return ((slot ^ hash) >> kAddressBits) == 0 && slot > kRemovedSlot;
}

}  // namespace leat::state
