#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/strong.h"

namespace leat::plan {

/// A time zone as java.time names them: "Z", "+02:00", "+0200", "GMT+2", "UTC", "Europe/London" and
/// the usual short names ("PST" is America/Los_Angeles). Regions come from the machine's zoneinfo
/// (through Abseil). Cheap to copy; read by any thread.
class TimeZone {
 public:
  /// UTC, under that name.
  TimeZone();
  /// Errors: invalid_argument.
  static Result<TimeZone> named(std::string_view name);
  static TimeZone fixed(int offset_seconds);

  const std::string& id() const { return id_; }

  struct Offset {
    int seconds;
    std::string abbreviation;  // "BST"; of a fixed offset its id
  };
  /// What is added to UTC at that time.
  Offset offset_at(TimeMs utc) const;
  /// The UTC time of a local one. Where the clocks skip it, later by what they skip; where they
  /// show it twice, the first.
  TimeMs to_utc(TimeMs local) const;

 private:
  struct Region;
  std::string id_;
  int fixed_seconds_ = 0;
  std::shared_ptr<const Region> region_;  // null: fixed
};

/// "+02:00", "Z" for none; seconds only where there are some.
std::string offset_text(int seconds);

}  // namespace leat::plan
