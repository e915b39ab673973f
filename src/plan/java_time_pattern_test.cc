#include "plan/java_time_pattern.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace leat::plan {
namespace {

using testing::HasSubstr;

constexpr TimeMs kNever = INT64_MIN;

TimeMs read(std::string_view pattern, std::string_view text, std::string_view zone = "UTC") {
  auto parsed = JavaTimePattern::parse(pattern);
  if (!parsed) return kNever + 1;
  auto time = parsed->read(text, TimeZone::named(zone).value());
  return time ? *time : kNever;
}
std::string write(std::string_view pattern, TimeMs time, std::string_view zone = "UTC") {
  return JavaTimePattern::parse(pattern).value().write(time, TimeZone::named(zone).value());
}

// 2018-05-11T21:58:33.042Z, a Friday
constexpr TimeMs kMay = 1526075913042;

TEST(JavaTimePattern, writes_every_field) {
  EXPECT_EQ(write("yyyy-MM-dd'T'HH:mm:ss.SSSX", kMay), "2018-05-11T21:58:33.042Z");
  EXPECT_EQ(write("yy/M/d h:m a", kMay), "18/5/11 9:58 PM");
  EXPECT_EQ(write("EEEE EEE EEEEE, MMMM MMM MMMMM", kMay), "Friday Fri F, May May M");
  EXPECT_EQ(write("D DDD k K A n", kMay), "131 131 21 9 79113042 42000000");
  EXPECT_EQ(write("G GGGG uuuuu", kMay), "AD Anno Domini 02018");
  EXPECT_EQ(write("'it''s' ''", kMay), "it's '");
  EXPECT_EQ(write("HH[:mm]", kMay), "21:58");
  EXPECT_EQ(write("S SS SSSSSSSSS", kMay), "0 04 042000000");
  EXPECT_EQ(write("yyyy-MM-dd", -1), "1969-12-31");
}

TEST(JavaTimePattern, writes_zones_as_each_letter_has_them) {
  EXPECT_EQ(write("HH:mm zzz VV", kMay, "Europe/London"), "22:58 BST Europe/London");
  const char* offsets[] = {"+0530", "+0530", "+05:30", "+0530", "+05:30"};
  for (size_t letters = 1; letters <= 5; ++letters)
    EXPECT_EQ(write(std::string(letters, 'X'), kMay, "+05:30"), offsets[letters - 1]) << letters;
  EXPECT_EQ(write("X x xx xxx Z ZZZZ ZZZZZ O OOOO", kMay, "-03:00"),
            "-03 -03 -0300 -03:00 -0300 GMT-03:00 -03:00 GMT-3 GMT-03:00");
  EXPECT_EQ(write("X x xx xxx Z ZZZZ ZZZZZ O z VV", kMay, "GMT"),
            "Z +00 +0000 +00:00 +0000 GMT Z GMT GMT GMT");
  EXPECT_EQ(write("HH z", kMay, "America/Los_Angeles"), "14 PDT");
}

TEST(JavaTimePattern, reads_what_it_says_and_fills_the_rest_from_1970) {
  EXPECT_EQ(read("yyyy-MM-dd'T'HH:mm:ss.SX", "2019-08-27T13:31:09.2+0000"), 1566912669200);
  EXPECT_EQ(read("yyyy-MM-dd HH:mm:ss", "2018-05-11 21:58:33"), 1526075913000);
  EXPECT_EQ(read("yyyy", "1970"), 0);
  EXPECT_EQ(read("HH:mm", "01:30"), 5'400'000);
  EXPECT_EQ(read("h a", "1 pm"), 13 * 3'600'000);
  EXPECT_EQ(read("d MMM yy", "11 may 18"), 1525996800000);
  EXPECT_EQ(read("EEE, d MMMM yyyy", "Fri, 11 May 2018"), 1525996800000);
  EXPECT_EQ(read("yyyy-DDD", "2018-131"), 1525996800000);
  EXPECT_EQ(read("yyyy-MM-dd[ HH:mm]", "2018-05-11"), 1525996800000);
  EXPECT_EQ(read("yyyy-MM-dd[ HH:mm]", "2018-05-11 01:00"), 1526000400000);
  EXPECT_EQ(read("yyyy-MM-dd", "2018-02-31"), read("yyyy-MM-dd", "2018-02-28"));
}

TEST(JavaTimePattern, reads_numbers_without_anything_between_them) {
  EXPECT_EQ(read("yyyyMMddHHmmssSSS", "20180511215833042"), kMay);
  EXPECT_EQ(read("yyyyMMdd", "20180511"), 1525996800000);
  EXPECT_EQ(read("yyMMdd", "180511"), 1525996800000);
}

TEST(JavaTimePattern, reads_zones_and_prefers_them_to_the_one_given) {
  EXPECT_EQ(read("yyyy-MM-dd'T'HH:mm:ss zzz", "2018-05-11T21:58:33 PST"), 1526101113000);
  EXPECT_EQ(read("yyyy-MM-dd HH VV", "2018-01-01 01 Europe/Paris"), 1514764800000);
  EXPECT_EQ(read("yyyy-MM-dd HHXXX", "2018-01-01 02+02:00", "Asia/Tokyo"), 1514764800000);
  EXPECT_EQ(read("yyyy-MM-dd HHXXX", "2018-01-01 00Z", "Asia/Tokyo"), 1514764800000);
  EXPECT_EQ(read("yyyy-MM-dd HHx", "2018-01-01 00+00"), 1514764800000);
  EXPECT_EQ(read("yyyy-MM-dd HHx", "2018-01-01 00+0030"), 1514764800000 - 1'800'000);
  EXPECT_EQ(read("yyyy-MM-dd HH O", "2018-01-01 02 GMT+2"), 1514764800000);
  EXPECT_EQ(read("yyyy-MM-dd HH", "2018-01-01 09", "Asia/Tokyo"), 1514764800000);
}

TEST(JavaTimePattern, takes_the_later_of_a_skipped_time_and_the_first_of_a_doubled_one) {
  // 2018-03-25 01:00 UTC London goes from +0 to +1; 2018-10-28 01:00 UTC back.
  EXPECT_EQ(read("yyyy-MM-dd HH:mm", "2018-03-25 01:30", "Europe/London"), 1521941400000);
  EXPECT_EQ(read("yyyy-MM-dd HH:mm", "2018-10-28 01:30", "Europe/London"), 1540686600000);
}

TEST(JavaTimePattern, refuses_texts_that_do_not_fit_as_a_whole) {
  EXPECT_EQ(read("yyyy-MM-dd", "2018-05-11x"), kNever);
  EXPECT_EQ(read("yyyy-MM-dd", "2018-5-11"), kNever);
  EXPECT_EQ(read("yyyy-MM-dd", "2018-13-11"), kNever);
  EXPECT_EQ(read("yyyy", "20180"), kNever);
  EXPECT_EQ(read("yyyy", "+20180"), read("u", "20180"));
  EXPECT_EQ(read("HH", "24"), kNever);
  EXPECT_EQ(read("EEE yyyy-MM-dd", "Mon 2018-05-11"), kNever);
  EXPECT_EQ(read("MM MM", "01 02"), kNever);
  EXPECT_EQ(read("yyyy-DDD", "2018-366"), kNever);
  EXPECT_EQ(read("yyyy", ""), kNever);
  EXPECT_EQ(read("HH z", "01 Nowhere/There"), kNever);
}

TEST(JavaTimePattern, explains_a_pattern_that_cannot_be) {
  auto why = [](std::string_view pattern) {
    auto parsed = JavaTimePattern::parse(pattern);
    return parsed ? std::string() : parsed.error().message();
  };
  EXPECT_THAT(why("yyyy-bb"), HasSubstr("unknown letter b"));
  EXPECT_THAT(why("HHH"), HasSubstr("no such number of letters: HHH"));
  EXPECT_THAT(why("V"), HasSubstr("no such number of letters: V"));
  EXPECT_THAT(why("'open"), HasSubstr("a quote is not closed"));
  EXPECT_THAT(why("HH]"), HasSubstr("] without ["));
  EXPECT_THAT(why("{HH}"), HasSubstr("reserved character {"));
  EXPECT_EQ(JavaTimePattern::parse("YYYY-'W'ww").error().code(), ErrorCode::unsupported);
}

TEST(JavaTimePattern, reads_back_what_it_wrote) {
  std::mt19937_64 random(7);
  for (const char* pattern : {"yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "EEEE d MMMM uuuu K:mm:ss.SSS a xx",
                              "yyyyMMddHHmmssSSS Z", "D yyyy A VV"}) {
    for (const char* zone : {"UTC", "Asia/Kolkata", "-07:30"}) {
      for (int i = 0; i < 200; ++i) {
        TimeMs time = static_cast<TimeMs>(random() % 8'000'000'000'000) - 4'000'000'000'000;
        // Before 1900 zones have offsets with seconds, which these patterns do not write.
        if (time < -2'000'000'000'000) continue;
        std::string text = write(pattern, time, zone);
        ASSERT_EQ(read(pattern, text, "Pacific/Auckland"), time) << pattern << " " << text;
      }
    }
  }
}

TEST(TimeZone, knows_offsets_regions_and_short_names) {
  auto offset = [](std::string_view name) {
    auto zone = TimeZone::named(name);
    return zone ? zone->offset_at(kMay).seconds : -1;
  };
  EXPECT_EQ(offset("Z"), 0);
  EXPECT_EQ(offset("+2"), 7200);
  EXPECT_EQ(offset("-0230"), -9000);
  EXPECT_EQ(offset("GMT+02:00"), 7200);
  EXPECT_EQ(offset("Europe/London"), 3600);
  EXPECT_EQ(offset("PST"), -7 * 3600);
  for (const char* bad :
       {"", "+", "+99", "+1:2", "Nowhere", "/etc/passwd", "../etc/passwd", "localtime", "Europe/"})
    EXPECT_EQ(offset(bad), -1) << bad;
}

}  // namespace
}  // namespace leat::plan
