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

std::string_view kind(bool is_table) { return is_table ? "table " : "stream "; }

}  // namespace

Result<StatementResult> Application::execute(std::string_view text, sql::Session& session) {
  std::lock_guard lock(statements_);
  LEAT_TRY(std::string replaced, sql::substitute(text, session.variables));
  LEAT_TRY(sql::Statement statement, sql::parse_statement(replaced));
  LEAT_TRY(sql::bound::Statement bound, sql::bind(statement, catalogue(), session, functions_));
  return run(bound, session);
}

Result<StatementResult> Application::run(const sql::bound::Statement& statement,
                                         sql::Session& session) {
  namespace bound = sql::bound;
  if (const auto* create = std::get_if<bound::CreateSource>(&statement)) {
    Change change = begin_change();
    LEAT_CHECK(add_source(*create, "session", session, change));
    LEAT_CHECK(apply(std::move(change)));
    return message("Created " + std::string(kind(create->source.is_table)) + create->source.name);
  }
  if (const auto* create = std::get_if<bound::CreateQuery>(&statement)) {
    Change change = begin_change();
    change.queries.from_latest = session.from_latest();
    LEAT_CHECK(add_query(*create, "session", change));
    LEAT_CHECK(apply(std::move(change)));
    if (!create->result) return message("Started query " + create->definition.id);
    return message("Created " + std::string(kind(create->result->is_table)) + create->result->name);
  }
  if (const auto* rows = std::get_if<bound::InsertValues>(&statement)) {
    LEAT_CHECK(insert(*rows, std::nullopt));
    return message("Inserted " + std::to_string(rows->rows->rows()) +
                   (rows->rows->rows() == 1 ? " row" : " rows"));
  }
  if (const auto* drop = std::get_if<bound::DropSource>(&statement)) {
    Change change = begin_change();
    LEAT_CHECK(drop_source(*drop, change));
    LEAT_CHECK(apply(std::move(change)));
    return message("Dropped " + std::string(kind(drop->source.is_table)) + drop->source.name);
  }
  if (const auto* end = std::get_if<bound::Terminate>(&statement)) {
    Change change = begin_change();
    for (const std::string& query : end->queries) LEAT_CHECK(terminate(query, change));
    LEAT_CHECK(apply(std::move(change)));
    return message("Terminated " + std::to_string(end->queries.size()) +
                   (end->queries.size() == 1 ? " query" : " queries"));
  }
  if (const auto* nothing = std::get_if<bound::Nothing>(&statement))
    return message(nothing->message);
  if (const auto* query = std::get_if<bound::PullQuery>(&statement)) return pull(*query);
  if (const auto* query = std::get_if<bound::PushQuery>(&statement))
    return start_push_query(*this, *query);
  if (const auto* print = std::get_if<bound::Print>(&statement)) return start_print(*this, *print);
  if (const auto* show = std::get_if<bound::Show>(&statement))
    return run_show(*this, *show, session);
  if (const auto* describe = std::get_if<bound::Describe>(&statement))
    return run_describe(*this, *describe);
  if (const auto* explain = std::get_if<bound::Explain>(&statement))
    return run_explain(*this, *explain);
  if (const auto* set = std::get_if<bound::SetProperty>(&statement)) {
    LEAT_CHECK(session.set(set->name, set->value));
    return message("Set " + set->name);
  }
  if (const auto* unset = std::get_if<bound::UnsetProperty>(&statement)) {
    LEAT_CHECK(session.unset(unset->name));
    return message("Unset " + unset->name);
  }
  if (const auto* define = std::get_if<bound::DefineVariable>(&statement)) {
    session.variables[define->name] = define->value;
    return message("Defined " + define->name);
  }
  if (const auto* undefine = std::get_if<bound::UndefineVariable>(&statement)) {
    session.variables.erase(undefine->name);
    return message("Undefined " + undefine->name);
  }
  return Error(ErrorCode::invalid_argument, "ASSERT is for tests", "run it with leat test");
}

}  // namespace leat::service
