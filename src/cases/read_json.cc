#include <charconv>

#include "base/text.h"
#include "cases/test_case.h"

namespace leat::cases {
namespace {

std::optional<int64_t> integer_of(const Json* value) {
  if (value == nullptr || value->kind != Json::Kind::number) return std::nullopt;
  int64_t out = 0;
  const char* end = value->text.data() + value->text.size();
  auto [at, bad] = std::from_chars(value->text.data(), end, out);
  if (bad != std::errc() || at != end) return std::nullopt;
  return out;
}

std::string replace_all(std::string text, std::string_view what, std::string_view by) {
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

const std::vector<Json>& items_of(const Json* value) {
  static const std::vector<Json> none;
  return value == nullptr ? none : value->items;
}

Result<CaseRecord> read_record(const Json& json) {
  CaseRecord record;
  record.topic = json.string_of("topic");
  if (record.topic.empty()) return Error(ErrorCode::invalid_data, "a record without a topic");
  if (const Json* key = json.find("key")) record.key = *key;
  if (const Json* value = json.find("value")) record.value = *value;
  record.timestamp = integer_of(json.find("timestamp"));
  if (const Json* window = json.find("window"); window != nullptr && window->is_object()) {
    CaseWindow bounds;
    bounds.start = integer_of(window->find("start")).value_or(0);
    bounds.end = integer_of(window->find("end")).value_or(0);
    bounds.session = equals_ignoring_case(window->string_of("type"), "session");
    record.window = bounds;
  }
  const Json* headers = json.find("headers");
  record.headers_given = headers != nullptr;
  for (const Json& header : items_of(headers)) {
    std::optional<std::string> value;
    if (const Json* text = header.find("VALUE"); text != nullptr && !text->is_null())
      value = base64_decode(text->text).value_or(text->text);
    record.headers.emplace_back(header.string_of("KEY"), std::move(value));
  }
  return record;
}

Result<std::vector<CaseRecord>> read_records(const Json* list) {
  std::vector<CaseRecord> records;
  for (const Json& item : items_of(list)) {
    LEAT_TRY(CaseRecord record, read_record(item));
    records.push_back(std::move(record));
  }
  return records;
}

std::string property_text(const Json& value) {
  return value.kind == Json::Kind::string ? value.text : value.to_string();
}

void read_properties(const Json* properties, JsonCase& out) {
  if (properties == nullptr) return;
  for (const auto& [name, value] : properties->members) {
    if (name == "use.exact.numeric.comparison")
      out.exact_numbers = value.kind != Json::Kind::boolean || value.truth;
    else if (property_text(value) != "{CONFIG}")
      out.properties.emplace_back(name, property_text(value));
  }
}

Result<JsonCase> read_case(const Json& json) {
  JsonCase out;
  for (const Json& statement : items_of(json.find("statements")))
    out.statements.push_back(statement.text);
  read_properties(json.find("properties"), out);
  LEAT_TRY(out.inputs, read_records(json.find("inputs")));
  LEAT_TRY(out.outputs, read_records(json.find("outputs")));
  for (const Json& topic : items_of(json.find("topics"))) {
    std::string name = topic.kind == Json::Kind::string ? topic.text : topic.string_of("name");
    if (!name.empty()) out.topics.push_back(std::move(name));
  }
  out.expects_error =
      json.find("expectedException") != nullptr || json.find("expectedError") != nullptr;
  if (const Json* post = json.find("post")) {
    out.sources = items_of(post->find("sources"));
    if (const Json* topics = post->find("topics"))
      out.topics_after = items_of(topics->find("topics"));
  }
  out.has_responses = json.find("responses") != nullptr || json.find("expectedError") != nullptr;
  out.responses = items_of(json.find("responses"));
  if (const Json* conditions = json.find("inputConditions")) {
    const Json* wait = conditions->find("waitForActivePushQuery");
    out.push_first = wait != nullptr && wait->truth;
  }
  return out;
}

/// A case with a list of formats is as many cases.
void add_formats(const Json* formats, TestCase test, std::vector<TestCase>& out) {
  if (items_of(formats).empty()) {
    out.push_back(std::move(test));
    return;
  }
  for (const Json& format : formats->items) {
    TestCase one = test;
    one.name += " - " + format.text;
    for (std::string& statement : std::get<JsonCase>(one.body).statements)
      statement = replace_all(std::move(statement), "{FORMAT}", format.text);
    out.push_back(std::move(one));
  }
}

}  // namespace

Result<std::vector<TestCase>> read_json_cases(const std::string& file, std::string_view text) {
  auto json = parse_json(text);
  if (!json.has_value()) return std::move(json).error().with_context(file);
  const Json* tests = json->find("tests");
  std::vector<TestCase> cases;
  for (const Json& item : items_of(tests)) {
    if (item.find("statements") == nullptr) continue;
    const Json* enabled = item.find("enabled");
    if (enabled != nullptr && enabled->kind == Json::Kind::boolean && !enabled->truth) continue;
    std::string name = item.string_of("name");
    auto body = read_case(item);
    if (!body.has_value()) return std::move(body).error().with_context(file + ": " + name);
    add_formats(item.find("format"), {file, name, *std::move(body)}, cases);
  }
  return cases;
}

}  // namespace leat::cases
