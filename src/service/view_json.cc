#include "service/view_json.h"

#include <algorithm>
#include <numeric>

#include <simdjson.h>

#include "base/text.h"
#include "data/canonical_key.h"
#include "data/format.h"
#include "data/json_value.h"
#include "service/outgoing.h"

namespace leat::service {
namespace {

Error bad_key(const Schema& schema, const std::string& why) {
  std::string form = schema.key.size() == 1 ? "the key is one " + schema.key[0].type.to_string()
                                            : "the key is a JSON array of " +
                                                  std::to_string(schema.key.size()) + " values";
  return Error(ErrorCode::invalid_argument, "not a key of this view: " + why, form);
}

/// JSON array text to the JSON object that the key's decoder reads.
Result<std::string> name_elements(const Schema& schema, std::string_view json) {
  simdjson::ondemand::parser parser;
  simdjson::padded_string padded(json);
  simdjson::ondemand::document document;
  simdjson::ondemand::array array;
  if (parser.iterate(padded).get(document) != simdjson::SUCCESS ||
      document.get_array().get(array) != simdjson::SUCCESS)
    return bad_key(schema, std::string(json));
  std::string object = "{";
  size_t column = 0;
  for (auto element : array) {
    std::string_view text;
    simdjson::ondemand::value value;
    if (column >= schema.key.size() || element.get(value) != simdjson::SUCCESS ||
        simdjson::to_json_string(value).get(text) != simdjson::SUCCESS)
      return bad_key(schema, std::string(json));
    if (column > 0) object += ',';
    append_json_string(object, schema.key[column].name);
    object += ':';
    object += text;
    ++column;
  }
  if (column != schema.key.size()) return bad_key(schema, std::string(json));
  return object + "}";
}

}  // namespace

Result<std::string> key_from_json(const Schema& schema, std::string_view json) {
  std::string text(json);
  if (schema.key.size() > 1) {
    LEAT_TRY(text, name_elements(schema, json));
  }
  FormatSpec format;
  format.kind = FormatKind::json;
  LEAT_TRY(auto decoder, make_decoder(format, schema.key, true));
  std::vector<Column> columns;
  for (const Field& field : schema.key) columns.emplace_back(field.type);
  std::vector<Column*> targets;
  for (Column& column : columns) targets.push_back(&column);
  Arena arena;
  RowErrors errors;
  const ByteView row = text;
  decoder->decode({&row, 1}, targets, arena, errors);
  if (!errors.empty()) return bad_key(schema, errors[0].error.message());
  std::string key;
  for (const Column& column : columns) append_canonical(key, column, 0);
  return key;
}

Result<std::string> key_from_text(const Schema& schema, std::string_view text) {
  if (schema.key.size() != 1) return key_from_json(schema, text);
  TypeKind kind = schema.key[0].type.kind;
  if (kind != TypeKind::string && kind != TypeKind::bytes) return key_from_json(schema, text);
  std::string json;
  append_json_string(json, text);
  return key_from_json(schema, json);
}

Result<exec::View::Range> range_of_prefix(const Schema& schema, std::string_view text) {
  if (schema.key.size() != 1 || schema.key[0].type.kind != TypeKind::string)
    return Error(ErrorCode::invalid_argument, "prefix is for views whose key is one STRING",
                 "use from and to");
  LEAT_TRY(std::string whole, key_from_text(schema, text));
  constexpr size_t kTerminator = 2;
  exec::View::Range range;
  range.from = whole.substr(0, whole.size() - kTerminator);
  range.to = state::end_of_prefix(range.from);
  return range;
}

void append_view_row(std::string& out, const runtime::Runtime::ViewInfo& view, const Batch& rows,
                     size_t row) {
  std::vector<const Column*> keys;
  std::vector<const Column*> values;
  for (size_t c = 0; c < rows.columns.size(); ++c)
    (c < view.schema.key.size() ? keys : values).push_back(&rows.columns[c]);
  out += "{\"key\":";
  append_json_key(out, keys, row);
  if (view.window)
    append_json_window(out, rows.window_start[row], rows.window_start[row] + view.window->size_ms);
  out += ",\"value\":";
  append_json_object(out, view.schema.value, values, row);
  out += '}';
}

OrderedRows order_rows(const runtime::Runtime::ViewInfo& view, const runtime::ViewRows& read,
                       size_t limit) {
  std::vector<size_t> order(read.keys.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return read.keys[a] < read.keys[b]; });
  OrderedRows out;
  size_t n = std::min(limit, order.size());
  for (size_t i = 0; i < n; ++i)
    append_view_row(out.rows.emplace_back(), view, *read.rows, order[i]);
  if (n > 0 && (n < order.size() || read.more))
    out.cursor = base64url_encode(read.keys[order[n - 1]]);
  return out;
}

Result<std::string> from_cursor(std::string_view cursor) {
  auto key = base64url_decode(cursor);
  if (!key || key->empty())
    return Error(ErrorCode::invalid_argument, "not a cursor",
                 "use the one that the answer before came with");
  return *key + std::string(1, '\0');  // the smallest key behind it
}

}  // namespace leat::service
