#pragma once
#include "base/arena.h"
#include "data/column.h"
#include "plan/expr.h"

namespace leat::sql {

/// The value of an expression that reads no row. Errors: invalid_argument where it cannot be
/// computed, or does read a row.
Result<plan::Value> constant_value(const plan::Expr& expr, bool ksqldb);

/// A constant as a value of a column's type, for INSERT and ASSERT: literals as they can be read,
/// numbers to wider numbers, text to times. Errors: invalid_argument.
Result<plan::Value> constant_for(const plan::ExprPtr& expr, const Type& type, bool ksqldb);

/// Appends a value to a column of its type; bytes are copied to the arena.
void append_value(Column& column, const plan::Value& value, Arena& arena);

/// The canonical bytes of one key value.
std::string canonical_bytes(const Type& type, const plan::Value& value);

}  // namespace leat::sql
