#pragma once
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sql/ast.h"

namespace leat::sql {

struct ParseOptions {
  /// ASSERT VALUES, ASSERT NULL VALUES, ASSERT STREAM|TABLE: the statements of tests.
  bool test_statements = false;
  /// Where the text begins in the file that people see, when it is a piece of one.
  uint32_t first_line = 1;
  uint32_t first_column = 1;
};

/// How long one statement may be.
inline constexpr size_t kStatementBytesMax = 64 * 1024;
/// How many parentheses, calls, types, ... may lie inside one another.
inline constexpr int kNestingMax = 200;

/// Parses statements with ';' between them; the last ';' may be missing, empty statements are
/// skipped. Errors: invalid_argument, "line 2:10: expected FROM, found 'FORM'" and an excerpt of
/// the text, with the nearest keyword as the hint.
/// The text holds no ${variables} any more (script.h). Pure; cost linear in the text.
Result<std::vector<Statement>> parse(std::string_view text, const ParseOptions& options = {});

/// Exactly one statement, with or without its ';'.
Result<Statement> parse_statement(std::string_view text, const ParseOptions& options = {});

/// Exactly one expression, all of `text`. For tests and tools.
Result<Expr> parse_expression(std::string_view text);

/// Exactly one type, all of `text`: schemas and types given as text.
Result<TypeName> parse_type(std::string_view text);

/// A list of columns without parentheses, "K INT KEY, V STRING"; empty text is no columns.
Result<std::vector<ColumnDefinition>> parse_columns(std::string_view text);

}  // namespace leat::sql
