#include "data/short_number.h"

#include <gtest/gtest.h>

#include <random>

#include "data/number_text.h"

namespace leat {
namespace {

// Exactly as large as the text: a sanitizer sees a byte read past it.
const char* bytes_of(const std::string& text, std::vector<char>& bytes) {
  bytes.assign(text.begin(), text.end());
  return bytes.data();
}

TEST(ShortNumber, integers_of_every_length_are_read_as_the_exact_parser_reads_them) {
  std::mt19937_64 random(12);
  std::vector<char> bytes;
  for (int i = 0; i < 100000; ++i) {
    std::string text = random() % 3 == 0 ? "-" : "";
    text += std::to_string(random() >> (random() % 64));
    if (random() % 4 == 0) text.insert(random() % (text.size() + 1), 1, "0.e-x/:"[random() % 7]);
    const char* p = bytes_of(text, bytes);
    const char* end = p + text.size();
    int64_t ours = 0;
    int64_t exact = 0;
    const char* stop = scan_short_integer(p, end, ours);
    if (stop == nullptr) continue;
    std::string_view read(p, static_cast<size_t>(stop - p));
    ASSERT_EQ(parse_integer(read, INT64_MIN, INT64_MAX, exact), Fit::ok) << text;
    ASSERT_EQ(ours, exact) << text;
    ASSERT_TRUE(stop == end || *stop < '0' || *stop > '9') << text;
  }
  for (std::string text : {"123456789012345678", "-123456789012345678", "0", "-0", "12345678"}) {
    int64_t n = 0;
    ASSERT_NE(scan_short_integer(text.data(), text.data() + text.size(), n), nullptr) << text;
    EXPECT_EQ(n, std::stoll(text));
  }
  for (std::string text : {"", "-", "01", "-00", "1234567890123456789", "x", "+1", ".5"}) {
    int64_t n = 0;
    EXPECT_EQ(scan_short_integer(text.data(), text.data() + text.size(), n), nullptr) << text;
  }
}

TEST(ShortNumber, decimals_are_read_as_the_exact_parser_reads_them) {
  std::mt19937_64 random(13);
  std::vector<char> bytes;
  int read = 0;
  for (int i = 0; i < 100000; ++i) {
    Type type = Type::decimal(1 + static_cast<int>(random() % 38), 0);
    type.scale = static_cast<uint8_t>(random() % (type.precision + 1u));
    std::string text = random() % 3 == 0 ? "-" : "";
    text += std::to_string(random() >> (20 + random() % 44));
    if (random() % 2) text += "." + std::to_string(random() >> (20 + random() % 44));
    if (random() % 8 == 0) text.insert(random() % (text.size() + 1), 1, "0.e-"[random() % 4]);
    const char* p = bytes_of(text, bytes);
    const char* end = p + text.size();
    Int128 ours = 0;
    Int128 exact = 0;
    if (scan_short_decimal(p, end, type, ours) != end) continue;
    ASSERT_EQ(parse_decimal_as(text, type, exact), Fit::ok) << text << " " << type.to_string();
    ASSERT_TRUE(ours == exact) << text << " " << type.to_string();
    ++read;
  }
  EXPECT_GT(read, 20000);
}

}  // namespace
}  // namespace leat
