#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/strong.h"

namespace leat::plan {

/// Reads an ISO-8601 point in time: year[-month[-day]][Thour[:minute[:second[.fraction]]]] and
/// behind a time a zone, Z or +hh[[:]mm]; UTC without one. What is left out is its first value.
/// Errors: invalid_data.
Result<TimeMs> parse_timestamp_text(std::string_view text);

/// "2020-05-26T23:59:58.000", in UTC: what CAST(timestamp AS STRING) gives.
std::string timestamp_text(TimeMs time);

/// A day of the proleptic Gregorian calendar and back, as days since 1970-01-01.
struct CivilDay {
  int64_t year;
  int month;  // 1..12
  int day;    // 1..31
};
int64_t days_from_civil(CivilDay day);
CivilDay civil_from_days(int64_t days);
int days_in_month(int64_t year, int month);

/// Quotient rounded towards negative infinity, and the rest, which is never negative.
constexpr int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }
constexpr int64_t floor_mod(int64_t a, int64_t b) { return a - floor_div(a, b) * b; }

inline constexpr int64_t kMsPerDay = 86'400'000;

}  // namespace leat::plan
