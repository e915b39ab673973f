#include "service/outgoing.h"

#include <simdjson.h>

#include "base/text.h"
#include "data/json_value.h"
#include "runtime/dead_letters.h"

namespace leat::service {
namespace {

bool is_json(ByteView bytes) {
  thread_local simdjson::dom::parser parser;
  simdjson::dom::element element;
  return parser.parse(simdjson::padded_string(bytes)).get(element) == simdjson::SUCCESS;
}

void append_undeclared(std::string& out, std::string_view name, ByteView bytes, bool is_key) {
  if (is_null(bytes)) {
    out += "\"" + std::string(name) + "\":null";
  } else if (!is_key && is_json(bytes)) {
    out += "\"" + std::string(name) + "\":";
    out += bytes;
  } else if (is_valid_utf8(bytes)) {
    out += "\"" + std::string(name) + "\":";
    append_json_string(out, bytes);
  } else {
    out += "\"" + std::string(name) + "_base64\":\"" + base64_encode(bytes) + "\"";
  }
}

void append_side(std::string& out, std::string_view name, ByteView bytes, const DecodedSide* side,
                 const std::vector<Field>& fields, bool is_key, size_t row) {
  if (is_null(bytes)) {
    out += "\"" + std::string(name) + "\":null";
  } else if (side == nullptr || side->failed[row]) {
    out += "\"" + std::string(name) + "_base64\":\"" + base64_encode(bytes) + "\"";
  } else {
    out += "\"" + std::string(name) + "\":";
    is_key ? append_json_key(out, side->views, row)
           : append_json_object(out, fields, side->views, row);
  }
}

void append_headers(std::string& out, ByteView encoded) {
  out += ",\"headers\":{";
  if (!encoded.empty()) {
    auto headers = decode_headers(encoded);
    bool first = true;
    if (headers.has_value()) {
      for (const RecordHeader& header : *headers) {
        if (!first) out += ',';
        first = false;
        append_json_string(out, header.key);
        out += ':';
        if (is_null(header.value)) {
          out += "null";
        } else {
          append_json_string(out, is_valid_utf8(header.value) ? std::string(header.value)
                                                              : base64_encode(header.value));
        }
      }
    }
  }
  out += '}';
}

}  // namespace

std::unique_ptr<DecodedSide> decode_side(const FormatSpec& format, const std::vector<Field>& fields,
                                         bool is_key, std::span<const ByteView> rows) {
  auto decoder = make_decoder(format, fields, is_key);
  if (!decoder.has_value() || fields.empty()) return nullptr;
  auto side = std::make_unique<DecodedSide>();
  std::vector<Column*> targets;
  side->columns.reserve(fields.size());
  for (const Field& field : fields) targets.push_back(&side->columns.emplace_back(field.type));
  for (const Column& column : side->columns) side->views.push_back(&column);
  RowErrors errors;
  (*decoder)->decode(rows, targets, side->arena, errors);
  side->failed.assign(rows.size(), 0);
  for (const RowError& error : errors) side->failed[error.row] = 1;
  return side;
}

void split_windowed_keys(std::vector<ByteView>& keys, std::vector<TimeMs>& starts) {
  constexpr size_t kSuffix = 8;
  for (ByteView& key : keys) {
    if (key.size() < kSuffix) {
      key = kNullBytes;
      starts.push_back(0);
      continue;
    }
    starts.push_back(static_cast<TimeMs>(load_be64(key.data() + key.size() - kSuffix)));
    key.remove_suffix(kSuffix);
  }
}

void append_json_window(std::string& out, TimeMs start, TimeMs end) {
  out +=
      ",\"window\":{\"start\":" + std::to_string(start) + ",\"end\":" + std::to_string(end) + "}";
}

void append_json_object(std::string& out, const std::vector<Field>& fields,
                        const std::vector<const Column*>& columns, size_t row) {
  out += '{';
  for (size_t c = 0; c < fields.size(); ++c) {
    if (c > 0) out += ',';
    append_json_string(out, fields[c].name);
    out += ':';
    append_json_value(out, *columns[c], row);
  }
  out += '}';
}

void append_json_key(std::string& out, const std::vector<const Column*>& columns, size_t row) {
  if (columns.size() == 1) return append_json_value(out, *columns[0], row);
  out += '[';
  for (size_t c = 0; c < columns.size(); ++c) {
    if (c > 0) out += ',';
    append_json_value(out, *columns[c], row);
  }
  out += ']';
}

std::vector<OutgoingRecord> render_records(const std::string& topic, int32_t partition,
                                           const TopicSchema* declared,
                                           const RecordColumns& records) {
  std::unique_ptr<DecodedSide> keys;
  std::unique_ptr<DecodedSide> values;
  std::vector<ByteView> key_bytes(records.keys.begin(), records.keys.end());
  std::vector<TimeMs> window_starts;
  if (declared != nullptr) {
    if (declared->window_size) split_windowed_keys(key_bytes, window_starts);
    keys = decode_side(declared->key_format, declared->schema.key, true, key_bytes);
    values = decode_side(declared->value_format, declared->schema.value, false, records.values);
  }
  std::vector<OutgoingRecord> out;
  out.reserve(records.size());
  for (size_t i = 0; i < records.size(); ++i) {
    OutgoingRecord& record =
        out.emplace_back(OutgoingRecord{partition, records.offsets[i], records.timestamps[i], {}});
    std::string& json = record.json;
    json += "{\"topic\":";
    append_json_string(json, topic);
    json += ",\"partition\":" + std::to_string(partition) +
            ",\"offset\":" + std::to_string(record.offset) +
            ",\"timestamp\":" + std::to_string(record.timestamp) + ",";
    if (declared != nullptr) {
      append_side(json, "key", key_bytes[i], keys.get(), declared->schema.key, true, i);
      if (declared->window_size)
        append_json_window(json, window_starts[i], window_starts[i] + *declared->window_size);
      json += ',';
      append_side(json, "value", records.values[i], values.get(), declared->schema.value, false, i);
    } else {
      append_undeclared(json, "key", records.keys[i], true);
      json += ',';
      append_undeclared(json, "value", records.values[i], false);
    }
    append_headers(json, records.headers.empty() ? ByteView() : records.headers[i]);
    json += '}';
  }
  return out;
}

namespace {

std::string letter_topic(ByteView encoded_headers) {
  if (encoded_headers.empty()) return {};
  auto headers = decode_headers(encoded_headers);
  if (!headers.has_value()) return {};
  for (const RecordHeader& header : *headers)
    if (header.key == "leat.error.topic") return std::string(header.value);
  return {};
}

RecordColumns one_record(const RecordColumns& records, size_t row) {
  RecordColumns one;
  one.offsets.resize(1);
  one.timestamps.resize(1);
  one.keys.resize(1);
  one.values.resize(1);
  one.offsets[0] = records.offsets[row];
  one.timestamps[0] = records.timestamps[row];
  one.keys[0] = records.keys[row];
  one.values[0] = records.values[row];
  if (!records.headers.empty()) one.headers.push_back(records.headers[row]);
  return one;
}

/// Whether key and value of the only record are what the topic declares.
bool decodes(const TopicSchema& schema, const RecordColumns& record) {
  auto fine = [&](const FormatSpec& format, const std::vector<Field>& fields, bool is_key,
                  ByteView bytes) {
    if (is_null(bytes)) return true;
    auto side = decode_side(format, fields, is_key, {&bytes, 1});
    return side != nullptr && side->failed[0] == 0;
  };
  return !schema.window_size && fine(schema.key_format, schema.schema.key, true, record.keys[0]) &&
         fine(schema.value_format, schema.schema.value, false, record.values[0]);
}

}  // namespace

std::vector<OutgoingRecord> render_topic(const Application& app, const std::string& topic,
                                         int32_t partition, const RecordColumns& records) {
  auto declared = app.schema_of_topic(topic);
  if (declared || topic != runtime::dead_letter_topic(app.id()))
    return render_records(topic, partition, declared ? &*declared : nullptr, records);
  std::vector<OutgoingRecord> out;
  for (size_t row = 0; row < records.size(); ++row) {
    RecordColumns one = one_record(records, row);
    auto origin = app.schema_of_topic(
        letter_topic(records.headers.empty() ? ByteView() : records.headers[row]));
    bool known = origin && decodes(*origin, one);
    out.push_back(render_records(topic, partition, known ? &*origin : nullptr, one).front());
  }
  return out;
}

}  // namespace leat::service
