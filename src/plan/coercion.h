#pragma once
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "plan/expr.h"

namespace leat::plan {

/// The typing rules of the language: which types convert by themselves, what a mixture becomes, and
/// how literals take the type that their surroundings want. Casts that they add are explicit in the
/// expression.

/// The arithmetic type that INT and BIGINT stand for beside a DECIMAL: DECIMAL(10, 0), DECIMAL(19,
/// 0).
Type as_decimal(const Type& type);

/// DECIMAL(precision, scale) brought into 38 digits: when there are too many, digits behind the
/// point go first, down to six of them.
Type bounded_decimal(int precision, int scale);

enum class ArithmeticOp : uint8_t { add, subtract, multiply, divide, remainder };
/// The result of arithmetic on two DECIMALs.
Type decimal_result(ArithmeticOp op, const Type& a, const Type& b);

/// The smallest type that both convert to by themselves. nullopt: there is none.
std::optional<Type> common_type(const Type& a, const Type& b);

/// Steps of implicit conversion from an argument's type to a parameter's; 0: none needed. nullopt:
/// only a CAST could. `any_decimal`: the parameter takes every precision and scale.
std::optional<int> conversion_cost(const Type& from, const Type& to, bool any_decimal);

/// The parameter that argument `argument` belongs to (the last one repeats).
size_t parameter_index(const Function& function, size_t argument);

/// Whether the expression is the constant NULL.
bool is_null_literal(const Expr& expr);

/// `expr` as `type`: itself, a literal rewritten, or a cast around it. Does not ask whether the
/// conversion is an implicit one.
ExprPtr converted(ExprPtr expr, const Type& type);

/// Resolves a function or operator by name, converts the arguments to what the overload takes, and
/// makes the call. `strict`: FunctionRegistry::resolve. Errors: as there, and those of the
/// function's own result_type.
Result<ExprPtr> make_call(const FunctionRegistry& registry, std::string_view name,
                          std::vector<ExprPtr> args, bool strict = false);

/// Brings a list (IN, CASE results, COALESCE) to one type, that of its first element that is not
/// NULL, widened by the numbers that follow. A literal of another kind is read as that type
/// ('4.000' as a number, 10 as '10', '2020-01-01' as a TIMESTAMP). Errors: invalid_argument for an
/// element that does not fit, or when all are NULL.
Status coerce_list(std::vector<ExprPtr>& list);

/// A literal read as another type, as the list rules allow. Errors: invalid_argument.
Result<ExprPtr> literal_as(const Expr& literal, const Type& type);

/// "true", "yes" or a beginning of them, without regard to case; likewise false and no. nullopt:
/// neither.
std::optional<bool> parse_boolean_text(std::string_view text);

/// A number as it is written in a statement: "12" INT or BIGINT, "1.5" DECIMAL(2, 1), "1e3" DOUBLE.
/// A minus sign in front is taken as part of it. Errors: out_of_range.
Result<ExprPtr> number_literal(std::string_view text);

}  // namespace leat::plan
