#include "data/number_text.h"

#include <gtest/gtest.h>

#include <charconv>
#include <cmath>
#include <cstring>
#include <random>

#include "data/json_value.h"

namespace leat {
namespace {

std::string java(double d) {
  std::string out;
  append_java_double(out, d);
  return out;
}

TEST(JavaDouble, is_laid_out_as_java_does) {
  EXPECT_EQ(java(0.0), "0.0");
  EXPECT_EQ(java(-0.0), "-0.0");
  EXPECT_EQ(java(100), "100.0");
  EXPECT_EQ(java(1e7), "1.0E7");
  EXPECT_EQ(java(9999999.999), "9999999.999");
  EXPECT_EQ(java(12345678.5), "1.23456785E7");
  EXPECT_EQ(java(0.001), "0.001");
  EXPECT_EQ(java(0.00099), "9.9E-4");
  EXPECT_EQ(java(-1.5e-10), "-1.5E-10");
  EXPECT_EQ(java(1234567), "1234567.0");
  EXPECT_EQ(java(0.1), "0.1");
  EXPECT_EQ(java(1.7976931348623157e308), "1.7976931348623157E308");
  EXPECT_EQ(java(5e-324), "4.9E-324");
  EXPECT_EQ(java(2.2250738585072014e-308), "2.2250738585072014E-308");
  EXPECT_EQ(java(1e23), "1.0E23");
  EXPECT_EQ(java(std::nan("")), "NaN");
  EXPECT_EQ(java(-INFINITY), "-Infinity");
}

TEST(JavaDouble, random_doubles_read_back_as_themselves) {
  std::mt19937_64 random(9);
  for (int i = 0; i < 50000; ++i) {
    uint64_t bits = random();
    double d = 0;
    std::memcpy(&d, &bits, 8);
    if (std::isnan(d)) continue;
    if (i % 2 == 0) d = static_cast<double>(static_cast<int64_t>(bits) % 100000) / 1000;
    double back = 0;
    ASSERT_EQ(parse_double(java(d), back), Fit::ok) << java(d);
    ASSERT_EQ(std::memcmp(&d, &back, 8), 0) << java(d);
  }
}

TEST(NumberText, integers_are_exact_to_their_bounds) {
  auto parse = [](std::string_view text) {
    int64_t v = 77;
    Fit fit = parse_integer(text, INT64_MIN, INT64_MAX, v);
    return fit == Fit::ok ? std::to_string(v) : fit == Fit::malformed ? "malformed" : "range";
  };
  EXPECT_EQ(parse("9223372036854775807"), "9223372036854775807");
  EXPECT_EQ(parse("-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(parse("9223372036854775808"), "range");
  EXPECT_EQ(parse("-9223372036854775809"), "range");
  EXPECT_EQ(parse("+0007"), "7");
  for (std::string_view text : {"", "-", "+", "1.5", " 1", "1 ", "0x1", "99999999999999999999x"})
    EXPECT_EQ(parse(text), "malformed") << text;
  int64_t v = 0;
  EXPECT_EQ(parse_integer("2147483648", INT32_MIN, INT32_MAX, v), Fit::out_of_range);
}

TEST(NumberText, numbers_become_integers_by_cutting) {
  auto cut = [](std::string_view text) {
    int64_t v = 77;
    return truncate_number(text, INT64_MIN, INT64_MAX, v) == Fit::ok ? v : -77;
  };
  EXPECT_EQ(cut("1.9"), 1);
  EXPECT_EQ(cut("-1.9"), -1);
  EXPECT_EQ(cut("1.2e1"), 12);
  EXPECT_EQ(cut("1e-400"), 0);
  EXPECT_EQ(cut("9007199254740993"), 9007199254740993);
  EXPECT_EQ(cut("9007199254740993.9"), 9007199254740993);
  EXPECT_EQ(cut("7.0000000000000000000000000000000000000000000001"), 7);
  EXPECT_EQ(cut("1e30"), -77);
}

TEST(NumberText, a_decimal_fits_exactly_or_not_at_all) {
  auto fit = [](std::string_view text, Type type) {
    Int128 v = 0;
    Fit f = parse_decimal_as(text, type, v);
    if (f == Fit::ok) return decimal_to_string(v, type.scale);
    return std::string(f == Fit::malformed   ? "malformed"
                       : f == Fit::not_exact ? "not exact"
                                             : "range");
  };
  EXPECT_EQ(fit("10.1", Type::decimal(4, 2)), "10.10");
  EXPECT_EQ(fit("10.100", Type::decimal(4, 2)), "10.10");
  EXPECT_EQ(fit("10.123", Type::decimal(4, 2)), "not exact");
  EXPECT_EQ(fit("100", Type::decimal(4, 2)), "range");
  EXPECT_EQ(fit("1e1", Type::decimal(4, 2)), "10.00");
  EXPECT_EQ(fit("0.00000", Type::decimal(4, 2)), "0.00");
  EXPECT_EQ(fit("0e-99999", Type::decimal(4, 2)), "0.00");
  EXPECT_EQ(fit("1e-99999", Type::decimal(4, 2)), "not exact");
  EXPECT_EQ(fit("12345678987654321.2345678987654321", Type::decimal(33, 16)),
            "12345678987654321.2345678987654321");
  EXPECT_EQ(fit("abc", Type::decimal(4, 2)), "malformed");
  EXPECT_EQ(fit(std::string(60, '9'), Type::decimal(38, 0)), "range");
  EXPECT_EQ(fit("1e99", Type::decimal(38, 0)), "range");
}

TEST(NumberText, doubles_are_read_as_java_reads_them) {
  double d = 0;
  EXPECT_EQ(parse_double(" 1.5 ", d), Fit::ok);
  EXPECT_EQ(d, 1.5);
  EXPECT_EQ(parse_double("+1e3", d), Fit::ok);
  EXPECT_EQ(d, 1000);
  EXPECT_EQ(parse_double("-Infinity", d), Fit::ok);
  EXPECT_EQ(d, -INFINITY);
  EXPECT_EQ(parse_double("1e-999", d), Fit::ok);
  EXPECT_EQ(d, 0);
  EXPECT_EQ(parse_double("-1e999", d), Fit::out_of_range);
  for (std::string_view text : {"", "inf", "nan", "-", "+-1", "1.5x", "e5", "infinity"})
    EXPECT_EQ(parse_double(text, d), Fit::malformed) << text;
}

TEST(NumberText, numbers_as_text_are_javas) {
  auto text = [](std::string_view number) {
    std::string out;
    append_java_number(out, number);
    return out;
  };
  EXPECT_EQ(text("12"), "12");
  EXPECT_EQ(text("-0"), "0");
  EXPECT_EQ(text("123456789012345678901234567890"), "123456789012345678901234567890");
  EXPECT_EQ(text("1.50"), "1.50");
  EXPECT_EQ(text("-0.0"), "0.0");
  EXPECT_EQ(text("1e3"), "1E+3");
  EXPECT_EQ(text("1.5E3"), "1.5E+3");
  EXPECT_EQ(text("12.5e1"), "125");
  EXPECT_EQ(text("0.000001"), "0.000001");
  EXPECT_EQ(text("0.0000001"), "1E-7");
  EXPECT_EQ(text("-1.25e-9"), "-1.25E-9");
  EXPECT_EQ(text("0.5e0"), "0.5");
}

TEST(NumberText, decimals_are_written_the_same_in_place_and_appended) {
  std::mt19937_64 random(10);
  for (int i = 0; i < 20000; ++i) {
    Int128 n =
        static_cast<Int128>(random() >> 1) * static_cast<Int128>(random() >> (random() % 64));
    n >>= random() % 100;
    n %= power_of_ten(38);
    if (random() % 2) n = -n;
    int scale = static_cast<int>(random() % 39);
    char text[kDecimalTextMax];
    ASSERT_EQ(std::string(text, put_decimal(text, n, scale)), decimal_to_string(n, scale));
  }
}

}  // namespace
}  // namespace leat
