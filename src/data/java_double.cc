// Doubles as Java's Double.toString writes them: the shortest digits that read back as the same
// double, laid out by Java's rules, at least one digit on each side of the point.
#include <charconv>
#include <cmath>
#include <cstring>

#include "data/json_value.h"
#include "data/number_text.h"

namespace leat {
namespace {

// The shortest digits of a positive, finite number, and the exponent of the first.
struct Shortest {
  char digits[20];
  int count = 0;
  int exponent = 0;
};

Shortest shortest_digits(double d) {
  char text[32];
  char* end = std::to_chars(text, text + sizeof text, d, std::chars_format::scientific).ptr;
  // Java asks for two digits where one would do: 4.9E-324, not 5E-324.
  if (text[1] != '.' && d < 1e-300)
    end = std::to_chars(text, text + sizeof text, d, std::chars_format::scientific, 1).ptr;
  Shortest out;
  const char* p = text;
  for (; *p != 'e'; ++p)
    if (*p != '.') out.digits[out.count++] = *p;
  while (out.count > 1 && out.digits[out.count - 1] == '0') --out.count;
  std::from_chars(p[1] == '+' ? p + 2 : p + 1, end, out.exponent);
  return out;
}

char* put(char* p, std::string_view text) {
  std::memcpy(p, text.data(), text.size());
  return p + text.size();
}

char* put_zeros(char* p, int n) {
  std::memset(p, '0', static_cast<size_t>(n));
  return p + n;
}

// 10^-3 <= d < 10^7: all digits around the point.
char* put_plain(char* p, const Shortest& s) {
  int whole = s.exponent + 1;  // digits in front of the point
  if (whole <= 0) {
    p = put_zeros(put(p, "0."), -whole);
    return put(p, {s.digits, static_cast<size_t>(s.count)});
  }
  int given = std::min(whole, s.count);
  p = put(p, {s.digits, static_cast<size_t>(given)});
  p = put_zeros(p, whole - given);
  *p++ = '.';
  if (given == s.count) return put_zeros(p, 1);
  return put(p, {s.digits + given, static_cast<size_t>(s.count - given)});
}

char* put_scientific(char* p, const Shortest& s) {
  *p++ = s.digits[0];
  *p++ = '.';
  p = s.count == 1 ? put_zeros(p, 1) : put(p, {s.digits + 1, static_cast<size_t>(s.count - 1)});
  *p++ = 'E';
  return std::to_chars(p, p + 8, s.exponent).ptr;
}

}  // namespace

char* put_java_double(char* p, double d) {
  if (std::isnan(d)) return put(p, "NaN");
  if (std::signbit(d)) *p++ = '-';
  d = std::fabs(d);
  if (std::isinf(d)) return put(p, "Infinity");
  if (d == 0) return put(p, "0.0");
  Shortest s = shortest_digits(d);
  return d >= 1e-3 && d < 1e7 ? put_plain(p, s) : put_scientific(p, s);
}

void append_java_double(std::string& out, double d) {
  char text[kJavaDoubleTextMax];
  out.append(text, static_cast<size_t>(put_java_double(text, d) - text));
}

}  // namespace leat
