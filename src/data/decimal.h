#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace leat {

/// An exact decimal is an integer of units of 10^-scale; precision and scale live in the Type.
__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 UInt128;

inline constexpr int kDecimalPrecisionMax = 38;

/// 10^n, 0 <= n <= 38.
Int128 power_of_ten(int n);
/// Whether |value| < 10^precision.
bool fits_precision(Int128 value, int precision);
/// Changes the scale; when digits are cut, rounds half up (away from zero at a tie). nullopt: does
/// not fit 38 digits.
std::optional<Int128> rescale(Int128 value, int from_scale, int to_scale);
/// Product, sum, difference, or nullopt past 38 digits. Scales as the caller has worked them out.
std::optional<Int128> checked_add(Int128 a, Int128 b);
std::optional<Int128> checked_subtract(Int128 a, Int128 b);
std::optional<Int128> checked_multiply(Int128 a, Int128 b);
/// a / b with scales sa, sb, to `scale`, rounded half up. nullopt: b is zero or the quotient does
/// not fit.
std::optional<Int128> checked_divide(Int128 a, int sa, Int128 b, int sb, int scale);

/// "-12.50" for (-1250, 2): plain digits, exactly `scale` of them after the point.
std::string decimal_to_string(Int128 value, int scale);
/// Appends the same text without allocating a string of its own.
void append_decimal(std::string& out, Int128 value, int scale);

struct ParsedDecimal {
  Int128 unscaled;
  int scale;
};
/// Reads "12", "-1.50", "1e3", "1.5E-2" exactly. nullopt: not a number, or more than 38 digits.
std::optional<ParsedDecimal> parse_decimal(std::string_view text);
double decimal_to_double(Int128 value, int scale);
/// The nearest decimal of that scale, as Java's new BigDecimal(Double.toString(d)) rounded half up.
/// nullopt: NaN, infinite or too large.
std::optional<Int128> double_to_decimal(double value, int scale);

}  // namespace leat
