#include <algorithm>

#include "base/text.h"
#include "sql/with_options.h"

// How formats, schemas and the TIMESTAMP column fit together.

namespace leat::sql {
namespace {

Status check_kafka(const BindContext& context, const SourceSpan& span,
                   const std::vector<Field>& fields, bool is_key) {
  if (fields.size() > 1)
    return context.invalid(span,
                           "the KAFKA format holds one column, and there are " +
                               std::to_string(fields.size()) +
                               (is_key ? " in the key" : " in the value"),
                           is_key ? "WITH (KEY_FORMAT='JSON')" : "WITH (VALUE_FORMAT='JSON')");
  for (const Field& field : fields) switch (field.type.kind) {
      case TypeKind::int32:
      case TypeKind::int64:
      case TypeKind::float64:
      case TypeKind::string:
      case TypeKind::bytes: break;
      default:
        return context.invalid(span,
                               "the KAFKA format does not hold " + field.type.to_string() +
                                   " (column " + field.name + ")",
                               is_key ? "WITH (KEY_FORMAT='JSON')" : "WITH (VALUE_FORMAT='JSON')");
    }
  return {};
}

Status check_time_type(const BindContext& context, const SourceSpan& span, const Field& field,
                       bool has_format) {
  switch (field.type.kind) {
    case TypeKind::int64:
    case TypeKind::timestamp:
      if (!has_format) return {};
      return context.invalid(span, "TIMESTAMP_FORMAT is for a STRING column, and " + field.name +
                                       " is " + field.type.to_string());
    case TypeKind::string:
      if (has_format) return {};
      return context.invalid(span, "the TIMESTAMP column " + field.name + " is a STRING",
                             "say how to read it: TIMESTAMP_FORMAT='yyyy-MM-dd HH:mm:ss'");
    default:
      return context.invalid(span,
                             "the TIMESTAMP column " + field.name + " is " + field.type.to_string(),
                             "it can be BIGINT (milliseconds), TIMESTAMP, or STRING with a "
                             "TIMESTAMP_FORMAT");
  }
}

}  // namespace

Status check_format(const BindContext& context, const SourceSpan& span, const FormatSpec& format,
                    const std::vector<Field>& fields, bool is_key) {
  switch (format.kind) {
    case FormatKind::kafka: return check_kafka(context, span, fields, is_key);
    case FormatKind::none:
      if (!fields.empty())
        return context.invalid(
            span,
            "the key format NONE is for rows without a key, and " + fields[0].name + " is one",
            "choose another KEY_FORMAT");
      return {};
    case FormatKind::json:
    case FormatKind::delimited: return {};
  }
  return {};
}

Status apply_delimiters(const BindContext& context, const WithOptions& with, FormatSpec& key,
                        FormatSpec& value) {
  auto apply = [&](std::string_view property, const std::optional<char>& written,
                   FormatSpec& format) -> Status {
    if (!written) return {};
    if (format.kind != FormatKind::delimited)
      return context.invalid(with.span(property, {}),
                             std::string(property) + " is for the DELIMITED format, and this is " +
                                 std::string(name_of(format.kind)));
    format.delimiter = *written;
    return {};
  };
  LEAT_CHECK(apply("KEY_DELIMITER", with.key_delimiter, key));
  return apply("VALUE_DELIMITER", with.value_delimiter, value);
}

Status apply_wrapping(const BindContext& context, const WithOptions& with,
                      const std::vector<Field>& value, FormatSpec& format) {
  bool json = format.kind == FormatKind::json;
  if (!with.wrap_single) {
    format.wrap_single =
        !json || context.session.get("ksql.persistence.wrap.single.values") == "true";
    return {};
  }
  SourceSpan span = with.span("WRAP_SINGLE_VALUE", {});
  if (value.size() != 1)
    return context.invalid(span, "WRAP_SINGLE_VALUE is for values of one column, and there are " +
                                     std::to_string(value.size()));
  if (*with.wrap_single && !json)
    return context.invalid(
        span, "the " + std::string(name_of(format.kind)) + " format cannot wrap a single value",
        "leave WRAP_SINGLE_VALUE out");
  format.wrap_single = *with.wrap_single;
  return {};
}

Result<plan::TimestampFrom> bind_timestamp(const BindContext& context, const WithOptions& with,
                                           const Schema& schema) {
  plan::TimestampFrom out;
  if (!with.timestamp) {
    if (with.timestamp_format)
      return context.invalid(with.span("TIMESTAMP_FORMAT", {}),
                             "TIMESTAMP_FORMAT needs the column that it is for",
                             "add TIMESTAMP='column'");
    return out;
  }
  SourceSpan span = with.span("TIMESTAMP", {});
  std::string wanted = context.name(*with.timestamp);
  std::vector<std::string> names;
  for (size_t i = 0; i < schema.width(); ++i) {
    names.push_back(schema.at(i).name);
    if (!context.same(schema.at(i).name, wanted)) continue;
    LEAT_CHECK(check_time_type(context, span, schema.at(i), with.timestamp_format.has_value()));
    out.column = static_cast<int>(i);
    out.format = with.timestamp_format.value_or("");
    return out;
  }
  auto near = nearest(wanted, names);
  return context.invalid(span, "there is no column " + wanted + " to be the TIMESTAMP",
                         near ? "did you mean " + *near + "?" : std::string());
}

}  // namespace leat::sql
