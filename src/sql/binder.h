#pragma once
#include "base/result.h"
#include "plan/expr.h"
#include "plan/node.h"
#include "sql/ast.h"
#include "sql/bound.h"
#include "sql/catalogue.h"
#include "sql/settings.h"

namespace leat::sql {

/// What a statement means. Pure: the catalogue and the session are not changed, that is for whoever
/// carries the bound statement out. The functions must outlive what comes back.
///
/// Errors have the place in the statement, the reason and a hint: not_found and already_exists for
/// names, unsupported for what the language has and the engine has not yet, conflict for what is in
/// use, invalid_argument for the rest.
Result<bound::Statement> bind(const Statement& statement, const Catalogue& catalogue,
                              const Session& session, const plan::FunctionRegistry& functions);

/// The query that keeps the rows of a declared table, so that it is a view: id and view have the
/// table's name. It has no Sink.
plan::Query source_table_query(const SourceDef& table, const Session& session);

/// What a query is, apart from how it is run: nodes, expressions and the sources that it reads, as
/// text. Two queries with the same text may continue each other's state. Of plans that no rewrite
/// has touched.
std::string canonical_statement(const plan::Query& query);

/// Brings a source and, with its query, what a bound statement made into the catalogue.
Status apply(const bound::CreateSource& statement, Catalogue& catalogue);
Status apply(const bound::CreateQuery& statement, Catalogue& catalogue);
Status apply(const bound::DropSource& statement, Catalogue& catalogue);

}  // namespace leat::sql
