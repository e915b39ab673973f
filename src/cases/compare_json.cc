// Holding what came out of a JSON case against what it expects.
#include "base/text.h"
#include "cases/json_run.h"
#include "data/record_batch.h"
#include "sql/parser.h"

namespace leat::cases {
namespace {

/// An arrival as a case would write it.
struct Decoded {
  Json key;
  Json value;
  std::optional<TimeMs> window_start;
  TimeMs window_end = 0;
};

Decoded decode(const JsonRun& run, const std::string& topic, const Arrival& arrival) {
  Decoded out;
  std::optional<std::string> key = arrival.key;
  auto window = run.window_of(topic);
  if (window && key && key->size() >= 8) {
    out.window_start = static_cast<TimeMs>(load_be64(key->data() + key->size() - 8));
    out.window_end = *out.window_start + *window;
    key->resize(key->size() - 8);
  }
  out.key = from_wire(key, run.key_side(topic));
  out.value = from_wire(arrival.value, run.value_side(topic));
  return out;
}

std::string show(const Json& key, const Json& value, TimeMs time, std::optional<TimeMs> window) {
  std::string out = key.to_string() + " -> " + value.to_string() + " at " + std::to_string(time);
  if (window) out += " window " + std::to_string(*window);
  return out;
}

std::optional<std::string> header_difference(const CaseRecord& expected, const Arrival& actual) {
  auto headers = decode_headers(actual.headers.empty() ? ByteView("\0", 1) : actual.headers);
  if (!headers.has_value()) return "headers: " + headers.error().message();
  bool same = headers->size() == expected.headers.size();
  for (size_t i = 0; same && i < headers->size(); ++i) {
    const auto& [name, value] = expected.headers[i];
    same = (*headers)[i].key == name && is_null((*headers)[i].value) == !value &&
           (!value || (*headers)[i].value == *value);
  }
  if (same) return std::nullopt;
  return "it has " + std::to_string(headers->size()) + " headers, and should have " +
         std::to_string(expected.headers.size()) + " (or others)";
}

std::optional<std::string> key_difference(const JsonRun& run, const CaseRecord& expected,
                                          const Decoded& actual) {
  bool exact = run.test.exact_numbers;
  if (auto differs = difference(expected.key, actual.key, run.key_side(expected.topic), exact))
    return "key: " + *differs;
  if (expected.window.has_value() != actual.window_start.has_value())
    return expected.window ? "the key has no window" : "the key has a window";
  if (expected.window && expected.window->start != *actual.window_start)
    return "its window starts at " + std::to_string(*actual.window_start);
  if (expected.window && expected.window->end != actual.window_end)
    return "its window ends at " + std::to_string(actual.window_end);
  return std::nullopt;
}

std::optional<std::string> record_difference(const JsonRun& run, const CaseRecord& expected,
                                             const Arrival& arrival) {
  Decoded actual = decode(run, expected.topic, arrival);
  if (auto differs = key_difference(run, expected, actual)) return differs;
  bool exact = run.test.exact_numbers;
  if (auto differs =
          difference(expected.value, actual.value, run.value_side(expected.topic), exact))
    return "value: " + *differs;
  if (expected.timestamp && *expected.timestamp != arrival.timestamp)
    return "its timestamp is " + std::to_string(arrival.timestamp);
  return header_difference(expected, arrival);
}

/// The next arrival that `expected` is to be held against: the next of all, or with several
/// partitions the next of its key (without a key, whichever fits).
Arrival* next_for(JsonRun& run, const CaseRecord& expected) {
  Arrival* first = nullptr;
  for (Arrival& arrival : run.world->arrivals(expected.topic)) {
    if (arrival.taken) continue;
    if (run.way != Way::three_partitions) return &arrival;
    if (expected.key.is_null()
            ? !record_difference(run, expected, arrival)
            : !key_difference(run, expected, decode(run, expected.topic, arrival)))
      return &arrival;
    if (first == nullptr) first = &arrival;
  }
  return first;
}

std::string all_of(JsonRun& run, const std::string& topic) {
  std::string out;
  for (const Arrival& arrival : run.world->arrivals(topic)) {
    Decoded record = decode(run, topic, arrival);
    out += "\n  " + show(record.key, record.value, arrival.timestamp, record.window_start);
  }
  return out.empty() ? "\n  nothing" : out;
}

std::string expected_text(const CaseRecord& record) {
  std::optional<TimeMs> window;
  if (record.window) window = record.window->start;
  return show(record.key, record.value, record.timestamp.value_or(0), window);
}

}  // namespace

Outcome compare_outputs(JsonRun& run) {
  std::map<std::string, size_t> counts;
  for (const CaseRecord& expected : run.test.outputs) {
    ++counts[expected.topic];
    Arrival* arrival = next_for(run, expected);
    std::string which = expected.topic + " record " + std::to_string(counts[expected.topic]);
    if (arrival == nullptr)
      return Outcome::failed(which + ": expected " + expected_text(expected) +
                             ", and nothing more came; there is" + all_of(run, expected.topic));
    arrival->taken = true;
    if (auto differs = record_difference(run, expected, *arrival))
      return Outcome::failed(which + ": " + *differs + "\nexpected " + expected_text(expected) +
                             ", and there is" + all_of(run, expected.topic));
  }
  for (const auto& [topic, count] : counts) {
    size_t came = run.world->arrivals(topic).size();
    if (came != count)
      return Outcome::failed(topic + ": " + std::to_string(came) + " records, not " +
                             std::to_string(count) + "; there is" + all_of(run, topic));
  }
  return Outcome::passed();
}

namespace {

std::string quoted(std::string_view name) {
  std::string out = "`";
  for (char c : name) out += c == '`' ? std::string("``") : std::string(1, c);
  return out + "`";
}

/// What a case says of a source, as the statement that asserts it.
std::string assertion(const Json& source) {
  std::string out =
      "ASSERT " + to_upper(source.string_of("type")) + " " + quoted(source.string_of("name"));
  if (std::string schema = source.string_of("schema"); !schema.empty()) out += " (" + schema + ")";
  std::string with;
  auto add = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) with += (with.empty() ? "" : ", ") + std::string(name) + "='" + value + "'";
  };
  if (const Json* format = source.find("keyFormat")) {
    add("key_format",
        format->kind == Json::Kind::string ? format->text : format->string_of("format"));
  }
  if (const Json* format = source.find("valueFormat")) {
    add("value_format",
        format->kind == Json::Kind::string ? format->text : format->string_of("format"));
  }
  return with.empty() ? out : out + " WITH (" + with + ")";
}

std::optional<std::string> window_difference(const Json& source, const sql::SourceDef& actual) {
  const Json* format = source.find("keyFormat");
  std::string type = format == nullptr ? "" : format->string_of("windowType");
  if (type.empty()) return std::nullopt;
  if (!actual.window) return "it has no window";
  const Json* size = format->find("windowSize");
  if (size != nullptr && size->kind == Json::Kind::number &&
      size->text != std::to_string(actual.window->size_ms))
    return "its window has " + std::to_string(actual.window->size_ms) + " ms, not " + size->text;
  return std::nullopt;
}

Outcome compare_source(JsonRun& run, const Json& source) {
  std::string name = source.string_of("name");
  std::string text = assertion(source);
  sql::ParseOptions options;
  options.test_statements = true;
  auto statement = sql::parse_statement(text, options);
  if (!statement.has_value()) return Outcome::rejected(statement.error(), text);
  auto bound = run.world->bind(*statement);
  if (!bound.has_value()) return Outcome::rejected(bound.error(), text);
  const auto& differences = std::get<sql::bound::AssertSource>(*bound).differences;
  if (!differences.empty()) return Outcome::failed(name + ": " + differences.front());
  sql::Catalogue catalogue = run.world->catalogue();
  const sql::SourceDef* actual = catalogue.find(name);
  if (actual == nullptr) return Outcome::failed(name + " is not there");
  if (auto differs = window_difference(source, *actual))
    return Outcome::failed(name + ": " + *differs);
  const Json* read_only = source.find("isSource");
  if (read_only != nullptr && read_only->truth != actual->read_only)
    return Outcome::failed(name + (actual->read_only ? " is" : " is not") + " a SOURCE");
  return Outcome::passed();
}

}  // namespace

Outcome compare_sources(JsonRun& run) {
  for (const Json& source : run.test.sources) {
    Outcome outcome = compare_source(run, source);
    if (outcome.verdict != Verdict::passed) return outcome;
  }
  return Outcome::passed();
}

}  // namespace leat::cases
