#include "sql/token.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace leat::sql {
namespace {

// Only what would make a statement ambiguous, or a mistake hard to see, if it were a name.
constexpr auto kReserved = std::to_array<std::string_view>(
    {"AND",    "AS",    "AT",     "BETWEEN", "BY",    "CASE",  "CAST",   "CREATE", "DISTINCT",
     "DROP",   "ELSE",  "END",    "EXISTS",  "FALSE", "FROM",  "FULL",   "GROUP",  "HAVING",
     "IN",     "INNER", "INSERT", "INTO",    "IS",    "JOIN",  "LEFT",   "LIKE",   "LIMIT",
     "NOT",    "NULL",  "ON",     "OR",      "OUTER", "RIGHT", "SELECT", "THEN",   "TRUE",
     "VALUES", "WHEN",  "WHERE",  "WINDOW",  "WITH",  "WITHIN"});

}  // namespace

bool is_reserved(std::string_view word) {
  return std::any_of(kReserved.begin(), kReserved.end(),
                     [&](std::string_view r) { return equals_ignoring_case(r, word); });
}

std::string_view name_of(TokenKind kind) {
  switch (kind) {
    case TokenKind::word:
    case TokenKind::quoted_word: return "a name";
    case TokenKind::string: return "a string";
    case TokenKind::integer: return "a whole number";
    case TokenKind::decimal:
    case TokenKind::floating: return "a number";
    case TokenKind::variable: return "a variable";
    case TokenKind::directive: return "a directive";
    case TokenKind::equal: return "'='";
    case TokenKind::not_equal: return "'<>'";
    case TokenKind::less: return "'<'";
    case TokenKind::less_equal: return "'<='";
    case TokenKind::greater: return "'>'";
    case TokenKind::greater_equal: return "'>='";
    case TokenKind::plus: return "'+'";
    case TokenKind::minus: return "'-'";
    case TokenKind::star: return "'*'";
    case TokenKind::slash: return "'/'";
    case TokenKind::percent: return "'%'";
    case TokenKind::concat: return "'||'";
    case TokenKind::assign: return "':='";
    case TokenKind::arrow: return "'->'";
    case TokenKind::fat_arrow: return "'=>'";
    case TokenKind::left_paren: return "'('";
    case TokenKind::right_paren: return "')'";
    case TokenKind::left_bracket: return "'['";
    case TokenKind::right_bracket: return "']'";
    case TokenKind::comma: return "','";
    case TokenKind::dot: return "'.'";
    case TokenKind::semicolon: return "';'";
    case TokenKind::end: return "the end of the text";
  }
  return "?";
}

}  // namespace leat::sql
