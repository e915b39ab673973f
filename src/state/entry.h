#pragma once
#include <cstdint>

#include "base/bytes.h"

namespace leat::state {

/// One key of a KeyedTable with its value, in a cell of the table's own memory: this header, the
/// key, in a windowed table 4 bytes of the window index, then from a multiple of 8 on the value. A
/// key of 12 bytes with a value of 8 fills half a cache line. Made and changed by the table alone;
/// others read it and write the value bytes that KeyedTable::touch hands out.
class Entry {
 public:
  ByteView key() const { return {bytes(), key_size()}; }
  /// Aligned to 8. Write only through KeyedTable::touch, which keeps what was there.
  const char* value() const { return reinterpret_cast<const char*>(this) + value_offset(); }
  size_t value_size() const { return value_size_; }
  ByteView value_bytes() const { return {value(), value_size_}; }
  /// False for an entry that was erased in this epoch, and for the place that one moved out of
  /// (which has no key or value any more).
  bool live() const { return state() == State::live; }

 private:
  friend class KeyedTable;
  friend class CellSlabs;
  friend class WindowIndex;
  enum class State : uint8_t { free = 0, live = 1, dead = 2, moved = 3 };
  static constexpr uint32_t kKeySizeMax = (1u << 29) - 1;
  static constexpr uint32_t kTailFlag = 4;  // as large as the tail that it stands for
  static constexpr int kKeySizeShift = 3;

  size_t key_size() const { return word_ >> kKeySizeShift; }
  State state() const { return static_cast<State>(word_ & 3); }
  void set_state(State s) { word_ = (word_ & ~3u) | static_cast<uint32_t>(s); }
  static size_t value_offset(size_t key_size, size_t tail_bytes) {
    return (sizeof(Entry) + key_size + tail_bytes + 7) & ~size_t{7};
  }
  size_t value_offset() const { return value_offset(key_size(), word_ & kTailFlag); }
  /// What follows the header: the key first. In a moved entry the place it went to, in a free cell
  /// the next free one.
  const char* bytes() const { return reinterpret_cast<const char*>(this + 1); }
  char* bytes() { return reinterpret_cast<char*>(this + 1); }
  char* writable_value() { return reinterpret_cast<char*>(this) + value_offset(); }
  char* tail() { return bytes() + key_size(); }
  Entry* pointer() const { return load_le<Entry*>(bytes()); }
  void set_pointer(Entry* to) { store_le(bytes(), to); }

  uint32_t touched_in_;  // epoch of the last touch; 0: none that matters
  uint32_t value_size_;
  uint32_t word_;  // key size, tail flag, state
};
static_assert(sizeof(Entry) == 12);

}  // namespace leat::state
