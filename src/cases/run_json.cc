// Running a case of ksqlDB's JSON form: statements, then records one by one, then the comparison.
#include "base/text.h"
#include "cases/json_run.h"
#include "data/record_batch.h"
#include "sql/parser.h"
#include "sql/script.h"

namespace leat::cases {
namespace {

Side side_of(const FormatSpec& format, const std::vector<Field>& fields, bool is_key) {
  Side side;
  side.format = format;
  side.fields = fields;
  side.is_key = is_key;
  return side;
}

Result<sql::Session> session_of(const JsonCase& test) {
  sql::Session session;
  LEAT_CHECK(session.set("compatibility", "ksqldb"));
  LEAT_CHECK(session.set("table.updates", "every"));
  LEAT_CHECK(session.set("max_future", "0"));
  for (const auto& [name, value] : test.properties) LEAT_CHECK(session.set(name, value));
  return session;
}

bool is_query(const std::string& statement) {
  return to_upper(trim(statement).substr(0, 7)) == "SELECT " ||
         to_upper(trim(statement).substr(0, 6)) == "PRINT ";
}

/// The case's statements one by one; a mistake anywhere in them is one of the whole.
Result<std::vector<std::string>> split(const JsonCase& test) {
  std::string all;
  for (const std::string& statement : test.statements) all += statement + "\n";
  LEAT_TRY(auto pieces, sql::split_script(all));
  std::vector<std::string> statements;
  for (sql::ScriptPiece& piece : pieces) {
    LEAT_CHECK(sql::parse_statement(piece.text));
    statements.push_back(std::move(piece.text));
  }
  return statements;
}

Outcome rejected(const JsonCase& test, const Error& error, std::string_view statement,
                 bool may_be) {
  if (error.code() == ErrorCode::unsupported) return {Verdict::unsupported, error.message()};
  if (test.expects_error && may_be && error.code() != ErrorCode::internal) return Outcome::passed();
  return Outcome::rejected(error, statement);
}

/// A case that wants a failure and had none in its statements has one when records go in.
Outcome expect_failure(JsonRun& run) {
  if (run.world->failure()) return Outcome::passed();
  if (!run.world->arrivals(run.world->dead_letter_topic()).empty()) return Outcome::passed();
  return Outcome::failed("accepted, and should have been rejected\nin: " +
                         run.test.statements.back());
}

Outcome run_records(JsonRun& run) {
  if (Status fed = feed(run); !fed.has_value())
    return Outcome::failed("putting records in: " + fed.error().to_string());
  if (run.test.expects_error) return expect_failure(run);
  if (auto failure = run.world->failure()) return Outcome::failed(*failure);
  Outcome outcome = compare_outputs(run);
  return outcome.verdict == Verdict::passed ? compare_sources(run) : outcome;
}

}  // namespace

Side JsonRun::key_side(const std::string& topic) const {
  auto found = declared.find(topic);
  if (found == declared.end()) return Side{{}, {}, true};
  return side_of(found->second.key_format, found->second.schema.key, true);
}

Side JsonRun::value_side(const std::string& topic) const {
  auto found = declared.find(topic);
  if (found == declared.end()) return Side{};
  return side_of(found->second.value_format, found->second.schema.value, false);
}

std::optional<TimeMs> JsonRun::window_of(const std::string& topic) const {
  auto found = declared.find(topic);
  if (found == declared.end() || !found->second.window) return std::nullopt;
  return found->second.window->size_ms;
}

Result<service::StatementResult> JsonRun::execute(std::string_view statement) {
  auto result = world->execute(statement);
  sql::Catalogue catalogue = world->catalogue();
  for (const sql::SourceDef* source : catalogue.list()) {
    const auto of_topic = catalogue.of_topic(source->topic);
    declared.insert_or_assign(source->topic, *of_topic.front());
  }
  return result;
}

Status feed(JsonRun& run) {
  bool restarts = run.way == Way::restored || run.way == Way::killed;
  const auto& inputs = run.test.inputs;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (restarts && i == inputs.size() / 2) LEAT_CHECK(run.world->restart(run.way == Way::killed));
    const CaseRecord& input = inputs[i];
    LEAT_TRY(auto key, to_wire(input.key, run.key_side(input.topic)));
    LEAT_TRY(auto value, to_wire(input.value, run.value_side(input.topic)));
    if (input.window && key) {
      if (input.window->session) append_be64(*key, static_cast<uint64_t>(input.window->end));
      append_be64(*key, static_cast<uint64_t>(input.window->start));
    }
    std::vector<RecordHeader> headers;
    for (const auto& [name, content] : input.headers)
      headers.push_back({name, content ? ByteView(*content) : kNullBytes});
    LEAT_CHECK(run.world->append(input.topic, input.timestamp.value_or(0), key, value,
                                 headers.empty() ? std::string() : encode_headers(headers)));
  }
  return {};
}

Outcome run_json_case(const JsonCase& test, const plan::FunctionRegistry& functions, Way way) {
  auto session = session_of(test);
  if (!session.has_value())
    return {Verdict::unsupported, "a property: " + session.error().message()};
  WorldOptions options{*std::move(session), way == Way::three_partitions ? 3 : 1,
                       way != Way::no_rewrites};
  auto world = World::open(functions, std::move(options));
  if (!world.has_value()) return Outcome::failed(world.error().to_string());
  JsonRun run{test, way, *std::move(world), {}};

  auto statements = split(test);
  if (!statements.has_value()) {
    std::string all;
    for (const std::string& statement : test.statements) all += statement + "\n";
    return rejected(test, statements.error(), all, true);
  }
  for (const std::string& topic : test.topics)
    if (Status made = run.world->make_topic(topic); !made.has_value())
      return Outcome::failed(made.error().to_string());

  size_t done = 0;
  for (; done < statements->size(); ++done) {
    const std::string& statement = (*statements)[done];
    if (is_query(statement)) break;
    auto result = run.execute(statement);
    if (!result.has_value())
      return rejected(test, result.error(), statement,
                      test.has_responses || done + 1 == statements->size());
  }
  if (!test.has_responses && done == statements->size()) return run_records(run);
  return run_queries(run, {statements->begin() + static_cast<int64_t>(done), statements->end()},
                     done);
}

}  // namespace leat::cases
