#pragma once
#include <string_view>

#include "plan/expr.h"

namespace leat::plan {

/// Registers the operators of the language as functions, so that one resolution, one evaluator and
/// one text form serve them all. Names and arguments:
///   + - * / %            (a, b); + also for STRING; - also (a)
///   = <> < <= > >=       (a, b); a null operand gives FALSE
///   IS DISTINCT FROM, IS NOT DISTINCT FROM   (a, b)
///   IS NULL, IS NOT NULL, NOT   (a)
///   LIKE                 (text, pattern) or (text, pattern, escape)
///   BETWEEN              (a, low, high)
///   IN                   (a, b, ...), all of one type
///   ||                   (a, b) STRING
/// AND, OR, CASE, COALESCE and CAST are kinds of expressions of their own (ExprKind), since they
/// do not look at every operand. NOT BETWEEN, NOT IN and NOT LIKE are NOT of those.
void register_operators(FunctionRegistry& registry);

/// Whether `name` is one of the above.
bool is_operator(std::string_view name);

}  // namespace leat::plan
