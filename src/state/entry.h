#pragma once
#include <cstdint>

#include "base/bytes.h"

namespace leat::state {

/// One key of a KeyedTable with its value, in a cell of the table's own memory: this header, then
/// the value (aligned to 8), then the key. Made and changed by the table alone; others read it and
/// write the value bytes that KeyedTable::touch hands out.
class Entry {
 public:
  ByteView key() const { return {value() + value_size_, key_size()}; }
  /// Aligned to 8. Write only through KeyedTable::touch, which keeps what was there.
  const char* value() const { return reinterpret_cast<const char*>(this + 1); }
  size_t value_size() const { return value_size_; }
  ByteView value_bytes() const { return {value(), value_size_}; }
  /// False for an entry that was erased in this epoch, and for the old place of one that moved.
  bool live() const { return state() == State::live; }

 private:
  friend class KeyedTable;
  friend class CellSlabs;
  friend class WindowIndex;
  enum class State : uint8_t { free = 0, live = 1, dead = 2, moved = 3 };
  static constexpr uint32_t kKeySizeMax = (1u << 30) - 1;

  size_t key_size() const { return key_size_and_state_ >> 2; }
  State state() const { return static_cast<State>(key_size_and_state_ & 3); }
  void set_state(State s) {
    key_size_and_state_ = (key_size_and_state_ & ~3u) | static_cast<uint32_t>(s);
  }
  char* bytes() { return reinterpret_cast<char*>(this + 1); }

  uint32_t touched_in_ = 0;  // epoch of the last touch; 0: none that matters
  uint32_t undo_at_ = 0;     // the entry's record in the undo log, while touched_in_ is current
  uint32_t value_size_ = 0;
  uint32_t key_size_and_state_ = 0;
};
static_assert(sizeof(Entry) == 16);

}  // namespace leat::state
