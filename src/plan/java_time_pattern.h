#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/strong.h"
#include "plan/time_zone.h"

namespace leat::plan {

/// A pattern of java.time.format.DateTimeFormatter, which is how statements say what time looks
/// like in text: "yyyy-MM-dd'T'HH:mm:ss.SSSX". Letters: G u y D M L d E a h H k K m s S A n N V z O
/// X x Z, text in quotes, optional parts in [ ]; not there are weeks (Y w W e c), quarters, padding
/// and generic zone names. Names of months and days are English. Immutable; read by any thread.
class JavaTimePattern {
 public:
  /// Errors: invalid_argument (a letter that means nothing, too many of one, an open quote) or
  /// unsupported.
  static Result<JavaTimePattern> parse(std::string_view pattern);

  /// Reads a time. Case does not matter; the whole text has to fit. What it does not say is that of
  /// 1970-01-01T00:00 in `zone`, unless it names a zone itself. A day past the end of its month is
  /// the last one. Errors: invalid_data.
  Result<TimeMs> read(std::string_view text, const TimeZone& zone) const;

  /// Writes a time as it is in `zone`.
  std::string write(TimeMs time, const TimeZone& zone) const;

  const std::string& text() const { return text_; }

  /// A piece of the pattern.
  struct Item {
    char letter = 0;  // 0: `literal`; '[' and ']' open and close an optional part
    int count = 0;
    int reserved = 0;  // digits right behind it that belong to numbers of fixed width
    std::string literal;
  };

 private:
  std::string text_;
  std::vector<Item> items_;
};

}  // namespace leat::plan
