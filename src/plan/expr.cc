#include "plan/expr.h"

#include <algorithm>

#include "base/assert.h"
#include "base/text.h"
#include "data/decimal.h"
#include "plan/kernels.h"
#include "plan/operators.h"

namespace leat::plan {
namespace {

std::string quoted(std::string_view text) {
  std::string out = "'";
  for (char c : text) {
    out += c;
    if (c == '\'') out += c;
  }
  return out + "'";
}

std::string double_text(double value) {
  char text[64];
  snprintf(text, sizeof text, "%.17g", value);
  std::string out = text;
  if (out.find_first_of("ein") == std::string::npos) out += "e0";
  return out;
}

std::string literal_text(const Expr& expr) {
  switch (expr.value.index()) {
    case 0: return "NULL::" + expr.type.to_string();
    case 1: return std::get<bool>(expr.value) ? "TRUE" : "FALSE";
    case 2: return std::to_string(std::get<int32_t>(expr.value));
    case 3: {
      std::string text = std::to_string(std::get<int64_t>(expr.value));
      return expr.type.kind == TypeKind::timestamp ? "TIMESTAMP " + quoted(text) : text + "L";
    }
    case 4: return double_text(std::get<double>(expr.value));
    case 5:
      return expr.type.to_string() + " " +
             quoted(decimal_to_string(std::get<Int128>(expr.value), expr.type.scale));
    default: {
      const auto& text = std::get<std::string>(expr.value);
      return expr.type.kind == TypeKind::bytes ? "X" + quoted(hex_encode(text)) : quoted(text);
    }
  }
}

std::string print(const Expr& expr, const Schema* names);

std::string joined(const std::vector<ExprPtr>& args, const Schema* names,
                   std::string_view separator, size_t from = 0) {
  std::string out;
  for (size_t i = from; i < args.size(); ++i) {
    if (i > from) out += separator;
    out += print(*args[i], names);
  }
  return out;
}

std::string call_text(const Expr& expr, const Schema* names) {
  const std::string& name = expr.function->name;
  if (!is_operator(name)) return name + "(" + joined(expr.args, names, ", ") + ")";
  const std::string first = print(*expr.args[0], names);
  if (name == "NOT") return "(NOT " + first + ")";
  if (name == "BETWEEN")
    return "(" + first + " BETWEEN " + joined(expr.args, names, " AND ", 1) + ")";
  if (name == "IN") return "(" + first + " IN (" + joined(expr.args, names, ", ", 1) + "))";
  if (name == "LIKE" && expr.args.size() == 3)
    return "(" + first + " LIKE " + joined(expr.args, names, " ESCAPE ", 1) + ")";
  if (expr.args.size() == 1) {
    bool prefix = name == "-" || name == "+";
    return prefix ? "(" + name + first + ")" : "(" + first + " " + name + ")";
  }
  return "(" + joined(expr.args, names, " " + name + " ") + ")";
}

std::string case_text(const Expr& expr, const Schema* names) {
  std::string out = "CASE";
  size_t i = 0;
  for (; i + 1 < expr.args.size(); i += 2)
    out += " WHEN " + print(*expr.args[i], names) + " THEN " + print(*expr.args[i + 1], names);
  if (i < expr.args.size()) out += " ELSE " + print(*expr.args[i], names);
  return out + " END";
}
std::string print(const Expr& expr, const Schema* names) {
  switch (expr.kind) {
    case ExprKind::literal: return literal_text(expr);
    case ExprKind::column:
      if (names != nullptr && static_cast<size_t>(expr.index) < names->width())
        return names->at(static_cast<size_t>(expr.index)).name;
      return "$" + std::to_string(expr.index);
    case ExprKind::rowtime: return "ROWTIME";
    case ExprKind::rowpartition: return "ROWPARTITION";
    case ExprKind::rowoffset: return "ROWOFFSET";
    case ExprKind::window_start: return "WINDOWSTART";
    case ExprKind::window_end: return "WINDOWEND";
    case ExprKind::call: return call_text(expr, names);
    case ExprKind::case_: return case_text(expr, names);
    case ExprKind::coalesce: return "COALESCE(" + joined(expr.args, names, ", ") + ")";
    case ExprKind::cast:
      return "CAST(" + print(*expr.args[0], names) + " AS " + expr.type.to_string() + ")";
    case ExprKind::and_: return "(" + joined(expr.args, names, " AND ") + ")";
    case ExprKind::or_: return "(" + joined(expr.args, names, " OR ") + ")";
  }
  return {};
}

}  // namespace

void CallContext::fail(Column& out, size_t row, ErrorCode code, std::string message) const {
  out.set_null(row);
  errors.push_back({static_cast<uint32_t>(row), Error(code, std::move(message))});
}

ExprPtr literal(Type type, Value value) {
  return std::make_shared<const Expr>(
      Expr{.kind = ExprKind::literal, .type = std::move(type), .value = std::move(value)});
}

ExprPtr column(int index, Type type) {
  return std::make_shared<const Expr>(
      Expr{.kind = ExprKind::column, .type = std::move(type), .index = index});
}

ExprPtr pseudo(ExprKind kind) {
  Type type = kind == ExprKind::rowpartition ? Type::int32() : Type::int64();
  return std::make_shared<const Expr>(Expr{.kind = kind, .type = std::move(type)});
}

ExprPtr call(const Function& function, Type type, std::vector<ExprPtr> args) {
  return std::make_shared<const Expr>(Expr{.kind = ExprKind::call,
                                           .type = std::move(type),
                                           .function = &function,
                                           .args = std::move(args)});
}

ExprPtr make(ExprKind kind, Type type, std::vector<ExprPtr> args) {
  return std::make_shared<const Expr>(
      Expr{.kind = kind, .type = std::move(type), .args = std::move(args)});
}

std::string to_string(const Expr& expr) { return print(expr, nullptr); }

std::string to_string(const Expr& expr, const Schema& names) { return print(expr, &names); }

bool is_total(const Expr& expr) {
  if (expr.kind == ExprKind::call && !expr.function->total) return false;
  if (expr.kind == ExprKind::cast && !cast_is_total(expr.args[0]->type, expr.type)) return false;
  return std::all_of(expr.args.begin(), expr.args.end(),
                     [](const ExprPtr& arg) { return is_total(*arg); });
}

void collect_columns(const Expr& expr, std::vector<uint8_t>& used) {
  if (expr.kind == ExprKind::column) {
    LEAT_ASSERT(expr.index >= 0 && static_cast<size_t>(expr.index) < used.size());
    used[static_cast<size_t>(expr.index)] = 1;
  }
  for (const auto& arg : expr.args) collect_columns(*arg, used);
}

ExprPtr substitute(const ExprPtr& expr, std::span<const ExprPtr> replacement) {
  if (expr->kind == ExprKind::column) {
    LEAT_ASSERT(static_cast<size_t>(expr->index) < replacement.size());
    return replacement[static_cast<size_t>(expr->index)];
  }
  if (expr->args.empty()) return expr;
  bool changed = false;
  std::vector<ExprPtr> args;
  for (const auto& arg : expr->args) {
    args.push_back(substitute(arg, replacement));
    changed |= args.back() != arg;
  }
  if (!changed) return expr;
  Expr copy = *expr;
  copy.args = std::move(args);
  return std::make_shared<const Expr>(std::move(copy));
}

}  // namespace leat::plan
