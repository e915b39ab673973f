#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "data/decimal.h"
#include "data/type.h"

namespace leat {

/// How text fits the type that it is read as.
enum class Fit : uint8_t { ok, malformed, out_of_range, not_exact };

/// Reads an optional sign and digits, and nothing else, as an integer within [min, max].
Fit parse_integer(std::string_view text, int64_t min, int64_t max, int64_t& value);
/// Reads a JSON number as an integer within [min, max]; digits after the point are cut off, never
/// rounded: "1.9" is 1, "1.2e1" 12.
Fit truncate_number(std::string_view text, int64_t min, int64_t max, int64_t& value);
/// Reads a number as units of a DECIMAL column. not_exact: it has digits other than zero past the
/// scale.
Fit parse_decimal_as(std::string_view text, const Type& type, Int128& value);
/// Reads a double as Java's Double.parseDouble: space around it, a leading plus, "NaN" and
/// "Infinity" are taken; past the largest double is out_of_range (Java: infinite), below the
/// smallest is 0.
Fit parse_double(std::string_view text, double& value);

/// Appends a JSON number as Java's JSON library shows it as text: integers as they are, others as
/// BigDecimal.toString: "1E+3" for "1e3", "0.0" for "-0.0".
void append_java_number(std::string& out, std::string_view json_number);

/// Writes `value` at `p` (room for kDecimalTextMax; 0 <= scale <= 38) and returns the end.
char* put_decimal(char* p, Int128 value, int scale);
inline constexpr size_t kDecimalTextMax = 42;

/// Writes `d` at `p` (room for kJavaDoubleTextMax) as Java's Double.toString; returns the end.
char* put_java_double(char* p, double d);
inline constexpr size_t kJavaDoubleTextMax = 32;

}  // namespace leat
