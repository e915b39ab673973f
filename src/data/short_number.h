#pragma once
// Reading the numbers that rows are full of, of up to 18 digits, without a call or a check for
// overflow. What is longer or of another form is left to number_text.h.
#include "base/bytes.h"
#include "data/decimal.h"
#include "data/type.h"

namespace leat {

inline constexpr int kShortDigitsMax = 18;

/// Whether all of the eight bytes are digits; their number.
inline bool eight_digits(const char* p, uint64_t& value) {
  constexpr uint64_t kHighNibbles = 0xf0f0f0f0f0f0f0f0U;
  constexpr uint64_t kZeros = 0x3030303030303030U;
  auto text = load_le<uint64_t>(p);
  if ((text & kHighNibbles) != kZeros || ((text + 0x0606060606060606U) & kHighNibbles) != kZeros)
    return false;
  // Pairs of digits, then of pairs, then of fours; the first digit is the lowest byte.
  uint64_t v = text - kZeros;
  v = v * 10 + (v >> 8);
  v = ((v & 0x000000ff000000ffU) * (100 + (uint64_t{1'000'000} << 32)) +
       (v >> 16 & 0x000000ff000000ffU) * (1 + (uint64_t{10'000} << 32))) >>
      32;
  value = v;
  return true;
}

/// Passes digits, adding them to `n`; wraps past 19 of them.
inline const char* scan_digits(const char* p, const char* end, uint64_t& n) {
  uint64_t eight = 0;
  if (end - p >= 8 && eight_digits(p, eight)) {
    n = n * 100'000'000 + eight;
    p += 8;
  }
  while (p < end && static_cast<unsigned>(*p - '0') < 10)
    n = n * 10 + static_cast<unsigned>(*p++ - '0');
  return p;
}

/// An integer with a minus or none and without leading zeros; the end of it, or nullptr.
inline const char* scan_short_integer(const char* p, const char* end, int64_t& value) {
  bool negative = p < end && *p == '-';
  if (negative) ++p;
  const char* first = p;
  uint64_t n = 0;
  p = scan_digits(p, end, n);
  auto digits = p - first;
  if (digits == 0 || digits > kShortDigitsMax || (*first == '0' && digits > 1)) return nullptr;
  value = negative ? -static_cast<int64_t>(n) : static_cast<int64_t>(n);
  return p;
}

/// A decimal with a minus or none, without leading zeros and exponent, that fits `type` exactly;
/// the end of it, or nullptr.
inline const char* scan_short_decimal(const char* p, const char* end, const Type& type,
                                      Int128& value) {
  bool negative = p < end && *p == '-';
  if (negative) ++p;
  const char* first = p;
  uint64_t n = 0;
  p = scan_digits(p, end, n);
  auto digits = p - first;
  if (digits == 0 || digits > kShortDigitsMax || (*first == '0' && digits > 1)) return nullptr;
  int scale = 0;
  if (p < end && *p == '.') {
    const char* point = p++;
    p = scan_digits(p, end, n);
    scale = static_cast<int>(p - point - 1);
    if (scale == 0 || scale > type.scale || digits + scale > kShortDigitsMax) return nullptr;
  }
  auto units = static_cast<Int128>(n);
  // At most 18 digits and a power below 10^38 may still leave 128 bits.
  if (scale < type.scale && __builtin_mul_overflow(units, power_of_ten(type.scale - scale), &units))
    return nullptr;
  if (units >= power_of_ten(type.precision)) return nullptr;
  value = negative ? -units : units;
  return p;
}

}  // namespace leat
