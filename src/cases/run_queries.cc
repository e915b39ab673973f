// The REST cases: queries by hand after the statements, and what they answer.
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

Outcome compare_answer(const Answer& answer, const Json& response) {
  const Json* entries = response.find("query");
  if (entries == nullptr) return {Verdict::unsupported, "responses that are not JSON"};
  size_t rows = answer.rows == nullptr ? 0 : answer.rows->rows();
  std::vector<Json> actual;
  for (size_t row = 0; row < rows; ++row) actual.push_back(row_of(answer, row));
  std::vector<bool> taken(rows, false);
  size_t expected_rows = 0;
  for (const Json& entry : entries->items) {
    if (const Json* header = entry.find("header")) {
      std::string schema = without_keys(header->string_of("schema"));
      if (!schema.empty() && schema != schema_of(answer))
        return Outcome::failed("the columns are " + schema_of(answer) + ", not " + schema +
                               "\nin: " + answer.statement);
    }
    const Json* row = entry.find("row");
    const Json* columns = row == nullptr ? nullptr : row->find("columns");
    if (columns == nullptr) continue;
    ++expected_rows;
    size_t found = 0;
    while (found < rows && (taken[found] || !same_row(*columns, actual[found], answer))) ++found;
    if (found == rows) {
      std::string all;
      for (const Json& one : actual) all += "\n  " + one.to_string();
      return Outcome::failed("no row " + columns->to_string() + "; there is" +
                             (all.empty() ? "\n  nothing" : all) + "\nin: " + answer.statement);
    }
    taken[found] = true;
  }
  if (expected_rows == rows) return Outcome::passed();
  return Outcome::failed(std::to_string(rows) + " rows, not " + std::to_string(expected_rows) +
                         "\nin: " + answer.statement);
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
    Outcome outcome = compare_answer(answers[i], run.test.responses[statements + i]);
    if (outcome.verdict != Verdict::passed) return outcome;
  }
  return compare_outputs(run);
}

}  // namespace leat::cases
