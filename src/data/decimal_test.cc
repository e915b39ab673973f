#include "data/decimal.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace leat {
namespace {

Int128 units(std::string_view digits) { return parse_decimal(digits).value().unscaled; }
constexpr std::string_view kNines = "99999999999999999999999999999999999999";  // 38

TEST(Decimal, text_shows_exactly_the_scale) {
  EXPECT_EQ(decimal_to_string(-1250, 2), "-12.50");
  EXPECT_EQ(decimal_to_string(0, 2), "0.00");
  EXPECT_EQ(decimal_to_string(5, 3), "0.005");
  EXPECT_EQ(decimal_to_string(-5, 0), "-5");
  EXPECT_EQ(decimal_to_string(units(kNines), 0), kNines);
  EXPECT_EQ(decimal_to_string(units("123456789012345678901"), 1), "12345678901234567890.1");
  EXPECT_EQ(decimal_to_string(units("100000000000000000000000000000"), 0),
            "100000000000000000000000000000");
}

TEST(Decimal, parsing_is_exact_and_normalises_exponents) {
  auto expect = [](std::string_view text, std::string_view digits, int scale) {
    auto parsed = parse_decimal(text);
    ASSERT_TRUE(parsed.has_value()) << text;
    EXPECT_EQ(decimal_to_string(parsed->unscaled, 0), digits) << text;
    EXPECT_EQ(parsed->scale, scale) << text;
  };
  expect("12", "12", 0);
  expect("-1.50", "-150", 2);
  expect("+.12", "12", 2);
  expect("5.", "5", 0);
  expect("1e3", "1000", 0);
  expect("1.5E-2", "15", 3);
  expect("1.25e+1", "125", 1);
  expect("000000000000000000000000000000000000000000.1", "1", 1);
  expect(kNines, kNines, 0);
  expect("1e-100", "1", 100);
  expect("0e999999999999", "0", 0);
}

TEST(Decimal, what_is_not_a_decimal_or_too_long_is_refused) {
  for (std::string_view text :
       {"", "-", ".", "e5", "1e", "1e+", "1.5x", " 1", "1 ", "1e5 ", "0x1", "--1", "1e+-5", "NaN",
        "1e38", "1e999999999999", "999999999999999999999999999999999999999", "1,5"})
    EXPECT_FALSE(parse_decimal(text).has_value()) << text;
}

TEST(Decimal, rescale_rounds_half_away_from_zero_when_it_cuts) {
  EXPECT_TRUE(rescale(1250, 2, 1) == 125);
  EXPECT_TRUE(rescale(1255, 3, 2) == 126);
  EXPECT_TRUE(rescale(-1255, 3, 2) == -126);
  EXPECT_TRUE(rescale(1254, 3, 2) == 125);
  EXPECT_TRUE(rescale(5, 1, 0) == 1);
  EXPECT_TRUE(rescale(4, 1, 0) == 0);
  EXPECT_TRUE(rescale(7, 0, 37) == 7 * power_of_ten(37));
  EXPECT_FALSE(rescale(10, 0, 37).has_value());
  EXPECT_FALSE(rescale(1, 0, 60).has_value());
  EXPECT_TRUE(rescale(0, 0, 60) == 0);
  EXPECT_TRUE(rescale(units(kNines), 60, 0) == 0);
  EXPECT_TRUE(rescale(units(kNines), 38, 0) == 1);
}

TEST(Decimal, sums_and_products_stop_at_38_digits) {
  EXPECT_TRUE(checked_add(units(kNines), -1).has_value());
  EXPECT_FALSE(checked_add(units(kNines), 1).has_value());
  EXPECT_FALSE(checked_subtract(-units(kNines), 1).has_value());
  EXPECT_TRUE(checked_multiply(power_of_ten(19), power_of_ten(18)) == power_of_ten(37));
  EXPECT_FALSE(checked_multiply(power_of_ten(19), power_of_ten(19)).has_value());
  EXPECT_TRUE(fits_precision(9999, 4));
  EXPECT_FALSE(fits_precision(-10000, 4));
}

TEST(Decimal, division_is_exact_to_the_scale_asked_for) {
  EXPECT_TRUE(checked_divide(100, 2, 300, 2, 6) == 333333);
  EXPECT_TRUE(checked_divide(200, 2, 300, 2, 6) == 666667);
  EXPECT_TRUE(checked_divide(-1, 0, 8, 0, 2) == -13);  // -0.125
  EXPECT_TRUE(checked_divide(1, 0, -3, 0, 37) == -power_of_ten(37) / 3);
  EXPECT_FALSE(checked_divide(1, 0, 0, 0, 2).has_value());
  EXPECT_TRUE(checked_divide(0, 0, 7, 0, 38) == 0);
  // Needs more than 128 bits on the way.
  EXPECT_TRUE(checked_divide(units(kNines), 0, units(kNines), 0, 37) == power_of_ten(37));
  EXPECT_TRUE(checked_divide(units("12345678901234567890"), 0, units("98765432109876543210"), 0,
                             30) == units("124999998860937500014238281250"));
  EXPECT_FALSE(checked_divide(units(kNines), 0, 1, 0, 1).has_value());
  EXPECT_FALSE(checked_divide(1, 0, 1, 37, 37).has_value());
  // Cuts digits: shift below zero.
  EXPECT_TRUE(checked_divide(12345, 4, 1, 0, 2) == 123);
  EXPECT_TRUE(checked_divide(12355, 4, 1, 0, 2) == 124);
  EXPECT_TRUE(checked_divide(units(kNines), 38, units(kNines), 0, 0) == 0);
}

TEST(Decimal, division_agrees_with_multiplication_on_random_numbers) {
  std::mt19937_64 random(11);
  auto any = [&] {
    Int128 n =
        static_cast<Int128>(random() >> 1) * static_cast<Int128>(random() >> (random() % 64));
    n %= power_of_ten(1 + static_cast<int>(random() % 37));
    return random() % 2 ? n : -n;
  };
  for (int i = 0; i < 20000; ++i) {
    Int128 q = any() % power_of_ten(18);
    Int128 b = any() % power_of_ten(18);
    if (b == 0) continue;
    // (q * b) / b = q, whatever the scales; and half a unit more rounds away from zero.
    int scale = static_cast<int>(random() % 15);
    Int128 expected = q * power_of_ten(scale);
    auto got = checked_divide(q * b, 3, b, 3, scale);
    ASSERT_TRUE(got == expected);
  }
}

TEST(Decimal, doubles_go_over_by_their_shortest_digits) {
  EXPECT_TRUE(double_to_decimal(0.1, 2) == 10);
  EXPECT_TRUE(double_to_decimal(2.675, 2) == 268);  // the digits say .675, the binary is below
  EXPECT_TRUE(double_to_decimal(-1e20, 0) == -power_of_ten(20));
  EXPECT_TRUE(double_to_decimal(1e-300, 5) == 0);
  EXPECT_FALSE(double_to_decimal(1e300, 0).has_value());
  EXPECT_FALSE(double_to_decimal(std::nan(""), 0).has_value());
  EXPECT_FALSE(double_to_decimal(-INFINITY, 0).has_value());
  EXPECT_EQ(decimal_to_double(12345, 2), 123.45);
  EXPECT_EQ(decimal_to_double(units("12345678901234567890123"), 3), 12345678901234567890.123);
  EXPECT_EQ(decimal_to_double(-1, 38), -1e-38);
}

}  // namespace
}  // namespace leat
