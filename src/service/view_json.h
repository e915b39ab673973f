#pragma once
#include <optional>
#include <string>
#include <vector>

#include "runtime/reads.h"
#include "runtime/runtime.h"

namespace leat::service {

/// The canonical bytes of a key as a URL has it: the text of one column, a JSON array of several.
/// Errors: invalid_argument.
Result<std::string> key_from_text(const Schema& schema, std::string_view text);
/// The canonical bytes of a key as JSON has it: a value of one column, an array of several.
Result<std::string> key_from_json(const Schema& schema, std::string_view json);
/// Bounds of all keys that begin with `text`; for keys of one STRING column. Errors:
/// invalid_argument.
Result<exec::View::Range> range_of_prefix(const Schema& schema, std::string_view text);

/// Appends one row as {"key":...,"window":{...}?,"value":{...}}.
void append_view_row(std::string& out, const runtime::Runtime::ViewInfo& view, const Batch& rows,
                     size_t row);

/// Rows in key order across partitions: the first `limit` of them as JSON, and the cursor to go on
/// from when more follow.
struct OrderedRows {
  std::vector<std::string> rows;
  std::optional<std::string> cursor;
};
OrderedRows order_rows(const runtime::Runtime::ViewInfo& view, const runtime::ViewRows& read,
                       size_t limit);
/// The start of a range that goes on behind a cursor. Errors: invalid_argument.
Result<std::string> from_cursor(std::string_view cursor);

}  // namespace leat::service
