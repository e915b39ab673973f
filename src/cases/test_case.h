#pragma once
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/strong.h"
#include "cases/json.h"
#include "sql/script.h"

namespace leat::cases {

/// A case of a .sql file: statements, some of which put records in and some of which assert what
/// comes out.
struct SqlCase {
  std::vector<sql::ScriptPiece> statements;     // those before the first `--@test`, then its own
  std::string folder;                           // where RUN SCRIPT looks for files
  std::optional<std::string> expected_error;    // an error code of ours, or anything: some error
  std::optional<std::string> expected_message;  // part of it
};

/// A window of a record's key; `end` as written, which for time windows follows from the start.
struct CaseWindow {
  TimeMs start = 0;
  TimeMs end = 0;
  bool session = false;
};

/// A record that goes in or is expected.
struct CaseRecord {
  std::string topic;
  Json key;
  Json value;
  std::optional<TimeMs> timestamp;
  std::optional<CaseWindow> window;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;  // values decoded
  bool headers_given = false;
};

/// One of ksqlDB's JSON cases: statements, records in, records out.
struct JsonCase {
  std::vector<std::string> statements;
  std::vector<std::pair<std::string, std::string>> properties;
  std::vector<CaseRecord> inputs;
  std::vector<CaseRecord> outputs;
  std::vector<std::string> topics;  // that exist before
  bool expects_error = false;
  std::vector<Json> sources;       // post.sources
  std::vector<Json> topics_after;  // post.topics.topics
  bool has_responses = false;      // a case of the REST suite
  std::vector<Json> responses;
  bool push_first = false;  // push queries run before records go in
  bool exact_numbers = true;
};

struct TestCase {
  std::string file;
  std::string name;
  std::variant<SqlCase, JsonCase> body;
};

/// Splits a .sql file into its cases; none when it has no `--@test`. Errors: invalid_argument.
Result<std::vector<TestCase>> read_sql_cases(const std::string& file, std::string_view text);
/// Reads a JSON file of cases, each format of a case one case; none when it is another JSON file.
/// Errors: invalid_data.
Result<std::vector<TestCase>> read_json_cases(const std::string& file, std::string_view text);

/// All cases in files and, recursively, folders (*.sql, *.json), in order of name. Errors:
/// not_found, and those of the readers with the file's name in front.
Result<std::vector<TestCase>> find_cases(const std::vector<std::string>& paths);

}  // namespace leat::cases
