#include "cases/wire.h"

#include <charconv>
#include <cmath>

#include "base/bytes.h"
#include "base/text.h"
#include "data/decimal.h"
#include "data/json_value.h"
#include "data/number_text.h"

namespace leat::cases {
namespace {

using Kind = Json::Kind;

std::string raw_text(const Json& json) {
  return json.kind == Kind::string ? json.text : json.to_string();
}

std::string big_endian(uint64_t bits, int bytes) {
  std::string out;
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(bits >> 8 * i & 0xff);
  return out;
}

std::string kafka_bytes(const Json& json, const std::vector<Field>& fields) {
  const std::string text = raw_text(json);
  if (fields.size() != 1) return text;
  int64_t whole = 0;
  double real = 0;
  switch (fields[0].type.kind) {
    case TypeKind::int32:
      if (parse_integer(text, INT32_MIN, INT32_MAX, whole) == Fit::ok)
        return big_endian(static_cast<uint32_t>(whole), 4);
      break;
    case TypeKind::int64:
    case TypeKind::timestamp:
      if (parse_integer(text, INT64_MIN, INT64_MAX, whole) == Fit::ok)
        return big_endian(static_cast<uint64_t>(whole), 8);
      break;
    case TypeKind::float64:
      if (parse_double(text, real) == Fit::ok) return big_endian(std::bit_cast<uint64_t>(real), 8);
      break;
    default: break;
  }
  return text;
}

Json kafka_json(const std::string& bytes, const std::vector<Field>& fields) {
  if (fields.size() != 1) return Json::of_string(bytes);
  TypeKind kind = fields[0].type.kind;
  if (kind == TypeKind::int32 && bytes.size() == 4)
    return Json::of_number(std::to_string(static_cast<int32_t>(load_be32(bytes.data()))));
  if ((kind == TypeKind::int64 || kind == TypeKind::timestamp) && bytes.size() == 8)
    return Json::of_number(std::to_string(static_cast<int64_t>(load_be64(bytes.data()))));
  if (kind == TypeKind::float64 && bytes.size() == 8) {
    std::string text;
    append_java_double(text, std::bit_cast<double>(load_be64(bytes.data())));
    return Json::of_number(text);
  }
  return Json::of_string(bytes);
}

/// Whether rows are objects of one field, the column's.
bool wraps_single(const Side& side) {
  return side.format && side.format->kind == FormatKind::json && !side.is_key &&
         side.format->wrap_single && side.fields.size() == 1;
}

bool is_bare(const Json& json) { return json.kind == Kind::string || json.kind == Kind::number; }

std::string wrapped(const Json& json, const std::string& name) {
  std::string text = "{";
  append_json_string(text, name);
  return text + ":" + json.to_string() + "}";
}

bool close_enough(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  if (a == b) return true;
  return std::abs(a - b) <= 1e-9 * std::max(std::abs(a), std::abs(b));
}

bool same_number(const std::string& expected, const std::string& actual, const Type* type,
                 bool exact) {
  if (expected == actual) return true;
  double a = 0;
  double b = 0;
  bool numbers =
      parse_double(expected, a) != Fit::malformed && parse_double(actual, b) != Fit::malformed;
  if (!exact || (type != nullptr && type->kind == TypeKind::float64))
    return numbers && close_enough(a, b);
  auto x = parse_decimal(expected);
  auto y = parse_decimal(actual);
  if (x && y && x->unscaled == y->unscaled && x->scale == y->scale) return true;
  return type == nullptr && numbers && close_enough(a, b) &&
         expected.find('.') != std::string::npos && actual.find('.') != std::string::npos;
}

bool same_text(const Json& expected, const Json& actual) {
  if (actual.kind == Kind::string) {
    return expected.text == actual.text || base64_encode(actual.text) == expected.text;
  }
  // NaN and infinities have no JSON number.
  return actual.kind == Kind::number && expected.text == actual.text;
}

const Field* field_named(const std::vector<Field>& fields, std::string_view name) {
  for (const Field& field : fields)
    if (field.name == name) return &field;
  return nullptr;
}

std::optional<std::string> object_difference(const Json& expected, const Json& actual,
                                             const Side& side, bool exact) {
  for (const auto& [name, value] : expected.members) {
    std::string found_as = name;
    const Json* found = actual.find(name);
    if (found == nullptr) {
      found_as = to_upper(name);
      found = actual.find(found_as);
    }
    if (found == nullptr) return "no field " + name;
    const Field* field = field_named(side.fields, found_as);
    if (!same_value(value, *found, field == nullptr ? nullptr : &field->type, exact))
      return "field " + name + " is " + found->to_string() + ", not " + value.to_string();
  }
  if (expected.members.size() == actual.members.size()) return std::nullopt;
  return std::to_string(actual.members.size()) + " fields, not " +
         std::to_string(expected.members.size());
}

}  // namespace

Result<std::optional<std::string>> to_wire(const Json& json, const Side& side) {
  if (json.is_null()) return std::optional<std::string>();
  if (!side.format) return std::optional<std::string>(raw_text(json));
  switch (side.format->kind) {
    case FormatKind::none: return std::optional<std::string>();
    case FormatKind::json:
      if (wraps_single(side) && is_bare(json)) return wrapped(json, side.fields.front().name);
      return std::optional<std::string>(json.to_string());
    case FormatKind::delimited: return std::optional<std::string>(raw_text(json));
    case FormatKind::kafka: return std::optional<std::string>(kafka_bytes(json, side.fields));
  }
  return Error(ErrorCode::internal, "a format without a writer");
}

Json from_wire(const std::optional<std::string>& bytes, const Side& side) {
  if (!bytes) return {};
  if (!side.format || side.format->kind == FormatKind::json) {
    auto json = parse_json(*bytes);
    return json.has_value() ? *std::move(json) : Json::of_string(*bytes);
  }
  if (side.format->kind == FormatKind::kafka) return kafka_json(*bytes, side.fields);
  return Json::of_string(*bytes);
}

bool same_value(const Json& expected, const Json& actual, const Type* type, bool exact) {
  if (expected.kind == Kind::string) return same_text(expected, actual);
  if (expected.kind == Kind::number && actual.kind == Kind::string)
    return expected.text == actual.text;  // a line of DELIMITED
  if (expected.kind == Kind::boolean && actual.kind == Kind::string)
    return actual.text == (expected.truth ? "true" : "false");
  if (expected.kind != actual.kind) return false;
  switch (expected.kind) {
    case Kind::null: return true;
    case Kind::boolean: return expected.truth == actual.truth;
    case Kind::number: return same_number(expected.text, actual.text, type, exact);
    case Kind::array:
      if (expected.items.size() != actual.items.size()) return false;
      for (size_t i = 0; i < expected.items.size(); ++i)
        if (!same_value(expected.items[i], actual.items[i], nullptr, exact)) return false;
      return true;
    case Kind::object: return !object_difference(expected, actual, {}, exact);
    default: return false;
  }
}

std::optional<std::string> difference(const Json& expected, const Json& actual, const Side& side,
                                      bool exact) {
  if (expected.is_object() && actual.is_object())
    return object_difference(expected, actual, side, exact);
  const Type* type = side.fields.size() == 1 ? &side.fields[0].type : nullptr;
  if (wraps_single(side) && is_bare(expected) && actual.is_object() && actual.members.size() == 1)
    return difference(expected, actual.members.front().second, side, exact);
  if (same_value(expected, actual, type, exact)) return std::nullopt;
  return "it is " + actual.to_string() + ", not " + expected.to_string();
}

}  // namespace leat::cases
