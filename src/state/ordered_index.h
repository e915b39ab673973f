#pragma once
#include <absl/container/btree_set.h>

#include "state/entry.h"

namespace leat::state {

/// The entries of a table in the order of their key bytes. A B-tree of pointers: 8 to 16 bytes a
/// key and no allocation per key, where std::set has a node of 40 for each and a sorted array would
/// move half of itself for each new key.
class OrderedIndex {
 public:
  void add(Entry* entry) { entries_.insert(entry); }
  /// For the first build: `entry` has a larger key than all before.
  void append(Entry* entry) { entries_.insert(entries_.end(), entry); }
  void remove(Entry* entry) { entries_.erase(entry); }
  /// `to` has the same key as `from` and takes its place.
  void replace(Entry* from, Entry* to) {
    entries_.erase(from);
    entries_.insert(to);
  }
  /// Calls f(Entry&) from the first key >= `from` on, until it returns false.
  template <class F>
  void scan(ByteView from, F&& f) const {
    for (auto it = entries_.lower_bound(from); it != entries_.end() && f(**it);) ++it;
  }
  size_t bytes_held() const { return entries_.size() * 12; }

 private:
  struct ByKey {
    using is_transparent = void;
    bool operator()(const Entry* a, const Entry* b) const { return a->key() < b->key(); }
    bool operator()(const Entry* a, ByteView b) const { return a->key() < b; }
    bool operator()(ByteView a, const Entry* b) const { return a < b->key(); }
  };
  absl::btree_set<Entry*, ByKey> entries_;
};

}  // namespace leat::state
