#include "sql/pull_rules.h"

#include <algorithm>

namespace leat::sql {
namespace {

using plan::ExprKind;

bool reads_place(const plan::Expr& expr) {
  if (expr.kind == ExprKind::rowpartition || expr.kind == ExprKind::rowoffset) return true;
  return std::any_of(expr.args.begin(), expr.args.end(),
                     [](const plan::ExprPtr& arg) { return reads_place(*arg); });
}

Status check_places(const BindContext& context, const Query& query, const QueryAnalysis& analysis) {
  constexpr std::string_view kWhat =
      "a query without EMIT cannot ask for ROWPARTITION or ROWOFFSET";
  for (const SelectColumn& column : analysis.columns)
    if (reads_place(*column.expr)) return context.invalid(column.span, kWhat);
  if (analysis.where != nullptr && reads_place(*analysis.where))
    return context.invalid(query.where->span, kWhat);
  return {};
}

/// The type of a key column that an expression names; nullptr: it is something else.
const Type* key_type(const BindContext& context, const Expr& expr, const SourceDef& source) {
  const auto* reference = std::get_if<ColumnRef>(&expr.node);
  if (reference == nullptr) return nullptr;
  std::string name = context.name(reference->name);
  for (const Field& field : source.schema.key)
    if (context.same(field.name, name)) return &field.type;
  return nullptr;
}

Status check_key_list(const BindContext& context, const InList& in, const SourceDef& source) {
  const Type* type = key_type(context, *in.operand, source);
  if (type == nullptr) return {};
  for (const Expr& item : in.list) {
    const auto* literal = std::get_if<Literal>(&item.node);
    if (literal == nullptr) continue;
    if (literal->kind == LiteralKind::null)
      return context.invalid(item.span, "a key cannot be NULL");
    if (literal->kind == LiteralKind::string && type->kind != TypeKind::string)
      return context.invalid(item.span, "the key is " + type->to_string() + ", not a string");
  }
  return {};
}

/// Over the conditions that are joined by AND: those that look keys up.
Status check_keys(const BindContext& context, const Expr& where, const SourceDef& source) {
  if (const auto* both = std::get_if<Binary>(&where.node); both && both->op == BinaryOp::and_) {
    LEAT_CHECK(check_keys(context, *both->left, source));
    return check_keys(context, *both->right, source);
  }
  const auto* in = std::get_if<InList>(&where.node);
  return in == nullptr ? Status() : check_key_list(context, *in, source);
}

}  // namespace

Status check_pull_as_ksqldb(const BindContext& context, const Query& query,
                            const QueryAnalysis& analysis) {
  LEAT_CHECK(check_places(context, query, analysis));
  const SourceDef& source = analysis.first_source();
  if (!source.is_table) return {};
  if (source.made_by.empty() && !source.read_only)
    return context.invalid(query.from.span, "the table " + source.name + " is kept by no query",
                           "read it with EMIT CHANGES, or keep it: CREATE TABLE .. AS SELECT * "
                           "FROM " +
                               source.name);
  return query.where ? check_keys(context, *query.where, source) : Status();
}

}  // namespace leat::sql
