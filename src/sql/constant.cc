#include "sql/constant.h"

#include "data/canonical_key.h"
#include "plan/coercion.h"
#include "plan/kernels.h"

namespace leat::sql {
namespace {

using plan::Expr;
using plan::ExprKind;
using plan::ExprPtr;
using plan::Value;

bool is_null(const Value& value) { return std::holds_alternative<std::monostate>(value); }

Value value_at(const Column& column, size_t row) {
  if (column.is_null(row)) return {};
  switch (column.type().kind) {
    case TypeKind::boolean: return column.at<uint8_t>(row) != 0;
    case TypeKind::int32: return column.at<int32_t>(row);
    case TypeKind::int64:
    case TypeKind::timestamp: return column.at<int64_t>(row);
    case TypeKind::float64: return column.at<double>(row);
    case TypeKind::decimal: return column.at<Int128>(row);
    default: return std::string(column.at<ByteView>(row));
  }
}

/// Computes one row, with the kernels that compute batches.
class ConstantEvaluator {
 public:
  explicit ConstantEvaluator(bool ksqldb) : ksqldb_(ksqldb) {}

  Result<Value> value(const Expr& expr) {
    switch (expr.kind) {
      case ExprKind::literal: return expr.value;
      case ExprKind::call: return call(expr);
      case ExprKind::cast: return cast(expr);
      case ExprKind::case_: return case_of(expr);
      case ExprKind::coalesce: return coalesce(expr);
      case ExprKind::and_:
      case ExprKind::or_: return logic(expr);
      default: return Error(ErrorCode::invalid_argument, "a constant cannot read a row");
    }
  }

 private:
  Result<Value> call(const Expr& expr) {
    std::vector<Column> columns;
    bool null = false;
    for (const ExprPtr& arg : expr.args) {
      LEAT_TRY(Value v, value(*arg));
      null |= is_null(v);
      columns.emplace_back(arg->type);
      append_value(columns.back(), v, arena_);
    }
    if (null && expr.function->null_in_null_out) return Value{};
    std::vector<const Column*> args;
    for (const Column& column : columns) args.push_back(&column);
    return run(expr.type, [&](const plan::CallContext& context, Column& out) {
      expr.function->kernel(context, args, out);
    });
  }

  Result<Value> cast(const Expr& expr) {
    LEAT_TRY(Value v, value(*expr.args[0]));
    if (is_null(v)) return Value{};
    Column in(expr.args[0]->type);
    append_value(in, v, arena_);
    return run(expr.type, [&](const plan::CallContext& context, Column& out) {
      plan::cast_column(context, in, out);
    });
  }

  template <class F>
  Result<Value> run(const Type& type, F compute) {
    Column out(type);
    out.resize(1);
    RowErrors errors;
    plan::CallContext context{
        .rows = 1, .arena = arena_, .errors = errors, .result = type, .ksqldb = ksqldb_};
    compute(context, out);
    if (!errors.empty() && !ksqldb_) return errors[0].error;
    if (!errors.empty()) return Value{};
    return value_at(out, 0);
  }

  Result<Value> case_of(const Expr& expr) {
    size_t i = 0;
    for (; i + 1 < expr.args.size(); i += 2) {
      LEAT_TRY(Value condition, value(*expr.args[i]));
      if (!is_null(condition) && std::get<bool>(condition)) return value(*expr.args[i + 1]);
    }
    return i < expr.args.size() ? value(*expr.args[i]) : Result<Value>(Value{});
  }

  Result<Value> coalesce(const Expr& expr) {
    for (const ExprPtr& arg : expr.args) {
      LEAT_TRY(Value v, value(*arg));
      if (!is_null(v)) return v;
    }
    return Value{};
  }

  Result<Value> logic(const Expr& expr) {
    bool decisive = expr.kind == ExprKind::or_;
    for (const ExprPtr& arg : expr.args) {
      LEAT_TRY(Value v, value(*arg));
      if ((!is_null(v) && std::get<bool>(v)) == decisive) return Value{decisive};
    }
    return Value{!decisive};
  }

  bool ksqldb_;
  Arena arena_;
};

}  // namespace

Result<Value> constant_value(const Expr& expr, bool ksqldb) {
  return ConstantEvaluator(ksqldb).value(expr);
}

Result<Value> constant_for(const ExprPtr& expr, const Type& type, bool ksqldb) {
  LEAT_TRY(Value value, constant_value(*expr, ksqldb));
  if (is_null(value) || expr->type == type) return value;
  ExprPtr literal = plan::literal(expr->type, std::move(value));
  bool widens = expr->type.is_numeric() && type.is_numeric() &&
                (plan::conversion_cost(expr->type, type, true) || type.kind == TypeKind::decimal) &&
                !(expr->type.kind == TypeKind::float64 && type.kind == TypeKind::decimal);
  bool time = expr->type.kind == TypeKind::string && type.kind == TypeKind::timestamp;
  bool narrows = expr->type.kind == TypeKind::int64 && type.kind == TypeKind::int32;
  if (widens || time || narrows) {
    LEAT_TRY(ExprPtr converted, plan::literal_as(*literal, type));
    return converted->value;
  }
  return Error(ErrorCode::invalid_argument,
               "this is " + expr->type.to_string() + ", and the column is " + type.to_string());
}

void append_value(Column& column, const Value& value, Arena& arena) {
  if (is_null(value)) {
    column.append_null();
    return;
  }
  size_t row = column.append();
  switch (column.type().kind) {
    case TypeKind::boolean: column.at<uint8_t>(row) = std::get<bool>(value) ? 1 : 0; break;
    case TypeKind::int32: column.at<int32_t>(row) = std::get<int32_t>(value); break;
    case TypeKind::int64:
    case TypeKind::timestamp: column.at<int64_t>(row) = std::get<int64_t>(value); break;
    case TypeKind::float64: column.at<double>(row) = std::get<double>(value); break;
    case TypeKind::decimal: column.at<Int128>(row) = std::get<Int128>(value); break;
    default: column.at<ByteView>(row) = arena.copy(std::get<std::string>(value));
  }
}

std::string canonical_bytes(const Type& type, const Value& value) {
  Arena arena;
  Column column(type);
  append_value(column, value, arena);
  std::string out;
  append_canonical(out, column, 0);
  return out;
}

}  // namespace leat::sql
