#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/strong.h"
#include "data/column.h"
#include "data/format.h"

namespace leat::exec {

/// Reads the times that a BIGINT, TIMESTAMP or STRING column holds (a STRING in a Java pattern,
/// UTC unless it says otherwise).
class EventTime {
 public:
  /// Errors: invalid_argument (a column of another type, a pattern that cannot be).
  static Result<EventTime> make(const Field& column, const std::string& pattern);

  /// out[i] = the time of row i. Rows that hold none (null, unreadable) are reported and kNoTime.
  void read(const Column& column, std::vector<TimeMs>& out, RowErrors& errors) const;

 private:
  EventTime(std::string name, std::string pattern)
      : name_(std::move(name)), pattern_(std::move(pattern)) {}
  std::string name_;
  std::string pattern_;
};

}  // namespace leat::exec
