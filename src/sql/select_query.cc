#include "sql/bind_statement.h"
#include "sql/binder.h"
#include "sql/key_lookup.h"
#include "sql/plan_layout.h"
#include "sql/pull_rules.h"
#include "sql/query_analysis.h"

// A SELECT by itself: a push query with EMIT, else a pull query.

namespace leat::sql {
namespace {

Result<bound::Statement> bind_push(const BindContext& context, const Query& query, bool bounded) {
  LEAT_TRY(QueryAnalysis analysis, analyse(context, query, QueryUse::push));
  if (bounded && context.ksqldb) LEAT_CHECK(check_pull_as_ksqldb(context, query, analysis));
  // Rows of several key columns are told apart by whatever holds them all.
  FormatSpec key_format{.kind = FormatKind::json};
  PlanLayout layout = lay_out(context, analysis, key_format);
  bound::PushQuery out;
  for (size_t i = 0; i < analysis.columns.size(); ++i)
    out.columns.push_back(
        {analysis.columns[i].name, layout.columns[i]->type, std::move(layout.columns[i])});
  for (const ScopeSource& source : analysis.scope.sources) out.sources.push_back(source.def->name);
  out.query.nodes = std::move(layout.nodes);
  out.query.statement = canonical_statement(out.query);
  out.limit = query.limit;
  out.bounded = bounded;
  return out;
}

bool allowed(const BindContext& context, std::string_view setting) {
  return context.session.get(setting) == "true";
}

Status check_limit(const BindContext& context, const Query& query) {
  if (!query.limit || allowed(context, "ksql.query.pull.limit.clause.enabled")) return {};
  return context.invalid(query.limit_span, "LIMIT is switched off",
                         "SET 'ksql.query.pull.limit.clause.enabled' = 'true'");
}

/// ksqlDB's switches: without table scans one bound of an un-windowed key of one column will do.
Status check_scan(const BindContext& context, const Query& query, const bound::PullQuery& pull) {
  if (pull.keys || allowed(context, "ksql.query.pull.table.scan.enabled")) return {};
  bool one_bound = pull.from.empty() == pull.to.has_value();
  if (one_bound && !pull.source.window && pull.source.schema.key.size() == 1 &&
      allowed(context, "ksql.query.pull.range.scan.enabled"))
    return {};
  return context.invalid(query.span, "the query would read the whole table",
                         "name its key in WHERE, or SET "
                         "'ksql.query.pull.table.scan.enabled' = 'true'");
}

Result<bound::Statement> bind_pull(const BindContext& context, const Query& query) {
  LEAT_TRY(QueryAnalysis analysis, analyse(context, query, QueryUse::pull));
  if (context.ksqldb) LEAT_CHECK(check_pull_as_ksqldb(context, query, analysis));
  bound::PullQuery out;
  out.source = analysis.first_source();
  out.view = out.source.view();
  out.limit = query.limit;
  if (analysis.where != nullptr) {
    out.predicate = without_marks(analysis.where);
    find_keys(*out.predicate, out.source.schema, out);
  }
  for (SelectColumn& column : analysis.columns)
    out.columns.push_back({column.name, column.expr->type, without_marks(column.expr)});
  LEAT_CHECK(check_limit(context, query));
  LEAT_CHECK(check_scan(context, query, out));
  return out;
}

}  // namespace

Result<bound::Statement> bind_statement(const BindContext& context, const Select& select) {
  const Query& query = select.query;
  if (query.emit != Emit::none) return bind_push(context, query, false);
  LEAT_TRY(const SourceDef* source, context.source(query.from.name));
  if (source->is_table || !query.joins.empty() || query.group_by || query.window ||
      query.partition_by || query.having)
    return bind_pull(context, query);
  LEAT_CHECK(check_limit(context, query));
  if (!allowed(context, "ksql.query.pull.stream.enabled"))
    return context.invalid(query.span, "pull queries of streams are switched off",
                           "SET 'ksql.query.pull.stream.enabled' = 'true'");
  LEAT_TRY(bound::Statement out, bind_push(context, query, true));
  const auto& push = std::get<bound::PushQuery>(out);
  for (const plan::Node& node : push.query.nodes)
    if (std::holds_alternative<plan::Aggregate>(node.op))
      return context.invalid(query.span, "a query without EMIT cannot have aggregate functions",
                             "CREATE TABLE .. AS SELECT keeps their results to be read");
  return out;
}

}  // namespace leat::sql
