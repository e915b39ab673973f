#pragma once
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "plan/node.h"
#include "sql/catalogue.h"

namespace leat::sql {

/// One thing that SET knows.
struct Setting {
  enum class Kind : uint8_t { text, word, milliseconds, boolean };
  std::string_view name;
  Kind kind;
  std::string_view fallback;  // what holds until it is set
  std::string_view words;     // word: those allowed, with '|' between them
  std::string_view doc;       // one sentence
  bool of_ksqldb = false;     // a ksqlDB property: known under compatibility = 'ksqldb' only
};

/// All settings: Leat's, then those of ksqlDB, each in order of name.
std::span<const Setting> settings();
const Setting* find_setting(std::string_view name);

/// What holds for the statements of one application or connection: SET and DEFINE. A plain value.
struct Session {
  std::map<std::string, std::string, std::less<>> properties;  // by the name in settings()
  std::map<std::string, std::string, IgnoringCase> variables;  // of DEFINE

  /// SET. Errors: invalid_argument for an unknown name (with the nearest), or a value that is not
  /// one of the setting's.
  Status set(std::string_view name, std::string_view value);
  /// UNSET. Errors: as set.
  Status unset(std::string_view name);
  /// The value of a setting, or what holds when it is not set.
  std::string_view get(std::string_view name) const;

  /// compatibility = 'ksqldb'
  bool ksqldb() const { return get("compatibility") == "ksqldb"; }
  bool kafka_streams() const { return get("compatibility") == "kafka-streams"; }
  NameRule name_rule() const { return ksqldb() ? NameRule::exact : NameRule::folded; }
  /// auto.offset.reset = 'latest': a new query begins at the ends of its inputs.
  bool from_latest() const { return get("auto.offset.reset") == "latest"; }
  /// table.updates = 'every'
  bool every_update() const { return get("table.updates") == "every"; }
  TimeMs max_future_ms() const;
  plan::BadRecordPolicy errors_policy() const;
};

}  // namespace leat::sql
