#pragma once
#include <string>
#include <string_view>

#include "data/column.h"

namespace leat {

/// Appends `text` as a JSON string with quotes. Invalid UTF-8 is replaced by U+FFFD.
void append_json_string(std::string& out, std::string_view text);
/// Appends one value of a column as JSON, as ksqlDB's JSON format writes it: BIGINT and DECIMAL
/// exact, DOUBLE as Java's Double.toString, BYTES base64, TIMESTAMP milliseconds, null null.
void append_json_value(std::string& out, const Column& column, size_t row);
/// Appends `d` as Java's Double.toString writes it ("1.0E7", "100.0", "NaN").
void append_java_double(std::string& out, double d);

}  // namespace leat
