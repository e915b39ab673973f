#include "data/format.h"

#include "base/text.h"
#include "data/format_makers.h"
#include "data/row_error.h"

namespace leat {
namespace {

std::string columns_of(const std::vector<Field>& fields) {
  return Schema{.key = {}, .value = fields}.to_string();
}

bool is_nested(TypeKind kind) {
  return kind == TypeKind::array || kind == TypeKind::map || kind == TypeKind::struct_;
}

Error type_refused(FormatKind format, const Field& field, std::string hint) {
  return Error(ErrorCode::invalid_argument,
               "the " + std::string(name_of(format)) + " format does not support the type: `" +
                   field.name + "` " + field.type.to_string(),
               std::move(hint));
}

bool kafka_supports(TypeKind kind) {
  switch (kind) {
    case TypeKind::int32:
    case TypeKind::int64:
    case TypeKind::float64:
    case TypeKind::string:
    case TypeKind::bytes:
    case TypeKind::opaque: return true;
    default: return false;
  }
}

Status check_kafka(const std::vector<Field>& fields) {
  if (fields.size() > 1)
    return Error(ErrorCode::invalid_argument,
                 "the KAFKA format holds a single column, got: " + columns_of(fields),
                 "use JSON or DELIMITED");
  for (const Field& field : fields)
    if (!kafka_supports(field.type.kind))
      return type_refused(FormatKind::kafka, field,
                          "KAFKA has INT, BIGINT, DOUBLE, STRING and BYTES; use JSON");
  return {};
}

Status check_text_types(FormatKind format, const std::vector<Field>& fields) {
  for (const Field& field : fields) {
    TypeKind kind = field.type.kind;
    if (kind == TypeKind::opaque)
      return type_refused(format, field, "values of C++ types are written by their own codec");
    if (format == FormatKind::delimited && is_nested(kind))
      return type_refused(format, field, "use JSON");
    if (is_nested(kind) || kind == TypeKind::date || kind == TypeKind::time)
      return Error(ErrorCode::unsupported, "columns of this type are not supported yet: `" +
                                               field.name + "` " + field.type.to_string());
  }
  return {};
}

Status check_delimiter(char delimiter) {
  if (delimiter != '"' && delimiter != '\r' && delimiter != '\n' && delimiter != '\0' &&
      static_cast<unsigned char>(delimiter) < 0x80)
    return {};
  return Error(ErrorCode::invalid_argument,
               "delimiter cannot be a quote, a line end or past ASCII: " + excerpt({&delimiter, 1}),
               "use ',', '|', ';', TAB or SPACE");
}

Status check(const FormatSpec& spec, const std::vector<Field>& fields) {
  switch (spec.kind) {
    case FormatKind::kafka: return check_kafka(fields);
    case FormatKind::none:
      if (fields.empty()) return {};
      return Error(ErrorCode::invalid_argument,
                   "the NONE format can only be used where no columns are defined, got: " +
                       columns_of(fields));
    case FormatKind::delimited: LEAT_CHECK(check_delimiter(spec.delimiter)); break;
    case FormatKind::json: break;
  }
  return check_text_types(spec.kind, fields);
}

// A side without columns holds null, but for JSON values: there an empty object is a row.
bool is_empty_side(const FormatSpec& spec, const std::vector<Field>& fields, bool is_key) {
  return fields.empty() && (spec.kind != FormatKind::json || is_key);
}

bool is_bare(const FormatSpec& spec, const std::vector<Field>& fields, bool is_key) {
  return fields.size() == 1 && (is_key || !spec.wrap_single);
}

}  // namespace

std::string_view name_of(FormatKind kind) {
  switch (kind) {
    case FormatKind::kafka: return "KAFKA";
    case FormatKind::json: return "JSON";
    case FormatKind::delimited: return "DELIMITED";
    case FormatKind::none: return "NONE";
  }
  return {};
}

std::optional<FormatKind> format_named(std::string_view name) {
  for (FormatKind kind :
       {FormatKind::kafka, FormatKind::json, FormatKind::delimited, FormatKind::none})
    if (equals_ignoring_case(name, name_of(kind))) return kind;
  return std::nullopt;
}

Result<std::unique_ptr<RowDecoder>> make_decoder(const FormatSpec& spec, std::vector<Field> fields,
                                                 bool is_key) {
  LEAT_CHECK(check(spec, fields));
  if (is_empty_side(spec, fields, is_key)) return make_none_decoder();
  switch (spec.kind) {
    case FormatKind::kafka: return make_kafka_decoder(std::move(fields));
    case FormatKind::delimited: return make_delimited_decoder(std::move(fields), spec.delimiter);
    case FormatKind::none: return make_none_decoder();
    case FormatKind::json: break;
  }
  bool bare = is_bare(spec, fields, is_key);
  return make_json_decoder(std::move(fields), bare);
}

Result<std::unique_ptr<RowEncoder>> make_encoder(const FormatSpec& spec, std::vector<Field> fields,
                                                 bool is_key) {
  LEAT_CHECK(check(spec, fields));
  if (is_empty_side(spec, fields, is_key)) return make_none_encoder();
  switch (spec.kind) {
    case FormatKind::kafka: return make_kafka_encoder(std::move(fields));
    case FormatKind::delimited:
      return make_delimited_encoder(std::move(fields), spec.delimiter, is_key);
    case FormatKind::none: return make_none_encoder();
    case FormatKind::json: break;
  }
  bool bare = is_bare(spec, fields, is_key);
  return make_json_encoder(std::move(fields), bare, is_key);
}

}  // namespace leat
