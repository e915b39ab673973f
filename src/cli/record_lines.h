#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/line_reader.h"
#include "cli/target.h"
#include "data/type.h"

namespace leat::cli {

/// How lines become records.
struct LineOptions {
  std::string format = "json";
  bool header = false;
  std::string key;             // field that moves from the value to the key
  std::string timestamp;       // field, or a number
  std::vector<Field> columns;  // delimited: the declared columns, in order
};

/// Turns lines of text into records as POST /v1/topics/{t}/records takes them.
class RecordLines {
 public:
  /// Errors: invalid_argument (delimited without declared columns, an unknown column in the
  /// header).
  static Result<RecordLines> make(LineReader reader, LineOptions options);
  /// The next record as JSON; nullopt at the end. Errors: invalid_data, with the line's number.
  Result<std::optional<std::string>> next();
  /// Whether next() would have to wait for somebody to write.
  bool would_wait() const { return reader_.would_wait(); }

 private:
  explicit RecordLines(LineReader reader) : reader_(std::move(reader)) {}
  Result<std::string> from_json(std::string_view line) const;
  Result<std::string> from_delimited(std::string_view line) const;
  std::string record(const std::optional<std::string>& key, const std::string& value,
                     const std::optional<std::string>& timestamp) const;
  /// The next line that is not blank.
  Result<std::optional<std::string_view>> line();
  Error at_line(const std::string& why) const;

  LineReader reader_;
  size_t line_number_ = 0;
  LineOptions options_;
  std::optional<int64_t> fixed_time_;
  std::vector<Field> order_;  // delimited: the type and name of each field of a line
};

/// The columns that are declared over a topic, key first. Errors: not_found when nothing is
/// declared over it.
Result<std::vector<Field>> declared_columns(Target& target, const std::string& topic);

}  // namespace leat::cli
