#pragma once
#include <string>
#include <vector>

#include "data/record_batch.h"
#include "service/application.h"
#include "service/incoming.h"

namespace leat::service {

/// A record as JSON shows it.
struct OutgoingRecord {
  int32_t partition;
  int64_t offset;
  TimeMs timestamp;
  std::string json;  // one object: topic partition offset timestamp key value headers
};

/// Renders records of one partition: key and value as JSON where the declared format decodes them
/// (or, without a declaration, where they are JSON or UTF-8 text), else as key_base64 and
/// value_base64.
std::vector<OutgoingRecord> render_records(const std::string& topic, int32_t partition,
                                           const TopicSchema* declared,
                                           const RecordColumns& records);

/// The same by what the application declares over the topic. A dead letter is shown as its record
/// would be in the topic that it was in, where that decodes.
std::vector<OutgoingRecord> render_topic(const Application& app, const std::string& topic,
                                         int32_t partition, const RecordColumns& records);

/// Splits windowed keys (8 bytes of start behind the key's own) into keys and window starts. A key
/// that is too short becomes null.
void split_windowed_keys(std::vector<ByteView>& keys, std::vector<TimeMs>& starts);
/// ,"window":{"start":..,"end":..}
void append_json_window(std::string& out, TimeMs start, TimeMs end);

/// One side of records, decoded as its format says. Rows that do not decode are marked.
struct DecodedSide {
  std::vector<Column> columns;
  std::vector<const Column*> views;
  std::vector<uint8_t> failed;
  Arena arena;
};
/// nullptr when the side has no columns. Views may lie in `rows`.
std::unique_ptr<DecodedSide> decode_side(const FormatSpec& format, const std::vector<Field>& fields,
                                         bool is_key, std::span<const ByteView> rows);

/// Appends the row of some columns as a JSON object of their names.
void append_json_object(std::string& out, const std::vector<Field>& fields,
                        const std::vector<const Column*>& columns, size_t row);
/// Appends a key: the bare value of one column, an array of several.
void append_json_key(std::string& out, const std::vector<const Column*>& columns, size_t row);

}  // namespace leat::service
