#pragma once
#include <optional>
#include <string>
#include <vector>

#include "cases/json.h"
#include "data/format.h"

namespace leat::cases {

/// One side, key or value, of the records of a topic. Without a format nothing is declared: strings
/// are their text, anything else is JSON.
struct Side {
  std::optional<FormatSpec> format;
  std::vector<Field> fields;
  bool is_key = false;
};

/// The bytes of one side of a record as a case writes it; nullopt: null. A bare value of a side
/// that wraps its one column is that column's. Errors: invalid_data.
Result<std::optional<std::string>> to_wire(const Json& json, const Side& side);
/// What a case would write for these bytes. Bytes that do not decode are a string of them.
Json from_wire(const std::optional<std::string>& bytes, const Side& side);

/// What differs between what is expected and what came, in words; nullopt: nothing. DOUBLE compares
/// by value, DECIMAL with its scale, integers exactly. Objects have the same number of fields, each
/// found by its name or its name in upper case.
std::optional<std::string> difference(const Json& expected, const Json& actual, const Side& side,
                                      bool exact_numbers = true);
/// The same for one value of a type.
bool same_value(const Json& expected, const Json& actual, const Type* type, bool exact_numbers);

}  // namespace leat::cases
