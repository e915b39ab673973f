#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace leat::cases {

/// A JSON value that keeps the text of its numbers, so that 1.0, 1.00 and 10e-1 stay what they are.
struct Json {
  enum class Kind : uint8_t { null, boolean, number, string, array, object };
  Kind kind = Kind::null;
  bool truth = false;
  std::string text;  // number: as written; string: decoded
  std::vector<Json> items;
  std::vector<std::pair<std::string, Json>> members;  // in order of writing

  static Json of_string(std::string text);
  static Json of_number(std::string text);
  static Json of_boolean(bool truth);

  bool is_null() const { return kind == Kind::null; }
  bool is_object() const { return kind == Kind::object; }
  /// The member of an object by its exact name; nullptr when there is none (or this is no object).
  const Json* find(std::string_view name) const;
  /// The string of a member; empty when it is not there or no string.
  std::string string_of(std::string_view name) const;
  /// Appends it as JSON without spaces, numbers as they were written.
  void append_to(std::string& out) const;
  std::string to_string() const;
};

/// Parses one JSON text, all of it. Beyond the standard, comments (//, /* */) and control
/// characters in strings are taken, as test files have them. Errors: invalid_data with line and
/// column. Nested at most 500 deep.
Result<Json> parse_json(std::string_view text);

}  // namespace leat::cases
