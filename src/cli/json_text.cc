#include "cli/json_text.h"

#include <simdjson.h>

#include "base/text.h"

namespace leat::cli {
namespace {
namespace ondemand = simdjson::ondemand;
Error not_json() { return Error(ErrorCode::io, "the server's answer is not what was expected"); }
}  // namespace

Result<std::vector<std::string>> array_elements(std::string_view json) {
  ondemand::parser parser;
  simdjson::padded_string padded(json);
  ondemand::document document;
  ondemand::array array;
  if (parser.iterate(padded).get(document) != simdjson::SUCCESS ||
      document.get_array().get(array) != simdjson::SUCCESS)
    return not_json();
  std::vector<std::string> elements;
  for (auto element : array) {
    ondemand::value value;
    std::string_view text;
    if (element.get(value) != simdjson::SUCCESS ||
        simdjson::to_json_string(value).get(text) != simdjson::SUCCESS)
      return not_json();
    elements.emplace_back(trim(text));
  }
  return elements;
}

Result<std::string> member_text(std::string_view json, std::string_view name) {
  ondemand::parser parser;
  simdjson::padded_string padded(json);
  ondemand::document document;
  ondemand::object object;
  if (parser.iterate(padded).get(document) != simdjson::SUCCESS ||
      document.get_object().get(object) != simdjson::SUCCESS)
    return not_json();
  for (auto field : object) {
    std::string_view key;
    ondemand::value value;
    std::string_view text;
    if (field.unescaped_key().get(key) != simdjson::SUCCESS) return not_json();
    bool wanted = key == name;
    if (field.value().get(value) != simdjson::SUCCESS ||
        simdjson::to_json_string(value).get(text) != simdjson::SUCCESS)
      return not_json();
    if (wanted) return std::string(trim(text));
  }
  return std::string();
}

std::string cell_text(std::string_view json) {
  if (!json.starts_with('"')) return std::string(json);
  simdjson::dom::parser parser;
  std::string_view text;
  if (parser.parse(std::string(json)).get_string().get(text) != simdjson::SUCCESS)
    return std::string(json);
  std::string cell(text);
  for (char& c : cell)
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  return cell;
}

}  // namespace leat::cli
