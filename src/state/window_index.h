#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "state/entry.h"

namespace leat::state {

/// The last 8 bytes of a windowed key: big-endian with the sign flipped, so that they sort as
/// times.
inline void store_window_start(char* to, int64_t start) {
  store_be64(to, static_cast<uint64_t>(start) ^ (uint64_t{1} << 63));
}
inline int64_t load_window_start(const char* from) {
  return static_cast<int64_t>(load_be64(from) ^ (uint64_t{1} << 63));
}

/// The entries of a windowed table by window start. An entry knows its place in its bucket (four
/// bytes behind its key), so that adding, moving and removing take no search.
class WindowIndex {
 public:
  /// The window start of a windowed key; key.size() >= 8.
  static int64_t start_of(ByteView key) {
    return load_window_start(key.data() + key.size() - sizeof(int64_t));
  }
  void add(Entry* entry);
  /// `entry` took the place of an entry that was added.
  void replace(Entry* entry);
  void remove(Entry* entry);
  void clear();
  std::optional<int64_t> first_start() const {
    return buckets_.empty() ? std::nullopt : std::optional(buckets_.begin()->first);
  }
  size_t bytes_held() const;

  using Buckets = std::map<int64_t, std::vector<Entry*>>;
  const Buckets& buckets() const { return buckets_; }
  /// The live entries of a bucket, by the key bytes in front of the start.
  static std::vector<Entry*> sorted(const std::vector<Entry*>& bucket);

 private:
  std::vector<Entry*>& bucket_of(int64_t start);
  Buckets buckets_;
  // The bucket used last: most entries of a batch fall into one or two windows.
  std::vector<Entry*>* recent_ = nullptr;
  int64_t recent_start_ = 0;
};

}  // namespace leat::state
