#include "state/window_index.h"

#include <algorithm>

#include "base/assert.h"

namespace leat::state {

std::vector<Entry*>& WindowIndex::bucket_of(int64_t start) {
  if (recent_ == nullptr || recent_start_ != start) {
    recent_ = &buckets_[start];
    recent_start_ = start;
  }
  return *recent_;
}

void WindowIndex::add(Entry* entry) {
  LEAT_ASSERT(entry->key_size() >= sizeof(int64_t));
  std::vector<Entry*>& bucket = bucket_of(start_of(entry->key()));
  LEAT_ASSERT(bucket.size() < UINT32_MAX);
  store_le(entry->tail(), static_cast<uint32_t>(bucket.size()));
  bucket.push_back(entry);
}

void WindowIndex::replace(Entry* entry) {
  bucket_of(start_of(entry->key()))[load_le<uint32_t>(entry->tail())] = entry;
}

void WindowIndex::remove(Entry* entry) {
  const int64_t start = start_of(entry->key());
  std::vector<Entry*>& bucket = bucket_of(start);
  const auto place = load_le<uint32_t>(entry->tail());
  LEAT_ASSERT(place < bucket.size() && bucket[place] == entry);
  Entry* last = bucket.back();
  bucket[place] = last;
  store_le(last->tail(), place);
  bucket.pop_back();
  if (bucket.empty()) {
    buckets_.erase(start);
    recent_ = nullptr;
  }
}

void WindowIndex::clear() {
  buckets_.clear();
  recent_ = nullptr;
}

size_t WindowIndex::bytes_held() const {
  size_t bytes = 0;
  for (const auto& [start, bucket] : buckets_) bytes += 80 + bucket.capacity() * sizeof(Entry*);
  return bytes;
}

std::vector<Entry*> WindowIndex::sorted(const std::vector<Entry*>& bucket) {
  std::vector<Entry*> entries;
  entries.reserve(bucket.size());
  for (Entry* entry : bucket)
    if (entry->live()) entries.push_back(entry);
  // Without the start: behind a key that begins another one it would come first or last by chance.
  const auto own_key = [](const Entry* entry) {
    return entry->key().substr(0, entry->key().size() - sizeof(int64_t));
  };
  std::sort(entries.begin(), entries.end(),
            [&](const Entry* a, const Entry* b) { return own_key(a) < own_key(b); });
  return entries;
}

}  // namespace leat::state
