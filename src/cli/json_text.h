#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace leat::cli {

/// The elements of a JSON array as their JSON texts: numbers keep their digits.
Result<std::vector<std::string>> array_elements(std::string_view json);
/// The text of one member of a JSON object; empty when it is absent.
Result<std::string> member_text(std::string_view json, std::string_view name);
/// A JSON value as a cell of a table: strings without quotes, null as "null".
std::string cell_text(std::string_view json);

}  // namespace leat::cli
