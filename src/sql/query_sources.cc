#include "sql/query_analysis.h"

// FROM and JOIN.

namespace leat::sql {

using plan::ExprKind;
using plan::ExprPtr;

namespace {

/// Which sources an expression reads, as bits.
unsigned sources_of(const Scope& scope, const plan::Expr& expr) {
  unsigned out = 0;
  if (expr.kind == ExprKind::column)
    out |= 1U << scope.columns[static_cast<size_t>(expr.index)].source;
  if (expr.kind == ExprKind::rowtime) out |= 1;
  for (const ExprPtr& arg : expr.args) out |= sources_of(scope, *arg);
  return out;
}

constexpr unsigned kStreamSide = 1;
constexpr unsigned kTableSide = 2;

Status check_join_kinds(const BindContext& context, const Join& join, const SourceDef& left,
                        const SourceDef& right) {
  if (left.name == right.name)
    return context.invalid(join.span, "a join of " + left.name + " with itself",
                           "join with a copy made by CREATE .. AS SELECT");
  if (left.is_table && !right.is_table)
    return context.invalid(
        join.span, "a table cannot be joined with a stream: " + left.name + ", " + right.name,
        "put the stream first: FROM " + right.name + " JOIN " + left.name);
  if (!left.is_table && !right.is_table)
    return context.unsupported(join.span, "joins of two streams are");
  if (left.is_table) return context.unsupported(join.span, "joins of two tables are");
  if (join.kind == JoinKind::right || join.kind == JoinKind::full)
    return context.invalid(join.span, "a stream and a table have INNER and LEFT joins only");
  if (join.within)
    return context.invalid(join.within->span, "WITHIN is for joins of two streams",
                           "leave it out: a row meets what the table holds at that time");
  if (left.window || right.window)
    return context.unsupported(join.span, "joins of windowed rows are");
  return {};
}

Error not_an_equality(const BindContext& context, const Expr& on) {
  return context.invalid(on.span, "ON is one equality, with one source on each side",
                         "ON stream.column = table.key");
}

Status bind_join_condition(const BindContext& context, const Join& join, QueryAnalysis& out) {
  const auto* equality = std::get_if<Binary>(&join.on.node);
  if (equality == nullptr || equality->op != BinaryOp::equal)
    return not_an_equality(context, join.on);
  Scope& scope = out.scope;
  ExprBinder binder(context, &scope, "ON");
  LEAT_TRY(ExprPtr left, binder.bind_value(*equality->left));
  LEAT_TRY(ExprPtr right, binder.bind_value(*equality->right));
  const Expr* stream_side = &*equality->left;
  const Expr* table_side = &*equality->right;
  if (sources_of(scope, *left) == kTableSide && sources_of(scope, *right) == kStreamSide) {
    std::swap(left, right);
    std::swap(stream_side, table_side);
  }
  if (sources_of(scope, *left) != kStreamSide || sources_of(scope, *right) != kTableSide)
    return not_an_equality(context, join.on);

  const SourceDef& table = *scope.sources[1].def;
  if (table.schema.key.size() != 1)
    return context.unsupported(join.span, "joins with a table of several key columns are");
  JoinShape& shape = *out.join;
  shape.table_key = scope.first_column(1);
  if (right->kind != ExprKind::column || static_cast<size_t>(right->index) != shape.table_key)
    return context.invalid(table_side->span,
                           "a table is joined by its primary key, and this is not " +
                               scope.sources[1].alias + "." + table.schema.key[0].name);
  if (left->type != right->type)
    return context.invalid(
        stream_side->span,
        "the sides of ON have different types: " + std::string(context.text(stream_side->span)) +
            " is " + left->type.to_string() + ", " + std::string(context.text(table_side->span)) +
            " is " + right->type.to_string(),
        "CAST the stream's side");
  if (left->kind == ExprKind::column && !scope.columns[static_cast<size_t>(left->index)].carried)
    shape.stream_column = static_cast<size_t>(left->index);
  shape.on = without_marks(left);
  return {};
}

Result<std::string> add_relation(const BindContext& context, const Relation& relation,
                                 QueryAnalysis& out) {
  LEAT_TRY(const SourceDef* def, context.source(relation.name));
  std::string alias = relation.alias ? context.name(*relation.alias) : def->name;
  for (const ScopeSource& other : out.scope.sources)
    if (other.def != def && context.same(other.alias, alias))
      return context.invalid(relation.span, "two sources are called " + alias,
                             "give one of them another alias");
  out.scope.add(alias, *def);
  return alias;
}

}  // namespace

Status analyse_sources(const BindContext& context, const Query& query, QueryAnalysis& out) {
  LEAT_CHECK(add_relation(context, query.from, out));
  if (query.joins.empty()) {
    for (size_t i = 0; i < out.first_source().schema.key.size(); ++i)
      out.key.push_back(plan::column(static_cast<int>(i), out.scope.columns[i].type));
    return {};
  }
  for (const Join& join : query.joins) LEAT_CHECK(add_relation(context, join.relation, out));
  if (query.joins.size() > 1)
    return context.unsupported(query.joins[1].span, "joins of more than two sources are");
  const Join& join = query.joins[0];
  LEAT_CHECK(check_join_kinds(context, join, *out.scope.sources[0].def, *out.scope.sources[1].def));
  if (context.ksqldb)
    for (const ScopeSource& source : out.scope.sources)
      if (source.def->value_format.kind == FormatKind::kafka)
        return context.invalid(join.span,
                               "the value format KAFKA cannot be joined: " + source.alias);
  out.join.emplace();
  out.join->left = join.kind == JoinKind::left;
  LEAT_CHECK(bind_join_condition(context, join, out));
  // The key is the stream's column, or where that is an expression the table's.
  size_t key = out.join->stream_column.value_or(out.join->table_key);
  out.key.push_back(plan::column(static_cast<int>(key), out.scope.columns[key].type));
  return {};
}

}  // namespace leat::sql
