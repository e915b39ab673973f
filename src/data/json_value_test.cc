#include "data/json_value.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/text.h"
#include "data/json_write.h"

namespace leat {
namespace {

std::string json_text(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

template <class T>
std::string json_of(Type type, T value) {
  Column column(std::move(type));
  column.resize(1);
  column.at<T>(0) = value;
  std::string out;
  append_json_value(out, column, 0);
  return out;
}

TEST(JsonValue, strings_escape_what_json_does_not_allow_and_nothing_else) {
  using namespace std::string_view_literals;
  EXPECT_EQ(json_text(""), "\"\"");
  EXPECT_EQ(json_text("plain / text"), "\"plain / text\"");
  EXPECT_EQ(json_text("a\"b\\c\b\f\n\r\t"), "\"a\\\"b\\\\c\\b\\f\\n\\r\\t\"");
  EXPECT_EQ(json_text("\0\x1f\x7f"sv), "\"\\u0000\\u001F\x7f\"");
  EXPECT_EQ(json_text("naïve ☃ 😀"), "\"naïve ☃ 😀\"");
  // At every position of a vector, and across two of them.
  for (size_t before = 0; before < 70; ++before) {
    std::string text = std::string(before, 'x') + "\n☃" + std::string(before, 'y');
    EXPECT_EQ(json_text(text),
              "\"" + std::string(before, 'x') + "\\n☃" + std::string(before, 'y') + "\"");
  }
}

TEST(JsonValue, invalid_utf8_is_replaced_so_that_the_json_is_valid) {
  EXPECT_EQ(json_text("a\xff"), "\"a\xef\xbf\xbd\"");
  EXPECT_EQ(json_text("\xe2\x98"), "\"\xef\xbf\xbd\xef\xbf\xbd\"");
  EXPECT_EQ(json_text("\xed\xa0\x80x"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdx\"");
  for (int first = 0x80; first < 0x100; ++first)
    for (int second = 0; second < 0x100; ++second) {
      std::string text{static_cast<char>(first), static_cast<char>(second), '\x80', '\x80'};
      ASSERT_TRUE(is_valid_utf8(json_text(text)));
      bool kept = json_text(text) == '"' + text + '"';
      ASSERT_EQ(kept, is_valid_utf8(text));
    }
}

TEST(JsonValue, each_type_is_written_exactly) {
  EXPECT_EQ(json_of<uint8_t>(Type::boolean(), 1), "true");
  EXPECT_EQ(json_of<int32_t>(Type::int32(), INT32_MIN), "-2147483648");
  EXPECT_EQ(json_of<int64_t>(Type::int64(), INT64_MIN), "-9223372036854775808");
  EXPECT_EQ(json_of<int64_t>(Type::timestamp(), 1700000000000), "1700000000000");
  EXPECT_EQ(json_of<double>(Type::float64(), 1e7), "1.0E7");
  EXPECT_EQ(json_of<double>(Type::float64(), std::nan("")), "\"NaN\"");
  EXPECT_EQ(json_of<Int128>(Type::decimal(38, 2), power_of_ten(37)),
            "100000000000000000000000000000000000.00");
  EXPECT_EQ(json_of<Int128>(Type::decimal(4, 2), -5), "-0.05");
  EXPECT_EQ(json_of<ByteView>(Type::string(), "x\"y"), "\"x\\\"y\"");
  Column column(Type::int32());
  column.append_null();
  std::string out;
  append_json_value(out, column, 0);
  EXPECT_EQ(out, "null");
}

TEST(JsonValue, bytes_are_base64_of_every_length) {
  std::string bytes;
  for (int i = 0; i < 70; ++i) {
    EXPECT_EQ(json_of<ByteView>(Type::bytes(), bytes), '"' + base64_encode(bytes) + '"');
    bytes += static_cast<char>(i * 41);
  }
}

}  // namespace
}  // namespace leat
