#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "data/batch.h"
#include "sql/bind_context.h"

namespace leat::sql {

/// The columns that an INSERT or ASSERT names, by where their values go.
struct RowColumn {
  enum class Kind : uint8_t { column, rowtime, window_start, window_end } kind = Kind::column;
  size_t index = 0;  // in the schema
};

/// Finds the columns that are named; none named: all of them, key columns first. `asserting`:
/// the bounds of windows too. Errors: not_found, invalid_argument (twice, not one that can be
/// given).
Result<std::vector<RowColumn>> bind_row_columns(const BindContext& context, const SourceDef& source,
                                                const std::vector<Identifier>& names,
                                                bool asserting);

/// One row of constants.
struct RowValues {
  std::vector<plan::Value> columns;  // by index in the schema; NULL where none was given
  std::vector<uint8_t> given;        // likewise
  std::optional<TimeMs> rowtime;
  std::optional<TimeMs> window_start;
  std::optional<TimeMs> window_end;
};
Result<RowValues> bind_row(const BindContext& context, const SourceDef& source,
                           const std::vector<RowColumn>& columns, const std::vector<Expr>& values,
                           const SourceSpan& span, std::string_view clause);

/// An empty batch with the columns of a source.
std::unique_ptr<Batch> make_batch(const SourceDef& source);
/// Appends a present row.
void append_row(Batch& batch, const RowValues& row);

}  // namespace leat::sql
