// Decimals as text and as doubles. Everything is exact but the two conversions that say nearest.
#include <charconv>
#include <cmath>
#include <cstring>

#include "data/decimal.h"

namespace leat {
namespace {

constexpr int kDigitsMax = 39;                            // of an Int128
constexpr uint64_t kChunk = 10'000'000'000'000'000'000U;  // 10^19, the largest power in 64 bits
constexpr int kExponentMax = 100'000;  // past it a number is too large or has no digit left

// Writes the digits of `units` so that they end at `end`; returns where they begin.
char* digits_before(char* end, UInt128 units) {
  char* p = end;
  while (units > UINT64_MAX) {
    auto chunk = static_cast<uint64_t>(units % kChunk);
    units /= kChunk;
    for (int i = 0; i < 19; ++i, chunk /= 10) *--p = static_cast<char>('0' + chunk % 10);
  }
  auto rest = static_cast<uint64_t>(units);
  do {
    *--p = static_cast<char>('0' + rest % 10);
    rest /= 10;
  } while (rest != 0);
  return p;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Significant digits as they are read. Trailing zeros are held back: "1000...0" with an exponent
// may still fit.
struct Digits {
  UInt128 units = 0;
  int count = 0;
  bool add(int digit) {
    if (units == 0 && digit == 0) return true;
    if (++count > kDecimalPrecisionMax) return false;
    units = units * 10 + static_cast<unsigned>(digit);
    return true;
  }
};

// Reads "e12", "E-3" to the end of the text.
std::optional<int> parse_exponent(const char* p, const char* end) {
  if (end - p > 1 && *p == '+' && is_digit(p[1])) ++p;
  int exponent = 0;
  auto [last, error] = std::from_chars(p, end, exponent);
  if (p == end || (*p != '-' && !is_digit(*p)) || last != end) return std::nullopt;
  if (error == std::errc::result_out_of_range) exponent = *p == '-' ? -kExponentMax : kExponentMax;
  return std::max(-kExponentMax, std::min(kExponentMax, exponent));
}

}  // namespace

void append_decimal(std::string& out, Int128 value, int scale) {
  char raw[kDigitsMax];
  char* end = raw + sizeof raw;
  UInt128 units = value < 0 ? -static_cast<UInt128>(value) : static_cast<UInt128>(value);
  char* begin = digits_before(end, units);
  if (value < 0) out += '-';
  auto count = static_cast<int>(end - begin);
  if (count <= scale) {
    out += "0.";
    out.append(static_cast<size_t>(scale - count), '0');
    out.append(begin, end);
    return;
  }
  out.append(begin, end - scale);
  if (scale == 0) return;
  out += '.';
  out.append(end - scale, end);
}

std::string decimal_to_string(Int128 value, int scale) {
  std::string out;
  append_decimal(out, value, scale);
  return out;
}

std::optional<ParsedDecimal> parse_decimal(std::string_view text) {
  const char* p = text.data();
  const char* end = p + text.size();
  bool negative = p < end && *p == '-';
  if (p < end && (*p == '-' || *p == '+')) ++p;
  Digits digits;
  int scale = 0;
  bool any = false;
  for (; p < end && is_digit(*p); ++p, any = true)
    if (!digits.add(*p - '0')) return std::nullopt;
  if (p < end && *p == '.') {
    for (++p; p < end && is_digit(*p); ++p, ++scale, any = true)
      if (!digits.add(*p - '0')) return std::nullopt;
  }
  if (!any) return std::nullopt;
  if (p < end && (*p == 'e' || *p == 'E')) {
    auto exponent = parse_exponent(p + 1, end);
    if (!exponent) return std::nullopt;
    scale -= *exponent;
  } else if (p != end) {
    return std::nullopt;
  }
  auto units = static_cast<Int128>(digits.units);
  if (scale < 0) {
    auto scaled = rescale(units, scale, 0);
    if (!scaled) return std::nullopt;
    units = *scaled;
    scale = 0;
  }
  return ParsedDecimal{negative ? -units : units, scale};
}

double decimal_to_double(Int128 value, int scale) {
  constexpr Int128 kExact = Int128{1} << 53;
  constexpr double kPowers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  // Both exact in a double, so that the division rounds once.
  if (value <= kExact && value >= -kExact && scale <= 22)
    return static_cast<double>(value) / kPowers[scale];
  std::string text = decimal_to_string(value, scale);
  double d = 0;
  std::from_chars(text.data(), text.data() + text.size(), d);
  return d;
}

std::optional<Int128> double_to_decimal(double value, int scale) {
  if (!std::isfinite(value)) return std::nullopt;
  char raw[32];
  auto [end, error] = std::to_chars(raw, raw + sizeof raw, value, std::chars_format::scientific);
  auto parsed = parse_decimal({raw, static_cast<size_t>(end - raw)});
  if (!parsed) return std::nullopt;
  return rescale(parsed->unscaled, parsed->scale, scale);
}

}  // namespace leat
