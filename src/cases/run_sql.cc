// Running a case of a .sql file: statement by statement.
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "cases/run.h"
#include "cases/world.h"
#include "data/json_value.h"
#include "service/outgoing.h"
#include "sql/parser.h"

namespace leat::cases {
namespace {

using sql::ScriptPiece;

Result<std::vector<ScriptPiece>> read_script(const std::string& folder, const std::string& file) {
  std::string path = (std::filesystem::path(folder) / file).string();
  std::ifstream in(path, std::ios::binary);
  if (!in) return Error(ErrorCode::not_found, "no such file: " + path);
  std::ostringstream text;
  text << in.rdbuf();
  return sql::split_script(std::move(text).str());
}

Result<sql::Statement> parse_piece(const ScriptPiece& piece, const sql::Variables& variables) {
  LEAT_TRY(std::string text,
           sql::substitute(piece.text, variables, piece.span.line, piece.span.column));
  sql::ParseOptions options;
  options.test_statements = true;
  options.first_line = piece.span.line;
  options.first_column = piece.span.column;
  return sql::parse_statement(text, options);
}

/// The case's statements, those of the scripts that it runs in their place.
Result<std::vector<ScriptPiece>> flatten(const SqlCase& test) {
  std::vector<ScriptPiece> out;
  for (const ScriptPiece& piece : test.statements) {
    auto statement = parse_piece(piece, {});
    const sql::RunScript* script =
        statement.has_value() ? std::get_if<sql::RunScript>(&statement->node) : nullptr;
    if (script == nullptr) {
      out.push_back(piece);
      continue;
    }
    LEAT_TRY(auto pieces, read_script(test.folder, script->file));
    for (ScriptPiece& inner : pieces)
      if (inner.kind == ScriptPiece::Kind::statement) out.push_back(std::move(inner));
  }
  return out;
}

/// What holds for the application from the start: every SET of the case.
sql::Session session_of(const std::vector<ScriptPiece>& pieces) {
  sql::Session session;
  session.properties["table.updates"] = "every";
  session.properties["max_future"] = "0";
  for (const ScriptPiece& piece : pieces) {
    auto statement = parse_piece(piece, {});
    if (!statement.has_value()) continue;
    if (const auto* set = std::get_if<sql::SetProperty>(&statement->node))
      (void)session.set(set->name, set->value);  // a wrong one is reported where it stands
  }
  return session;
}

bool is_insert(const ScriptPiece& piece) {
  auto statement = parse_piece(piece, {});
  return statement.has_value() && std::holds_alternative<sql::InsertValues>(statement->node);
}

/// A row as JSON texts, one a column, and what stands beside the columns.
struct Row {
  std::vector<std::string> columns;
  bool present = true;
  TimeMs timestamp = 0;
  std::optional<TimeMs> window_start;
};

std::string show(const Row& row, const sql::SourceDef& source) {
  std::string out = "{";
  size_t shown = row.present ? row.columns.size() : source.schema.key.size();
  for (size_t c = 0; c < shown; ++c)
    out += (c == 0 ? "" : ", ") + source.schema.at(c).name + ": " + row.columns[c];
  out += row.present ? "}" : "} deleted";
  if (row.window_start) out += " window " + std::to_string(*row.window_start);
  return out;
}

/// Decodes an arrival; an error in words where it does not fit its declaration.
Result<Row> decode(const Arrival& arrival, const sql::SourceDef& source) {
  Row row;
  row.timestamp = arrival.timestamp;
  row.present = arrival.value.has_value();
  auto view = [](const std::optional<std::string>& bytes) {
    return bytes ? ByteView(*bytes) : ByteView();
  };
  std::vector<ByteView> keys{view(arrival.key)};
  std::vector<ByteView> values{view(arrival.value)};
  if (source.window) {
    std::vector<TimeMs> starts;
    service::split_windowed_keys(keys, starts);
    row.window_start = starts.front();
  }
  auto add = [&](const FormatSpec& format, const std::vector<Field>& fields, bool is_key,
                 const std::vector<ByteView>& bytes) -> Status {
    auto side = service::decode_side(format, fields, is_key, bytes);
    if (side == nullptr) return {};
    if (!side->failed.empty() && side->failed[0])
      return Error(ErrorCode::invalid_data,
                   is_key ? "the key does not decode" : "the value does not decode");
    for (const Column& column : side->columns)
      append_json_value(row.columns.emplace_back(), column, 0);
    return {};
  };
  LEAT_CHECK(add(source.key_format, source.schema.key, true, keys));
  LEAT_CHECK(add(source.value_format, source.schema.value, false, values));
  return row;
}

Row expected_row(const sql::bound::AssertValues& assertion) {
  Row row;
  row.present = !assertion.tombstone;
  row.window_start = assertion.window_start;
  for (const Column& column : assertion.row->columns)
    append_json_value(row.columns.emplace_back(), column, 0);
  return row;
}

/// What differs; empty: nothing. With `key_only`, of the key and its window.
std::string difference(const sql::bound::AssertValues& assertion, const Row& actual,
                       bool key_only) {
  const sql::SourceDef& source = assertion.source;
  Row expected = expected_row(assertion);
  if (assertion.window_start && actual.window_start != assertion.window_start)
    return "its window starts at " + std::to_string(actual.window_start.value_or(0));
  if (assertion.window_end && source.window && actual.window_start &&
      *actual.window_start + source.window->size_ms != *assertion.window_end)
    return "its window ends at " + std::to_string(*actual.window_start + source.window->size_ms);
  size_t width = key_only || assertion.tombstone ? source.schema.key.size() : source.schema.width();
  for (size_t c = 0; c < width; ++c)
    if (assertion.compared[c] && expected.columns[c] != actual.columns[c])
      return source.schema.at(c).name + " is " + actual.columns[c] + ", not " + expected.columns[c];
  if (key_only) return {};
  if (expected.present != actual.present)
    return expected.present ? "it is a tombstone" : "it is not a tombstone";
  if (assertion.rowtime && *assertion.rowtime != actual.timestamp)
    return "its rowtime is " + std::to_string(actual.timestamp) + ", not " +
           std::to_string(*assertion.rowtime);
  return {};
}

bool compares_key(const sql::bound::AssertValues& assertion) {
  for (size_t c = 0; c < assertion.source.schema.key.size(); ++c)
    if (assertion.compared[c] && !assertion.row->columns[c].is_null(0)) return true;
  return false;
}

/// Runs the statements of one case.
class SqlRun {
 public:
  SqlRun(World& world, Way way) : world_(world), way_(way) {}

  Status run(const ScriptPiece& piece) {
    LEAT_TRY(sql::Statement statement, parse_piece(piece, world_.session().variables));
    bool asserts = std::holds_alternative<sql::AssertValues>(statement.node) ||
                   std::holds_alternative<sql::AssertSource>(statement.node);
    if (asserts) return hold(statement);
    std::optional<TimeMs> at;
    if (std::holds_alternative<sql::InsertValues>(statement.node)) {
      LEAT_TRY(auto bound, world_.bind(statement));
      for (TimeMs time : std::get<sql::bound::InsertValues>(bound).rows->timestamps)
        if (time != kNoTime) at = std::max(time, at.value_or(time));
    }
    LEAT_CHECK(world_.execute(piece.text, at));
    if (auto failure = world_.failure()) return Error(ErrorCode::invalid_data, *failure);
    return {};
  }
  /// Whether the last error was that of an assertion, not of a statement.
  bool assertion_failed() const { return assertion_failed_; }

 private:
  Status hold(const sql::Statement& statement) {
    LEAT_TRY(auto bound, world_.bind(statement));
    std::string reason;
    if (const auto* source = std::get_if<sql::bound::AssertSource>(&bound)) {
      for (const std::string& difference : source->differences)
        reason += (reason.empty() ? "" : "; ") + difference;
    } else {
      reason = hold_values(std::get<sql::bound::AssertValues>(bound));
    }
    if (reason.empty()) return {};
    assertion_failed_ = true;
    return Error(ErrorCode::invalid_data, reason);
  }

  std::string hold_values(const sql::bound::AssertValues& assertion) {
    std::string expected = "expected " + show(expected_row(assertion), assertion.source);
    Arrival* arrival = next_for(assertion);
    if (arrival == nullptr) return expected + ", and nothing more came";
    arrival->taken = true;
    auto row = decode(*arrival, assertion.source);
    if (!row.has_value()) return expected + ", and " + row.error().message();
    std::string differs = difference(assertion, *row, false);
    if (differs.empty()) return {};
    return expected + ", and there is " + show(*row, assertion.source) + ": " + differs;
  }

  // With several partitions order holds per key; what has no key is in no order.
  Arrival* next_for(const sql::bound::AssertValues& assertion) {
    Arrival* first = nullptr;
    for (Arrival& arrival : world_.arrivals(assertion.source.topic)) {
      if (arrival.taken) continue;
      if (way_ != Way::three_partitions) return &arrival;
      auto row = decode(arrival, assertion.source);
      if (row.has_value() && difference(assertion, *row, compares_key(assertion)).empty())
        return &arrival;
      if (first == nullptr) first = &arrival;
    }
    return first;
  }

  World& world_;
  Way way_;
  bool assertion_failed_ = false;
};

/// Whether an error is the one that a case expects; empty: it is.
std::string unlike(const SqlCase& test, const Error& error) {
  std::string got = "got " + std::string(leat::name_of(error.code())) + ": " + error.to_string();
  // Names of Java's exceptions stand for any error: there the wording is another, too.
  bool foreign = test.expected_error && test.expected_error->find('.') != std::string::npos;
  if (test.expected_error && !foreign &&
      !equals_ignoring_case(*test.expected_error, leat::name_of(error.code())))
    return "expected the error " + *test.expected_error + ", " + got;
  if (test.expected_message && !foreign &&
      error.to_string().find(*test.expected_message) == std::string::npos)
    return "expected an error saying \"" + *test.expected_message + "\", " + got;
  return {};
}

Outcome on_error(const SqlCase& test, const ScriptPiece& piece, const Error& error,
                 bool of_assertion) {
  std::string where = "line " + std::to_string(piece.span.line) + ": ";
  bool expects = test.expected_error || test.expected_message;
  if (of_assertion && !expects) return Outcome::failed(where + error.message());
  if (expects && error.code() != ErrorCode::internal) {
    std::string difference = unlike(test, error);
    if (difference.empty()) return Outcome::passed();
    if (error.code() != ErrorCode::unsupported) return Outcome::failed(where + difference);
  }
  return Outcome::rejected(error, piece.text);
}

}  // namespace

Outcome run_sql_case(const SqlCase& test, const plan::FunctionRegistry& functions, Way way) {
  auto pieces = flatten(test);
  if (!pieces.has_value()) return Outcome::failed(pieces.error().to_string());
  WorldOptions options{session_of(*pieces), way == Way::three_partitions ? 3 : 1,
                       way != Way::no_rewrites};
  auto world = World::open(functions, std::move(options));
  if (!world.has_value()) return Outcome::failed(world.error().to_string());

  auto inserts = std::count_if(pieces->begin(), pieces->end(), is_insert);
  auto midway = way == Way::restored || way == Way::killed ? (inserts + 1) / 2 : -1;
  SqlRun run(**world, way);
  for (const ScriptPiece& piece : *pieces) {
    if (Status status = run.run(piece); !status.has_value())
      return on_error(test, piece, status.error(), run.assertion_failed());
    if (midway > 0 && is_insert(piece) && --midway == 0) {
      if (Status restarted = (*world)->restart(way == Way::killed); !restarted.has_value())
        return Outcome::failed(restarted.error().to_string());
    }
  }
  if (test.expected_error || test.expected_message)
    return Outcome::failed("every statement was accepted, and an error was expected");
  return Outcome::passed();
}

}  // namespace leat::cases
