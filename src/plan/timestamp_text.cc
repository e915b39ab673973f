#include "plan/timestamp_text.h"

#include <charconv>
#include <cstdio>

namespace leat::plan {
namespace {

// Takes decimal digits from the front of a text.
class Digits {
 public:
  explicit Digits(std::string_view text) : text_(text) {}
  bool done() const { return text_.empty(); }
  bool next_is(char c) const { return !text_.empty() && text_.front() == c; }
  bool take(char c) {
    if (!next_is(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  /// A number of `min` to `max` digits; -1 when there is none.
  int64_t number(size_t min, size_t max) {
    size_t n = 0;
    int64_t value = 0;
    while (n < text_.size() && n < max && text_[n] >= '0' && text_[n] <= '9')
      value = value * 10 + (text_[n++] - '0');
    if (n < min) return -1;
    text_.remove_prefix(n);
    return value;
  }
  /// Milliseconds of a fraction: the first three digits count.
  int64_t milliseconds() {
    size_t before = text_.size();
    int64_t value = number(1, 3);
    if (value < 0) return -1;
    for (size_t n = before - text_.size(); n < 3; ++n) value *= 10;
    while (!text_.empty() && text_.front() >= '0' && text_.front() <= '9') text_.remove_prefix(1);
    return value;
  }

 private:
  std::string_view text_;
};

struct Parts {
  CivilDay day{1970, 1, 1};
  int64_t hour = 0, minute = 0, second = 0, ms = 0;
  int64_t zone_minutes = 0;
};

bool read_date(Digits& in, Parts& p) {
  bool negative = in.take('-');
  p.day.year = in.number(4, 9);
  if (p.day.year < 0) return false;
  if (negative) p.day.year = -p.day.year;
  if (!in.take('-')) return true;
  p.day.month = static_cast<int>(in.number(1, 2));
  if (p.day.month < 1 || p.day.month > 12) return false;
  if (!in.take('-')) return true;
  p.day.day = static_cast<int>(in.number(1, 2));
  return p.day.day >= 1 && p.day.day <= days_in_month(p.day.year, p.day.month);
}

bool read_time(Digits& in, Parts& p) {
  p.hour = in.number(1, 2);
  if (p.hour < 0 || p.hour > 24) return false;
  if (!in.take(':')) return true;
  p.minute = in.number(1, 2);
  if (p.minute < 0 || p.minute > 59) return false;
  if (!in.take(':')) return true;
  p.second = in.number(1, 2);
  if (p.second < 0 || p.second > 59) return false;
  if (!in.take('.')) return true;
  p.ms = in.milliseconds();
  return p.ms >= 0;
}

// 24:00 is the midnight at the end of a day, and there is nothing behind it.
bool is_in_day(const Parts& p) {
  return p.hour < 24 || (p.minute == 0 && p.second == 0 && p.ms == 0);
}

bool read_zone(Digits& in, Parts& p) {
  if (in.done() || in.take('Z') || in.take('z')) return true;
  bool negative = in.next_is('-');
  if (!in.take('+') && !in.take('-')) return false;
  int64_t hours = in.number(1, 2);
  int64_t minutes = 0;
  if (hours < 0 || hours > 18) return false;
  if (!in.done()) {
    in.take(':');
    minutes = in.number(2, 2);
    if (minutes < 0 || minutes > 59) return false;
  }
  p.zone_minutes = (hours * 60 + minutes) * (negative ? -1 : 1);
  return true;
}
}  // namespace

// Source: the era arithmetic of H. Hinnant, "chrono-Compatible Low-Level Date Algorithms".
int64_t days_from_civil(CivilDay d) {
  int64_t y = d.month <= 2 ? d.year - 1 : d.year;
  int64_t era = floor_div(y, 400);
  int64_t year_of_era = y - era * 400;
  int64_t day_of_year = (153 * (d.month + (d.month > 2 ? -3 : 9)) + 2) / 5 + d.day - 1;
  int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + day_of_era - 719'468;
}

CivilDay civil_from_days(int64_t days) {
  days += 719'468;
  int64_t era = floor_div(days, 146'097);
  int64_t day_of_era = days - era * 146'097;
  int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t shifted_month = (5 * day_of_year + 2) / 153;
  int day = static_cast<int>(day_of_year - (153 * shifted_month + 2) / 5 + 1);
  int month = static_cast<int>(shifted_month + (shifted_month < 10 ? 3 : -9));
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

int days_in_month(int64_t year, int month) {
  static constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return month == 2 && leap ? 29 : kDays[month - 1];
}

Result<TimeMs> parse_timestamp_text(std::string_view text) {
  Digits in(text);
  Parts p;
  bool ok = read_date(in, p);
  if (ok && (in.take('T') || in.take('t') || in.take(' ')))
    ok = in.done() || (read_time(in, p) && is_in_day(p) && read_zone(in, p));
  if (!ok || !in.done())
    return Error(
        ErrorCode::invalid_data, "not a timestamp: '" + std::string(text) + "'",
        "write it as 2020-05-26T23:59:58.000 with a zone like Z or +02:00, or a part of it");
  int64_t minutes = p.hour * 60 + p.minute - p.zone_minutes;
  return days_from_civil(p.day) * kMsPerDay + minutes * 60'000 + p.second * 1000 + p.ms;
}

std::string timestamp_text(TimeMs time) {
  int64_t days = floor_div(time, kMsPerDay);
  int64_t ms = floor_mod(time, kMsPerDay);
  CivilDay day = civil_from_days(days);
  char text[64];
  snprintf(text, sizeof text, "%s%04lld-%02d-%02dT%02d:%02d:%02d.%03d", day.year < 0 ? "-" : "",
           static_cast<long long>(day.year < 0 ? -day.year : day.year), day.month, day.day,
           static_cast<int>(ms / 3'600'000), static_cast<int>(ms / 60'000 % 60),
           static_cast<int>(ms / 1000 % 60), static_cast<int>(ms % 1000));
  return text;
}

}  // namespace leat::plan
