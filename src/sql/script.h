#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/text.h"
#include "sql/source_text.h"

namespace leat::sql {

/// One statement of a file, or one directive between them.
struct ScriptPiece {
  enum class Kind : uint8_t { statement, directive };
  Kind kind = Kind::statement;
  /// statement: as written, without ';' and without the comments around it.
  /// directive: what follows `--@`, without spaces at its ends ("test: my case").
  std::string text;
  SourceSpan span;
};

/// Splits a file at its semicolons, before any ${variable} is replaced: a statement may use what an
/// earlier one DEFINEs. Pass span.line and span.column on as ParseOptions::first_line,
/// first_column. Errors: as tokenize().
Result<std::vector<ScriptPiece>> split_script(std::string_view text);

/// Names of variables compare without regard to case.
using Variables = std::map<std::string, std::string, IgnoringCase>;

/// Replaces ${name} by its value, also inside strings and quoted names (where quotes in the value
/// are doubled, so that a value never ends the string it stands in), not in comments. `$${` gives
/// `${`. Outside of quotes a value is one name, number or quoted string, never a piece of a
/// statement.
/// Errors: invalid_argument with the place: an unknown name (the nearest as hint), a value that is
/// more than one word, `${` without `}`.
Result<std::string> substitute(std::string_view text, const Variables& variables,
                               uint32_t first_line = 1, uint32_t first_column = 1);

}  // namespace leat::sql
