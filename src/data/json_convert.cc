#include "data/json_convert.h"

#include "base/text.h"
#include "data/json_scan.h"

namespace leat {
namespace {

bool is_number(ByteView value) { return value[0] == '-' || json::is_digit(value[0]); }

// The characters of a string value; what has no escapes is looked at in place.
ByteView text_of(ByteView value, Arena& arena) {
  ByteView raw = value.substr(1, value.size() - 2);
  return json::unescape({raw, raw.find('\\') != ByteView::npos}, arena);
}

Fit convert_integer(ByteView value, int64_t min, int64_t max, int64_t& out, Arena& arena) {
  if (is_number(value)) return truncate_number(value, min, max, out);
  if (value[0] == '"') return parse_integer(text_of(value, arena), min, max, out);
  return Fit::malformed;
}

// A number, or the text of a string, for the types that read both alike.
Fit number_text(ByteView value, Arena& arena, ByteView& text) {
  if (is_number(value))
    text = value;
  else if (value[0] == '"')
    text = text_of(value, arena);
  else
    return Fit::malformed;
  return Fit::ok;
}

ByteView convert_string(ByteView value, Arena& arena) {
  if (value[0] == '"') return text_of(value, arena);
  std::string text;
  json::append_value_text(text, value);
  return arena.copy(text);
}

Fit convert_bytes(ByteView value, Arena& arena, ByteView& out) {
  if (value[0] != '"') return Fit::malformed;
  auto bytes = base64_decode(text_of(value, arena));
  if (!bytes) return Fit::malformed;
  out = arena.copy(*bytes);
  return Fit::ok;
}

}  // namespace

Fit convert_json(ByteView value, Column& column, size_t row, Arena& arena) {
  if (value[0] == 'n') {
    column.set_null(row);
    return Fit::ok;
  }
  ByteView text;
  switch (column.type().kind) {
    case TypeKind::boolean:
      column.at<uint8_t>(row) = value[0] == 't';
      return value[0] == 't' || value[0] == 'f' ? Fit::ok : Fit::malformed;
    case TypeKind::int32: {
      int64_t wide = 0;
      Fit fit = convert_integer(value, INT32_MIN, INT32_MAX, wide, arena);
      column.at<int32_t>(row) = static_cast<int32_t>(wide);
      return fit;
    }
    case TypeKind::int64:
    case TypeKind::timestamp:
      return convert_integer(value, INT64_MIN, INT64_MAX, column.at<int64_t>(row), arena);
    case TypeKind::float64:
      if (number_text(value, arena, text) != Fit::ok) return Fit::malformed;
      return parse_double(text, column.at<double>(row));
    case TypeKind::decimal:
      if (number_text(value, arena, text) != Fit::ok) return Fit::malformed;
      return parse_decimal_as(text, column.type(), column.at<Int128>(row));
    case TypeKind::string: column.at<ByteView>(row) = convert_string(value, arena); return Fit::ok;
    default: return convert_bytes(value, arena, column.at<ByteView>(row));
  }
}

}  // namespace leat
