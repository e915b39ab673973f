#include "plan/coercion.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "data/decimal.h"
#include "plan/timestamp_text.h"

namespace leat::plan {
namespace {

// INT < BIGINT < DECIMAL < DOUBLE; -1: no number.
int number_rank(TypeKind kind) {
  switch (kind) {
    case TypeKind::int32: return 0;
    case TypeKind::int64: return 1;
    case TypeKind::decimal: return 2;
    case TypeKind::float64: return 3;
    default: return -1;
  }
}

Type widened_decimal(const Type& a, const Type& b) {
  Type x = as_decimal(a);
  Type y = as_decimal(b);
  int scale = std::max(x.scale, y.scale);
  int whole = std::max(x.precision - x.scale, y.precision - y.scale);
  return bounded_decimal(whole + scale, scale);
}

bool is_literal(const Expr& expr) { return expr.kind == ExprKind::literal; }

Error unfit(const Expr& literal, const Type& type) {
  return Error(ErrorCode::invalid_argument,
               "cannot read this as " + type.to_string() + ": " + to_string(literal));
}

// The exact decimal that a number literal stands for.
std::optional<ParsedDecimal> exact(const Expr& literal) {
  switch (literal.type.kind) {
    case TypeKind::int32: return ParsedDecimal{std::get<int32_t>(literal.value), 0};
    case TypeKind::int64: return ParsedDecimal{std::get<int64_t>(literal.value), 0};
    case TypeKind::decimal:
      return ParsedDecimal{std::get<Int128>(literal.value), literal.type.scale};
    case TypeKind::string: return parse_decimal(trim(std::get<std::string>(literal.value)));
    default: return std::nullopt;
  }
}

std::optional<double> as_double(const Expr& literal) {
  if (literal.type.kind == TypeKind::float64) return std::get<double>(literal.value);
  if (literal.type.kind == TypeKind::string) {
    std::string_view text = trim(std::get<std::string>(literal.value));
    double value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
  }
  auto decimal = exact(literal);
  if (!decimal) return std::nullopt;
  return decimal_to_double(decimal->unscaled, decimal->scale);
}

std::optional<int64_t> as_integer(const Expr& literal, int64_t min, int64_t max) {
  auto decimal = exact(literal);
  if (!decimal) return std::nullopt;
  auto whole = rescale(decimal->unscaled, decimal->scale, 0);
  if (!whole || *whole < min || *whole > max) return std::nullopt;
  auto back = rescale(*whole, 0, std::max(decimal->scale, 0));
  if (!back || *back != decimal->unscaled) return std::nullopt;
  return static_cast<int64_t>(*whole);
}

std::optional<std::string> as_text(const Expr& literal) {
  switch (literal.type.kind) {
    case TypeKind::boolean: return std::get<bool>(literal.value) ? "true" : "false";
    case TypeKind::int32: return std::to_string(std::get<int32_t>(literal.value));
    case TypeKind::int64: return std::to_string(std::get<int64_t>(literal.value));
    case TypeKind::decimal:
      return decimal_to_string(std::get<Int128>(literal.value), literal.type.scale);
    default: return std::nullopt;
  }
}

std::optional<bool> as_boolean(const Expr& literal) {
  if (literal.type.kind != TypeKind::string) return std::nullopt;
  return parse_boolean_text(trim(std::get<std::string>(literal.value)));
}

// The number type that a string stands for in a list of numbers.
std::optional<Type> number_type_of(std::string_view text) {
  auto decimal = parse_decimal(trim(text));
  if (!decimal) return std::nullopt;
  bool whole = text.find_first_of(".eE") == std::string_view::npos;
  if (whole && decimal->unscaled >= INT32_MIN && decimal->unscaled <= INT32_MAX)
    return Type::int32();
  if (whole && decimal->unscaled >= INT64_MIN && decimal->unscaled <= INT64_MAX)
    return Type::int64();
  int scale = std::max(decimal->scale, 0);
  int precision = scale + 1;
  while (precision < kDecimalPrecisionMax && !fits_precision(decimal->unscaled, precision))
    ++precision;
  return Type::decimal(std::max(precision, scale), scale);
}

// How the common type of a list grows by one element; nullopt when it does not fit.
std::optional<Type> list_type(const Type& so_far, const Expr& element) {
  if (is_literal(element) && element.type.kind == TypeKind::string && so_far.is_numeric()) {
    auto type = number_type_of(std::get<std::string>(element.value));
    return type ? common_type(so_far, *type) : std::nullopt;
  }
  if (so_far == element.type) return so_far;
  if (so_far.is_numeric() && element.type.is_numeric()) return common_type(so_far, element.type);
  if (is_literal(element) && literal_as(element, so_far)) return so_far;
  return std::nullopt;
}
}  // namespace

std::optional<bool> parse_boolean_text(std::string_view text) {
  if (text.empty()) return std::nullopt;
  auto begins = [text](std::string_view word) {
    return text.size() <= word.size() && equals_ignoring_case(text, word.substr(0, text.size()));
  };
  if (begins("true") || begins("yes")) return true;
  if (begins("false") || begins("no")) return false;
  return std::nullopt;
}

Type as_decimal(const Type& type) {
  if (type.kind == TypeKind::int32) return Type::decimal(10, 0);
  if (type.kind == TypeKind::int64) return Type::decimal(19, 0);
  return type;
}

Type bounded_decimal(int precision, int scale) {
  if (precision <= kDecimalPrecisionMax) return Type::decimal(std::max(precision, 1), scale);
  int whole = precision - scale;
  int kept = std::max(kDecimalPrecisionMax - whole, std::min(scale, 6));
  return Type::decimal(kDecimalPrecisionMax, kept);
}

Type decimal_result(ArithmeticOp op, const Type& a, const Type& b) {
  int pa = a.precision, sa = a.scale, pb = b.precision, sb = b.scale;
  switch (op) {
    case ArithmeticOp::add:
    case ArithmeticOp::subtract: {
      int scale = std::max(sa, sb);
      return bounded_decimal(std::max(pa - sa, pb - sb) + scale + 1, scale);
    }
    case ArithmeticOp::multiply: return bounded_decimal(pa + pb + 1, sa + sb);
    case ArithmeticOp::divide: {
      int scale = std::max(6, sa + pb + 1);
      return bounded_decimal(pa - sa + sb + scale, scale);
    }
    case ArithmeticOp::remainder: {
      int scale = std::max(sa, sb);
      return bounded_decimal(std::min(pa - sa, pb - sb) + scale, scale);
    }
  }
  return a;
}

std::optional<Type> common_type(const Type& a, const Type& b) {
  if (a == b) return a;
  if (a.kind == TypeKind::string && b.kind == TypeKind::timestamp) return b;
  if (a.kind == TypeKind::timestamp && b.kind == TypeKind::string) return a;
  if (!a.is_numeric() || !b.is_numeric()) return std::nullopt;
  int rank = std::max(number_rank(a.kind), number_rank(b.kind));
  if (rank == 3) return Type::float64();
  if (rank == 2) return widened_decimal(a, b);
  return rank == 1 ? Type::int64() : Type::int32();
}

std::optional<int> conversion_cost(const Type& from, const Type& to, bool any_decimal) {
  if (from == to) return 0;
  if (from.kind == TypeKind::decimal && to.kind == TypeKind::decimal) {
    if (any_decimal) return 0;
    return widened_decimal(from, to) == to ? std::optional<int>(1) : std::nullopt;
  }
  // Behind every conversion of numbers, so that text is read as a time only where nothing else is
  // meant.
  if (from.kind == TypeKind::string && to.kind == TypeKind::timestamp) return 10;
  int a = number_rank(from.kind);
  int b = number_rank(to.kind);
  if (a < 0 || b < 0 || a > b) return std::nullopt;
  if (b == 2 && !any_decimal && widened_decimal(from, to) != to) return std::nullopt;
  return b - a;
}

bool is_null_literal(const Expr& expr) {
  return is_literal(expr) && std::holds_alternative<std::monostate>(expr.value);
}

Result<ExprPtr> literal_as(const Expr& from, const Type& type) {
  if (is_null_literal(from)) return literal(type, {});
  if (from.type == type) return literal(type, from.value);
  switch (type.kind) {
    case TypeKind::boolean:
      if (auto v = as_boolean(from)) return literal(type, *v);
      break;
    case TypeKind::int32:
      if (auto v = as_integer(from, INT32_MIN, INT32_MAX))
        return literal(type, static_cast<int32_t>(*v));
      break;
    case TypeKind::int64:
      if (auto v = as_integer(from, INT64_MIN, INT64_MAX)) return literal(type, *v);
      break;
    case TypeKind::float64:
      if (auto v = as_double(from)) return literal(type, *v);
      break;
    case TypeKind::decimal:
      if (auto v = exact(from)) {
        auto scaled = rescale(v->unscaled, v->scale, type.scale);
        if (scaled && fits_precision(*scaled, type.precision)) return literal(type, *scaled);
      }
      break;
    case TypeKind::string:
      if (auto v = as_text(from)) return literal(type, *v);
      break;
    case TypeKind::timestamp:
      if (from.type.kind == TypeKind::string) {
        LEAT_TRY(auto time, parse_timestamp_text(trim(std::get<std::string>(from.value))));
        return literal(type, time);
      }
      break;
    default: break;
  }
  return unfit(from, type);
}

ExprPtr converted(ExprPtr expr, const Type& type) {
  if (expr->type == type && !is_null_literal(*expr)) return expr;
  if (is_literal(*expr)) {
    auto folded = literal_as(*expr, type);
    if (folded) return *folded;
  }
  return make(ExprKind::cast, type, {std::move(expr)});
}

Result<ExprPtr> make_call(const FunctionRegistry& registry, std::string_view name,
                          std::vector<ExprPtr> args, bool strict) {
  std::vector<Type> types;
  std::vector<uint8_t> nulls;
  for (const auto& arg : args) {
    types.push_back(arg->type);
    nulls.push_back(is_null_literal(*arg));
  }
  LEAT_TRY(const Function* function, registry.resolve(name, types, nulls, strict));
  for (size_t i = 0; i < args.size(); ++i) {
    Type wanted = function->parameters[parameter_index(*function, i)];
    if (wanted.kind == TypeKind::decimal && function->any_decimal) {
      wanted = as_decimal(types[i]);
      if (wanted.kind != TypeKind::decimal) wanted = Type::decimal(1, 0);
    }
    if (is_literal(*args[i]) && types[i].kind == TypeKind::string &&
        wanted.kind == TypeKind::timestamp && !nulls[i]) {
      LEAT_TRY(args[i], literal_as(*args[i], wanted));
    } else {
      args[i] = converted(std::move(args[i]), wanted);
    }
    types[i] = args[i]->type;
  }
  LEAT_TRY(Type result, function->result_type(types));
  return call(*function, std::move(result), std::move(args));
}

Status coerce_list(std::vector<ExprPtr>& list) {
  std::optional<Type> type;
  for (const auto& element : list) {
    if (is_null_literal(*element)) continue;
    if (!type) {
      type = element->type;
      continue;
    }
    auto grown = list_type(*type, *element);
    if (!grown)
      return Error(ErrorCode::invalid_argument,
                   "cannot mix " + type->to_string() + " with " + element->type.to_string() + ": " +
                       to_string(*element),
                   "CAST it to " + type->to_string());
    type = grown;
  }
  if (!type)
    return Error(ErrorCode::invalid_argument, "the type of NULL alone is unknown",
                 "CAST(NULL AS the type you mean)");
  for (auto& element : list) {
    if (is_literal(*element)) {
      LEAT_TRY(element, literal_as(*element, *type));
    } else {
      element = converted(std::move(element), *type);
    }
  }
  return {};
}

Result<ExprPtr> number_literal(std::string_view text) {
  Error too_large(ErrorCode::out_of_range, "the number is too large: " + std::string(text),
                  "a BIGINT has up to 19 digits, a DECIMAL up to 38; 1e30 is a DOUBLE");
  if (text.find_first_of("eE") != std::string_view::npos) {
    double value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return too_large;
    return literal(Type::float64(), value);
  }
  auto decimal = parse_decimal(text);
  if (!decimal) return too_large;
  if (text.find('.') == std::string_view::npos) {
    if (decimal->unscaled >= INT32_MIN && decimal->unscaled <= INT32_MAX)
      return literal(Type::int32(), static_cast<int32_t>(decimal->unscaled));
    if (decimal->unscaled >= INT64_MIN && decimal->unscaled <= INT64_MAX)
      return literal(Type::int64(), static_cast<int64_t>(decimal->unscaled));
    return too_large;
  }
  int precision = std::max(decimal->scale, 1);
  while (precision < kDecimalPrecisionMax && !fits_precision(decimal->unscaled, precision))
    ++precision;
  if (!fits_precision(decimal->unscaled, precision)) return too_large;
  // "0.5" has a digit before the point: DECIMAL(2, 1), as in ksqlDB.
  precision = std::max(precision, std::min(decimal->scale + 1, kDecimalPrecisionMax));
  return literal(Type::decimal(precision, decimal->scale), decimal->unscaled);
}

}  // namespace leat::plan
