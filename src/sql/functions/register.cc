#include "sql/functions/register.h"

#include "plan/operators.h"
#include "sql/functions/families.h"

namespace leat::sql {

void register_functions(plan::FunctionRegistry& registry) {
  plan::register_operators(registry);
  functions::register_math(registry);
  functions::register_rounding(registry);
  functions::register_choice(registry);
  functions::register_null(registry);
  functions::register_text(registry);
  functions::register_text_parts(registry);
  functions::register_time(registry);
}

}  // namespace leat::sql
