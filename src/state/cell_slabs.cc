#include "state/cell_slabs.h"

#include <algorithm>
#include <bit>

#include "base/assert.h"

namespace leat::state {
namespace {

constexpr size_t kFirstSlabBytes = 4096;
constexpr size_t kSlabBytesMax = MemoryBlock::kHugePageBytes;

}  // namespace

size_t CellSlabs::cell_bytes(size_t bytes) {
  if (bytes <= kSmallBytesMax) return small_cell_bytes(bytes);
  const size_t below = std::bit_floor(bytes - 1);
  const size_t step = below / 8;
  return below + (bytes - below + step - 1) / step * step;
}

size_t CellSlabs::class_of(size_t cell) {
  if (cell <= kSmallBytesMax) return cell / 8;
  const size_t below = std::bit_floor(cell - 1);
  const auto doublings =
      static_cast<size_t>(std::bit_width(below) - std::bit_width(kSmallBytesMax));
  return kSmallClasses + doublings * 8 + (cell - below) / (below / 8) - 1;
}

Entry* CellSlabs::allocate_slow(size_t bytes) {
  const size_t cell = cell_bytes(bytes);
  if (cell > kCellBytesMax) return allocate_alone(cell);
  const size_t index = class_of(cell);
  Class& cls = classes_[index];
  if (cls.free) {
    Entry* entry = cls.free;
    cls.free = entry->pointer();
    return entry;
  }
  if (static_cast<size_t>(cls.end - cls.next) < cell) {
    // Small tables stay small; a class that has filled a slab gets one twice as large.
    const size_t first = std::max(kFirstSlabBytes, std::bit_ceil(cell * 4));
    cls.slab_bytes = cls.slab_bytes == 0 ? first : std::min(cls.slab_bytes * 2, kSlabBytesMax);
    MemoryBlock memory(cls.slab_bytes);
    held_ += memory.bytes();
    cls.next = memory.data();
    cls.end = memory.data() + memory.bytes();
    slabs_.push_back({std::move(memory), cell, index});
  }
  auto* entry = reinterpret_cast<Entry*>(cls.next);
  cls.next += cell;
  return entry;
}

Entry* CellSlabs::allocate_alone(size_t cell) {
  size_t index = slabs_.size();
  if (vacant_.empty()) {
    slabs_.emplace_back();
  } else {
    index = vacant_.back();
    vacant_.pop_back();
  }
  Slab& slab = slabs_[index];
  slab.memory = MemoryBlock(cell + sizeof(uint64_t));
  slab.cell_bytes = cell;
  slab.cls = kClasses;
  held_ += slab.memory.bytes();
  store_le(slab.memory.data() + cell, uint64_t{index});
  return reinterpret_cast<Entry*>(slab.memory.data());
}

void CellSlabs::release(Entry* entry, size_t bytes) {
  const size_t cell = cell_bytes(bytes);
  if (cell <= kCellBytesMax) [[likely]] {
    Class& cls = classes_[class_of(cell)];
    entry->set_state(Entry::State::free);
    entry->set_pointer(cls.free);
    cls.free = entry;
    return;
  }
  const auto index = load_le<uint64_t>(reinterpret_cast<const char*>(entry) + cell);
  Slab& slab = slabs_[index];
  LEAT_ASSERT(slab.memory.data() == reinterpret_cast<const char*>(entry));
  held_ -= slab.memory.bytes();
  MemoryBlock gone = std::move(slab.memory);
  vacant_.push_back(index);
}

void CellSlabs::clear() {
  classes_.fill({});
  slabs_.clear();
  vacant_.clear();
  held_ = 0;
}

}  // namespace leat::state
