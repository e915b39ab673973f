#include <algorithm>
#include <optional>

#include "base/text.h"
#include "plan/java_time_fields.h"
#include "plan/java_time_pattern.h"
#include "plan/timestamp_text.h"

namespace leat::plan {
namespace {

using Item = JavaTimePattern::Item;

// What a text has said so far.
struct Fields {
  std::optional<int64_t> year, year_of_era, month, day, day_of_year, day_of_week;
  std::optional<int64_t> hour, half_hour, minute, second, nano, nano_of_day;
  std::optional<bool> afternoon, common_era;
  std::optional<TimeZone> zone;
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  // Items [from, to); an optional part that does not fit is left out.
  bool items(const std::vector<Item>& all, size_t from, size_t to) {
    for (size_t i = from; i < to; ++i) {
      const Item& item = all[i];
      if (item.letter == '[') {
        size_t close = closing(all, i);
        Reader attempt = *this;
        if (attempt.items(all, i + 1, close)) *this = std::move(attempt);
        i = close;
      } else if (item.letter == 0 ? !literal(item.literal) : !field(item)) {
        return false;
      }
    }
    return true;
  }
  bool done() const { return text_.empty(); }
  const Fields& fields() const { return fields_; }

 private:
  static size_t closing(const std::vector<Item>& all, size_t open) {
    int depth = 0;
    for (size_t i = open;; ++i) {
      if (all[i].letter == '[') ++depth;
      if (all[i].letter == ']' && --depth == 0) return i;
    }
  }

  bool literal(std::string_view wanted) {
    if (text_.size() < wanted.size() ||
        !equals_ignoring_case(text_.substr(0, wanted.size()), wanted))
      return false;
    text_.remove_prefix(wanted.size());
    return true;
  }

  // Digits from the front, between `min` and `max` of them.
  std::optional<int64_t> digits(size_t min, size_t max) {
    size_t n = 0;
    int64_t value = 0;
    for (; n < text_.size() && n < max && is_digit(text_[n]); ++n)
      if (__builtin_mul_overflow(value, int64_t{10}, &value) ||
          __builtin_add_overflow(value, int64_t{text_[n] - '0'}, &value))
        return std::nullopt;
    if (n < min || n == 0) return std::nullopt;
    text_.remove_prefix(n);
    return value;
  }

  // A number as its item says: of fixed width, or of as many digits as there are but those that
  // belong to the numbers behind it.
  std::optional<int64_t> number(const Item& item) {
    if (auto width = static_cast<size_t>(fixed_width(item)); width != 0)
      return digits(width, width);
    auto min = static_cast<size_t>(item.count);
    bool is_year = item.letter == 'u' || item.letter == 'y';
    bool padded = is_year && item.count >= 4;
    bool plus = padded && literal("+");
    bool minus = !plus && is_year && literal("-");
    size_t found = 0;
    while (found < text_.size() && found < 19 && is_digit(text_[found])) ++found;
    auto reserved = static_cast<size_t>(item.reserved);
    size_t take = reserved == 0 ? found : std::max(min, found - std::min(found, reserved));
    // More digits than the pattern has letters want a sign in front.
    if (padded && !plus && !minus && take > min) return std::nullopt;
    auto value = digits(min, take);
    return value && minus ? -*value : value;
  }

  template <class T>
  static bool set(std::optional<T>& field, T value) {
    if (field && *field != value) return false;  // said twice, differently
    field = value;
    return true;
  }
  bool set_within(std::optional<int64_t>& field, std::optional<int64_t> value, int64_t min,
                  int64_t max) {
    return value && *value >= min && *value <= max && set(field, *value);
  }

  // One of the names, in full or (letters 3) its beginning; the index.
  template <size_t n>
  std::optional<int64_t> name(const std::array<std::string_view, n>& names, int count) {
    for (size_t i = 0; i < n; ++i)
      if (literal(count == 4 ? names[i] : names[i].substr(0, count == 5 ? 1 : 3)))
        return static_cast<int64_t>(i);
    return std::nullopt;
  }

  bool field(const Item& item) {
    switch (item.letter) {
      case 'u': return set_within(fields_.year, year(item), -999'999'999, 999'999'999);
      case 'y': return set_within(fields_.year_of_era, year(item), -999'999'999, 999'999'999);
      case 'M':
      case 'L': {
        if (item.count <= 2) return set_within(fields_.month, number(item), 1, 12);
        auto index = name(kMonths, item.count);
        return index && set(fields_.month, *index + 1);
      }
      case 'd': return set_within(fields_.day, number(item), 1, 31);
      case 'D': return set_within(fields_.day_of_year, day_of_year(item), 1, 366);
      case 'E': {
        auto index = name(kDays, item.count);
        return index && set(fields_.day_of_week, *index);
      }
      case 'G': return era(item.count);
      default: return time_field(item);
    }
  }

  bool time_field(const Item& item) {
    switch (item.letter) {
      case 'H': return set_within(fields_.hour, number(item), 0, 23);
      case 'k': {
        auto v = number(item);
        return v && *v >= 1 && *v <= 24 && set(fields_.hour, *v % 24);
      }
      case 'K': return set_within(fields_.half_hour, number(item), 0, 11);
      case 'h': {
        auto v = number(item);
        return v && *v >= 1 && *v <= 12 && set(fields_.half_hour, *v % 12);
      }
      case 'a':
        if (literal("AM")) return set(fields_.afternoon, false);
        return literal("PM") && set(fields_.afternoon, true);
      case 'm': return set_within(fields_.minute, number(item), 0, 59);
      case 's': return set_within(fields_.second, number(item), 0, 59);
      case 'S': {
        auto v = number(item);
        for (int i = item.count; v && i < 9; ++i) *v *= 10;
        return v && set(fields_.nano, *v);
      }
      case 'n': return set_within(fields_.nano, number(item), 0, 999'999'999);
      case 'A': {
        auto v = number(item);
        return v && *v < kMsPerDay && set(fields_.nano_of_day, *v * 1'000'000);
      }
      case 'N': return set_within(fields_.nano_of_day, number(item), 0, kMsPerDay * 1'000'000 - 1);
      default: return zone_field(item);
    }
  }

  std::optional<int64_t> year(const Item& item) {
    auto value = number(item);
    // Two digits are of this century, as java.time has it.
    if (value && item.count == 2) return 2000 + *value;
    return value;
  }
  std::optional<int64_t> day_of_year(const Item& item) {
    if (item.count == 3) return digits(3, 3);
    return digits(static_cast<size_t>(item.count), 3);
  }
  bool era(int count) {
    bool full = count == 4;
    if (literal(full ? "Anno Domini" : count == 5 ? "A" : "AD"))
      return set(fields_.common_era, true);
    return literal(full         ? "Before Christ"
                   : count == 5 ? "B"
                                : "BC") &&
           set(fields_.common_era, false);
  }

  bool zone_field(const Item& item) {
    if (item.letter == 'O' || (item.letter == 'Z' && item.count == 4)) {
      if (!literal("GMT")) return false;
      if (text_.empty() || (text_[0] != '+' && text_[0] != '-')) return set_offset(0);
      return offset({true, OffsetStyle::Part::if_not_zero, OffsetStyle::Part::if_not_zero, ""},
                    item.count == 4 ? 2 : 1);
    }
    if (item.letter == 'V' || item.letter == 'z') return zone_name();
    return offset(offset_style(item), 2);
  }

  bool zone_name() {
    auto part_of_name = [](char c) {
      return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '/' ||
             c == '_' || c == '+' || c == '-' || c == ':';
    };
    size_t n = 0;
    while (n < text_.size() && part_of_name(text_[n])) ++n;
    auto zone = TimeZone::named(text_.substr(0, n));
    if (!zone) return false;
    text_.remove_prefix(n);
    fields_.zone = *std::move(zone);
    return true;
  }

  bool set_offset(int seconds) {
    fields_.zone = TimeZone::fixed(seconds);
    return true;
  }

  // Sign, hours, and of minutes and seconds what the style has; those that it writes only where
  // they are not zero may be there.
  bool offset(const OffsetStyle& style, size_t hour_digits) {
    if (!style.zero.empty() && literal(style.zero)) {
      // "+00" may go on as "+0030".
      if (style.zero != "+00" || text_.empty() || !is_digit(text_[0])) return set_offset(0);
      text_ = {text_.data() - 3, text_.size() + 3};
    }
    if (text_.empty() || (text_[0] != '+' && text_[0] != '-')) return false;
    int sign = text_[0] == '-' ? -1 : 1;
    text_.remove_prefix(1);
    auto hours = digits(hour_digits, 2);
    if (!hours || *hours > 18) return false;
    int64_t total = *hours * 3600;
    int64_t unit = 60;
    for (OffsetStyle::Part part : {style.minutes, style.seconds}) {
      if (part == OffsetStyle::Part::never) break;
      bool is_there = style.colon ? !text_.empty() && text_[0] == ':'
                                  : text_.size() >= 2 && is_digit(text_[0]) && is_digit(text_[1]);
      if (!is_there) {
        if (part == OffsetStyle::Part::always) return false;
        break;
      }
      if (style.colon) text_.remove_prefix(1);
      auto value = digits(2, 2);
      if (!value || *value > 59) return false;
      total += *value * unit;
      unit = 1;
    }
    return total <= 18 * 3600 && set_offset(sign * static_cast<int>(total));
  }

  std::string_view text_;
  Fields fields_;
};

std::optional<int64_t> date_of(const Fields& f) {
  int64_t year = f.year.value_or(1970);
  if (f.year_of_era) {
    year = f.common_era.value_or(true) ? *f.year_of_era : 1 - *f.year_of_era;
    if (f.year && *f.year != year) return std::nullopt;
  }
  int64_t first = days_from_civil({year, 1, 1});
  if (f.day_of_year) {
    bool leap = days_in_month(year, 2) == 29;
    if (*f.day_of_year == 366 && !leap) return std::nullopt;
    return first + *f.day_of_year - 1;
  }
  int month = static_cast<int>(f.month.value_or(1));
  int last = days_in_month(year, month);
  int day = std::min(static_cast<int>(f.day.value_or(1)), last);
  int64_t days = days_from_civil({year, month, day});
  bool whole = (f.year || f.year_of_era) && f.month && f.day;
  if (f.day_of_week && whole && day_of_week(days) != *f.day_of_week) return std::nullopt;
  return days;
}

TimeMs time_of(const Fields& f) {
  if (f.nano_of_day) return *f.nano_of_day / 1'000'000;
  int64_t hour = f.hour.value_or(f.half_hour.value_or(0) + (f.afternoon.value_or(false) ? 12 : 0));
  return hour * 3'600'000 + f.minute.value_or(0) * 60'000 + f.second.value_or(0) * 1000 +
         f.nano.value_or(0) / 1'000'000;
}
}  // namespace

Result<TimeMs> JavaTimePattern::read(std::string_view text, const TimeZone& zone) const {
  Reader reader(text);
  std::optional<int64_t> days;
  if (reader.items(items_, 0, items_.size()) && reader.done()) days = date_of(reader.fields());
  if (!days)
    return Error(ErrorCode::invalid_data,
                 "the text is not a time as '" + text_ + "': '" + std::string(text) + "'");
  // Beyond this, milliseconds do not fit.
  constexpr int64_t kDaysMax = INT64_MAX / kMsPerDay - 1;
  if (*days > kDaysMax || *days < -kDaysMax)
    return Error(ErrorCode::out_of_range, "the time is too far away: '" + std::string(text) + "'");
  const TimeZone& local = reader.fields().zone ? *reader.fields().zone : zone;
  return local.to_utc(*days * kMsPerDay + time_of(reader.fields()));
}

}  // namespace leat::plan
