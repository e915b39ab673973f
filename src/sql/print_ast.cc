#include "sql/print_ast.h"

#include "base/text.h"
#include "sql/sql_writer.h"

namespace leat::sql {
namespace {

// How tightly an expression binds, as in the parser; what stands inside something tighter gets
// parentheses.
enum Level : int {
  level_or = 1,
  level_and,
  level_not,
  level_predicate,
  level_concat,
  level_sum,
  level_product,
  level_sign,
  level_zone,
  level_primary = SqlWriter::kTightest,
};

struct BinaryText {
  std::string_view text;
  Level level;
};

BinaryText text_of(BinaryOp op) {
  switch (op) {
    case BinaryOp::or_: return {" OR ", level_or};
    case BinaryOp::and_: return {" AND ", level_and};
    case BinaryOp::equal: return {" = ", level_predicate};
    case BinaryOp::not_equal: return {" <> ", level_predicate};
    case BinaryOp::less: return {" < ", level_predicate};
    case BinaryOp::less_equal: return {" <= ", level_predicate};
    case BinaryOp::greater: return {" > ", level_predicate};
    case BinaryOp::greater_equal: return {" >= ", level_predicate};
    case BinaryOp::is_distinct: return {" IS DISTINCT FROM ", level_predicate};
    case BinaryOp::is_not_distinct: return {" IS NOT DISTINCT FROM ", level_predicate};
    case BinaryOp::concat: return {" || ", level_concat};
    case BinaryOp::add: return {" + ", level_sum};
    case BinaryOp::subtract: return {" - ", level_sum};
    case BinaryOp::multiply: return {" * ", level_product};
    case BinaryOp::divide: return {" / ", level_product};
    case BinaryOp::modulo: return {" % ", level_product};
  }
  return {" ? ", level_or};
}

struct LevelOf {
  int operator()(const Unary& e) const { return e.op == UnaryOp::not_ ? level_not : level_sign; }
  int operator()(const Binary& e) const { return text_of(e.op).level; }
  int operator()(const IsNull&) const { return level_predicate; }
  int operator()(const Between&) const { return level_predicate; }
  int operator()(const InList&) const { return level_predicate; }
  int operator()(const Like&) const { return level_predicate; }
  int operator()(const AtTimeZone&) const { return level_zone; }
  template <class Primary>
  int operator()(const Primary&) const {
    return level_primary;
  }
};

/// A sign in front of these would become part of a number, or begin a comment.
bool clings_to_sign(const Expr& expr) {
  const auto* literal = std::get_if<Literal>(&expr.node);
  const auto* unary = std::get_if<Unary>(&expr.node);
  return (unary != nullptr && unary->op != UnaryOp::not_) ||
         (literal != nullptr && literal->kind != LiteralKind::string);
}

}  // namespace

void SqlWriter::name(const Identifier& id) {
  if (!options_.fold_case) {
    out_ += id.quoted ? quote(id.text, '`') : id.text;
    return;
  }
  out_ += quote(id.quoted ? id.text : to_upper(id.text), '`');
}

void SqlWriter::expr(const Expr& e, int level) {
  int own = std::visit(LevelOf{}, e.node);
  bool parentheses = own < level || (options_.parenthesize && own < level_primary);
  if (parentheses) out_ += '(';
  std::visit([this](const auto& node) { write(node); }, e.node);
  if (parentheses) out_ += ')';
}

void SqlWriter::write(const Literal& e) {
  switch (e.kind) {
    case LiteralKind::null: out_ += "NULL"; return;
    case LiteralKind::boolean: out_ += e.boolean ? "TRUE" : "FALSE"; return;
    case LiteralKind::string: out_ += quote(e.text, '\''); return;
    case LiteralKind::integer:
    case LiteralKind::decimal:
    case LiteralKind::floating: out_ += e.text; return;
  }
}

void SqlWriter::write(const TypedString& e) {
  name(e.type);
  out_ += " " + quote(e.text, '\'');
}

void SqlWriter::write(const ColumnRef& e) {
  if (e.source) {
    name(*e.source);
    out_ += '.';
  }
  name(e.name);
}

void SqlWriter::write(const FieldAccess& e) {
  expr(*e.base, level_primary);
  out_ += "->";
  name(e.field);
}

void SqlWriter::write(const Subscript& e) {
  expr(*e.base, level_primary);
  out_ += '[';
  expr(*e.index, level_concat);
  out_ += ']';
}

void SqlWriter::write(const Unary& e) {
  if (e.op == UnaryOp::not_) {
    out_ += "NOT ";
    expr(*e.operand, level_not);
    return;
  }
  out_ += e.op == UnaryOp::minus ? '-' : '+';
  bool own = clings_to_sign(*e.operand);
  if (own) out_ += '(';
  expr(*e.operand, own ? 0 : level_sign);
  if (own) out_ += ')';
}

void SqlWriter::write(const Binary& e) {
  auto [text, level] = text_of(e.op);
  // Comparisons do not chain, so that both sides must bind tighter; the others associate to the
  // left.
  expr(*e.left, level == level_predicate ? level + 1 : level);
  out_ += text;
  expr(*e.right, level + 1);
}

void SqlWriter::write(const IsNull& e) {
  expr(*e.operand, level_concat);
  out_ += e.negated ? " IS NOT NULL" : " IS NULL";
}

void SqlWriter::write(const Between& e) {
  expr(*e.operand, level_concat);
  out_ += e.negated ? " NOT BETWEEN " : " BETWEEN ";
  expr(*e.low, level_concat);
  out_ += " AND ";
  expr(*e.high, level_concat);
}

void SqlWriter::write(const InList& e) {
  expr(*e.operand, level_concat);
  out_ += e.negated ? " NOT IN (" : " IN (";
  list(e.list);
  out_ += ')';
}

void SqlWriter::write(const Like& e) {
  expr(*e.operand, level_concat);
  out_ += e.negated ? " NOT LIKE " : " LIKE ";
  expr(*e.pattern, level_concat);
  if (e.escape) out_ += " ESCAPE " + quote(*e.escape, '\'');
}

void SqlWriter::write(const Case& e) {
  out_ += "CASE";
  if (e.operand) {
    out_ += ' ';
    expr(*e.operand, level_concat);
  }
  for (const CaseWhen& branch : e.whens) {
    out_ += " WHEN ";
    expr(branch.when);
    out_ += " THEN ";
    expr(branch.then);
  }
  if (e.otherwise) {
    out_ += " ELSE ";
    expr(*e.otherwise);
  }
  out_ += " END";
}

void SqlWriter::write(const Cast& e) {
  out_ += "CAST(";
  expr(*e.operand);
  out_ += " AS ";
  type(*e.type);
  out_ += ')';
}

void SqlWriter::write(const Call& e) {
  name(e.name);
  out_ += '(';
  if (e.star) out_ += '*';
  list(e.arguments);
  out_ += ')';
}

void SqlWriter::write(const Lambda& e) {
  if (e.parameters.size() == 1) {
    name(e.parameters[0]);
  } else {
    out_ += '(';
    names(e.parameters);
    out_ += ')';
  }
  out_ += " => ";
  expr(*e.body);
}

void SqlWriter::write(const ArrayConstructor& e) {
  out_ += "ARRAY[";
  list(e.elements);
  out_ += ']';
}

void SqlWriter::write(const MapConstructor& e) {
  out_ += "MAP(";
  for (const auto& [key, value] : e.entries) {
    if (&key != &e.entries.front().first) out_ += ", ";
    expr(key);
    out_ += " := ";
    expr(value);
  }
  out_ += ')';
}

void SqlWriter::write(const StructConstructor& e) {
  out_ += "STRUCT(";
  for (const auto& [field, value] : e.fields) {
    if (&field != &e.fields.front().first) out_ += ", ";
    name(field);
    out_ += " := ";
    expr(value);
  }
  out_ += ')';
}

void SqlWriter::write(const AtTimeZone& e) {
  expr(*e.operand, level_zone);
  out_ += " AT TIME ZONE " + quote(e.zone, '\'');
}

void SqlWriter::list(const std::vector<Expr>& exprs) {
  for (const Expr& e : exprs) {
    if (&e != &exprs.front()) out_ += ", ";
    expr(e);
  }
}

void SqlWriter::names(const std::vector<Identifier>& ids) {
  for (const Identifier& id : ids) {
    if (&id != &ids.front()) out_ += ", ";
    name(id);
  }
}

void SqlWriter::type(const TypeName& t) {
  switch (t.shape) {
    case TypeShape::named:
      name(t.name);
      if (t.parameters.empty()) return;
      for (size_t i = 0; i < t.parameters.size(); ++i) {
        out_ += i == 0 ? "(" : ", ";
        out_ += t.parameters[i] ? std::to_string(*t.parameters[i]) : "STRING";
      }
      out_ += ')';
      return;
    case TypeShape::array:
    case TypeShape::map: out_ += t.shape == TypeShape::array ? "ARRAY<" : "MAP<"; break;
    case TypeShape::struct_: out_ += "STRUCT<"; break;
  }
  for (size_t i = 0; i < t.children.size(); ++i) {
    if (i > 0) out_ += ", ";
    if (t.shape == TypeShape::struct_) {
      name(t.fields[i]);
      out_ += ' ';
    }
    type(t.children[i]);
  }
  out_ += '>';
}

std::string SqlWriter::quote(std::string_view text, char mark) {
  std::string quoted(1, mark);
  for (char c : text) {
    if (c == mark) quoted += mark;
    quoted += c;
  }
  return quoted + mark;
}

std::string to_sql(const Statement& statement, PrintOptions options) {
  SqlWriter writer(options);
  writer.statement(statement);
  return std::move(writer).take();
}

std::string to_sql(const Query& query, PrintOptions options) {
  SqlWriter writer(options);
  writer.query(query);
  return std::move(writer).take();
}

std::string to_sql(const Expr& expr, PrintOptions options) {
  SqlWriter writer(options);
  writer.expr(expr);
  return std::move(writer).take();
}

std::string to_sql(const TypeName& type, PrintOptions options) {
  SqlWriter writer(options);
  writer.type(type);
  return std::move(writer).take();
}

std::string to_sql(const Identifier& name, PrintOptions options) {
  SqlWriter writer(options);
  writer.name(name);
  return std::move(writer).take();
}

bool same(const Expr& a, const Expr& b) {
  return to_sql(a, {.fold_case = true}) == to_sql(b, {.fold_case = true});
}

}  // namespace leat::sql
