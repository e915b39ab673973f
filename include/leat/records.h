#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "leat/types.h"

namespace leat {

/// A record of a topic. No key or value: null.
template <class K, class V>
struct Record {
  std::optional<K> key;
  std::optional<V> value;
  int64_t timestamp = 0;  // milliseconds since 1970
  friend bool operator==(const Record&, const Record&) = default;
};

namespace streams {

/// A record as its bytes stand in the topic.
struct RawRecord {
  std::optional<std::string> key;
  std::optional<std::string> value;
  int64_t timestamp = 0;
  int32_t partition = -1;  // of records that were read
  int64_t offset = -1;
  std::map<std::string, std::string> headers;
};

/// A row of a view: key and value as Kafka's serializers write them.
struct RawRow {
  std::string key;
  std::string value;
  int64_t window_start = 0;
  int64_t window_end = 0;
};

template <class K>
struct KeyBytes {
  static std::string encode(const K& key) { return Trait<K>::encode(key); }
  static K decode(std::string_view bytes) { return Trait<K>::decode(bytes); }
};
/// In topics a windowed key is the key, then the window's start, 8 bytes big-endian. Its end is not
/// there: it is read as the start.
template <class K>
struct KeyBytes<Windowed<K>> {
  static std::string encode(const Windowed<K>& key) {
    return Trait<K>::encode(key.key) + write_big_endian(static_cast<uint64_t>(key.start));
  }
  static Windowed<K> decode(std::string_view bytes) {
    if (bytes.size() < 8) throw StreamsError("invalid-data", "the key is too short for a window");
    const auto start =
        static_cast<int64_t>(read_big_endian<uint64_t>(bytes.substr(bytes.size() - 8)));
    return {Trait<K>::decode(bytes.substr(0, bytes.size() - 8)), start, start};
  }
};

template <class K, class V>
RawRecord to_raw(const Record<K, V>& record) {
  RawRecord raw;
  if constexpr (!std::is_same_v<K, NoKey>)
    if (record.key) raw.key = KeyBytes<K>::encode(*record.key);
  if (record.value) raw.value = Trait<V>::encode(*record.value);
  raw.timestamp = record.timestamp;
  return raw;
}
template <class K, class V>
Record<K, V> from_raw(const RawRecord& raw) {
  Record<K, V> record;
  if (raw.key) record.key = KeyBytes<K>::decode(*raw.key);
  if (raw.value) record.value = Trait<V>::decode(*raw.value);
  record.timestamp = raw.timestamp;
  return record;
}

/// Reads tables by name. Throws StreamsError: not-found, unavailable.
class ViewSource {
 public:
  virtual ~ViewSource() = default;
  /// The rows of a key: one, or one a window, ascending.
  virtual std::vector<RawRow> lookup(const std::string& view, const std::string& key) = 0;
  /// All rows in the order of keys.
  virtual std::vector<RawRow> scan(const std::string& view) = 0;
};

/// What a key is looked up by, and how a row's key reads.
template <class K>
struct RowKey {
  using inner = K;
  static K of(const RawRow& row) { return Trait<K>::decode(row.key); }
};
template <class K>
struct RowKey<Windowed<K>> {
  using inner = K;
  static Windowed<K> of(const RawRow& row) {
    return {Trait<K>::decode(row.key), row.window_start, row.window_end};
  }
};

}  // namespace streams

/// A table of a running application, as of its last durable epoch. Cheap to make; any thread. A
/// call waits for the end of the running epoch.
template <class K, class V>
class View {
 public:
  View(streams::ViewSource& source, std::string name) : source_(&source), name_(std::move(name)) {}

  /// The value of a key (of a windowed table: of a key in its window).
  std::optional<V> get(const K& key) const {
    if constexpr (std::is_same_v<typename streams::RowKey<K>::inner, K>) {
      auto rows = source_->lookup(name_, streams::Trait<K>::encode(key));
      if (rows.empty()) return std::nullopt;
      return streams::Trait<V>::decode(rows.front().value);
    } else {
      for (auto& [found, value] : windows(key.key))
        if (found.start == key.start) return std::move(value);
      return std::nullopt;
    }
  }
  /// All windows of a key, ascending.
  std::vector<std::pair<K, V>> windows(const typename streams::RowKey<K>::inner& key) const {
    return typed(
        source_->lookup(name_, streams::Trait<typename streams::RowKey<K>::inner>::encode(key)));
  }
  /// All rows, in the order of keys.
  std::vector<std::pair<K, V>> all() const { return typed(source_->scan(name_)); }

 private:
  static std::vector<std::pair<K, V>> typed(const std::vector<streams::RawRow>& rows) {
    std::vector<std::pair<K, V>> out;
    out.reserve(rows.size());
    for (const auto& row : rows)
      out.emplace_back(streams::RowKey<K>::of(row), streams::Trait<V>::decode(row.value));
    return out;
  }
  streams::ViewSource* source_;
  std::string name_;
};

}  // namespace leat
