#include <algorithm>
#include <cstdlib>

#include "plan/java_time_fields.h"
#include "plan/java_time_pattern.h"
#include "plan/timestamp_text.h"

namespace leat::plan {
namespace {

using Item = JavaTimePattern::Item;

std::string padded(int64_t value, size_t width) {
  std::string digits = std::to_string(value < 0 ? -value : value);
  if (digits.size() < width) digits.insert(0, width - digits.size(), '0');
  return value < 0 ? "-" + digits : digits;
}

// A time in a zone, taken apart.
class Writer {
 public:
  Writer(TimeMs time, const TimeZone& zone) : zone_(zone), offset_(zone.offset_at(time)) {
    TimeMs local = time + TimeMs{offset_.seconds} * 1000;
    days_ = floor_div(local, kMsPerDay);
    ms_of_day_ = floor_mod(local, kMsPerDay);
    day_ = civil_from_days(days_);
  }

  std::string item(const Item& item) const {
    switch (item.letter) {
      case 'z': return offset_.abbreviation;
      case 'V': return zone_.id();
      case 'O': return localized_offset(item.count == 4);
      case 'Z':
        if (item.count == 4) return localized_offset(true);
        [[fallthrough]];
      case 'X':
      case 'x': return offset(offset_style(item));
      case 'G': return era(item.count);
      case 'a': return ms_of_day_ < kMsPerDay / 2 ? "AM" : "PM";
      case 'E': return name(kDays[static_cast<size_t>(day_of_week(days_))], item.count);
      case 'M':
      case 'L':
        if (item.count > 2) return name(kMonths[static_cast<size_t>(day_.month - 1)], item.count);
        return padded(day_.month, static_cast<size_t>(item.count));
      case 'S': return fraction(item.count);
      case 'u':
      case 'y': return year(item);
      default: return padded(number(item.letter), static_cast<size_t>(item.count));
    }
  }

 private:
  static std::string name(std::string_view full, int count) {
    return std::string(count <= 3 ? full.substr(0, 3) : count == 4 ? full : full.substr(0, 1));
  }
  std::string era(int count) const {
    bool ce = day_.year > 0;
    if (count == 4) return ce ? "Anno Domini" : "Before Christ";
    return count == 5 ? (ce ? "A" : "B") : (ce ? "AD" : "BC");
  }
  std::string year(const Item& item) const {
    int64_t year = item.letter == 'y' && day_.year <= 0 ? 1 - day_.year : day_.year;
    if (item.count == 2) return padded(floor_mod(year, 100), 2);
    auto width = static_cast<size_t>(item.count);
    std::string text = padded(year, width);
    return item.count >= 4 && year > 0 && text.size() > width ? "+" + text : text;
  }
  std::string fraction(int count) const {
    std::string nanos = padded(ms_of_day_ % 1000, 3) + "000000";
    return nanos.substr(0, static_cast<size_t>(count));
  }
  int64_t number(char letter) const {
    int64_t hour = ms_of_day_ / 3'600'000;
    switch (letter) {
      case 'd': return day_.day;
      case 'D': return days_ - days_from_civil({day_.year, 1, 1}) + 1;
      case 'H': return hour;
      case 'h': return hour % 12 == 0 ? 12 : hour % 12;
      case 'k': return hour == 0 ? 24 : hour;
      case 'K': return hour % 12;
      case 'm': return ms_of_day_ / 60'000 % 60;
      case 's': return ms_of_day_ / 1000 % 60;
      case 'A': return ms_of_day_;
      case 'n': return ms_of_day_ % 1000 * 1'000'000;
      default: return ms_of_day_ * 1'000'000;  // N
    }
  }
  std::string offset(const OffsetStyle& style) const {
    using Part = OffsetStyle::Part;
    int total = std::abs(offset_.seconds);
    int minutes = total / 60 % 60;
    int seconds = total % 60;
    auto shown = [](Part part, int value) {
      return part == Part::always || (part == Part::if_not_zero && value != 0);
    };
    if (total / 60 == 0 && (style.seconds == Part::never || seconds == 0))
      return std::string(style.zero);
    std::string out = (offset_.seconds < 0 ? "-" : "+") + padded(total / 3600, 2);
    std::string_view colon = style.colon ? ":" : "";
    if (shown(style.minutes, minutes)) out.append(colon).append(padded(minutes, 2));
    if (shown(style.seconds, seconds)) out.append(colon).append(padded(seconds, 2));
    return out;
  }
  std::string localized_offset(bool full) const {
    if (offset_.seconds == 0) return "GMT";
    int total = std::abs(offset_.seconds);
    std::string out = offset_.seconds < 0 ? "GMT-" : "GMT+";
    out += padded(total / 3600, full ? 2 : 1);
    if (full || total % 3600 != 0) out += ":" + padded(total / 60 % 60, 2);
    if (total % 60 != 0) out += ":" + padded(total % 60, 2);
    return out;
  }

  const TimeZone& zone_;
  TimeZone::Offset offset_;
  int64_t days_;
  int64_t ms_of_day_;
  CivilDay day_;
};
}  // namespace

std::string JavaTimePattern::write(TimeMs time, const TimeZone& zone) const {
  Writer writer(time, zone);
  std::string out;
  for (const Item& item : items_) {
    if (item.letter == '[' || item.letter == ']') continue;  // there is nothing that a time lacks
    out += item.letter == 0 ? item.literal : writer.item(item);
  }
  return out;
}

}  // namespace leat::plan
