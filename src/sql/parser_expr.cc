#include <charconv>

#include "sql/parser_rules.h"

// Expressions, loosest first: OR · AND · NOT · comparisons and other predicates, which do not chain
// · || · + - · * / % · signs · AT TIME ZONE · [] and -> · the rest.

namespace leat::sql {
namespace {

constexpr int kOr = 1;
constexpr int kAnd = 2;
constexpr int kNot = 3;
constexpr int kPredicate = 4;
constexpr int kConcat = 5;
constexpr int kSum = 6;
constexpr int kProduct = 7;
constexpr int kSign = 8;

struct Operator {
  BinaryOp op;
  int level;
};

/// The binary operator that a token is, comparisons left out.
std::optional<Operator> operator_at(const ParserCursor& cursor) {
  switch (cursor.current().kind) {
    case TokenKind::concat: return Operator{BinaryOp::concat, kConcat};
    case TokenKind::plus: return Operator{BinaryOp::add, kSum};
    case TokenKind::minus: return Operator{BinaryOp::subtract, kSum};
    case TokenKind::star: return Operator{BinaryOp::multiply, kProduct};
    case TokenKind::slash: return Operator{BinaryOp::divide, kProduct};
    case TokenKind::percent: return Operator{BinaryOp::modulo, kProduct};
    default: break;
  }
  if (cursor.sees("AND")) return Operator{BinaryOp::and_, kAnd};
  if (cursor.sees("OR")) return Operator{BinaryOp::or_, kOr};
  return std::nullopt;
}

std::optional<BinaryOp> comparison_at(const ParserCursor& cursor) {
  switch (cursor.current().kind) {
    case TokenKind::equal: return BinaryOp::equal;
    case TokenKind::not_equal: return BinaryOp::not_equal;
    case TokenKind::less: return BinaryOp::less;
    case TokenKind::less_equal: return BinaryOp::less_equal;
    case TokenKind::greater: return BinaryOp::greater;
    case TokenKind::greater_equal: return BinaryOp::greater_equal;
    default: return std::nullopt;
  }
}

bool predicate_at(const ParserCursor& cursor) {
  size_t n = cursor.sees("NOT") ? 1 : 0;
  return comparison_at(cursor) || cursor.sees("IS") || cursor.sees("BETWEEN", n) ||
         cursor.sees("IN", n) || cursor.sees("LIKE", n);
}

}  // namespace

Result<Expr> ParserRules::expression() {
  LEAT_CHECK(check_nesting());
  Nested nested(depth_);
  return binary(kOr);
}

Result<Expr> ParserRules::value_expression() {
  LEAT_CHECK(check_nesting());
  Nested nested(depth_);
  return binary(kConcat);
}

Result<Expr> ParserRules::make(Expr::Node node, const SourceSpan& span) const {
  Expr expr{std::move(node), span};
  uint16_t below = 0;
  for (const Expr* child : children(expr)) below = std::max(below, child->height);
  if (below >= kExpressionHeightMax)
    return cursor_.error(span, "this expression has too many operators one below the other",
                         "the limit is " + std::to_string(kExpressionHeightMax) +
                             "; IN replaces a long chain of OR");
  expr.height = static_cast<uint16_t>(below + 1);
  return expr;
}

/// Precedence climbing: everything whose operators bind at least as tightly as `level`.
Result<Expr> ParserRules::binary(int level) {
  size_t begin = cursor_.position();
  auto first = [&]() -> Result<Expr> {
    if (level > kNot || !cursor_.sees("NOT")) return unary();
    LEAT_CHECK(check_nesting());
    Nested nested(depth_);
    cursor_.advance();
    LEAT_TRY(Expr operand, binary(kNot));
    return make_from(Unary{UnaryOp::not_, std::move(operand)}, begin);
  };
  LEAT_TRY(Expr left, first());
  bool predicated = false;
  while (true) {
    if (level <= kPredicate && predicate_at(cursor_)) {
      if (predicated)
        return cursor_.error(cursor_.current().span, "comparisons cannot be chained",
                             "use AND, or parentheses");
      LEAT_TRY(left, predicate(std::move(left), begin));
      predicated = true;
      continue;
    }
    auto next = operator_at(cursor_);
    if (!next || next->level < level) break;
    cursor_.advance();
    LEAT_TRY(Expr right, binary(next->level + 1));
    LEAT_TRY(left, make_from(Binary{next->op, std::move(left), std::move(right)}, begin));
  }
  if (level <= kPredicate) cursor_.candidates({"AND", "OR", "IS", "IN", "LIKE", "BETWEEN", "NOT"});
  return left;
}

Result<Expr> ParserRules::predicate(Expr left, size_t begin) {
  if (auto op = comparison_at(cursor_)) {
    cursor_.advance();
    LEAT_TRY(Expr right, binary(kConcat));
    return make_from(Binary{*op, std::move(left), std::move(right)}, begin);
  }
  if (cursor_.accept("IS")) {
    bool negated = cursor_.accept("NOT");
    if (cursor_.accept({"DISTINCT", "FROM"})) {
      LEAT_TRY(Expr right, binary(kConcat));
      BinaryOp op = negated ? BinaryOp::is_not_distinct : BinaryOp::is_distinct;
      return make_from(Binary{op, std::move(left), std::move(right)}, begin);
    }
    LEAT_CHECK(cursor_.expect("NULL"));
    return make_from(IsNull{std::move(left), negated}, begin);
  }
  bool negated = cursor_.accept("NOT");
  if (cursor_.accept("BETWEEN")) {
    LEAT_TRY(Expr low, binary(kConcat));
    LEAT_CHECK(cursor_.expect("AND"));
    LEAT_TRY(Expr high, binary(kConcat));
    return make_from(Between{std::move(left), std::move(low), std::move(high), negated}, begin);
  }
  if (cursor_.accept("IN")) {
    LEAT_CHECK(cursor_.expect(TokenKind::left_paren));
    if (cursor_.sees("SELECT")) return not_in_the_language("a subquery");
    InList in{std::move(left), {}, negated};
    do {
      LEAT_TRY(Expr next, expression());
      in.list.push_back(std::move(next));
    } while (cursor_.accept(TokenKind::comma));
    LEAT_CHECK(cursor_.expect(TokenKind::right_paren));
    return make_from(std::move(in), begin);
  }
  LEAT_CHECK(cursor_.expect("LIKE"));
  LEAT_TRY(Expr pattern, binary(kConcat));
  Like like{std::move(left), std::move(pattern), std::nullopt, negated};
  if (cursor_.accept("ESCAPE")) {
    LEAT_TRY(like.escape, cursor_.expect_string());
  }
  return make_from(std::move(like), begin);
}

bool ParserRules::at_number() const {
  size_t n = cursor_.sees(TokenKind::minus) ? 1 : 0;
  return cursor_.sees(TokenKind::integer, n) || cursor_.sees(TokenKind::decimal, n) ||
         cursor_.sees(TokenKind::floating, n);
}

Result<Expr> ParserRules::unary() {
  size_t begin = cursor_.position();
  bool minus = cursor_.sees(TokenKind::minus);
  if ((minus && !at_number()) || cursor_.sees(TokenKind::plus)) {
    LEAT_CHECK(check_nesting());
    Nested nested(depth_);
    cursor_.advance();
    LEAT_TRY(Expr operand, unary());
    return make_from(Unary{minus ? UnaryOp::minus : UnaryOp::plus, std::move(operand)}, begin);
  }
  LEAT_TRY(Expr operand, postfix());
  while (cursor_.sees({"AT", "TIME", "ZONE"})) {
    cursor_.accept({"AT", "TIME", "ZONE"});
    LEAT_TRY(std::string zone, cursor_.expect_string());
    LEAT_TRY(operand, make_from(AtTimeZone{std::move(operand), std::move(zone)}, begin));
  }
  return operand;
}

Result<Expr> ParserRules::postfix() {
  size_t begin = cursor_.position();
  LEAT_TRY(Expr base, primary());
  while (true) {
    if (cursor_.sees(TokenKind::left_bracket)) {
      cursor_.advance();
      LEAT_CHECK(check_nesting());
      Nested nested(depth_);
      LEAT_TRY(Expr index, binary(kConcat));
      LEAT_CHECK(cursor_.expect(TokenKind::right_bracket));
      LEAT_TRY(base, make_from(Subscript{std::move(base), std::move(index)}, begin));
    } else if (cursor_.sees(TokenKind::arrow)) {
      if (cursor_.sees(TokenKind::star, 1)) {
        struct_star_at_ = cursor_.position();
        struct_star_base_ = base.span.begin;
        return base;
      }
      cursor_.advance();
      LEAT_TRY(Identifier field, cursor_.expect_name("a field's name"));
      LEAT_TRY(base, make_from(FieldAccess{std::move(base), std::move(field)}, begin));
    } else {
      return base;
    }
  }
}

Result<Expr> ParserRules::primary() {
  size_t begin = cursor_.position();
  if (at_number() || cursor_.sees(TokenKind::string) || cursor_.sees("NULL") ||
      cursor_.sees("TRUE") || cursor_.sees("FALSE")) {
    LEAT_TRY(Literal value, literal());
    return make_from(std::move(value), begin);
  }
  if (cursor_.sees(TokenKind::left_paren)) {
    cursor_.advance();
    if (cursor_.sees("SELECT")) return not_in_the_language("a subquery");
    LEAT_TRY(Expr inner, expression());
    LEAT_CHECK(cursor_.expect(TokenKind::right_paren));
    inner.span = cursor_.span_from(begin);
    return inner;
  }
  if (cursor_.sees("CASE")) return case_();
  if (cursor_.sees("CAST")) return cast();
  if (cursor_.sees("ARRAY") && cursor_.sees(TokenKind::left_bracket, 1)) return array();
  if (cursor_.sees("MAP") && cursor_.sees(TokenKind::left_paren, 1)) return map();
  if (cursor_.sees("STRUCT") && cursor_.sees(TokenKind::left_paren, 1)) return struct_();
  if (cursor_.sees_name()) return name_or_call();
  cursor_.expecting("an expression");
  return cursor_.unexpected();
}

Result<Literal> ParserRules::literal() {
  if (cursor_.accept("NULL")) return Literal{};
  if (cursor_.accept("TRUE")) return Literal{LiteralKind::boolean, true};
  if (cursor_.accept("FALSE")) return Literal{LiteralKind::boolean, false};
  if (cursor_.sees(TokenKind::string)) {
    LEAT_TRY(std::string text, cursor_.expect_string());
    return Literal{LiteralKind::string, false, 0, 0, std::move(text)};
  }
  if (!at_number()) {
    cursor_.expecting("a number");
    cursor_.expecting("a string");
    return cursor_.unexpected();
  }
  size_t begin = cursor_.position();
  Literal number;
  if (cursor_.accept(TokenKind::minus)) number.text = "-";
  TokenKind kind = cursor_.current().kind;
  if (cursor_.current().text.front() == '.') number.text += '0';
  number.text += cursor_.current().text;
  cursor_.advance();
  const char* end = number.text.data() + number.text.size();
  std::errc problem{};
  if (kind == TokenKind::integer) {
    number.kind = LiteralKind::integer;
    problem = std::from_chars(number.text.data(), end, number.integer).ec;
  } else if (kind == TokenKind::decimal) {
    number.kind = LiteralKind::decimal;
  } else {
    number.kind = LiteralKind::floating;
    problem = std::from_chars(number.text.data(), end, number.floating).ec;
  }
  if (problem != std::errc{})
    return cursor_.error(cursor_.span_from(begin), "number is out of range: " + number.text);
  return number;
}

Result<Expr> ParserRules::name_or_call() {
  size_t begin = cursor_.position();
  LEAT_TRY(Identifier name, cursor_.expect_name());
  if (cursor_.sees(TokenKind::left_paren)) return call(std::move(name));
  if (cursor_.sees(TokenKind::string)) {
    LEAT_TRY(std::string text, cursor_.expect_string());
    return make_from(TypedString{std::move(name), std::move(text)}, begin);
  }
  ColumnRef column{std::nullopt, std::move(name)};
  if (cursor_.sees(TokenKind::dot)) {
    cursor_.advance();
    column.source = std::move(column.name);
    LEAT_TRY(column.name, cursor_.expect_name("a column's name"));
    if (cursor_.sees(TokenKind::dot))
      return cursor_.error(cursor_.current().span, "a name has at most two parts, source.column",
                           "fields of a STRUCT are written column->field");
  }
  return make_from(std::move(column), begin);
}

Result<Expr> ParserRules::call(Identifier name) {
  size_t begin = cursor_.position() - 1;
  cursor_.advance();
  Call call{std::move(name), {}, false};
  if (cursor_.sees(TokenKind::star) && cursor_.sees(TokenKind::right_paren, 1)) {
    call.star = true;
    cursor_.advance();
  } else if (cursor_.sees("DISTINCT")) {
    return not_in_the_language("DISTINCT inside a function",
                               "COUNT_DISTINCT(x) counts distinct values");
  } else if (!cursor_.sees(TokenKind::right_paren)) {
    do {
      LEAT_TRY(Expr next, argument());
      call.arguments.push_back(std::move(next));
    } while (cursor_.accept(TokenKind::comma));
  }
  LEAT_CHECK(cursor_.expect(TokenKind::right_paren));
  if (cursor_.sees("OVER") && cursor_.sees(TokenKind::left_paren, 1))
    return not_in_the_language("OVER", "windows are declared once, by WINDOW after FROM");
  return make_from(std::move(call), begin);
}

bool ParserRules::at_lambda() const {
  if (cursor_.sees_name()) return cursor_.sees(TokenKind::fat_arrow, 1);
  if (!cursor_.sees(TokenKind::left_paren)) return false;
  size_t n = 1;
  for (; cursor_.sees_name(n); n += 2)
    if (!cursor_.sees(TokenKind::comma, n + 1)) break;
  return cursor_.sees(TokenKind::right_paren, n + 1) && cursor_.sees(TokenKind::fat_arrow, n + 2);
}

Result<Expr> ParserRules::argument() { return at_lambda() ? lambda() : expression(); }

Result<Expr> ParserRules::lambda() {
  size_t begin = cursor_.position();
  Lambda lambda;
  bool list = cursor_.accept(TokenKind::left_paren);
  do {
    LEAT_TRY(Identifier parameter, cursor_.expect_name());
    lambda.parameters.push_back(std::move(parameter));
  } while (list && cursor_.accept(TokenKind::comma));
  if (list) LEAT_CHECK(cursor_.expect(TokenKind::right_paren));
  LEAT_CHECK(cursor_.expect(TokenKind::fat_arrow));
  LEAT_TRY(lambda.body, expression());
  return make_from(std::move(lambda), begin);
}

Result<Expr> ParserRules::case_() {
  size_t begin = cursor_.position();
  cursor_.advance();
  Case result;
  if (!cursor_.accept("WHEN")) {
    LEAT_TRY(result.operand, value_expression());
    LEAT_CHECK(cursor_.expect("WHEN"));
  }
  do {
    LEAT_TRY(Expr when, expression());
    LEAT_CHECK(cursor_.expect("THEN"));
    LEAT_TRY(Expr then, expression());
    result.whens.push_back({std::move(when), std::move(then)});
  } while (cursor_.accept("WHEN"));
  if (cursor_.accept("ELSE")) {
    LEAT_TRY(result.otherwise, expression());
  }
  LEAT_CHECK(cursor_.expect("END"));
  return make_from(std::move(result), begin);
}

Result<Expr> ParserRules::cast() {
  size_t begin = cursor_.position();
  cursor_.advance();
  LEAT_CHECK(cursor_.expect(TokenKind::left_paren));
  LEAT_TRY(Expr operand, expression());
  LEAT_CHECK(cursor_.expect("AS"));
  LEAT_TRY(TypeName target, type());
  LEAT_CHECK(cursor_.expect(TokenKind::right_paren));
  return make_from(Cast{std::move(operand), std::move(target)}, begin);
}

Result<Expr> ParserRules::array() {
  size_t begin = cursor_.position();
  cursor_.advance(), cursor_.advance();
  ArrayConstructor result;
  if (!cursor_.sees(TokenKind::right_bracket)) {
    do {
      LEAT_TRY(Expr next, expression());
      result.elements.push_back(std::move(next));
    } while (cursor_.accept(TokenKind::comma));
  }
  LEAT_CHECK(cursor_.expect(TokenKind::right_bracket));
  return make_from(std::move(result), begin);
}

Result<Expr> ParserRules::map() {
  size_t begin = cursor_.position();
  cursor_.advance(), cursor_.advance();
  MapConstructor result;
  if (!cursor_.sees(TokenKind::right_paren)) {
    do {
      LEAT_TRY(Expr key, expression());
      LEAT_CHECK(cursor_.expect(TokenKind::assign));
      LEAT_TRY(Expr value, expression());
      result.entries.emplace_back(std::move(key), std::move(value));
    } while (cursor_.accept(TokenKind::comma));
  }
  LEAT_CHECK(cursor_.expect(TokenKind::right_paren));
  return make_from(std::move(result), begin);
}

Result<Expr> ParserRules::struct_() {
  size_t begin = cursor_.position();
  cursor_.advance(), cursor_.advance();
  StructConstructor result;
  if (!cursor_.sees(TokenKind::right_paren)) {
    do {
      LEAT_TRY(Identifier field, cursor_.expect_name("a field's name"));
      LEAT_CHECK(cursor_.expect(TokenKind::assign));
      LEAT_TRY(Expr value, expression());
      result.fields.emplace_back(std::move(field), std::move(value));
    } while (cursor_.accept(TokenKind::comma));
  }
  LEAT_CHECK(cursor_.expect(TokenKind::right_paren));
  return make_from(std::move(result), begin);
}

}  // namespace leat::sql
