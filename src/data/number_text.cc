#include "data/number_text.h"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "base/text.h"

namespace leat {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The integer part of a number with so many digits that parse_decimal refuses it.
Fit truncate_long_number(std::string_view text, int64_t min, int64_t max, int64_t& value) {
  if (text.find_first_of("eE") != std::string_view::npos) return Fit::out_of_range;
  return parse_integer(text.substr(0, text.find('.')), min, max, value);
}

// Past the largest double is an error, below the smallest is zero; from_chars tells neither.
Fit parse_extreme_double(std::string_view text, double& value) {
  value = std::strtod(std::string(text).c_str(), nullptr);
  return std::isinf(value) ? Fit::out_of_range : Fit::ok;
}

}  // namespace

Fit parse_integer(std::string_view text, int64_t min, int64_t max, int64_t& value) {
  const char* p = text.data();
  const char* end = p + text.size();
  bool negative = p < end && *p == '-';
  if (p < end && (*p == '-' || *p == '+')) ++p;
  if (p == end) return Fit::malformed;
  int64_t n = 0;
  bool fits = true;
  // Counts downwards: the smallest integer has no positive twin.
  for (; p < end; ++p) {
    if (!is_digit(*p)) return Fit::malformed;
    fits = fits && !__builtin_mul_overflow(n, int64_t{10}, &n) &&
           !__builtin_sub_overflow(n, int64_t{*p - '0'}, &n);
  }
  if (!fits || (!negative && n == INT64_MIN)) return Fit::out_of_range;
  if (!negative) n = -n;
  if (n < min || n > max) return Fit::out_of_range;
  value = n;
  return Fit::ok;
}

Fit truncate_number(std::string_view text, int64_t min, int64_t max, int64_t& value) {
  Fit plain = parse_integer(text, min, max, value);
  if (plain != Fit::malformed) return plain;
  auto parsed = parse_decimal(text);
  if (!parsed) return truncate_long_number(text, min, max, value);
  Int128 n = parsed->scale > kDecimalPrecisionMax ? Int128{0}
                                                  : parsed->unscaled / power_of_ten(parsed->scale);
  if (n < min || n > max) return Fit::out_of_range;
  value = static_cast<int64_t>(n);
  return Fit::ok;
}

Fit parse_decimal_as(std::string_view text, const Type& type, Int128& value) {
  auto parsed = parse_decimal(text);
  if (!parsed) {
    // Either no number at all, or one of more digits than any DECIMAL has.
    double ignored = 0;
    bool is_number = text.find_first_not_of("+-.0123456789eE") == std::string_view::npos &&
                     parse_double(text, ignored) != Fit::malformed;
    return is_number ? Fit::out_of_range : Fit::malformed;
  }
  Int128 units = parsed->unscaled;
  int scale = parsed->scale;
  for (; scale > type.scale; --scale) {
    if (units % 10 != 0) return Fit::not_exact;
    units /= 10;
    if (units == 0) scale = type.scale + 1;
  }
  if (scale < type.scale) {
    auto scaled = rescale(units, scale, type.scale);
    if (!scaled) return Fit::out_of_range;
    units = *scaled;
  }
  if (!fits_precision(units, type.precision)) return Fit::out_of_range;
  value = units;
  return Fit::ok;
}

Fit parse_double(std::string_view text, double& value) {
  text = trim(text);
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  std::string_view word = text.substr(!text.empty() && text[0] == '-' ? 1 : 0);
  if (word == "NaN" || word == "Infinity") {
    value = word == "NaN" ? std::nan("") : text[0] == '-' ? -INFINITY : INFINITY;
    return Fit::ok;
  }
  // from_chars knows more words ("inf") than Java does.
  if (word.empty() || (!is_digit(word[0]) && word[0] != '.')) return Fit::malformed;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || error == std::errc::invalid_argument)
    return Fit::malformed;
  if (error == std::errc::result_out_of_range) return parse_extreme_double(text, value);
  return Fit::ok;
}

void append_java_number(std::string& out, std::string_view json_number) {
  bool negative = json_number[0] == '-';
  std::string_view text = json_number.substr(negative ? 1 : 0);
  size_t e = text.find_first_of("eE");
  std::string_view mantissa = text.substr(0, e);
  size_t point = mantissa.find('.');
  if (e == std::string_view::npos && point == std::string_view::npos) {
    out.append(text == "0" ? text : json_number);
    return;
  }
  int64_t exponent = 0;
  if (e != std::string_view::npos &&
      parse_integer(text.substr(e + 1), -1'000'000'000, 1'000'000'000, exponent) != Fit::ok)
    return out.append(json_number), void();
  std::string digits(mantissa.substr(0, point));
  int64_t scale = -exponent;
  if (point != std::string_view::npos) {
    digits += mantissa.substr(point + 1);
    scale += static_cast<int64_t>(mantissa.size() - point - 1);
  }
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  if (negative && digits != "0") out += '-';
  auto count = static_cast<int64_t>(digits.size());
  int64_t adjusted = count - 1 - scale;
  if (scale >= 0 && adjusted >= -6) {
    if (count <= scale) digits.insert(0, static_cast<size_t>(scale - count + 1), '0');
    if (scale > 0) digits.insert(digits.size() - static_cast<size_t>(scale), 1, '.');
    out += digits;
    return;
  }
  if (count > 1) digits.insert(1, 1, '.');
  out += digits;
  if (adjusted == 0) return;
  out += adjusted > 0 ? "E+" : "E";
  out += std::to_string(adjusted);
}

char* put_decimal(char* p, Int128 value, int scale) {
  if (value < 0) *p++ = '-';
  UInt128 units = value < 0 ? -static_cast<UInt128>(value) : static_cast<UInt128>(value);
  if (units > UINT64_MAX) {
    std::string text;
    append_decimal(text, value < 0 ? -value : value, scale);
    std::memcpy(p, text.data(), text.size());
    return p + text.size();
  }
  char* end = std::to_chars(p, p + 20, static_cast<uint64_t>(units)).ptr;
  auto count = static_cast<int>(end - p);
  if (scale == 0) return end;
  if (count > scale) {
    char* point = end - scale;
    std::memmove(point + 1, point, static_cast<size_t>(scale));
    *point = '.';
    return end + 1;
  }
  size_t zeros = static_cast<size_t>(scale - count) + 2;  // with the one in front of the point
  std::memmove(p + zeros, p, static_cast<size_t>(count));
  std::memset(p, '0', zeros);
  p[1] = '.';
  return end + zeros;
}

}  // namespace leat
