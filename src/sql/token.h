#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "sql/source_text.h"

namespace leat::sql {

enum class TokenKind : uint8_t {
  word,         // a keyword or a name, which may begin with a digit (2nd_try)
  quoted_word,  // `x` or "x"
  string,       // 'x'
  integer,      // 12
  decimal,      // 1.5 .5 1.
  floating,     // 1e3
  variable,     // ${x}: only when asked for
  directive,    // --@test: x: only when asked for; `value` is what follows the @
  equal,
  not_equal,  // <> or !=
  less,
  less_equal,
  greater,
  greater_equal,
  plus,
  minus,
  star,
  slash,
  percent,
  concat,     // ||
  assign,     // :=
  arrow,      // ->
  fat_arrow,  // =>
  left_paren,
  right_paren,
  left_bracket,
  right_bracket,
  comma,
  dot,
  semicolon,
  end,  // stands once, last, behind the text
};

struct Token {
  TokenKind kind = TokenKind::end;
  std::string_view text;  // as written; points into the text that was tokenized
  std::string value;      // quoted_word, string: without quotes · variable: its name · directive
  SourceSpan span;
};

/// What a kind is called in messages: "'('", "a string", "the end".
std::string_view name_of(TokenKind kind);

/// A word that is never a name unless it is quoted. Few are: all other keywords can be names.
bool is_reserved(std::string_view word);

}  // namespace leat::sql
