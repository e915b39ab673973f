#pragma once
#include <vector>

#include "base/arena.h"
#include "base/bytes.h"

namespace leat {

/// One field of a delimited row.
struct DelimitedField {
  ByteView text;        // without its quotes, in the row or (where it had doubled quotes) the arena
  bool quoted = false;  // tells an empty string from nothing at all
};

/// Splits rows at a delimiter. A field that begins with a quote goes on to the closing quote, two
/// quotes in it are one; a quote elsewhere is a character like any other. One line end may follow
/// the row.
class DelimitedSplitter {
 public:
  explicit DelimitedSplitter(char delimiter) : delimiter_(delimiter) {}

  /// Splits `row` into fields(). nullptr, or what is wrong with the row.
  const char* split(ByteView row, Arena& arena);
  /// Counts the fields of a row without splitting it. False: it has quotes, line ends or more than
  /// ASCII in it, and only split() knows.
  bool count_plain(ByteView row, size_t& fields) const;
  const std::vector<DelimitedField>& fields() const { return fields_; }
  /// Whether the latest row was all ASCII.
  bool is_ascii() const { return is_ascii_; }

 private:
  bool split_plain(ByteView row);
  const char* split_quoted(ByteView row, Arena& arena);
  char delimiter_;
  bool is_ascii_ = true;
  std::vector<DelimitedField> fields_;
};

}  // namespace leat
