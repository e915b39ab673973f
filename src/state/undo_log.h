#pragma once
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "base/assert.h"
#include "state/entry.h"

namespace leat::state {

/// What an epoch replaced, in the order in which entries were first touched: one linear run of
/// records {entry, size of the old value or kAbsent, place of the record before, old value bytes}.
/// Keeps its memory from epoch to epoch. Places count units of 8 bytes.
class UndoLog {
 public:
  static constexpr uint32_t kAbsent = UINT32_MAX;
  static constexpr uint32_t kNone = UINT32_MAX;
  struct Record {
    Entry* entry;  // where it was then: it may have moved since
    uint32_t old_size;
    uint32_t before;  // place of the record before this one; kNone for the first
    const char* old_value() const { return reinterpret_cast<const char*>(this + 1); }
    char* old_value() { return reinterpret_cast<char*>(this + 1); }
    bool was_absent() const { return old_size == kAbsent; }
    uint32_t units() const { return 2 + (was_absent() ? 0 : (old_size + 7) / 8); }
  };

  /// Adds a record with room for `old_size` bytes (none for kAbsent).
  Record& add(Entry* entry, uint32_t old_size) {
    const uint32_t units = 2 + (old_size == kAbsent ? 0 : (old_size + 7) / 8);
    if (end_ + units > capacity_) [[unlikely]]
      grow(units);
    const auto place = static_cast<uint32_t>(end_);
    Record& record = at(place);
    record.entry = entry;
    record.old_size = old_size;
    record.before = last_;
    last_ = place;
    end_ += units;
    ++count_;
    return record;
  }
  Record& at(uint32_t place) { return *reinterpret_cast<Record*>(units_.get() + place); }
  const Record& at(uint32_t place) const {
    return *reinterpret_cast<const Record*>(units_.get() + place);
  }
  uint32_t last() const { return last_; }  // place of the newest record; kNone when empty
  uint32_t end() const { return static_cast<uint32_t>(end_); }
  size_t count() const { return count_; }
  bool empty() const { return count_ == 0; }
  void clear() {
    end_ = 0;
    last_ = kNone;
    count_ = 0;
  }
  size_t bytes_held() const { return capacity_ * sizeof(uint64_t); }

 private:
  void grow(uint32_t units);

  struct Free {
    void operator()(uint64_t* p) const { std::free(p); }
  };
  std::unique_ptr<uint64_t[], Free> units_;
  size_t end_ = 0;
  size_t capacity_ = 0;
  size_t count_ = 0;
  uint32_t last_ = kNone;
};

}  // namespace leat::state
