#pragma once
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sql/token.h"

namespace leat::sql {

struct LexOptions {
  /// Comments that begin with --@ become tokens; else they are comments like all others.
  bool directives = false;
  /// ${name} becomes a token; else it is an error, since variables are replaced before the lexer.
  bool variables = false;
  uint32_t first_line = 1;
  uint32_t first_column = 1;
};

/// Splits a text into tokens; the last one is always `end`. Comments (`--` to the end of the line,
/// `/* */`, not nested) and a byte order mark are left out.
/// The tokens point into `text`. Errors: invalid_argument with the place: an unknown character, a
/// string, quoted name or comment without its end, bytes that are not UTF-8, a text over 4 GiB.
/// Cost: one pass.
Result<std::vector<Token>> tokenize(std::string_view text, const LexOptions& options = {});

}  // namespace leat::sql
