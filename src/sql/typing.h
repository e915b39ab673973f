#pragma once
#include "data/type.h"
#include "sql/bind_context.h"

namespace leat::sql {

/// The type that a statement names. Errors: unsupported for those of the language that have no
/// columns yet (ARRAY, MAP, STRUCT, DATE, TIME), not_found for unknown ones.
Result<Type> bind_type(const BindContext& context, const TypeName& type);

/// DECIMALs wider than can be computed with may be declared under ksqlDB's rules, and nothing more.
/// Errors: unsupported.
Status check_width(const BindContext& context, const SourceSpan& span, const Schema& schema);

}  // namespace leat::sql
