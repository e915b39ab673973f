#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "data/format.h"
#include "data/type.h"
#include "log/log.h"

namespace leat::service {

/// What a declared stream or table says of the records of its topic.
struct TopicSchema {
  Schema schema;
  FormatSpec key_format;
  FormatSpec value_format;
  bool is_table = false;
  std::optional<TimeMs> window_size;  // keys are windowed: 8 bytes of start behind the key's own
};

/// A record from outside, as JSON: what a POST or a line of a file says.
struct IncomingRecord {
  std::optional<std::string> key;   // JSON text; absent or "null": no key
  std::string value;                // JSON text; "null": a tombstone
  std::optional<TimeMs> timestamp;  // absent: now
  std::vector<std::pair<std::string, std::string>> headers;
};

/// Reads one object or an array of {"key", "value", "timestamp"?, "headers"?}. Errors:
/// invalid_argument, with the index of the record and the member that is missing, unknown or of the
/// wrong kind.
Result<std::vector<IncomingRecord>> parse_incoming(std::string_view body);

/// Where a record of the request goes: which append of the request, and which record in it.
struct RecordPlace {
  size_t append;
  int32_t index;
};
struct EncodedRecords {
  std::vector<PartitionAppend> appends;
  std::vector<RecordPlace> places;  // one per record, in order
};

/// Checks records against the declared schema and encodes them as one batch per partition: all or
/// none. `declared` == nullptr: the topic has no schema; string keys are taken as their text,
/// everything else as JSON text. `spread` decides the partition of keyless records; a caller counts
/// it up. Errors: invalid_data, with the index.
Result<EncodedRecords> encode_incoming(const TopicInfo& topic, const TopicSchema* declared,
                                       const std::vector<IncomingRecord>& records, TimeMs now,
                                       uint64_t spread);

}  // namespace leat::service
