#pragma once
#include "base/arena.h"
#include "data/column.h"
#include "data/number_text.h"

namespace leat {

/// Writes a checked JSON value to a row of a column, by ksqlDB's rules of coercion: numbers from
/// strings and cut to integers, anything to STRING, DECIMAL exactly, BYTES from base64, TIMESTAMP
/// milliseconds. null makes the row null.
/// malformed: of another type than the column.
Fit convert_json(ByteView value, Column& column, size_t row, Arena& arena);

}  // namespace leat
