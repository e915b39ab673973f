#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace leat::sql {

/// Where something stands in a SQL text: bytes [begin, end) and the place of `begin` for people.
/// Lines and columns count from 1; columns count characters (UTF-8), a tab being one.
struct SourceSpan {
  uint32_t begin = 0;
  uint32_t end = 0;
  uint32_t line = 1;
  uint32_t column = 1;
};

/// The span from the beginning of `first` to the end of `last`.
SourceSpan join(const SourceSpan& first, const SourceSpan& last);

/// Draws the source line of `span` with carets under it. `text` is what the offsets count in; the
/// line number shown is the span's own. A span over several lines is drawn to the end of its first;
/// of a very long line only the part around the span is shown.
///   2 | SELECT a FORM s
///     |          ^^^^
std::string excerpt(std::string_view text, const SourceSpan& span);

/// An error about a place in a statement: "line 2:10: <message>", then the excerpt on lines of its
/// own. For the lexer, the parser and the binder alike.
Error error_at(ErrorCode code, std::string_view text, const SourceSpan& span,
               std::string_view message, std::string hint = {});

}  // namespace leat::sql
