#include "plan/operators.h"

#include <array>

#include "plan/kernels.h"

namespace leat::plan {
namespace {

constexpr std::array<std::string_view, 20> kOperators = {"+",
                                                         "-",
                                                         "*",
                                                         "/",
                                                         "%",
                                                         "=",
                                                         "<>",
                                                         "<",
                                                         "<=",
                                                         ">",
                                                         ">=",
                                                         "IS DISTINCT FROM",
                                                         "IS NOT DISTINCT FROM",
                                                         "IS NULL",
                                                         "IS NOT NULL",
                                                         "NOT",
                                                         "LIKE",
                                                         "BETWEEN",
                                                         "IN",
                                                         "||"};

const std::vector<Type>& all_types() {
  static const std::vector<Type> types = {Type::boolean(), Type::int32(),         Type::int64(),
                                          Type::float64(), Type::decimal(38, 10), Type::string(),
                                          Type::bytes(),   Type::timestamp()};
  return types;
}

std::function<Result<Type>(std::span<const Type>)> always(Type type) {
  return [type](std::span<const Type>) -> Result<Type> { return type; };
}

void add_arithmetic(FunctionRegistry& registry, std::string_view name, ArithmeticOp op,
                    std::string_view description) {
  for (const Type& type : all_types()) {
    if (!type.is_numeric()) continue;
    Function f{.name = std::string(name), .parameters = {type, type}};
    f.kernel = arithmetic_kernel(op, type.kind);
    f.description = description;
    f.any_decimal = true;
    f.total = type.kind == TypeKind::float64;
    f.result_type = always(type);
    if (type.kind == TypeKind::decimal)
      f.result_type = [op](std::span<const Type> args) -> Result<Type> {
        return decimal_result(op, args[0], args[1]);
      };
    registry.add(std::move(f));
  }
}

void add_predicate(FunctionRegistry& registry, std::string_view name, std::vector<Type> parameters,
                   Kernel kernel, std::string_view description, bool variadic = false) {
  registry.add({.name = std::string(name),
                .parameters = std::move(parameters),
                .variadic = variadic,
                .null_in_null_out = false,
                .result_type = always(Type::boolean()),
                .kernel = std::move(kernel),
                .description = std::string(description),
                .any_decimal = true,
                .total = true});
}

void add_compare(FunctionRegistry& registry, std::string_view name, CompareOp op,
                 std::string_view description) {
  bool orders = op == CompareOp::less || op == CompareOp::less_equal || op == CompareOp::greater ||
                op == CompareOp::greater_equal;
  for (const Type& type : all_types())
    if (!orders || type.kind != TypeKind::boolean)
      add_predicate(registry, name, {type, type}, compare_kernel(op, type.kind), description);
}

void add_signs(FunctionRegistry& registry) {
  for (const Type& type : all_types()) {
    if (!type.is_numeric()) continue;
    registry.add({.name = "-",
                  .parameters = {type},
                  .result_type = [](std::span<const Type> args) -> Result<Type> { return args[0]; },
                  .kernel = negate_kernel(type.kind),
                  .description = "the number with its sign changed",
                  .any_decimal = true,
                  .total = type.kind == TypeKind::float64 || type.kind == TypeKind::decimal});
  }
}

void add_text(FunctionRegistry& registry) {
  for (const char* name : {"+", "||"})
    registry.add({.name = name,
                  .parameters = {Type::string(), Type::string()},
                  .result_type = always(Type::string()),
                  .kernel = concat_kernel(),
                  .description = "both texts joined",
                  .total = true});
  const char* like = "whether the whole text fits the pattern: % any characters, _ one character";
  add_predicate(registry, "LIKE", {Type::string(), Type::string()}, like_kernel(), like);
  registry.add({.name = "LIKE",
                .parameters = {Type::string(), Type::string(), Type::string()},
                .null_in_null_out = false,
                .result_type = always(Type::boolean()),
                .kernel = like_kernel(),
                .description = like});
}
}  // namespace

bool is_operator(std::string_view name) {
  for (std::string_view known : kOperators)
    if (known == name) return true;
  return false;
}

void register_operators(FunctionRegistry& registry) {
  add_arithmetic(registry, "+", ArithmeticOp::add, "the sum");
  add_arithmetic(registry, "-", ArithmeticOp::subtract, "the difference");
  add_arithmetic(registry, "*", ArithmeticOp::multiply, "the product");
  add_arithmetic(registry, "/", ArithmeticOp::divide,
                 "the quotient, of integers cut to an integer");
  add_arithmetic(registry, "%", ArithmeticOp::remainder,
                 "the remainder, with the sign of the left");
  add_signs(registry);
  add_text(registry);

  add_compare(registry, "=", CompareOp::equal, "whether they are equal; FALSE beside NULL");
  add_compare(registry, "<>", CompareOp::not_equal, "whether they differ; FALSE beside NULL");
  add_compare(registry, "<", CompareOp::less, "whether the left is less");
  add_compare(registry, "<=", CompareOp::less_equal, "whether the left is not more");
  add_compare(registry, ">", CompareOp::greater, "whether the left is more");
  add_compare(registry, ">=", CompareOp::greater_equal, "whether the left is not less");
  add_compare(registry, "IS DISTINCT FROM", CompareOp::distinct, "whether they differ, NULL too");
  add_compare(registry, "IS NOT DISTINCT FROM", CompareOp::not_distinct,
              "whether they are the same, NULL too");

  for (const Type& type : all_types()) {
    add_predicate(registry, "IS NULL", {type}, is_null_kernel(false), "whether it is NULL");
    add_predicate(registry, "IS NOT NULL", {type}, is_null_kernel(true), "whether it is not NULL");
    add_predicate(registry, "IN", {type, type}, in_kernel(type.kind), "whether it is one of these",
                  true);
    if (type.kind != TypeKind::boolean)
      add_predicate(registry, "BETWEEN", {type, type, type}, between_kernel(type.kind),
                    "whether it lies within both bounds");
  }
  registry.add({.name = "NOT",
                .parameters = {Type::boolean()},
                .result_type = always(Type::boolean()),
                .kernel = not_kernel(),
                .description = "TRUE for FALSE and FALSE for TRUE",
                .total = true});
}

}  // namespace leat::plan
