#include "data/decimal.h"

#include <array>

#include "base/assert.h"

namespace leat {
namespace {

constexpr std::array<Int128, kDecimalPrecisionMax + 1> kPowers = [] {
  std::array<Int128, kDecimalPrecisionMax + 1> powers{};
  powers[0] = 1;
  for (size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}();
constexpr Int128 kLimit = kPowers[kDecimalPrecisionMax];  // no value reaches it

UInt128 magnitude(Int128 value) {
  return value < 0 ? -static_cast<UInt128>(value) : static_cast<UInt128>(value);
}

std::optional<Int128> within_limit(Int128 value) {
  if (value >= kLimit || value <= -kLimit) return std::nullopt;
  return value;
}

std::optional<Int128> with_sign(UInt128 units, bool negative) {
  if (units >= static_cast<UInt128>(kLimit)) return std::nullopt;
  return negative ? -static_cast<Int128>(units) : static_cast<Int128>(units);
}

// One more than `quotient` if the part cut off is half or more. divisor < 2^127.
UInt128 round_half_up(UInt128 quotient, UInt128 remainder, UInt128 divisor) {
  return remainder * 2 >= divisor ? quotient + 1 : quotient;
}

// An unsigned number of 256 bits, only as much of it as exact division needs.
struct Wide {
  UInt128 high = 0;
  UInt128 low = 0;
};

// `number` * factor, factor < 2^64; false when it does not fit.
bool multiply(Wide& number, uint64_t factor) {
  constexpr UInt128 kLow = ~uint64_t{0};
  std::array<uint64_t, 4> limbs{
      static_cast<uint64_t>(number.low & kLow), static_cast<uint64_t>(number.low >> 64),
      static_cast<uint64_t>(number.high & kLow), static_cast<uint64_t>(number.high >> 64)};
  UInt128 carry = 0;
  for (uint64_t& limb : limbs) {
    UInt128 product = static_cast<UInt128>(limb) * factor + carry;
    limb = static_cast<uint64_t>(product);
    carry = product >> 64;
  }
  number.low = static_cast<UInt128>(limbs[1]) << 64 | limbs[0];
  number.high = static_cast<UInt128>(limbs[3]) << 64 | limbs[2];
  return carry == 0;
}

// Long division, bit by bit, rounded half up. divisor < 2^127. nullopt: more than 128 bits.
std::optional<UInt128> divide(Wide number, UInt128 divisor) {
  UInt128 remainder = 0;
  UInt128 quotient = 0;
  for (int bit = 255; bit >= 0; --bit) {
    UInt128 word = bit >= 128 ? number.high : number.low;
    remainder = remainder << 1 | (word >> (bit % 128) & 1);
    if (remainder < divisor) continue;
    remainder -= divisor;
    if (bit >= 128) return std::nullopt;
    quotient |= static_cast<UInt128>(1) << bit;
  }
  return round_half_up(quotient, remainder, divisor);
}

}  // namespace

Int128 power_of_ten(int n) {
  LEAT_ASSERT(n >= 0 && n <= kDecimalPrecisionMax);
  return kPowers[static_cast<size_t>(n)];
}

bool fits_precision(Int128 value, int precision) {
  return magnitude(value) < static_cast<UInt128>(power_of_ten(precision));
}

std::optional<Int128> rescale(Int128 value, int from_scale, int to_scale) {
  int shift = to_scale - from_scale;
  if (shift == 0 || value == 0) return within_limit(value);
  if (shift > 0) {
    if (shift > kDecimalPrecisionMax) return std::nullopt;
    return checked_multiply(value, power_of_ten(shift));
  }
  if (-shift > kDecimalPrecisionMax) return Int128{0};
  auto divisor = static_cast<UInt128>(power_of_ten(-shift));
  UInt128 units = magnitude(value);
  return with_sign(round_half_up(units / divisor, units % divisor, divisor), value < 0);
}

std::optional<Int128> checked_add(Int128 a, Int128 b) {
  Int128 sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) return std::nullopt;
  return within_limit(sum);
}

std::optional<Int128> checked_subtract(Int128 a, Int128 b) {
  Int128 difference = 0;
  if (__builtin_sub_overflow(a, b, &difference)) return std::nullopt;
  return within_limit(difference);
}

std::optional<Int128> checked_multiply(Int128 a, Int128 b) {
  Int128 product = 0;
  if (__builtin_mul_overflow(a, b, &product)) return std::nullopt;
  return within_limit(product);
}

std::optional<Int128> checked_divide(Int128 a, int sa, Int128 b, int sb, int scale) {
  if (b == 0) return std::nullopt;
  if (a == 0) return Int128{0};
  bool negative = (a < 0) != (b < 0);
  UInt128 divisor = magnitude(b);
  int shift = scale + sb - sa;  // the quotient is a * 10^shift / b
  if (shift < 0) {
    // Past this the divisor is more than twice any dividend.
    if (-shift > kDecimalPrecisionMax) return Int128{0};
    UInt128 scaled = 0;
    if (__builtin_mul_overflow(divisor, static_cast<UInt128>(power_of_ten(-shift)), &scaled) ||
        scaled > static_cast<UInt128>(kLimit) * 2)
      return Int128{0};
    UInt128 units = magnitude(a);
    UInt128 quotient = units / scaled;
    UInt128 remainder = units % scaled;
    return with_sign(remainder >= scaled - remainder ? quotient + 1 : quotient, negative);
  }
  UInt128 scaled = 0;
  if (shift <= kDecimalPrecisionMax &&
      !__builtin_mul_overflow(magnitude(a), static_cast<UInt128>(power_of_ten(shift)), &scaled))
    return with_sign(round_half_up(scaled / divisor, scaled % divisor, divisor), negative);
  Wide number{.low = magnitude(a)};
  for (; shift > 0; shift -= std::min(shift, 19))
    if (!multiply(number, static_cast<uint64_t>(power_of_ten(std::min(shift, 19)))))
      return std::nullopt;
  auto quotient = divide(number, divisor);
  if (!quotient) return std::nullopt;
  return with_sign(*quotient, negative);
}

}  // namespace leat
