#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/strong.h"
#include "data/column.h"
#include "data/format.h"
#include "plan/java_time_pattern.h"

namespace leat::exec {

/// Reads the times that a BIGINT, TIMESTAMP or STRING column holds (a STRING in a Java pattern, or
/// ISO-8601 without one; UTC unless it says otherwise).
class EventTime {
 public:
  /// Errors: invalid_argument (a column of another type, a pattern that cannot be).
  static Result<EventTime> make(const Field& column, const std::string& pattern);

  /// out[i] = the time of row i. Rows that hold none (null, unreadable) are reported and kNoTime.
  void read(const Column& column, std::vector<TimeMs>& out, RowErrors& errors) const;

 private:
  explicit EventTime(std::string name) : name_(std::move(name)) {}
  Result<TimeMs> parse(ByteView text) const;
  std::string name_;
  std::optional<plan::JavaTimePattern> pattern_;  // of a STRING; none: ISO-8601
  plan::TimeZone utc_;
};

}  // namespace leat::exec
