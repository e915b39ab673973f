#include "cases/run.h"

#include <algorithm>

#include "base/text.h"

namespace leat::cases {
namespace {

constexpr TimeMs kHour = 3'600'000;

bool mentions(std::string_view statement, std::initializer_list<std::string_view> words) {
  std::string text = to_upper(statement);
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return text.find(word) != std::string::npos; });
}

bool statement_allows(std::string_view statement) {
  return !mentions(statement, {"ROWPARTITION", "ROWOFFSET", "PARTITIONS", "LIMIT", "WITHIN",
                               "GRACE", "EMIT FINAL", "DEAD-LETTERS"});
}

/// Stream time is a partition's own; without a GRACE it only matters to records a day apart.
bool times_are_near(const std::vector<CaseRecord>& records) {
  TimeMs low = INT64_MAX;
  TimeMs high = INT64_MIN;
  for (const CaseRecord& record : records) {
    low = std::min(low, record.timestamp.value_or(0));
    high = std::max(high, record.timestamp.value_or(0));
  }
  return records.empty() || high - low < kHour;
}

/// Kafka Streams forgets the time of its aggregations with each restart.
bool forgets_time(const TestCase& test) {
  const auto* sql = std::get_if<SqlCase>(&test.body);
  return sql != nullptr && std::any_of(sql->statements.begin(), sql->statements.end(),
                                       [](const sql::ScriptPiece& piece) {
                                         return mentions(piece.text, {"'KAFKA-STREAMS'"});
                                       });
}

bool expects_rejection(const TestCase& test) {
  if (const auto* json = std::get_if<JsonCase>(&test.body)) return json->expects_error;
  const auto& sql = std::get<SqlCase>(test.body);
  return sql.expected_error || sql.expected_message;
}

Outcome run_one(const TestCase& test, const plan::FunctionRegistry& functions, Way way) {
  const auto* sql = std::get_if<SqlCase>(&test.body);
  return sql != nullptr ? run_sql_case(*sql, functions, way)
                        : run_json_case(std::get<JsonCase>(test.body), functions, way);
}

bool allows(const TestCase& test, Way way) {
  if (way == Way::straight) return true;
  if (expects_rejection(test)) return false;
  const auto* json = std::get_if<JsonCase>(&test.body);
  if (json != nullptr && json->push_first) return false;
  if (way == Way::restored || way == Way::killed) return !forgets_time(test);
  return way != Way::three_partitions || allows_partitions(test);
}

}  // namespace

std::string_view name_of(Way way) {
  switch (way) {
    case Way::straight: return "straight";
    case Way::restored: return "stopped and restored midway";
    case Way::killed: return "killed and restored midway";
    case Way::three_partitions: return "with three partitions";
    case Way::no_rewrites: return "with rewrites off";
  }
  return "";
}

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::passed: return "passed";
    case Verdict::failed: return "failed";
    case Verdict::unsupported: return "unsupported";
  }
  return "";
}

Outcome Outcome::rejected(const Error& error, std::string_view statement) {
  if (error.code() == ErrorCode::unsupported) return {Verdict::unsupported, error.message()};
  std::string reason = "rejected (" + std::string(leat::name_of(error.code())) +
                       "): " + error.to_string() + "\nin: " + std::string(statement);
  return failed(std::move(reason));
}

bool allows_partitions(const TestCase& test) {
  if (const auto* json = std::get_if<JsonCase>(&test.body)) {
    return std::all_of(json->statements.begin(), json->statements.end(), statement_allows) &&
           times_are_near(json->inputs);
  }
  const auto& sql = std::get<SqlCase>(test.body);
  return std::all_of(sql.statements.begin(), sql.statements.end(),
                     [](const sql::ScriptPiece& piece) { return statement_allows(piece.text); });
}

Outcome run_case(const TestCase& test, const plan::FunctionRegistry& functions, bool quick) {
  for (Way way :
       {Way::straight, Way::restored, Way::killed, Way::three_partitions, Way::no_rewrites}) {
    if (!allows(test, way)) continue;
    Outcome outcome = run_one(test, functions, way);
    if (outcome.verdict != Verdict::passed) {
      if (way != Way::straight) outcome.reason = std::string(name_of(way)) + ": " + outcome.reason;
      return outcome;
    }
    if (quick) break;
  }
  return Outcome::passed();
}

}  // namespace leat::cases
