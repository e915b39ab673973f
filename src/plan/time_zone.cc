#include "plan/time_zone.h"

#include <absl/time/time.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/text.h"
#include "plan/timestamp_text.h"

namespace leat::plan {
namespace {

struct ShortName {
  std::string_view name;
  std::string_view region;
};
// The abbreviations that people write, with the region that java.time takes them for.
constexpr std::array kShortNames = {
    ShortName{"PST", "America/Los_Angeles"}, ShortName{"PDT", "America/Los_Angeles"},
    ShortName{"MST", "America/Denver"},      ShortName{"MDT", "America/Denver"},
    ShortName{"CST", "America/Chicago"},     ShortName{"CDT", "America/Chicago"},
    ShortName{"EST", "America/New_York"},    ShortName{"EDT", "America/New_York"},
    ShortName{"AKST", "America/Anchorage"},  ShortName{"AKDT", "America/Anchorage"},
    ShortName{"HST", "Pacific/Honolulu"},    ShortName{"BST", "Europe/London"},
    ShortName{"WET", "Europe/Lisbon"},       ShortName{"WEST", "Europe/Lisbon"},
    ShortName{"CET", "Europe/Paris"},        ShortName{"CEST", "Europe/Paris"},
    ShortName{"EET", "Europe/Bucharest"},    ShortName{"EEST", "Europe/Bucharest"},
    ShortName{"MSK", "Europe/Moscow"},       ShortName{"IST", "Asia/Kolkata"},
    ShortName{"JST", "Asia/Tokyo"},          ShortName{"KST", "Asia/Seoul"},
    ShortName{"AEST", "Australia/Sydney"},   ShortName{"AEDT", "Australia/Sydney"},
    ShortName{"NZST", "Pacific/Auckland"},   ShortName{"NZDT", "Pacific/Auckland"},
};

// "+2", "-02", "+0200", "+02:00", "+02:00:30" as seconds.
std::optional<int> parse_offset(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  if (text.size() < 2 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  std::string digits;
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == ':' && i % 3 == 0) continue;
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    digits += text[i];
  }
  if (digits.size() == 1) digits = "0" + digits;
  if (digits.size() % 2 != 0 || digits.size() > 6) return std::nullopt;
  digits.resize(6, '0');
  auto two = [&digits](size_t at) { return (digits[at] - '0') * 10 + digits[at + 1] - '0'; };
  int seconds = two(0) * 3600 + two(2) * 60 + two(4);
  if (seconds > 18 * 3600 || two(2) > 59 || two(4) > 59) return std::nullopt;
  return text[0] == '-' ? -seconds : seconds;
}

// Only names that can be regions reach the file system.
bool is_region_name(std::string_view name) {
  if (name.empty() || name.size() > 64 || name.front() == '/' || name == "localtime") return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
           c == '_' || c == '-' || c == '+';
  });
}
}  // namespace

struct TimeZone::Region {
  absl::TimeZone zone;
};

TimeZone::TimeZone() : id_("UTC") {}

TimeZone TimeZone::fixed(int offset_seconds) {
  TimeZone out;
  out.id_ = offset_text(offset_seconds);
  out.fixed_seconds_ = offset_seconds;
  return out;
}

Result<TimeZone> TimeZone::named(std::string_view name) {
  TimeZone out;
  out.id_ = std::string(name);
  if (auto seconds = parse_offset(name)) return fixed(*seconds);
  for (std::string_view prefix : {"UTC", "GMT", "UT"}) {
    if (!equals_ignoring_case(name.substr(0, prefix.size()), prefix)) continue;
    std::string_view rest = name.substr(prefix.size());
    auto seconds = rest.empty() ? std::optional<int>(0) : parse_offset(rest);
    if (!seconds) continue;
    out.fixed_seconds_ = *seconds;
    return out;
  }
  std::string_view region = name;
  for (const ShortName& known : kShortNames)
    if (equals_ignoring_case(known.name, name)) region = known.region;
  absl::TimeZone zone;
  if (!is_region_name(region) || !absl::LoadTimeZone(std::string(region), &zone))
    return Error(ErrorCode::invalid_argument, "there is no time zone " + std::string(name),
                 "write it as Europe/London, UTC or +02:00");
  out.region_ = std::make_shared<const Region>(Region{zone});
  return out;
}

TimeZone::Offset TimeZone::offset_at(TimeMs utc) const {
  if (region_ == nullptr) return {fixed_seconds_, id_};
  auto info = region_->zone.At(absl::FromUnixMillis(utc));
  return {info.offset, info.zone_abbr};
}

TimeMs TimeZone::to_utc(TimeMs local) const {
  if (region_ == nullptr) return local - TimeMs{fixed_seconds_} * 1000;
  int64_t seconds = floor_div(local, 1000);
  auto info = region_->zone.At(absl::CivilSecond(1970, 1, 1, 0, 0, 0) + seconds);
  return absl::ToUnixMillis(info.pre) + floor_mod(local, 1000);
}

std::string offset_text(int seconds) {
  if (seconds == 0) return "Z";
  int total = std::abs(seconds);
  char text[16];
  if (total % 60 == 0)
    snprintf(text, sizeof text, "%c%02d:%02d", seconds < 0 ? '-' : '+', total / 3600,
             total / 60 % 60);
  else
    snprintf(text, sizeof text, "%c%02d:%02d:%02d", seconds < 0 ? '-' : '+', total / 3600,
             total / 60 % 60, total % 60);
  return text;
}

}  // namespace leat::plan
