#include "sql/bind_expr.h"

#include "base/text.h"
#include "plan/coercion.h"
#include "plan/kernels.h"
#include "sql/typing.h"

namespace leat::sql {

using plan::ExprKind;
using plan::ExprPtr;

namespace {

ExprPtr null_of(Type type) { return plan::literal(std::move(type), {}); }

bool is_text_literal(const plan::Expr& expr) {
  return expr.kind == ExprKind::literal && expr.type.kind == TypeKind::string &&
         std::holds_alternative<std::string>(expr.value);
}

/// A time in milliseconds that the language knows to be one.
bool is_time(const plan::Expr& expr) {
  return expr.kind == ExprKind::rowtime || expr.kind == ExprKind::window_start ||
         expr.kind == ExprKind::window_end;
}

std::string_view symbol(BinaryOp op) {
  switch (op) {
    case BinaryOp::or_: return "OR";
    case BinaryOp::and_: return "AND";
    case BinaryOp::equal: return "=";
    case BinaryOp::not_equal: return "<>";
    case BinaryOp::less: return "<";
    case BinaryOp::less_equal: return "<=";
    case BinaryOp::greater: return ">";
    case BinaryOp::greater_equal: return ">=";
    case BinaryOp::is_distinct: return "IS DISTINCT FROM";
    case BinaryOp::is_not_distinct: return "IS NOT DISTINCT FROM";
    case BinaryOp::concat: return "||";
    case BinaryOp::add: return "+";
    case BinaryOp::subtract: return "-";
    case BinaryOp::multiply: return "*";
    case BinaryOp::divide: return "/";
    case BinaryOp::modulo: return "%";
  }
  return {};
}

bool is_comparison(BinaryOp op) { return op >= BinaryOp::equal && op <= BinaryOp::is_not_distinct; }

}  // namespace

Result<ExprPtr> ExprBinder::bind(const Expr& expr) {
  return std::visit([&](const auto& node) { return bind_node(node, expr); }, expr.node);
}

Result<ExprPtr> ExprBinder::bind_condition(const Expr& expr) {
  LEAT_TRY(ExprPtr bound, bind(expr));
  if (bound->type.kind != TypeKind::boolean)
    return context_.invalid(expr.span, std::string(clause_) + " needs a BOOLEAN, and this is " +
                                           bound->type.to_string());
  return bound;
}

Result<ExprPtr> ExprBinder::bind_value(const Expr& expr) {
  LEAT_TRY(ExprPtr bound, bind(expr));
  if (plan::is_null_literal(*bound))
    return context_.invalid(expr.span, "the type of NULL alone is unknown",
                            "CAST(NULL AS the type you mean)");
  return bound;
}

Result<ExprPtr> ExprBinder::bind_node(const Literal& node, const Expr& expr) {
  switch (node.kind) {
    case LiteralKind::null: return null_of(Type::string());
    case LiteralKind::boolean: return plan::literal(Type::boolean(), node.boolean);
    case LiteralKind::string: return plan::literal(Type::string(), node.text);
    case LiteralKind::integer:
    case LiteralKind::decimal:
    case LiteralKind::floating: break;
  }
  auto number = plan::number_literal(node.text);
  if (!number) return context_.at(expr.span, number.error());
  return *number;
}

Result<ExprPtr> ExprBinder::bind_node(const TypedString& node, const Expr& expr) {
  if (!equals_ignoring_case(node.type.text, "TIMESTAMP"))
    return context_.unsupported(expr.span, to_upper(node.type.text) + " literals are");
  auto time = plan::literal_as(*plan::literal(Type::string(), node.text), Type::timestamp());
  if (!time) return context_.at(expr.span, time.error());
  return *time;
}

Result<ExprPtr> ExprBinder::bind_node(const ColumnRef& node, const Expr& expr) {
  if (scope_ == nullptr)
    return context_.invalid(expr.span,
                            std::string(clause_) + " takes constants, and this is a column: " +
                                std::string(context_.text(expr.span)),
                            "strings are written in 'single quotes'");
  return scope_->resolve(context_, node, expr.span, bounds_);
}

Result<ExprPtr> ExprBinder::bind_node(const FieldAccess&, const Expr& expr) {
  return context_.unsupported(expr.span, "STRUCT fields (->) are");
}

Result<ExprPtr> ExprBinder::bind_node(const Subscript&, const Expr& expr) {
  return context_.unsupported(expr.span, "elements of ARRAY and MAP ([..]) are");
}

Result<ExprPtr> ExprBinder::bind_node(const Lambda&, const Expr& expr) {
  return context_.unsupported(expr.span, "lambda functions (=>) are");
}

Result<ExprPtr> ExprBinder::bind_node(const ArrayConstructor&, const Expr& expr) {
  return context_.unsupported(expr.span, "ARRAY values are");
}

Result<ExprPtr> ExprBinder::bind_node(const MapConstructor&, const Expr& expr) {
  return context_.unsupported(expr.span, "MAP values are");
}

Result<ExprPtr> ExprBinder::bind_node(const StructConstructor&, const Expr& expr) {
  return context_.unsupported(expr.span, "STRUCT values are");
}

Result<ExprPtr> ExprBinder::bind_node(const AtTimeZone&, const Expr& expr) {
  return context_.unsupported(expr.span, "AT TIME ZONE is");
}

Result<ExprPtr> ExprBinder::call(std::string_view name, std::vector<ExprPtr> args,
                                 const SourceSpan& span) {
  auto made = plan::make_call(context_.functions, name, std::move(args), context_.ksqldb);
  if (!made) return context_.at(span, made.error());
  return *made;
}

Result<ExprPtr> ExprBinder::negated(bool negated, ExprPtr expr, const SourceSpan& span) {
  if (!negated) return expr;
  return call("NOT", {std::move(expr)}, span);
}

Result<ExprPtr> ExprBinder::bind_node(const Unary& node, const Expr& expr) {
  LEAT_TRY(ExprPtr operand, bind(*node.operand));
  switch (node.op) {
    case UnaryOp::minus: return call("-", {std::move(operand)}, expr.span);
    case UnaryOp::not_: return call("NOT", {std::move(operand)}, expr.span);
    case UnaryOp::plus: break;
  }
  if (!operand->type.is_numeric())
    return context_.invalid(expr.span,
                            "operator + does not apply to (" + operand->type.to_string() + ")");
  return operand;
}

Error ExprBinder::mismatch(const Binary& node, const plan::Expr& left, const plan::Expr& right,
                           const SourceSpan& span) const {
  std::string_view verb = is_comparison(node.op) ? "cannot compare " : "cannot compute ";
  return context_.invalid(span,
                          std::string(verb) + std::string(context_.text(node.left->span)) + " (" +
                              left.type.to_string() + ") " + std::string(symbol(node.op)) + " " +
                              std::string(context_.text(node.right->span)) + " (" +
                              right.type.to_string() + ")",
                          "CAST one side to the type of the other");
}

Result<ExprPtr> ExprBinder::bind_logic(const Binary& node) {
  std::vector<ExprPtr> sides;
  for (const Expr* side : {&*node.left, &*node.right}) {
    LEAT_TRY(ExprPtr bound, bind(*side));
    if (plan::is_null_literal(*bound)) bound = null_of(Type::boolean());
    if (bound->type.kind != TypeKind::boolean)
      return context_.invalid(
          side->span,
          std::string(symbol(node.op)) + " joins BOOLEANs, and this is " + bound->type.to_string());
    sides.push_back(std::move(bound));
  }
  return plan::make(node.op == BinaryOp::and_ ? ExprKind::and_ : ExprKind::or_, Type::boolean(),
                    std::move(sides));
}

Result<ExprPtr> ExprBinder::beside(const ExprPtr& other, ExprPtr expr, const SourceSpan& span) {
  if (!is_text_literal(*expr)) return expr;
  bool milliseconds = is_time(*other);
  if (!milliseconds && other->type.kind != TypeKind::timestamp) return expr;
  auto time = plan::literal_as(*expr, Type::timestamp());
  if (!time)
    return context_.invalid(span, "this is not a time: " + std::string(context_.text(span)),
                            "such as '2024-05-31T23:59:58' or a part of it from the left");
  if (!milliseconds) return *time;
  return plan::literal(Type::int64(), (*time)->value);
}

Result<ExprPtr> ExprBinder::bind_comparison(const Binary& node, const Expr& expr) {
  LEAT_TRY(ExprPtr left, bind(*node.left));
  LEAT_TRY(ExprPtr right, bind(*node.right));
  bool of_null = node.op != BinaryOp::is_distinct && node.op != BinaryOp::is_not_distinct;
  if (of_null && (plan::is_null_literal(*left) || plan::is_null_literal(*right)))
    return context_.invalid(expr.span, "a comparison with NULL is never true",
                            "use IS NULL or IS NOT NULL");
  LEAT_TRY(ExprPtr read_left, beside(right, left, node.left->span));
  LEAT_TRY(ExprPtr read_right, beside(left, right, node.right->span));
  auto made = plan::make_call(context_.functions, symbol(node.op), {read_left, read_right});
  if (!made) return mismatch(node, *left, *right, expr.span);
  return *made;
}

Result<ExprPtr> ExprBinder::bind_node(const Binary& node, const Expr& expr) {
  if (node.op == BinaryOp::and_ || node.op == BinaryOp::or_) return bind_logic(node);
  if (is_comparison(node.op)) return bind_comparison(node, expr);
  LEAT_TRY(ExprPtr left, bind(*node.left));
  LEAT_TRY(ExprPtr right, bind(*node.right));
  if (plan::is_null_literal(*left) || plan::is_null_literal(*right))
    return context_.invalid(expr.span, "what is computed with NULL is always NULL");
  auto made = plan::make_call(context_.functions, symbol(node.op), {left, right});
  if (!made) return mismatch(node, *left, *right, expr.span);
  return *made;
}

Result<ExprPtr> ExprBinder::bind_node(const IsNull& node, const Expr& expr) {
  LEAT_TRY(ExprPtr operand, bind(*node.operand));
  return call(node.negated ? "IS NOT NULL" : "IS NULL", {std::move(operand)}, expr.span);
}

Result<ExprPtr> ExprBinder::bind_node(const Between& node, const Expr& expr) {
  LEAT_TRY(ExprPtr operand, bind(*node.operand));
  std::vector<ExprPtr> args = {operand};
  for (const Expr* bound : {&*node.low, &*node.high}) {
    LEAT_TRY(ExprPtr side, bind(*bound));
    if (plan::is_null_literal(*operand) || plan::is_null_literal(*side))
      return context_.invalid(expr.span, "a comparison with NULL is never true",
                              "use IS NULL or IS NOT NULL");
    LEAT_TRY(ExprPtr read, beside(operand, std::move(side), bound->span));
    args.push_back(std::move(read));
  }
  LEAT_TRY(ExprPtr between, call("BETWEEN", std::move(args), expr.span));
  return negated(node.negated, std::move(between), expr.span);
}

Status ExprBinder::coerce(std::vector<ExprPtr>& list, const std::vector<const Expr*>& written) {
  auto coerced = plan::coerce_list(list);
  if (coerced) return {};
  // The first element that those before it do not go with.
  size_t bad = 0;
  std::vector<ExprPtr> before;
  std::string types;
  for (; bad < list.size(); ++bad) {
    std::vector<ExprPtr> some = before;
    some.push_back(list[bad]);
    bool null = plan::is_null_literal(*list[bad]);
    if (!null && !plan::coerce_list(some)) break;
    if (!null && types.empty()) types = list[bad]->type.to_string();
    before.push_back(list[bad]);
  }
  if (bad == list.size() || types.empty()) return context_.at(written[0]->span, coerced.error());
  const SourceSpan& span = written[bad]->span;
  return context_.invalid(span,
                          std::string(context_.text(span)) + " (" + list[bad]->type.to_string() +
                              ") does not go with " + std::string(context_.text(written[0]->span)) +
                              " (" + types + ")",
                          coerced.error().hint());
}

Result<ExprPtr> ExprBinder::bind_node(const InList& node, const Expr& expr) {
  LEAT_TRY(ExprPtr operand, bind(*node.operand));
  if (plan::is_null_literal(*operand))
    return context_.invalid(expr.span, "NULL is in no list", "use IS NULL");
  std::vector<ExprPtr> list = {operand};
  std::vector<const Expr*> written = {&*node.operand};
  for (const Expr& element : node.list) {
    written.push_back(&element);
    LEAT_TRY(ExprPtr bound, bind(element));
    LEAT_TRY(ExprPtr read, beside(operand, std::move(bound), element.span));
    list.push_back(std::move(read));
  }
  LEAT_CHECK(coerce(list, written));
  LEAT_TRY(ExprPtr in, call("IN", std::move(list), expr.span));
  return negated(node.negated, std::move(in), expr.span);
}

Result<ExprPtr> ExprBinder::bind_node(const Like& node, const Expr& expr) {
  LEAT_TRY(ExprPtr operand, bind(*node.operand));
  LEAT_TRY(ExprPtr pattern, bind(*node.pattern));
  std::vector<ExprPtr> args = {std::move(operand), std::move(pattern)};
  if (node.escape) {
    if (node.escape->size() != 1)
      return context_.invalid(expr.span, "ESCAPE takes one character, not '" + *node.escape + "'");
    args.push_back(plan::literal(Type::string(), *node.escape));
  }
  LEAT_TRY(ExprPtr like, call("LIKE", std::move(args), expr.span));
  return negated(node.negated, std::move(like), expr.span);
}

Result<ExprPtr> ExprBinder::bind_node(const Case& node, const Expr&) {
  ExprPtr operand;
  if (node.operand) {
    LEAT_TRY(operand, bind(*node.operand));
  }
  std::vector<ExprPtr> conditions;
  std::vector<ExprPtr> results;
  std::vector<const Expr*> written;
  for (const CaseWhen& branch : node.whens) {
    LEAT_TRY(ExprPtr when, bind(branch.when));
    if (operand != nullptr) {
      LEAT_TRY(ExprPtr read, beside(operand, std::move(when), branch.when.span));
      LEAT_TRY(when, call("=", {operand, std::move(read)}, branch.when.span));
    }
    if (when->type.kind != TypeKind::boolean)
      return context_.invalid(branch.when.span,
                              "WHEN needs a BOOLEAN, and this is " + when->type.to_string());
    conditions.push_back(std::move(when));
    LEAT_TRY(ExprPtr then, bind(branch.then));
    results.push_back(std::move(then));
    written.push_back(&branch.then);
  }
  if (node.otherwise) {
    LEAT_TRY(ExprPtr otherwise, bind(*node.otherwise));
    results.push_back(std::move(otherwise));
    written.push_back(&*node.otherwise);
  } else {
    results.push_back(null_of(Type::string()));
  }
  LEAT_CHECK(coerce(results, written));
  Type type = results[0]->type;
  std::vector<ExprPtr> args;
  for (size_t i = 0; i < conditions.size(); ++i) {
    args.push_back(std::move(conditions[i]));
    args.push_back(std::move(results[i]));
  }
  args.push_back(std::move(results.back()));
  return plan::make(ExprKind::case_, std::move(type), std::move(args));
}

Result<ExprPtr> ExprBinder::bind_node(const Cast& node, const Expr& expr) {
  LEAT_TRY(ExprPtr operand, bind(*node.operand));
  LEAT_TRY(Type type, bind_type(context_, *node.type));
  // A NULL that was given its type is not the NULL that any overload takes.
  if (plan::is_null_literal(*operand)) return plan::make(ExprKind::cast, type, {null_of(type)});
  auto possible = plan::check_cast(operand->type, type);
  if (!possible) return context_.at(expr.span, possible.error());
  if (operand->type == type) return operand;
  return plan::make(ExprKind::cast, std::move(type), {std::move(operand)});
}

ExprPtr with_columns(const ExprPtr& expr, const std::function<ExprPtr(const ExprPtr&)>& replace) {
  if (expr->kind == ExprKind::column) return replace(expr);
  bool changed = false;
  std::vector<ExprPtr> args;
  for (const ExprPtr& arg : expr->args) {
    args.push_back(with_columns(arg, replace));
    changed |= args.back() != arg;
  }
  if (!changed) return expr;
  plan::Expr copy = *expr;
  copy.args = std::move(args);
  return std::make_shared<const plan::Expr>(std::move(copy));
}

ExprPtr without_marks(const ExprPtr& expr) {
  if (expr->kind == ExprKind::coalesce && expr->args.size() == 1)
    return without_marks(expr->args[0]);
  bool changed = false;
  std::vector<ExprPtr> args;
  for (const ExprPtr& arg : expr->args) {
    args.push_back(without_marks(arg));
    changed |= args.back() != arg;
  }
  if (!changed) return expr;
  plan::Expr copy = *expr;
  copy.args = std::move(args);
  return std::make_shared<const plan::Expr>(std::move(copy));
}

bool same_expr(const plan::Expr& a, const plan::Expr& b) {
  if (a.kind != b.kind || a.type != b.type || a.index != b.index || a.function != b.function ||
      a.value != b.value || a.args.size() != b.args.size())
    return false;
  for (size_t i = 0; i < a.args.size(); ++i)
    if (!same_expr(*a.args[i], *b.args[i])) return false;
  return true;
}

}  // namespace leat::sql
