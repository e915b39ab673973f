#include "sql/query_analysis.h"

#include <algorithm>

#include "plan/coercion.h"
#include "sql/typing.h"

namespace leat::sql {

using plan::ExprKind;
using plan::ExprPtr;

namespace {

constexpr TimeMs kDayMs = 86'400'000;

Result<TimeMs> milliseconds(const BindContext& context, const Duration& duration,
                            std::string_view what) {
  auto ms = duration.millis();
  if (!ms)
    return context.invalid(duration.span, std::string(what) + " needs a fixed length",
                           "in DAYS or smaller units");
  return *ms;
}

Status bind_window(const BindContext& context, const Query& query, QueryAnalysis& out) {
  const Window& window = *query.window;
  if (window.kind == Window::Kind::hopping)
    return context.unsupported(window.span, "HOPPING windows are");
  if (window.kind == Window::Kind::session)
    return context.unsupported(window.span, "SESSION windows are");
  if (!query.group_by) return context.invalid(window.span, "WINDOW needs a GROUP BY");
  if (!out.scope.is_join() && out.first_source().is_table)
    return context.invalid(window.span,
                           "WINDOW is for streams, and " + out.first_source().name + " is a table");
  if (!out.scope.is_join() && out.first_source().window)
    return context.unsupported(window.span, "windows over windowed rows are");
  plan::WindowSpec spec;
  LEAT_TRY(spec.size_ms, milliseconds(context, window.size, "SIZE"));
  if (spec.size_ms <= 0) return context.invalid(window.size.span, "SIZE must be more than 0");
  if (query.emit != Emit::final_) spec.grace_ms = std::max<TimeMs>(kDayMs - spec.size_ms, 0);
  if (window.grace) {
    LEAT_TRY(spec.grace_ms, milliseconds(context, *window.grace, "GRACE PERIOD"));
  }
  const TimeMs least = context.session.kafka_streams() ? 0 : kDayMs;
  spec.retention_ms = std::max(least, saturating_add(spec.size_ms, spec.grace_ms));
  if (window.retention) {
    LEAT_TRY(TimeMs retention, milliseconds(context, *window.retention, "RETENTION"));
    spec.retention_ms = std::max(spec.retention_ms, retention);
  }
  out.window = spec;
  return {};
}

WindowBounds bounds_outside_select(const QueryAnalysis& analysis) {
  return analysis.window ? WindowBounds::out_of_bounds : WindowBounds::of_source;
}

Status bind_group_by(const BindContext& context, const Query& query, QueryAnalysis& out) {
  if (query.group_by->empty())
    return context.invalid(query.group_by_span, "GROUP BY needs an expression");
  if (context.ksqldb && out.first_source().value_format.kind == FormatKind::kafka)
    return context.invalid(query.group_by_span,
                           "the value format KAFKA cannot be grouped: " + out.first_source().name);
  ExprBinder binder(context, &out.scope, "GROUP BY", nullptr, bounds_outside_select(out));
  for (const Expr& expr : *query.group_by) {
    LEAT_TRY(ExprPtr bound, binder.bind_value(expr));
    auto same = [&](const ExprPtr& other) { return same_expr(*other, *bound); };
    if (std::none_of(out.group_by.begin(), out.group_by.end(), same))
      out.group_by.push_back(std::move(bound));
  }
  out.aggregated = true;
  out.key = out.group_by;
  return {};
}

bool same_keys(const std::vector<ExprPtr>& a, const std::vector<ExprPtr>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const ExprPtr& x, const ExprPtr& y) { return same_expr(*x, *y); });
}

Status bind_partition_by(const BindContext& context, const Query& query, QueryAnalysis& out) {
  const SourceSpan& span = query.partition_by_span;
  if (query.group_by)
    return context.invalid(span, "a query has GROUP BY or PARTITION BY, not both");
  if (!out.scope.is_join() && out.first_source().is_table)
    return context.invalid(
        span, "PARTITION BY is for streams, and " + out.first_source().name + " is a table");
  if (query.partition_by->empty()) return context.invalid(span, "PARTITION BY needs an expression");
  ExprBinder binder(context, &out.scope, "PARTITION BY");
  std::vector<ExprPtr> key;
  for (const Expr& expr : *query.partition_by) {
    LEAT_TRY(ExprPtr bound, binder.bind(expr));
    if (plan::is_null_literal(*bound)) {
      if (query.partition_by->size() > 1)
        return context.invalid(expr.span, "PARTITION BY NULL takes the key away: it stands alone");
      out.key.clear();
      out.key_dropped = true;
      return {};
    }
    key.push_back(std::move(bound));
  }
  out.repartitioned = !same_keys(key, out.key);
  if (out.repartitioned) out.key = std::move(key);
  return {};
}

Status bind_having(const BindContext& context, const Query& query, QueryAnalysis& out) {
  if (!query.group_by)
    return context.invalid(query.having->span, "HAVING needs a GROUP BY",
                           "WHERE tests single rows");
  ExprBinder binder(context, &out.scope, "HAVING", &out.aggregates, bounds_outside_select(out));
  LEAT_TRY(out.having, binder.bind_condition(*query.having));
  return {};
}

/// The first column of the scope that an expression reads outside of aggregates and of what GROUP
/// BY says.
std::optional<int> ungrouped(const plan::Expr& expr, const std::vector<ExprPtr>& group_by) {
  for (const ExprPtr& group : group_by)
    if (same_expr(expr, *group)) return std::nullopt;
  switch (expr.kind) {
    case ExprKind::column:
      return expr.index < kAggregateColumn ? std::optional<int>(expr.index) : std::nullopt;
    case ExprKind::rowtime:
    case ExprKind::rowpartition:
    case ExprKind::rowoffset: return -1;
    default: break;
  }
  for (const ExprPtr& arg : expr.args)
    if (auto found = ungrouped(*arg, group_by)) return found;
  return std::nullopt;
}

Status check_grouped(const BindContext& context, const QueryAnalysis& analysis,
                     const plan::Expr& expr, const SourceSpan& span) {
  auto index = ungrouped(expr, analysis.group_by);
  if (!index) return {};
  std::string name =
      *index < 0 ? "ROWTIME" : analysis.scope.columns[static_cast<size_t>(*index)].name;
  return context.invalid(
      span, "column " + name + " is neither in GROUP BY nor inside an aggregate function",
      "add it to GROUP BY, or take for instance LATEST_BY_OFFSET(" + name + ")");
}

Status check_aggregation(const BindContext& context, const Query& query, QueryUse use,
                         QueryAnalysis& out) {
  if (!out.aggregated && !out.aggregates.calls.empty()) {
    if (use == QueryUse::persistent)
      return context.invalid(query.span, "aggregate functions need a GROUP BY here",
                             "GROUP BY 1 makes one group of all rows: SELECT 1 AS k, ..");
    out.aggregated = true;
    out.group_by = {plan::literal(Type::int32(), int32_t{1})};
  }
  if (!out.aggregated) return {};
  if (out.aggregates.calls.empty())
    return context.invalid(query.group_by_span,
                           "GROUP BY needs an aggregate function in SELECT or HAVING",
                           "such as COUNT(*)");
  for (const SelectColumn& column : out.columns)
    LEAT_CHECK(check_grouped(context, out, *column.expr, column.span));
  if (out.having != nullptr)
    LEAT_CHECK(check_grouped(context, out, *out.having, query.having->span));
  return {};
}

Status refuse_in_pull(const BindContext& context, const Query& query) {
  auto refuse = [&](const SourceSpan& span, std::string_view clause) {
    return context.invalid(
        span, "a query without EMIT cannot have " + std::string(clause),
        "EMIT CHANGES makes it a push query; CREATE TABLE .. AS SELECT keeps it");
  };
  if (!query.joins.empty()) return refuse(query.joins[0].span, "JOIN");
  if (query.window) return refuse(query.window->span, "WINDOW");
  if (query.group_by) return refuse(query.group_by_span, "GROUP BY");
  if (query.partition_by) return refuse(query.partition_by_span, "PARTITION BY");
  if (query.having) return refuse(query.having->span, "HAVING");
  return {};
}

}  // namespace

bool QueryAnalysis::makes_table() const {
  return aggregated || (!scope.is_join() && first_source().is_table);
}

std::optional<plan::WindowSpec> QueryAnalysis::result_window() const {
  if (aggregated) return window;
  if (repartitioned || key_dropped || scope.is_join()) return std::nullopt;
  return first_source().window;
}

Result<QueryAnalysis> analyse(const BindContext& context, const Query& query, QueryUse use) {
  QueryAnalysis out;
  if (use == QueryUse::pull) LEAT_CHECK(refuse_in_pull(context, query));
  LEAT_CHECK(analyse_sources(context, query, out));
  out.scope.of_view = use == QueryUse::pull;
  if (query.window) LEAT_CHECK(bind_window(context, query, out));
  if (query.where) {
    ExprBinder binder(context, &out.scope, "WHERE", nullptr, bounds_outside_select(out));
    LEAT_TRY(out.where, binder.bind_condition(*query.where));
  }
  if (query.group_by) LEAT_CHECK(bind_group_by(context, query, out));
  if (query.partition_by) LEAT_CHECK(bind_partition_by(context, query, out));
  LEAT_CHECK(analyse_select(context, query, use, out));
  if (query.having) LEAT_CHECK(bind_having(context, query, out));
  LEAT_CHECK(check_aggregation(context, query, use, out));
  if (use == QueryUse::pull && !out.aggregates.calls.empty())
    return context.invalid(query.span, "a query without EMIT cannot have aggregate functions",
                           "CREATE TABLE .. AS SELECT keeps their results to be read");
  if (query.emit == Emit::final_) {
    if (!out.window)
      return context.invalid(query.emit_span, "EMIT FINAL is for windowed aggregations",
                             "add a WINDOW, or write EMIT CHANGES");
    out.emit_final = true;
  }
  if (query.limit && use == QueryUse::persistent)
    return context.invalid(query.limit_span, "a query that runs for good has no LIMIT");
  for (const ScopeSource& source : out.scope.sources)
    LEAT_CHECK(check_width(context, query.from.span, source.def->schema));
  return out;
}

}  // namespace leat::sql
