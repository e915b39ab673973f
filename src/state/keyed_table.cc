#include "state/keyed_table.h"

#include "base/assert.h"
#include "base/short_bytes.h"
#include "state/key_hash.h"
#include "state/ordered_index.h"

namespace leat::state {

KeyedTable::KeyedTable() : KeyedTable(Options()) {}

KeyedTable::KeyedTable(const Options& options)
    : options_(options),
      tail_flag_(options.key_suffix_time ? Entry::kTailFlag : 0),
      epoch_(options.first_epoch) {
  LEAT_ASSERT(epoch_ != 0);
}

KeyedTable::~KeyedTable() = default;

Entry* KeyedTable::new_entry(ByteView key, uint64_t hash, size_t value_size) {
  LEAT_ASSERT(key.size() <= kKeySizeMax);
  LEAT_ASSERT(value_size <= kValueSizeMax);
  Entry* entry = cells_.allocate(entry_bytes(key.size(), value_size));
  entry->touched_in_ = 0;
  entry->value_size_ = static_cast<uint32_t>(value_size);
  entry->word_ = static_cast<uint32_t>(key.size() << Entry::kKeySizeShift) | tail_flag_;
  entry->set_state(Entry::State::live);
  copy_bytes(entry->bytes(), key.data(), key.size());
  link(entry, hash);
  ++live_;
  return entry;
}

Entry* KeyedTable::insert(ByteView key, uint64_t hash, size_t value_size) {
  Entry* entry = new_entry(key, hash, value_size);
  std::memset(entry->writable_value(), 0, value_size);
  undo_.add(entry, UndoLog::kAbsent);
  entry->touched_in_ = epoch_;
  return entry;
}

Entry* KeyedTable::find(ByteView key) const {
  if (live_ == 0) return nullptr;
  const uint64_t hash = hash_of(key);
  Entry* entry = probe(key, hash, hash & mask_);
  return entry && entry->live() ? entry : nullptr;
}

char* KeyedTable::first_touch(Entry* entry) {
  if (!entry->live()) [[unlikely]] {
    LEAT_ASSERT(entry->state() == Entry::State::moved);
    return moved_to(entry)->writable_value();
  }
  char* value = entry->writable_value();
  copy_bytes(undo_.add(entry, entry->value_size_).old_value(), value, entry->value_size_);
  entry->touched_in_ = epoch_;
  return value;
}

Entry* KeyedTable::moved_to(Entry* entry) {
  do entry = entry->pointer();
  while (entry->state() == Entry::State::moved);
  return entry;
}

Entry* KeyedTable::relocate(Entry* entry, size_t value_size) {
  Entry* place = cells_.allocate(entry_bytes(entry->key_size(), value_size));
  *place = *entry;
  place->value_size_ = static_cast<uint32_t>(value_size);
  // The key and, in a windowed table, the place in the bucket.
  copy_bytes(place->bytes(), entry->bytes(), entry->key_size() + tail_flag_);
  copy_bytes(place->writable_value(), entry->value(),
             std::min<size_t>(value_size, entry->value_size_));
  const size_t slot = slot_of(entry);
  slots()[slot] += reinterpret_cast<uintptr_t>(place) - reinterpret_cast<uintptr_t>(entry);
  if (ordered_) ordered_->replace(entry, place);
  if (options_.key_suffix_time) windows_.replace(place);
  entry->set_state(Entry::State::moved);
  entry->set_pointer(place);
  entry->touched_in_ = 0;
  left_.push_back(entry);
  return place;
}

Entry* KeyedTable::set_value_size(Entry* entry, size_t value_size) {
  if (value_size == entry->value_size_) return entry;
  LEAT_ASSERT(value_size <= kValueSizeMax);
  if (CellSlabs::cell_bytes(entry_bytes(*entry)) !=
      CellSlabs::cell_bytes(entry_bytes(entry->key_size(), value_size)))
    return relocate(entry, value_size);
  entry->value_size_ = static_cast<uint32_t>(value_size);
  return entry;
}

Entry* KeyedTable::revive(Entry* entry, size_t value_size) {
  entry->set_state(Entry::State::live);
  ++live_;
  return set_value_size(entry, value_size);
}

Entry* KeyedTable::resize(Entry* entry, size_t value_size) {
  entry = resolve(entry);
  if (entry->state() == Entry::State::dead) return revive(entry, value_size);
  touch(entry);
  return set_value_size(entry, value_size);
}

Entry* KeyedTable::assign(Entry* entry, ByteView value) {
  entry = resolve(entry);
  const char* cell = reinterpret_cast<const char*>(entry);
  if (value.data() >= cell && value.data() < cell + entry_bytes(*entry)) {
    const std::string copy(value);
    entry = resize(entry, copy.size());
    copy_bytes(entry->writable_value(), copy.data(), copy.size());
    return entry;
  }
  entry = resize(entry, value.size());
  copy_bytes(entry->writable_value(), value.data(), value.size());
  return entry;
}

Entry* KeyedTable::put(ByteView key, ByteView value) {
  bool created = false;
  return assign(find_or_insert(key, value.size(), created), value);
}

void KeyedTable::erase(Entry* entry) {
  entry = resolve(entry);
  if (!entry->live()) return;
  touch(entry);
  entry->set_state(Entry::State::dead);
  --live_;
  erased_.push_back(entry);
}

void KeyedTable::commit() {
  if (undo_.empty()) return;
  for (Entry* entry : erased_) {
    if (entry->state() != Entry::State::dead) continue;  // revived, moved, or listed twice
    unlink(entry);
    entry->set_state(Entry::State::moved);
    left_.push_back(entry);
  }
  end_epoch();
}

void KeyedTable::rollback() {
  if (undo_.empty()) return;
  for (uint32_t place = undo_.last(); place != UndoLog::kNone;) {
    const UndoLog::Record& record = undo_.at(place);
    place = record.before;
    put_back(record);
  }
  end_epoch();
}

void KeyedTable::put_back(const UndoLog::Record& record) {
  Entry* entry = resolve(record.entry);
  if (record.was_absent()) {
    if (entry->live()) --live_;
    unlink(entry);
    entry->set_state(Entry::State::moved);
    left_.push_back(entry);
    return;
  }
  if (!entry->live()) ++live_;
  entry->set_state(Entry::State::live);
  entry = set_value_size(entry, record.old_size);
  copy_bytes(entry->writable_value(), record.old_value(), record.old_size);
}

void KeyedTable::end_epoch() {
  for (Entry* entry : left_) cells_.release(entry, entry_bytes(*entry));
  left_.clear();
  erased_.clear();
  undo_.clear();
  if (++epoch_ != 0) return;
  // After 2^32 epochs the numbers begin anew; what stands in entries must not meet them again.
  epoch_ = 1;
  CellSlabs::Cursor cursor;
  cells_.walk(cursor, cells_.slab_count(), [](Entry* entry) {
    entry->touched_in_ = 0;
    return true;
  });
}

size_t KeyedTable::memory_bytes() const {
  return sizeof *this + slots_.bytes() + cells_.bytes_held() + undo_.bytes_held() +
         (erased_.capacity() + left_.capacity()) * sizeof(Entry*) + windows_.bytes_held() +
         (ordered_ ? ordered_->bytes_held() : 0);
}

void KeyedTable::clear() {
  slots_ = MemoryBlock();
  mask_ = taken_ = entries_ = live_ = 0;
  ordered_.reset();
  windows_.clear();
  cells_.clear();
  undo_ = UndoLog();
  erased_ = {};
  left_ = {};
}

}  // namespace leat::state
