#pragma once
#include <map>
#include <optional>
#include <string>

#include "base/result.h"
#include "sql/settings.h"

namespace leat::cli {

/// Settings of `leat run` by name: flags' names without dashes ("data", "listen", "threads",
/// "app"), and those of SET.
using Settings = std::map<std::string, std::string>;

/// Reads a TOML file: top-level keys are the flags, [settings] holds what SET knows. Errors:
/// not_found, and invalid_argument for unknown keys (with the nearest) and wrong types.
Result<Settings> read_settings_file(const std::string& path);
/// LEAT_DATA, LEAT_LISTEN, LEAT_THREADS, LEAT_APP, and LEAT_SET_<NAME> with '_' for '.'. Unknown
/// LEAT_* are errors.
Result<Settings> read_environment(char** environment);
/// The session that settings give; flags' names are passed over.
Result<sql::Session> session_of(const Settings& settings);

}  // namespace leat::cli
