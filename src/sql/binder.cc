#include "sql/binder.h"

#include "sql/bind_statement.h"
#include "sql/plan_layout.h"

namespace leat::sql {

Result<bound::Statement> bind(const Statement& statement, const Catalogue& catalogue,
                              const Session& session, const plan::FunctionRegistry& functions) {
  BindContext context{statement, catalogue, session, functions, session.ksqldb()};
  return std::visit([&](const auto& node) { return bind_statement(context, node); },
                    statement.node);
}

plan::Query source_table_query(const SourceDef& table, const Session& session) {
  plan::Query query;
  query.id = table.name;
  add_source(query.nodes, session, table);
  query.statement = canonical_statement(query);
  return query;
}

Status apply(const bound::CreateSource& statement, Catalogue& catalogue) {
  return catalogue.add(statement.source);
}

Status apply(const bound::CreateQuery& statement, Catalogue& catalogue) {
  if (catalogue.find_query(statement.definition.id) != nullptr)
    return Error(ErrorCode::already_exists,
                 "a query with this id exists: " + statement.definition.id);
  if (statement.result) LEAT_CHECK(catalogue.add(*statement.result));
  return catalogue.add_query(statement.definition);
}

Status apply(const bound::DropSource& statement, Catalogue& catalogue) {
  LEAT_CHECK(catalogue.drop(statement.source.name));
  if (statement.query && catalogue.find_query(*statement.query) != nullptr)
    return catalogue.drop_query(*statement.query);
  return {};
}

}  // namespace leat::sql
