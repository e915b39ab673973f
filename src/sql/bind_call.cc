#include "base/text.h"
#include "plan/coercion.h"
#include "sql/bind_expr.h"
#include "sql/known_functions.h"

// Calls: of scalar functions, of COALESCE and its kin, of aggregates.

namespace leat::sql {

using plan::AggregateKind;
using plan::ExprKind;
using plan::ExprPtr;

Result<ExprPtr> ExprBinder::bind_node(const Call& node, const Expr& expr) {
  const std::string& name = node.name.text;
  if (auto kind = aggregate_named(name)) return bind_aggregate(*kind, node, expr);
  if (std::string_view later = later_function(name);
      !later.empty() && !context_.functions.has(name))
    return context_.unsupported(node.name.span,
                                "the " + std::string(later) + " " + to_upper(name) + " is");
  if (node.star)
    return context_.invalid(expr.span, "function " + to_upper(name) + " does not accept (*)",
                            "COUNT(*) alone does");
  if (equals_ignoring_case(name, "COALESCE") || equals_ignoring_case(name, "IFNULL"))
    return bind_coalesce(node, expr);
  for (const Expr& argument : node.arguments)
    if (std::holds_alternative<Lambda>(argument.node))
      return context_.unsupported(argument.span, "lambda functions (=>) are");

  std::vector<ExprPtr> args;
  for (const Expr& argument : node.arguments) {
    LEAT_TRY(ExprPtr bound, bind(argument));
    args.push_back(std::move(bound));
  }
  if (equals_ignoring_case(name, "AS_VALUE")) {
    if (args.size() != 1)
      return context_.invalid(expr.span, "AS_VALUE takes one argument, the column to copy");
    Type type = args[0]->type;
    return plan::make(ExprKind::coalesce, std::move(type), std::move(args));
  }
  return call(to_upper(name), std::move(args), expr.span);
}

Result<ExprPtr> ExprBinder::bind_coalesce(const Call& node, const Expr& expr) {
  bool two = equals_ignoring_case(node.name.text, "IFNULL");
  size_t count = node.arguments.size();
  if (two ? count != 2 : count == 0)
    return context_.invalid(expr.span,
                            to_upper(node.name.text) +
                                (two ? " takes two arguments, not " : " takes arguments, not ") +
                                std::to_string(count));
  std::vector<ExprPtr> args;
  std::vector<const Expr*> written;
  for (const Expr& argument : node.arguments) {
    LEAT_TRY(ExprPtr bound, bind(argument));
    args.push_back(std::move(bound));
    written.push_back(&argument);
  }
  LEAT_CHECK(coerce(args, written));
  if (args.size() == 1) return args[0];
  Type type = args[0]->type;
  return plan::make(ExprKind::coalesce, std::move(type), std::move(args));
}

Result<Type> ExprBinder::aggregate_type(AggregateKind kind, const Type& type, const Expr& expr) {
  auto refuse = [&](std::string_view wanted) {
    return context_.invalid(expr.span, std::string(name_of(kind)) + " takes " +
                                           std::string(wanted) + ", and this is " +
                                           type.to_string());
  };
  switch (kind) {
    case AggregateKind::count_all:
    case AggregateKind::count:
    case AggregateKind::count_distinct: return Type::int64();
    case AggregateKind::sum:
      if (!type.is_numeric()) return refuse("a number");
      return type;
    case AggregateKind::avg:
      if (!type.is_numeric()) return refuse("a number");
      return Type::float64();
    case AggregateKind::min:
    case AggregateKind::max:
      if (type.kind == TypeKind::boolean) return refuse("values that have an order");
      return type;
    case AggregateKind::earliest:
    case AggregateKind::latest: return type;
  }
  return type;
}

Result<ExprPtr> ExprBinder::bind_aggregate(AggregateKind kind, const Call& node, const Expr& expr) {
  std::string name(name_of(kind));
  if (aggregates_ == nullptr)
    return context_.invalid(
        expr.span, name + " is an aggregate function: " + std::string(clause_) + " cannot have one",
        clause_ == "WHERE" ? "HAVING tests aggregates" : "");
  if (in_aggregate_)
    return context_.invalid(expr.span, "an aggregate function inside of another: " + name);
  if (node.arguments.size() > 1)
    return context_.unsupported(expr.span, name + " with more than one argument is");
  for (size_t i = 0; i < scope_->sources.size(); ++i)
    if (!scope_->is_join() && scope_->sources[i].def->is_table && !has_undo(kind))
      return context_.invalid(expr.span,
                              name +
                                  " cannot be applied to a table: a row that changes cannot be "
                                  "taken out of it again",
                              "COUNT, SUM and AVG can");

  AggregateCalls::Call made{.kind = kind, .result = Type::int64()};
  bool all_rows = node.star || node.arguments.empty();
  if (all_rows && kind != AggregateKind::count)
    return context_.invalid(expr.span, name + " takes one argument");
  if (!all_rows) {
    in_aggregate_ = true;
    auto bound = bind_value(node.arguments[0]);
    in_aggregate_ = false;
    if (!bound) return std::move(bound).error();
    ExprPtr argument = without_marks(*bound);
    LEAT_TRY(made.result, aggregate_type(kind, argument->type, node.arguments[0]));
    all_rows = kind == AggregateKind::count && argument->kind == ExprKind::literal;
    if (!all_rows) {
      auto& known = aggregates_->arguments;
      size_t i = 0;
      while (i < known.size() && !same_expr(*known[i], *argument)) ++i;
      if (i == known.size()) known.push_back(std::move(argument));
      made.argument = static_cast<int>(i);
    }
  }
  if (all_rows) made.kind = AggregateKind::count_all;

  auto& calls = aggregates_->calls;
  size_t i = 0;
  while (i < calls.size() && (calls[i].kind != made.kind || calls[i].argument != made.argument))
    ++i;
  if (i == calls.size()) calls.push_back(made);
  return plan::column(kAggregateColumn + static_cast<int>(i), made.result);
}

}  // namespace leat::sql
