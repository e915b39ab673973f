#pragma once
#include <span>
#include <string>
#include <type_traits>

#include "plan/coercion.h"
#include "plan/expr.h"

namespace leat::plan {

/// The loops behind the operators, one per operation and type. operators.cc registers them.

Kernel arithmetic_kernel(ArithmeticOp op, TypeKind kind);
Kernel negate_kernel(TypeKind kind);

enum class CompareOp : uint8_t {
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  distinct,
  not_distinct,
};
/// FALSE where an operand is null, but for distinct and not_distinct, which take null as a value.
Kernel compare_kernel(CompareOp op, TypeKind kind);
Kernel between_kernel(TypeKind kind);
Kernel in_kernel(TypeKind kind);

Kernel is_null_kernel(bool negated);
Kernel not_kernel();
Kernel like_kernel();
/// Joins texts or bytes; null when one is.
Kernel concat_kernel();

/// Converts a column to `context.result`. Cost: one pass; a report per row that cannot be. The pair
/// of types must be one that check_cast allows.
void cast_column(const CallContext& context, const Column& in, Column& out);
/// Whether a CAST between the types exists. Errors: unsupported.
Status check_cast(const Type& from, const Type& to);
/// Whether a CAST between them can never fail for a row, and costs next to nothing.
bool cast_is_total(const Type& from, const Type& to);

/// One value of a column as it is quoted in messages; long text is cut.
std::string value_text(const Column& column, size_t row);

/// Orders two decimals of any scales.
int compare_decimals(Int128 a, int scale_a, Int128 b, int scale_b);

}  // namespace leat::plan
