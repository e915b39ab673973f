#include <gtest/gtest.h>

#include "plan/like.h"
#include "plan/timestamp_text.h"
#include "plan/utf16.h"

namespace leat::plan {
namespace {

TEST(Utf16, orders_text_as_java_does) {
  const char* kOrdered[] = {"",
                            "A",
                            "a",
                            "aa",
                            "b",
                            "\xc3\xa9",
                            "\xed\x9f\xbf",
                            "\xf0\x90\x80\x80",
                            "\xf0\x9f\x98\x80",
                            "\xee\x80\x80",
                            "\xef\xbf\xbd"};
  for (size_t i = 0; i < std::size(kOrdered); ++i)
    for (size_t j = 0; j < std::size(kOrdered); ++j) {
      int order = compare_utf16(kOrdered[i], kOrdered[j]);
      EXPECT_EQ(order < 0, i < j) << i << " " << j;
      EXPECT_EQ(order > 0, i > j) << i << " " << j;
    }
}

TEST(Utf16, counts_units_and_finds_their_bytes) {
  ByteView text = "a\xc3\xa9\xf0\x9f\x98\x80z";  // units: 1 1 2 1
  EXPECT_EQ(utf16_length(text), 5u);
  EXPECT_EQ(utf16_offset(text, 0), 0u);
  EXPECT_EQ(utf16_offset(text, 1), 1u);
  EXPECT_EQ(utf16_offset(text, 2), 3u);
  EXPECT_EQ(utf16_offset(text, 3), 3u);  // within the pair
  EXPECT_EQ(utf16_offset(text, 4), 7u);
  EXPECT_EQ(utf16_offset(text, 99), 8u);
  EXPECT_EQ(utf16_length("\xff\xc3"), 2u);  // not UTF-8: a unit a byte
}

TEST(Like, matches_whole_texts) {
  auto like = [](ByteView text, ByteView pattern, std::optional<std::string> escape = {}) {
    auto parsed = LikePattern::parse(pattern, escape);
    return parsed && parsed->matches(text);
  };
  EXPECT_TRUE(like("", ""));
  EXPECT_TRUE(like("", "%"));
  EXPECT_FALSE(like("", "_"));
  EXPECT_TRUE(like("barfoobaz", "%foo%"));
  EXPECT_FALSE(like("barfobaz", "%foo%"));
  EXPECT_TRUE(like("aXbXc", "a%X_"));
  EXPECT_TRUE(like("abab", "%ab"));
  EXPECT_FALSE(like("abab", "ab"));
  EXPECT_TRUE(like("\xf0\x9f\x98\x80", "_"));
  EXPECT_TRUE(like("a.c", "a.c"));
  EXPECT_FALSE(like("abc", "a.c"));
  EXPECT_FALSE(like("a\nb", "a%b"));
  EXPECT_FALSE(like("a\nb", "a_b"));
  EXPECT_TRUE(like("a\nb", "a\nb"));
  EXPECT_TRUE(like("50%", "50!%", "!"));
  EXPECT_FALSE(like("500", "50!%", "!"));
  EXPECT_TRUE(like("a!b", "a!!b", "!"));
  EXPECT_FALSE(LikePattern::parse("a!", "!").has_value());
}

TEST(TimestampText, reads_parts_of_iso_8601_and_zones) {
  auto ms = [](std::string_view text) {
    auto time = parse_timestamp_text(text);
    return time ? *time : kNoTime;
  };
  EXPECT_EQ(ms("1970"), 0);
  EXPECT_EQ(ms("2018-01-01"), 1514764800000);
  EXPECT_EQ(ms("2018-01"), 1514764800000);
  EXPECT_EQ(ms("2018-01-01T00"), 1514764800000);
  EXPECT_EQ(ms("2018-01-01T00:00:00.001"), 1514764800001);
  EXPECT_EQ(ms("2018-01-01T02:00:00.5+0200"), 1514764800500);
  EXPECT_EQ(ms("2018-01-01T02:00+02:00"), 1514764800000);
  EXPECT_EQ(ms("2017-12-31T19:00:00-05"), 1514764800000);
  EXPECT_EQ(ms("2018-01-01T00:00Z"), 1514764800000);
  EXPECT_EQ(ms("1969-12-31T23:59:59.999"), -1);
  EXPECT_EQ(ms("2020-02-29"), 1582934400000);
  EXPECT_EQ(ms("2017-12-31T24"), 1514764800000);
  EXPECT_EQ(ms("2017-12-31T24:00:00.000Z"), 1514764800000);
  for (const char* bad : {"", "soon", "2018-13", "2019-02-29", "2018-01-01T25", "2018-01-01T24:01",
                          "2018-01-01T24:00:00.001", "2018-01-01T00:00X", "2018-01-01 x",
                          "2018-01-01T00:00+99", "18"})
    EXPECT_EQ(ms(bad), kNoTime) << bad;
}

TEST(TimestampText, goes_there_and_back_for_every_day_of_eight_centuries) {
  for (int64_t day = -150'000; day < 150'000; day += 7) {
    CivilDay civil = civil_from_days(day);
    ASSERT_EQ(days_from_civil(civil), day);
    TimeMs time = day * kMsPerDay + 12'345'678;
    ASSERT_EQ(*parse_timestamp_text(timestamp_text(time)), time);
  }
}

}  // namespace
}  // namespace leat::plan
