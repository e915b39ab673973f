#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "state/entry.h"
#include "state/memory_block.h"

namespace leat::state {

/// Memory of one table's entries: cells of fixed sizes (steps of 8 bytes, a cache line for what
/// fits in one, above 512 bytes steps of an eighth of a power of two) cut from slabs that grow to 2
/// MiB, huge pages where the kernel gives them. An entry never moves by itself; a cell that is
/// given back serves the next entry of its size. An entry above kCellBytesMax has a slab of its
/// own, which is returned to the system with it. One owner.
class CellSlabs {
 public:
  static constexpr size_t kCellBytesMax = 64 * 1024;

  CellSlabs() = default;
  CellSlabs(const CellSlabs&) = delete;
  CellSlabs& operator=(const CellSlabs&) = delete;

  /// The size of the cell that an entry of `bytes` (header, value, key and the rest) gets.
  static size_t cell_bytes(size_t bytes);
  /// A cell of at least `bytes`; its header holds nothing yet.
  Entry* allocate(size_t bytes) {
    if (bytes <= kSmallBytesMax) [[likely]] {
      const size_t size = small_cell_bytes(bytes);
      Class& cls = classes_[size / 8];
      if (cls.free) {
        Entry* cell = cls.free;
        cls.free = cell->pointer();
        return cell;
      }
      if (static_cast<size_t>(cls.end - cls.next) >= size) {
        auto* cell = reinterpret_cast<Entry*>(cls.next);
        cls.next += size;
        return cell;
      }
    }
    return allocate_slow(bytes);
  }
  /// Takes back the cell of an entry of `bytes`, as given to allocate.
  void release(Entry* cell, size_t bytes);
  void clear();
  size_t bytes_held() const { return held_; }

  /// A place in the walk over all cells, slab after slab. Stays good whatever happens to entries:
  /// slabs are added at the end only, and cells stay where they are.
  struct Cursor {
    size_t slab = 0;
    size_t offset = 0;
  };
  size_t slab_count() const { return slabs_.size(); }
  /// Calls f(Entry*) for cells that are not free, from `cursor` to the end of slab `slab_end` - 1,
  /// until f returns false (that cell counts as visited). True while cells may be left.
  template <class F>
  bool walk(Cursor& cursor, size_t slab_end, F&& f) const {
    while (cursor.slab < slab_end) {
      const Slab& slab = slabs_[cursor.slab];
      const size_t used = used_bytes(slab);
      while (cursor.offset + slab.cell_bytes <= used) {
        auto* entry = reinterpret_cast<Entry*>(slab.memory.data() + cursor.offset);
        cursor.offset += slab.cell_bytes;
        if (entry->state() != Entry::State::free && !f(entry)) return true;
      }
      ++cursor.slab;
      cursor.offset = 0;
    }
    return false;
  }

 private:
  static constexpr size_t kLineBytes = 64;
  static constexpr size_t kCellBytesMin = 24;  // header and pointer() fit
  static constexpr size_t kSmallBytesMax = 512;
  static constexpr size_t kSmallClasses = kSmallBytesMax / 8 + 1;
  static constexpr size_t kClasses = kSmallClasses + 7 * 8;
  struct Class {
    Entry* free = nullptr;
    char* next = nullptr;  // of the class's newest slab: the first cell never used
    char* end = nullptr;
    size_t slab_bytes = 0;  // of the newest slab
  };
  struct Slab {
    MemoryBlock memory;
    size_t cell_bytes = 0;
    size_t cls = 0;  // kClasses: one entry of its own
  };

  static size_t small_cell_bytes(size_t bytes) {
    // What fits a cache line lies in one: crossing into the next makes each touch a third dearer.
    if (bytes > kLineBytes / 2 && bytes <= kLineBytes) return kLineBytes;
    return bytes <= kCellBytesMin ? kCellBytesMin : (bytes + 7) & ~size_t{7};
  }
  static size_t class_of(size_t cell_bytes);
  Entry* allocate_slow(size_t bytes);
  Entry* allocate_alone(size_t cell_bytes);
  /// Cells beyond the class's bump pointer were never used and hold zeroes or nothing.
  size_t used_bytes(const Slab& slab) const {
    if (slab.cls == kClasses) return slab.memory.data() ? slab.cell_bytes : 0;
    const Class& cls = classes_[slab.cls];
    const bool newest = cls.end == slab.memory.data() + slab.memory.bytes();
    return newest ? static_cast<size_t>(cls.next - slab.memory.data()) : slab.memory.bytes();
  }

  std::array<Class, kClasses> classes_{};
  std::vector<Slab> slabs_;
  std::vector<size_t> vacant_;  // slabs of large entries that were given back
  size_t held_ = 0;
};

}  // namespace leat::state
