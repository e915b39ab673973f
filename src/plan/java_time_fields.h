#pragma once
#include <array>
#include <cstdint>
#include <string_view>

#include "plan/java_time_pattern.h"

namespace leat::plan {

/// What the reading and the writing of patterns share.

inline constexpr std::array<std::string_view, 12> kMonths = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};
/// From Monday, as java.time counts.
inline constexpr std::array<std::string_view, 7> kDays = {
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};

/// Monday is 0.
constexpr int day_of_week(int64_t days_since_epoch) {
  return static_cast<int>(((days_since_epoch + 3) % 7 + 7) % 7);
}

/// How an offset is written: X, x and Z with their counts.
struct OffsetStyle {
  bool colon;
  enum class Part : uint8_t { never, if_not_zero, always } minutes, seconds;
  std::string_view zero;
};
OffsetStyle offset_style(const JavaTimePattern::Item& item);

/// Whether the item is written as a number.
bool is_number(const JavaTimePattern::Item& item);
/// The exact digits that it takes when it stands behind other numbers; 0: as many as there are.
int fixed_width(const JavaTimePattern::Item& item);

}  // namespace leat::plan
