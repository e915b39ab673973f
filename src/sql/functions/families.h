#pragma once
#include "plan/expr.h"

namespace leat::sql::functions {

/// The families of scalar functions, one file each.
void register_math(plan::FunctionRegistry& registry);
void register_rounding(plan::FunctionRegistry& registry);
void register_choice(plan::FunctionRegistry& registry);
void register_null(plan::FunctionRegistry& registry);
void register_text(plan::FunctionRegistry& registry);
void register_text_parts(plan::FunctionRegistry& registry);
void register_time(plan::FunctionRegistry& registry);

}  // namespace leat::sql::functions
