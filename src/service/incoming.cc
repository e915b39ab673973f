#include "service/incoming.h"

#include <simdjson.h>

#include <map>

#include "base/murmur2.h"
#include "base/text.h"
#include "data/record_batch.h"

namespace leat::service {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr std::string_view kForm =
    R"(a record is {"key": ..., "value": ..., "timestamp": ms, "headers": {"name": "text"}})";

Error bad_record(size_t index, const std::string& what) {
  return Error(ErrorCode::invalid_argument, "record " + std::to_string(index) + ": " + what,
               std::string(kForm));
}

Error bad_json(simdjson::error_code code) {
  return Error(ErrorCode::invalid_argument,
               std::string("the body is not JSON: ") + simdjson::error_message(code),
               std::string(kForm));
}

Status read_headers(ondemand::value value, size_t index, IncomingRecord& record) {
  ondemand::object object;
  if (value.get_object().get(object) != simdjson::SUCCESS)
    return bad_record(index, "headers must be an object of strings");
  for (auto field : object) {
    std::string_view name;
    std::string_view text;
    if (field.unescaped_key().get(name) != simdjson::SUCCESS ||
        field.value().get_string().get(text) != simdjson::SUCCESS)
      return bad_record(index, "headers must be an object of strings");
    record.headers.emplace_back(name, text);
  }
  return {};
}

/// One member of a record's object. Values are kept as JSON text: no number passes through a
/// double.
Status read_member(std::string_view name, ondemand::value value, size_t index,
                   IncomingRecord& record, bool& has_value) {
  if (name == "timestamp") {
    int64_t ms = 0;
    if (value.get_int64().get(ms) != simdjson::SUCCESS)
      return bad_record(index, "timestamp must be a whole number of milliseconds");
    record.timestamp = ms;
    return {};
  }
  if (name == "headers") return read_headers(value, index, record);
  if (name != "key" && name != "value")
    return bad_record(index, "unknown member " + std::string(name));
  std::string_view text;
  if (auto code = simdjson::to_json_string(value).get(text); code != simdjson::SUCCESS)
    return bad_json(code);
  if (name == "key") {
    record.key = std::string(trim(text));
  } else {
    record.value = std::string(trim(text));
    has_value = true;
  }
  return {};
}

Result<IncomingRecord> read_record(ondemand::object object, size_t index) {
  IncomingRecord record;
  bool has_value = false;
  for (auto field : object) {
    std::string_view name;
    if (auto code = field.unescaped_key().get(name); code != simdjson::SUCCESS)
      return bad_json(code);
    ondemand::value value;
    if (auto code = field.value().get(value); code != simdjson::SUCCESS) return bad_json(code);
    LEAT_CHECK(read_member(name, value, index, record, has_value));
  }
  if (!has_value) return bad_record(index, "value is missing (null makes a tombstone)");
  return record;
}

Result<std::vector<IncomingRecord>> read_document(ondemand::document& document) {
  std::vector<IncomingRecord> records;
  ondemand::json_type type;
  if (auto code = document.type().get(type); code != simdjson::SUCCESS) return bad_json(code);
  if (type == ondemand::json_type::object) {
    ondemand::object object;
    if (auto code = document.get_object().get(object); code != simdjson::SUCCESS)
      return bad_json(code);
    LEAT_TRY(IncomingRecord record, read_record(object, 0));
    records.push_back(std::move(record));
  } else if (type == ondemand::json_type::array) {
    ondemand::array array;
    if (auto code = document.get_array().get(array); code != simdjson::SUCCESS)
      return bad_json(code);
    for (auto item : array) {
      ondemand::object object;
      if (auto code = item.get_object().get(object); code != simdjson::SUCCESS) {
        if (code == simdjson::INCORRECT_TYPE)
          return bad_record(records.size(), "it is not an object");
        return bad_json(code);
      }
      LEAT_TRY(IncomingRecord record, read_record(object, records.size()));
      records.push_back(std::move(record));
    }
  } else {
    return Error(ErrorCode::invalid_argument,
                 "the body is neither a record nor an array of records", std::string(kForm));
  }
  const char* behind = nullptr;
  if (document.current_location().get(behind) == simdjson::SUCCESS)
    return Error(ErrorCode::invalid_argument, "the body has more behind its JSON value");
  return records;
}

/// One side (key or value) of all records, encoded as the topic has it.
Result<EncodedRows> encode_side(const std::vector<Field>& fields, const FormatSpec& format,
                                bool is_key, const std::vector<ByteView>& texts,
                                const std::vector<uint8_t>& present) {
  // What comes in is JSON with the columns' names, however the topic's own format writes it.
  FormatSpec json;
  json.kind = FormatKind::json;
  LEAT_TRY(auto decoder, make_decoder(json, fields, is_key));
  LEAT_TRY(auto encoder, make_encoder(format, fields, is_key));
  std::vector<Column> columns;
  for (const Field& field : fields) columns.emplace_back(field.type);
  std::vector<Column*> targets;
  std::vector<const Column*> sources;
  for (Column& column : columns) {
    targets.push_back(&column);
    sources.push_back(&column);
  }
  Arena arena;
  RowErrors errors;
  decoder->decode(texts, targets, arena, errors);
  EncodedRows rows;
  if (errors.empty()) encoder->encode(sources, texts.size(), present.data(), rows, errors);
  if (!errors.empty()) {
    return Error(ErrorCode::invalid_data,
                 "record " + std::to_string(errors[0].row) + ": " + (is_key ? "key: " : "value: ") +
                     errors[0].error.message(),
                 "nothing was appended; DESCRIBE shows the columns");
  }
  return rows;
}

Result<EncodedRows> encode_plain(const std::vector<ByteView>& texts,
                                 const std::vector<uint8_t>& present, bool is_key) {
  EncodedRows rows;
  simdjson::dom::parser parser;
  for (size_t i = 0; i < texts.size(); ++i) {
    if (present[i]) {
      simdjson::dom::element element;
      if (auto code = parser.parse(std::string(texts[i])).get(element); code != simdjson::SUCCESS)
        return Error(ErrorCode::invalid_data,
                     "record " + std::to_string(i) + ": " + simdjson::error_message(code));
      std::string_view text;
      if (is_key && element.get_string().get(text) == simdjson::SUCCESS) {
        rows.bytes.append(text);
      } else {
        rows.bytes.append(texts[i]);
      }
    }
    rows.ends.push_back(static_cast<uint32_t>(rows.bytes.size()));
    rows.null.push_back(present[i] ? 0 : 1);
  }
  return rows;
}

std::string encode_header_list(const IncomingRecord& record) {
  std::vector<RecordHeader> headers;
  for (const auto& [name, text] : record.headers) headers.push_back({name, text});
  return headers.empty() ? std::string() : encode_headers(headers);
}

EncodedRecords batch_up(const TopicInfo& topic, const std::vector<IncomingRecord>& records,
                        const EncodedRows& keys, const EncodedRows& values, TimeMs now,
                        uint64_t spread) {
  std::map<int32_t, size_t> append_of;
  std::vector<RecordBatchBuilder> builders;
  EncodedRecords out;
  for (size_t i = 0; i < records.size(); ++i) {
    ByteView key = keys.row(i);
    int32_t partition =
        is_null(key)
            ? static_cast<int32_t>((spread + i) % static_cast<uint64_t>(topic.config.partitions))
            : partition_for(key, topic.config.partitions);
    auto [at, added] = append_of.try_emplace(partition, builders.size());
    if (added) {
      builders.emplace_back();
      out.appends.push_back({{topic.id, PartitionId(partition)}, {}, 0});
    }
    out.places.push_back({at->second, out.appends[at->second].record_count++});
    builders[at->second].add(records[i].timestamp.value_or(now), key, values.row(i),
                             encode_header_list(records[i]));
  }
  for (size_t i = 0; i < builders.size(); ++i) out.appends[i].batch = builders[i].lend();
  return out;
}

}  // namespace

Result<std::vector<IncomingRecord>> parse_incoming(std::string_view body) {
  if (!is_valid_utf8(body)) return Error(ErrorCode::invalid_argument, "the body is not UTF-8");
  ondemand::parser parser;
  simdjson::padded_string padded(body);
  ondemand::document document;
  if (auto code = parser.iterate(padded).get(document); code != simdjson::SUCCESS)
    return bad_json(code);
  return read_document(document);
}

Result<EncodedRecords> encode_incoming(const TopicInfo& topic, const TopicSchema* declared,
                                       const std::vector<IncomingRecord>& records, TimeMs now,
                                       uint64_t spread) {
  std::vector<ByteView> key_texts;
  std::vector<ByteView> value_texts;
  std::vector<uint8_t> key_present;
  std::vector<uint8_t> value_present;
  for (size_t i = 0; i < records.size(); ++i) {
    const IncomingRecord& record = records[i];
    bool has_key = record.key && *record.key != "null";
    bool has_value = record.value != "null";
    if (declared != nullptr && declared->is_table && !has_key)
      return Error(ErrorCode::invalid_data,
                   "record " + std::to_string(i) + ": a table's record needs a key");
    if (declared != nullptr && declared->schema.key.empty() && has_key)
      return Error(ErrorCode::invalid_data,
                   "record " + std::to_string(i) + ": this stream has no key column");
    key_present.push_back(has_key ? 1 : 0);
    value_present.push_back(has_value ? 1 : 0);
    key_texts.push_back(has_key ? ByteView(*record.key) : ByteView());
    value_texts.push_back(has_value ? ByteView(record.value) : ByteView());
  }
  if (declared == nullptr) {
    LEAT_TRY(EncodedRows keys, encode_plain(key_texts, key_present, true));
    LEAT_TRY(EncodedRows values, encode_plain(value_texts, value_present, false));
    return batch_up(topic, records, keys, values, now, spread);
  }
  LEAT_TRY(EncodedRows keys,
           encode_side(declared->schema.key, declared->key_format, true, key_texts, key_present));
  LEAT_TRY(EncodedRows values, encode_side(declared->schema.value, declared->value_format, false,
                                           value_texts, value_present));
  return batch_up(topic, records, keys, values, now, spread);
}

}  // namespace leat::service
