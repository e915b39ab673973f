#include "sql/parser.h"

#include "sql/lexer.h"
#include "sql/parser_rules.h"

namespace leat::sql {
namespace {

Result<ParserRules> rules_for(std::string_view text, const ParseOptions& options) {
  LexOptions lex;
  lex.first_line = options.first_line;
  lex.first_column = options.first_column;
  LEAT_TRY(auto tokens, tokenize(text, lex));
  return ParserRules(text, std::move(tokens), options);
}

/// Refuses the statement that begins here if it is too long, before anything is built from it.
Status check_length(const ParserCursor& cursor) {
  size_t n = 0;
  while (!cursor.sees(TokenKind::semicolon, n) && !cursor.sees(TokenKind::end, n)) ++n;
  const SourceSpan& first = cursor.current().span;
  if (n == 0 || cursor.ahead(n - 1).span.end - first.begin <= kStatementBytesMax) return {};
  return cursor.error(
      first, "this statement is longer than " + std::to_string(kStatementBytesMax / 1024) + " KiB");
}

/// Wants nothing but semicolons up to the end.
Status expect_end(ParserCursor& cursor) {
  while (cursor.accept(TokenKind::semicolon)) {
  }
  if (cursor.sees(TokenKind::end)) return {};
  return cursor.unexpected();
}

}  // namespace

Result<std::vector<Statement>> parse(std::string_view text, const ParseOptions& options) {
  LEAT_TRY(ParserRules rules, rules_for(text, options));
  ParserCursor& cursor = rules.cursor();
  std::vector<Statement> statements;
  while (true) {
    while (cursor.sees(TokenKind::semicolon)) cursor.advance();
    if (cursor.sees(TokenKind::end)) return statements;
    LEAT_CHECK(check_length(cursor));
    LEAT_TRY(Statement next, rules.statement());
    statements.push_back(std::move(next));
    if (!cursor.sees(TokenKind::end)) LEAT_CHECK(cursor.expect(TokenKind::semicolon));
  }
}

Result<Statement> parse_statement(std::string_view text, const ParseOptions& options) {
  LEAT_TRY(ParserRules rules, rules_for(text, options));
  LEAT_CHECK(check_length(rules.cursor()));
  LEAT_TRY(Statement statement, rules.statement());
  LEAT_CHECK(expect_end(rules.cursor()));
  return statement;
}

Result<Expr> parse_expression(std::string_view text) {
  LEAT_TRY(ParserRules rules, rules_for(text, {}));
  LEAT_TRY(Expr expr, rules.expression());
  if (!rules.cursor().sees(TokenKind::end)) return rules.cursor().unexpected();
  return expr;
}

Result<TypeName> parse_type(std::string_view text) {
  LEAT_TRY(ParserRules rules, rules_for(text, {}));
  LEAT_TRY(TypeName type, rules.type());
  if (!rules.cursor().sees(TokenKind::end)) return rules.cursor().unexpected();
  return type;
}

Result<std::vector<ColumnDefinition>> parse_columns(std::string_view text) {
  LEAT_TRY(ParserRules rules, rules_for(text, {}));
  if (rules.cursor().sees(TokenKind::end)) return std::vector<ColumnDefinition>{};
  LEAT_TRY(auto columns, rules.column_list());
  if (!rules.cursor().sees(TokenKind::end)) return rules.cursor().unexpected();
  return columns;
}

}  // namespace leat::sql
