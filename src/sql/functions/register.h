#pragma once
#include "plan/expr.h"

namespace leat::sql {

/// Fills a registry with all operators and scalar functions of the language.
void register_functions(plan::FunctionRegistry& registry);

}  // namespace leat::sql
