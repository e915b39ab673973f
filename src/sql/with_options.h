#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "data/format.h"
#include "sql/bind_context.h"

namespace leat::sql {

/// What a WITH list says, checked one property at a time; how they fit together and to a schema is
/// checked where they are used.
struct WithOptions {
  std::optional<std::string> topic;
  std::optional<FormatKind> key_format;
  std::optional<FormatKind> value_format;
  std::optional<char> key_delimiter;
  std::optional<char> value_delimiter;
  std::optional<bool> wrap_single;
  std::optional<int32_t> partitions;
  std::optional<int64_t> retention_ms;
  std::optional<std::string> timestamp;  // a column
  std::optional<std::string> timestamp_format;
  std::optional<plan::WindowSpec::Kind> window_type;
  std::optional<TimeMs> window_size;
  std::optional<std::string> query_id;
  std::optional<plan::BadRecordPolicy> errors;

  /// Where a property's value stands, or `otherwise` when it was not written. For FORMAT, that
  /// stands for KEY_FORMAT and VALUE_FORMAT.
  SourceSpan span(std::string_view property, const SourceSpan& otherwise) const;

  std::map<std::string, SourceSpan, std::less<>> spans;
};

enum class WithOf : uint8_t { create, create_as, insert };

/// Errors: invalid_argument for unknown properties (with the nearest), wrong values and properties
/// that this statement does not have; unsupported for formats and properties of ksqlDB's that are
/// not here yet.
Result<WithOptions> bind_with(const BindContext& context, const std::vector<Property>& properties,
                              WithOf statement);

/// The format that a name in WITH means. Errors: unsupported, invalid_argument.
Result<FormatKind> bind_format(const BindContext& context, const SourceSpan& span,
                               std::string_view name);

/// Takes over KEY_DELIMITER and VALUE_DELIMITER. Errors: invalid_argument beside another format
/// than DELIMITED.
Status apply_delimiters(const BindContext& context, const WithOptions& with, FormatSpec& key,
                        FormatSpec& value);

/// Checks that one side of a record can have these columns in that format. Errors:
/// invalid_argument, in words for whoever wrote the statement.
Status check_format(const BindContext& context, const SourceSpan& span, const FormatSpec& format,
                    const std::vector<Field>& fields, bool is_key);

/// The format of values with `wrap_single` as the statement or the session says. Errors:
/// invalid_argument where WRAP_SINGLE_VALUE does not fit.
Status apply_wrapping(const BindContext& context, const WithOptions& with,
                      const std::vector<Field>& value, FormatSpec& format);

/// Finds the TIMESTAMP column. Errors: invalid_argument, a column that is no time.
Result<plan::TimestampFrom> bind_timestamp(const BindContext& context, const WithOptions& with,
                                           const Schema& schema);

}  // namespace leat::sql
