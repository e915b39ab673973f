// Ordered reads of a KeyedTable: by key bytes over an index that the first such read builds, and by
// window over the buckets that a windowed table keeps.
#include <algorithm>

#include "base/assert.h"
#include "state/keyed_table.h"
#include "state/ordered_index.h"

namespace leat::state {

std::optional<std::string> end_of_prefix(ByteView prefix) {
  std::string end(prefix);
  while (!end.empty() && static_cast<unsigned char>(end.back()) == 0xff) end.pop_back();
  if (end.empty()) return std::nullopt;
  end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
  return end;
}

void KeyedTable::build_ordered_index() {
  std::vector<Entry*> entries;
  entries.reserve(entries_);
  CellSlabs::Cursor cursor;
  cells_.walk(cursor, cells_.slab_count(), [&](Entry* entry) {
    if (entry->state() != Entry::State::moved) entries.push_back(entry);
    return true;
  });
  std::sort(entries.begin(), entries.end(),
            [](const Entry* a, const Entry* b) { return a->key() < b->key(); });
  ordered_ = std::make_unique<OrderedIndex>();
  for (Entry* entry : entries) ordered_->append(entry);
}

size_t KeyedTable::ordered_scan(ByteView from, ByteView to, size_t limit,
                                const std::function<bool(const Entry&)>& f) {
  if (limit == 0) return 0;
  if (!ordered_) build_ordered_index();
  size_t calls = 0;
  ordered_->scan(from, [&](const Entry& entry) {
    if (to.data() != nullptr && entry.key() >= to) return false;
    if (!entry.live()) return true;
    ++calls;
    return f(entry) && calls < limit;
  });
  return calls;
}

size_t KeyedTable::prefix_scan(ByteView prefix, size_t limit,
                               const std::function<bool(const Entry&)>& f) {
  const std::optional<std::string> end = end_of_prefix(prefix);
  return ordered_scan(prefix, end ? ByteView(*end) : ByteView(), limit, f);
}

void KeyedTable::for_each_window(int64_t from, int64_t to, WindowOrder order,
                                 const std::function<void(Entry&)>& f) {
  LEAT_ASSERT(options_.key_suffix_time);
  const auto& buckets = windows_.buckets();
  for (auto it = buckets.lower_bound(from); it != buckets.end() && it->first < to; ++it) {
    const std::vector<Entry*>& bucket = it->second;
    if (order == WindowOrder::by_key) {
      for (Entry* entry : WindowIndex::sorted(bucket)) f(*entry);
      continue;
    }
    // By place: f may move the entry that it is given.
    for (size_t i = 0; i < bucket.size(); ++i)
      if (bucket[i]->live()) f(*bucket[i]);
  }
}

size_t KeyedTable::expire_below(int64_t bound, const std::function<void(const Entry&)>& f) {
  size_t erased = 0;
  for_each_window(INT64_MIN, bound, f ? WindowOrder::by_key : WindowOrder::any, [&](Entry& entry) {
    if (f) f(entry);
    erase(&entry);
    ++erased;
  });
  return erased;
}

}  // namespace leat::state
