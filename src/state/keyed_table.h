#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/strong.h"
#include "state/cell_slabs.h"
#include "state/entry.h"
#include "state/memory_block.h"
#include "state/undo_log.h"
#include "state/window_index.h"

namespace leat::state {

class OrderedIndex;

/// The smallest byte string above all that begin with `prefix`; nullopt when there is none.
std::optional<std::string> end_of_prefix(ByteView prefix);

/// The primary copy of a state store: key bytes to value bytes, in memory, with what the running
/// epoch replaced, so that a commit writes each changed key once and an abort puts all back.
///
/// Open addressing (linear probing, power of two, at most 70 % full); a slot is 16 bits of the hash
/// and the entry's address, so that a miss rarely and a hit once leaves the slot array. The batch
/// forms hash a batch, prefetch its slots, then its entries, then compare: about 20 ns a key at
/// 1 M keys against 100 one by one.
///
/// Entries keep their address until they are erased and the erasure is committed, or until their
/// value changes its size class (assign, resize): see resolve.
///
/// One owner thread, no locks.
class KeyedTable {
 public:
  /// Larger ones are for the caller to refuse (asserted).
  static constexpr size_t kKeySizeMax = Entry::kKeySizeMax;
  static constexpr size_t kValueSizeMax = UndoLog::kAbsent - 1;

  struct Options {
    /// The last 8 bytes of each key are the start of its window (big-endian, sign flipped): the
    /// table keeps its entries by window, for expiry and for closing windows in order.
    bool key_suffix_time = false;
    /// Where the count of epochs begins; tests of its wrap-around set it.
    uint32_t first_epoch = 1;
  };
  KeyedTable();
  explicit KeyedTable(const Options& options);
  ~KeyedTable();
  KeyedTable(const KeyedTable&) = delete;
  KeyedTable& operator=(const KeyedTable&) = delete;

  const Options& options() const { return options_; }

  // --- Finding -------------------------------------------------------------------------------

  /// The live entry of `key`, or nullptr.
  Entry* find(ByteView key) const;
  /// out[i] = the live entry of keys[i], or nullptr. A key with data() == nullptr is skipped
  /// (nullptr).
  void find_batch(const ByteView* keys, size_t n, Entry** out) const;
  /// As find_batch, and inserts what is not there: `initial_value_size` zero bytes, touched in this
  /// epoch, created[i] = 1 (else 0). Equal keys of a batch get one entry, the first of them with
  /// created = 1. An entry whose key turns out not to be wanted must be erased again.
  void find_or_insert_batch(const ByteView* keys, size_t n, size_t initial_value_size, Entry** out,
                            uint8_t* created);
  /// The one-key form.
  Entry* find_or_insert(ByteView key, size_t initial_value_size, bool& created);

  // --- Changing ------------------------------------------------------------------------------

  /// The writable value of a live entry. The first touch of an epoch keeps the old bytes for
  /// rollback and for_each_change; each further one costs one comparison.
  char* touch(Entry* entry) {
    if (entry->touched_in_ == epoch_) [[likely]]
      return entry->writable_value();
    return first_touch(entry);
  }
  /// Gives the entry a value of another size (contents kept as far as both go, new bytes
  /// undefined) and returns where the entry is now: another place only if the size class changed.
  /// Other entries stay. Touches; revives an erased entry.
  Entry* resize(Entry* entry, size_t value_size);
  /// Replaces the value; `value` may be part of the entry's own. Otherwise as resize.
  Entry* assign(Entry* entry, ByteView value);
  /// Inserts or replaces.
  Entry* put(ByteView key, ByteView value);
  /// Erases: find() sees it no more, the entry is readable (live() == false) until the commit.
  void erase(Entry* entry);
  /// Where an entry is now whose pointer was taken earlier in this epoch. Needed by whoever holds
  /// several pointers to one entry (equal keys of a batch) while values change their size; the
  /// place that an entry left has live() == false.
  static Entry* resolve(Entry* entry) {
    return entry->state() == Entry::State::moved ? moved_to(entry) : entry;
  }

  // --- The epoch -----------------------------------------------------------------------------

  /// Calls f(ByteView key, ByteView old_value, ByteView new_value) for each entry touched in this
  /// epoch, in the order of first touches; data() == nullptr where the key did not or does not
  /// exist. What came and went within the epoch is left out. Views hold until the table is next
  /// changed; f must not change it.
  template <class F>
  void for_each_change(F&& f) const {
    for_each_touched_from(0, f);
  }
  /// A place in the epoch: what was touched and erased so far.
  struct Mark {
    uint32_t undo;
    size_t erased;
  };
  Mark mark() const { return {undo_.end(), erased_.size()}; }
  /// After for_each_change at `since`: calls f(ByteView key, ByteView new_value) for each entry
  /// that is not now as it was shown then, the last call for a key as it is. Since then entries may
  /// have been erased and others touched for the first time, but none that had been touched may
  /// have got another value.
  template <class F>
  void for_each_change_since(const Mark& since, F&& f) const {
    for (size_t i = since.erased; i < erased_.size(); ++i) {
      const Entry* entry = resolve(erased_[i]);
      if (!entry->live()) f(entry->key(), ByteView());
    }
    for_each_touched_from(since.undo,
                          [&](ByteView key, ByteView, ByteView after) { f(key, after); });
  }
  /// Entries touched in this epoch: an upper bound of what for_each_change visits.
  size_t changes() const { return undo_.count(); }
  /// Ends the epoch: erased entries go, undo is forgotten. Cost: that of the erased ones.
  void commit();
  /// Ends the epoch by putting everything back as the last commit left it. Pointers to entries that
  /// were there then and did not change size stay good.
  void rollback();

  // --- The whole -----------------------------------------------------------------------------

  size_t size() const { return live_; }
  /// Everything the table holds from the system: slots, entries, undo, indexes.
  size_t memory_bytes() const;
  /// Makes room for `keys` entries in all without growing step by step.
  void reserve(size_t keys);
  /// Forgets everything, undo too. Gives the memory back.
  void clear();
  /// Calls f(const Entry&) for each live entry, in no order that means anything or lasts.
  template <class F>
  void for_each(F&& f) const {
    CellSlabs::Cursor cursor;
    cells_.walk(cursor, cells_.slab_count(), [&](const Entry* entry) {
      if (entry->live()) f(*entry);
      return true;
    });
  }

  /// Calls f for live entries with from <= key < to in the order of key bytes, until f returns
  /// false; returns the number of calls, at most `limit`. to.data() == nullptr: no upper bound. The
  /// first ordered read builds an index (about 0.5 us a key), kept up from then on. f must not
  /// change the table.
  size_t ordered_scan(ByteView from, ByteView to, size_t limit,
                      const std::function<bool(const Entry&)>& f);
  /// All keys that begin with `prefix`, otherwise as ordered_scan.
  size_t prefix_scan(ByteView prefix, size_t limit, const std::function<bool(const Entry&)>& f);

  // --- Windows (options().key_suffix_time) ---------------------------------------------------

  enum class WindowOrder : uint8_t { by_key, any };
  /// Calls f(Entry&) for live entries with from <= window start < to: ascending by start and within
  /// a start by the key bytes in front of it (or, for less, in any order). f may touch, resize and
  /// erase the entry that it is given; it must not insert. Cost: that of the windows visited, not
  /// of the table.
  void for_each_window(int64_t from, int64_t to, WindowOrder order,
                       const std::function<void(Entry&)>& f);
  /// Erases entries whose window starts below `bound`, oldest window first, each after f (which may
  /// be empty) saw it; returns how many. Undone by rollback as any erase.
  size_t expire_below(int64_t bound, const std::function<void(const Entry&)>& f = {});
  /// The start of the oldest window that has entries (erased ones count until the commit).
  std::optional<int64_t> first_window_start() const { return windows_.first_start(); }

  // --- Recovery (no epoch open) --------------------------------------------------------------

  /// Sets keys to values, or erases those with values[i].data() == nullptr, at once and without
  /// undo. Equal keys: the last one counts. For deltas and snapshots at restart.
  void load_batch(const ByteView* keys, const ByteView* values, size_t n);

  /// Copies out a table bit by bit between epochs; see snapshot_copier.h.
  using Cursor = CellSlabs::Cursor;
  size_t slab_count() const { return cells_.slab_count(); }
  /// Visits live entries from `cursor` on, in slabs below `slab_end`, until f(const Entry&) returns
  /// false. True while there may be more.
  template <class F>
  bool visit(Cursor& cursor, size_t slab_end, F&& f) const {
    return cells_.walk(cursor, slab_end,
                       [&](const Entry* entry) { return !entry->live() || f(*entry); });
  }

 private:
  static constexpr int kPrefetchChanges = 24;
  struct Probes;  // a batch on its way: keyed_table_batch.cc

  template <class F>
  void for_each_touched_from(uint32_t place, F&& f) const {
    uint32_t ahead = place;
    const uint32_t end = undo_.end();
    for (int i = 0; i < kPrefetchChanges && ahead != end; ++i) ahead = prefetch_change(ahead);
    while (place != end) {
      if (ahead != end) ahead = prefetch_change(ahead);
      const UndoLog::Record& record = undo_.at(place);
      place += record.units();
      const Entry* entry = resolve(record.entry);
      const ByteView before =
          record.was_absent() ? ByteView() : ByteView(record.old_value(), record.old_size);
      const ByteView after = entry->live() ? entry->value_bytes() : ByteView();
      if (before.data() == nullptr && after.data() == nullptr) continue;
      f(entry->key(), before, after);
    }
  }
  uint32_t prefetch_change(uint32_t place) const {
    const UndoLog::Record& record = undo_.at(place);
    __builtin_prefetch(record.entry);
    __builtin_prefetch(reinterpret_cast<const char*>(record.entry) + 31);
    return place + record.units();
  }
  size_t entry_bytes(size_t key_size, size_t value_size) const {
    return Entry::value_offset(key_size, tail_flag_) + value_size;
  }
  size_t entry_bytes(const Entry& entry) const {
    return entry_bytes(entry.key_size(), entry.value_size_);
  }
  uint64_t* slots() const { return reinterpret_cast<uint64_t*>(slots_.data()); }
  char* first_touch(Entry* entry);
  static Entry* moved_to(Entry* entry);

  // Slots (keyed_table_slots.cc).
  Entry* probe(ByteView key, uint64_t hash, size_t at) const;
  size_t slot_of(const Entry* entry) const;
  void link(Entry* entry, uint64_t hash);
  void unlink(Entry* entry);
  void make_room(size_t more);
  void rebuild(size_t slots);
  void build_ordered_index();

  // Entries, without undo.
  Entry* new_entry(ByteView key, uint64_t hash, size_t value_size);
  Entry* set_value_size(Entry* entry, size_t value_size);
  Entry* relocate(Entry* entry, size_t value_size);
  void load_one(ByteView key, uint64_t hash, size_t at, ByteView value);

  Entry* insert(ByteView key, uint64_t hash, size_t value_size);
  Entry* revive(Entry* entry, size_t value_size);
  void put_back(const UndoLog::Record& record);
  void end_epoch();

  Options options_;
  uint32_t tail_flag_;
  uint32_t epoch_;
  MemoryBlock slots_;
  size_t mask_ = 0;
  size_t taken_ = 0;  // slots that are not empty: entries and the marks that removals left
  size_t entries_ = 0;
  size_t live_ = 0;
  CellSlabs cells_;
  UndoLog undo_;
  std::vector<Entry*> erased_;  // in this epoch; some may have been revived
  std::vector<Entry*> left_;    // cells to give back when the epoch ends: their entries moved
  std::unique_ptr<OrderedIndex> ordered_;
  WindowIndex windows_;
};

}  // namespace leat::state
