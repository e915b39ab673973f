// Carrying out bound statements, one at a time.
#include "service/application.h"
#include "service/push_query.h"
#include "service/show.h"
#include "sql/parser.h"
#include "sql/script.h"

namespace leat::service {
namespace {

StatementResult message(std::string text) {
  StatementResult result;
  result.message = std::move(text);
  return result;
}

std::string count(size_t n, const char* one, const char* more) {
  return std::to_string(n) + " " + (n == 1 ? one : more);
}

std::string_view kind(bool is_table) { return is_table ? "table " : "stream "; }

}  // namespace

Result<StatementResult> Application::execute(std::string_view text, sql::Session& session) {
  std::lock_guard lock(statements_);
  LEAT_TRY(std::string replaced, sql::substitute(text, session.variables));
  LEAT_TRY(sql::Statement statement, sql::parse_statement(replaced));
  LEAT_TRY(sql::bound::Statement bound, sql::bind(statement, catalogue(), session, functions_));
  return run(bound, session);
}

/// Carries out one kind of statement each. A friend of Application, whose steps it takes.
class StatementRun {
 public:
  StatementRun(Application& app, sql::Session& session) : app_(app), session_(session) {}

  Result<StatementResult> operator()(const sql::bound::CreateSource& create) {
    auto change = app_.begin_change();
    LEAT_CHECK(app_.add_source(create, "session", session_, change));
    LEAT_CHECK(app_.apply(std::move(change)));
    return message("Created " + std::string(kind(create.source.is_table)) + create.source.name);
  }
  Result<StatementResult> operator()(const sql::bound::CreateQuery& create) {
    auto change = app_.begin_change();
    change.queries.from_latest = session_.from_latest();
    LEAT_CHECK(app_.add_query(create, "session", change));
    LEAT_CHECK(app_.apply(std::move(change)));
    if (!create.result) return message("Started query " + create.definition.id);
    return message("Created " + std::string(kind(create.result->is_table)) + create.result->name);
  }
  Result<StatementResult> operator()(const sql::bound::InsertValues& insert) {
    LEAT_CHECK(app_.insert(insert, std::nullopt));
    return message("Inserted " + count(insert.rows->rows(), "row", "rows"));
  }
  Result<StatementResult> operator()(const sql::bound::DropSource& drop) {
    auto change = app_.begin_change();
    LEAT_CHECK(app_.drop_source(drop, change));
    LEAT_CHECK(app_.apply(std::move(change)));
    return message("Dropped " + std::string(kind(drop.source.is_table)) + drop.source.name);
  }
  Result<StatementResult> operator()(const sql::bound::Terminate& end) {
    auto change = app_.begin_change();
    for (const std::string& query : end.queries) LEAT_CHECK(app_.terminate(query, change));
    LEAT_CHECK(app_.apply(std::move(change)));
    return message("Terminated " + count(end.queries.size(), "query", "queries"));
  }
  Result<StatementResult> operator()(const sql::bound::Nothing& nothing) {
    return message(nothing.message);
  }
  Result<StatementResult> operator()(const sql::bound::PullQuery& query) {
    return app_.pull(query);
  }
  Result<StatementResult> operator()(const sql::bound::PushQuery& query) {
    return start_push_query(app_, query, session_);
  }
  Result<StatementResult> operator()(const sql::bound::Print& print) {
    return start_print(app_, print);
  }
  Result<StatementResult> operator()(const sql::bound::Show& show) {
    return run_show(app_, show, session_);
  }
  Result<StatementResult> operator()(const sql::bound::Describe& describe) {
    return run_describe(app_, describe);
  }
  Result<StatementResult> operator()(const sql::bound::Explain& explain) {
    return run_explain(app_, explain);
  }
  Result<StatementResult> operator()(const sql::bound::SetProperty& set) {
    LEAT_CHECK(session_.set(set.name, set.value));
    return message("Set " + set.name);
  }
  Result<StatementResult> operator()(const sql::bound::UnsetProperty& unset) {
    LEAT_CHECK(session_.unset(unset.name));
    return message("Unset " + unset.name);
  }
  Result<StatementResult> operator()(const sql::bound::DefineVariable& define) {
    session_.variables[define.name] = define.value;
    return message("Defined " + define.name);
  }
  Result<StatementResult> operator()(const sql::bound::UndefineVariable& undefine) {
    session_.variables.erase(undefine.name);
    return message("Undefined " + undefine.name);
  }
  template <class Assert>
  Result<StatementResult> operator()(const Assert&) {
    return Error(ErrorCode::invalid_argument, "ASSERT is for tests", "run it with leat test");
  }

 private:
  Application& app_;
  sql::Session& session_;
};

Result<StatementResult> Application::run(const sql::bound::Statement& statement,
                                         sql::Session& session) {
  return std::visit(StatementRun(*this, session), statement);
}

}  // namespace leat::service
