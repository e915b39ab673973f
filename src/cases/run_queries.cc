// The REST cases: queries by hand after the statements, and what they answer.
#include "base/text.h"
#include "cases/json_run.h"
#include "data/json_value.h"
#include "service/push_query.h"

namespace leat::cases {
namespace {

constexpr int kIdlePollsMax = 3;

/// A query that has begun, and the rows that it has given.
struct Answer {
  std::string statement;
  std::vector<Field> columns;
  std::unique_ptr<Batch> rows;
  std::shared_ptr<service::PushQuery> push;
};

Result<Answer> begin(JsonRun& run, const std::string& statement) {
  LEAT_TRY(service::StatementResult result, run.world->execute(statement));
  return Answer{statement, std::move(result.columns), std::move(result.rows),
                std::move(result.push)};
}

Status poll(Answer& answer) {
  if (answer.push == nullptr) return {};
  if (answer.rows == nullptr) answer.rows = std::make_unique<Batch>();
  for (int idle = 0; idle < kIdlePollsMax && !answer.push->finished();) {
    size_t before = answer.rows->rows();
    LEAT_CHECK(answer.push->poll(*answer.rows));
    idle = answer.rows->rows() == before ? idle + 1 : 0;
  }
  return {};
}

Json row_of(const Answer& answer, size_t row) {
  Json out;
  out.kind = Json::Kind::array;
  for (const Column& column : answer.rows->columns) {
    std::string text;
    append_json_value(text, column, row);
    auto value = parse_json(text);
    out.items.push_back(value.has_value() ? *std::move(value) : Json::of_string(text));
  }
  return out;
}

bool same_row(const Json& expected, const Json& actual, const Answer& answer) {
  if (expected.items.size() != actual.items.size()) return false;
  for (size_t c = 0; c < expected.items.size(); ++c)
    if (!same_value(expected.items[c], actual.items[c], &answer.columns[c].type, true))
      return false;
  return true;
}

/// "`K` STRING KEY, `V` INTEGER" without its KEYs: whether a column was one is not told.
std::string without_keys(std::string schema) {
  for (size_t at = schema.find(" KEY"); at != std::string::npos; at = schema.find(" KEY", at))
    schema.erase(at, 4);
  return schema;
}

std::string schema_of(const Answer& answer) {
  std::string out;
  for (const Field& field : answer.columns)
    out += (out.empty() ? "`" : ", `") + field.name + "` " + field.type.to_string();
  return out;
}

std::vector<Json> rows_of(const Answer& answer) {
  size_t rows = answer.rows == nullptr ? 0 : answer.rows->rows();
  std::vector<Json> out;
  for (size_t row = 0; row < rows; ++row) out.push_back(row_of(answer, row));
  return out;
}

/// The first of `expected` that is not in `actual`, each of which stands for one only; nullptr: all
/// are there.
const Json* missing_row(const std::vector<Json>& expected, const std::vector<Json>& actual,
                        const Answer& answer) {
  std::vector<bool> taken(actual.size(), false);
  for (const Json& row : expected) {
    size_t found = 0;
    while (found < actual.size() && (taken[found] || !same_row(row, actual[found], answer)))
      ++found;
    if (found == actual.size()) return &row;
    taken[found] = true;
  }
  return nullptr;
}

Outcome compare_columns(const Answer& answer, const Json& entries) {
  for (const Json& entry : entries.items) {
    const Json* header = entry.find("header");
    std::string schema = header ? without_keys(header->string_of("schema")) : "";
    if (!schema.empty() && schema != schema_of(answer))
      return Outcome::failed("the columns are " + schema_of(answer) + ", not " + schema +
                             "\nin: " + answer.statement);
  }
  return Outcome::passed();
}

/// `whole`: all rows that the query could have given, where it gives any LIMIT of them.
Outcome compare_rows(const Answer& answer, const Json& entries, const Answer* whole) {
  std::vector<Json> expected;
  for (const Json& entry : entries.items) {
    const Json* row = entry.find("row");
    if (const Json* columns = row == nullptr ? nullptr : row->find("columns"))
      expected.push_back(*columns);
  }
  std::vector<Json> actual = rows_of(answer);
  std::vector<Json> all = whole == nullptr ? actual : rows_of(*whole);
  const Json* missing = missing_row(expected, all, answer);
  if (missing == nullptr && whole != nullptr) missing = missing_row(actual, all, answer);
  if (missing != nullptr) {
    std::string there;
    for (const Json& one : actual) there += "\n  " + one.to_string();
    return Outcome::failed("no row " + missing->to_string() + "; there is" +
                           (there.empty() ? "\n  nothing" : there) + "\nin: " + answer.statement);
  }
  if (expected.size() == actual.size()) return Outcome::passed();
  return Outcome::failed(std::to_string(actual.size()) + " rows, not " +
                         std::to_string(expected.size()) + "\nin: " + answer.statement);
}

/// The query without its LIMIT; nullopt: it has none, or goes on for ever.
std::optional<std::string> without_limit(const std::string& statement) {
  std::string upper = to_upper(statement);
  size_t at = upper.rfind("LIMIT ");
  if (at == std::string::npos || upper.find(" EMIT ") != std::string::npos) return std::nullopt;
  return statement.substr(0, at) + ";";
}

Outcome compare_answer(JsonRun& run, const Answer& answer, const Json& response) {
  const Json* entries = response.find("query");
  if (entries == nullptr) return {Verdict::unsupported, "responses that are not JSON"};
  if (Outcome columns = compare_columns(answer, *entries); columns.verdict != Verdict::passed)
    return columns;
  Outcome outcome = compare_rows(answer, *entries, nullptr);
  auto unlimited = without_limit(answer.statement);
  if (outcome.verdict == Verdict::passed || !unlimited) return outcome;
  // Rows of a table are in no order: which of them a LIMIT lets through is open.
  auto whole = begin(run, *unlimited);
  return whole.has_value() ? compare_rows(answer, *entries, &*whole) : outcome;
}

Outcome refused(const JsonRun& run, const Error& error, const std::string& statement) {
  if (error.code() == ErrorCode::unsupported) return {Verdict::unsupported, error.message()};
  if (run.test.expects_error && error.code() != ErrorCode::internal) return Outcome::passed();
  return Outcome::rejected(error, statement);
}

}  // namespace

Outcome run_queries(JsonRun& run, const std::vector<std::string>& queries, size_t statements) {
  std::vector<Answer> answers;
  auto feed_all = [&]() -> Outcome {
    Status fed = feed(run);
    return fed.has_value() ? Outcome::passed()
                           : Outcome::failed("putting records in: " + fed.error().to_string());
  };
  if (!run.test.push_first) {
    if (Outcome fed = feed_all(); fed.verdict != Verdict::passed) return fed;
  }
  for (const std::string& query : queries) {
    auto answer = begin(run, query);
    if (!answer.has_value()) return refused(run, answer.error(), query);
    answers.push_back(*std::move(answer));
  }
  if (run.test.push_first) {
    if (Outcome fed = feed_all(); fed.verdict != Verdict::passed) return fed;
  }
  for (Answer& answer : answers)
    if (Status polled = poll(answer); !polled.has_value())
      return refused(run, polled.error(), answer.statement);
  if (run.test.expects_error)
    return Outcome::failed("accepted, and should have been rejected\nin: " +
                           run.test.statements.back());
  for (size_t i = 0; i < answers.size() && statements + i < run.test.responses.size(); ++i) {
    Outcome outcome = compare_answer(run, answers[i], run.test.responses[statements + i]);
    if (outcome.verdict != Verdict::passed) return outcome;
  }
  return compare_outputs(run);
}

}  // namespace leat::cases
