#include "sql/settings.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"

namespace leat::sql {
namespace {

using Kind = Setting::Kind;

constexpr std::array kSettings = {
    Setting{"application.id", Kind::text, "", "",
            "names the application in the data directory; the first file's name when not set"},
    Setting{"auto.offset.reset", Kind::word, "earliest", "earliest|latest",
            "where a new query begins to read its inputs"},
    Setting{"compatibility", Kind::word, "", "|ksqldb|kafka-streams",
            "whose names, arithmetic and timing are followed where Leat does otherwise"},
    Setting{"errors.policy", Kind::word, "dlq", "dlq|skip|fail",
            "what becomes of a record that cannot be read or computed"},
    Setting{"max_future", Kind::milliseconds, "86400000", "",
            "how far a record's time may lie past its arrival; 0: any far"},
    Setting{"table.updates", Kind::word, "net", "net|every",
            "whether the changes of a key within one commit become one"},
    // Properties of ksqlDB.
    Setting{"ksql.functions.substring.legacy.args", Kind::boolean, "false", "",
            "only false: SUBSTRING counts from 1", true},
    Setting{"ksql.new.query.planner.enabled", Kind::boolean, "false", "",
            "true: what it would change is refused", true},
    Setting{"ksql.output.topic.name.prefix", Kind::text, "", "",
            "stands in front of the default topic of a query", true},
    Setting{"ksql.persistence.default.format.key", Kind::text, "KAFKA", "",
            "the key format where none is written", true},
    Setting{"ksql.persistence.default.format.value", Kind::text, "", "",
            "the value format where none is written", true},
    Setting{"ksql.persistence.wrap.single.values", Kind::boolean, "true", "",
            "whether a value of one column is an object", true},
    Setting{"ksql.query.pull.limit.clause.enabled", Kind::boolean, "true", "",
            "whether pull queries may have a LIMIT", true},
    Setting{"ksql.query.pull.range.scan.enabled", Kind::boolean, "true", "",
            "whether pull queries may ask for a range of keys", true},
    Setting{"ksql.query.pull.stream.enabled", Kind::boolean, "true", "",
            "whether pull queries may read streams", true},
    Setting{"ksql.query.pull.table.scan.enabled", Kind::boolean, "true", "",
            "whether pull queries may read whole tables", true},
    Setting{"ksql.streams.__emit.interval.ms.kstreams.windowed.aggregation__", Kind::milliseconds,
            "0", "", "changes nothing: final results come at once", true},
    Setting{"use.exact.numeric.comparison", Kind::boolean, "true", "", "changes nothing", true},
};

std::vector<std::string> split_words(std::string_view words) {
  std::vector<std::string> out;
  while (true) {
    size_t bar = words.find('|');
    out.emplace_back(words.substr(0, bar));
    if (bar == std::string_view::npos) return out;
    words.remove_prefix(bar + 1);
  }
}

std::optional<int64_t> whole_number(std::string_view text) {
  int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

Error bad_value(const Setting& setting, std::string_view value, std::string hint) {
  return Error(ErrorCode::invalid_argument,
               "setting '" + std::string(setting.name) + "' cannot be '" + std::string(value) + "'",
               std::move(hint));
}

/// The value as the setting writes it.
Result<std::string> checked(const Setting& setting, std::string_view value) {
  switch (setting.kind) {
    case Kind::text: return std::string(value);
    case Kind::word:
      for (const std::string& word : split_words(setting.words))
        if (equals_ignoring_case(word, value)) return word;
      {
        std::string allowed;
        for (const std::string& word : split_words(setting.words))
          allowed += (allowed.empty() ? "'" : ", '") + word + "'";
        return bad_value(setting, value, "it is one of " + allowed);
      }
    case Kind::milliseconds:
      if (!whole_number(value)) return bad_value(setting, value, "it is a number of milliseconds");
      return std::string(value);
    case Kind::boolean:
      if (!equals_ignoring_case(value, "true") && !equals_ignoring_case(value, "false"))
        return bad_value(setting, value, "it is 'true' or 'false'");
      return to_lower(value);
  }
  return std::string(value);
}

}  // namespace

std::span<const Setting> settings() { return kSettings; }

const Setting* find_setting(std::string_view name) {
  for (const Setting& setting : kSettings)
    if (equals_ignoring_case(setting.name, name)) return &setting;
  return nullptr;
}

namespace {
Result<const Setting*> known(std::string_view name, bool ksqldb) {
  const Setting* setting = find_setting(name);
  if (setting != nullptr && (ksqldb || !setting->of_ksqldb)) return setting;
  if (setting != nullptr)
    return Error(ErrorCode::invalid_argument,
                 "setting '" + std::string(setting->name) + "' is ksqlDB's",
                 "SET 'compatibility' = 'ksqldb' first");
  std::vector<std::string> names;
  for (const Setting& s : kSettings)
    if (ksqldb || !s.of_ksqldb) names.emplace_back(s.name);
  auto near = nearest(name, names);
  return Error(ErrorCode::invalid_argument, "there is no setting '" + std::string(name) + "'",
               near ? "did you mean '" + *near + "'?" : "SHOW PROPERTIES lists them");
}
}  // namespace

Status Session::set(std::string_view name, std::string_view value) {
  LEAT_TRY(const Setting* setting, known(name, ksqldb()));
  LEAT_TRY(std::string text, checked(*setting, value));
  properties[std::string(setting->name)] = std::move(text);
  return {};
}

Status Session::unset(std::string_view name) {
  LEAT_TRY(const Setting* setting, known(name, ksqldb()));
  properties.erase(std::string(setting->name));
  return {};
}

std::string_view Session::get(std::string_view name) const {
  const Setting* setting = find_setting(name);
  LEAT_ASSERT(setting != nullptr);
  auto found = properties.find(setting->name);
  return found == properties.end() ? setting->fallback : std::string_view(found->second);
}

TimeMs Session::max_future_ms() const { return whole_number(get("max_future")).value_or(0); }

plan::BadRecordPolicy Session::errors_policy() const {
  std::string_view policy = get("errors.policy");
  if (policy == "skip") return plan::BadRecordPolicy::skip;
  if (policy == "fail") return plan::BadRecordPolicy::fail;
  return plan::BadRecordPolicy::dead_letter;
}

}  // namespace leat::sql
