#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cases/run.h"
#include "cases/wire.h"
#include "cases/world.h"

namespace leat::cases {

/// One JSON case at work: the world, and what its statements have declared so far.
struct JsonRun {
  const JsonCase& test;
  Way way;
  std::unique_ptr<World> world;
  std::map<std::string, sql::SourceDef> declared;  // by topic, also what was dropped since

  Side key_side(const std::string& topic) const;
  Side value_side(const std::string& topic) const;
  /// Size of the windows in a topic's keys; nullopt: not windowed.
  std::optional<TimeMs> window_of(const std::string& topic) const;
  /// Executes a statement and remembers what it declared.
  Result<service::StatementResult> execute(std::string_view statement);
};

/// Puts the inputs in, with a restart half way where the way says so.
Status feed(JsonRun& run);
/// Holds the topics against the outputs.
Outcome compare_outputs(JsonRun& run);
/// Holds the catalogue against what the case says of it afterwards.
Outcome compare_sources(JsonRun& run);
/// The queries behind the statements of a REST case, and their responses; feeds.
Outcome run_queries(JsonRun& run, const std::vector<std::string>& queries, size_t statements);

}  // namespace leat::cases
