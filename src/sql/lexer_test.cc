#include "sql/lexer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace leat::sql {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

std::vector<TokenKind> kinds(std::string_view text) {
  std::vector<TokenKind> out;
  auto tokens = tokenize(text).value();
  for (const Token& token : tokens) out.push_back(token.kind);
  return out;
}

std::string message(std::string_view text) {
  auto tokens = tokenize(text);
  return tokens.has_value() ? "no error" : tokens.error().message();
}

TEST(Lexer, knows_every_operator) {
  using enum TokenKind;
  EXPECT_THAT(
      kinds("= <> != < <= > >= + - * / % || := -> => ( ) [ ] , . ;"),
      ElementsAre(equal, not_equal, not_equal, less, less_equal, greater, greater_equal, plus,
                  minus, star, slash, percent, concat, assign, arrow, fat_arrow, left_paren,
                  right_paren, left_bracket, right_bracket, comma, dot, semicolon, end));
  EXPECT_THAT(kinds("a->b=>c<>d"),
              ElementsAre(word, arrow, word, fat_arrow, word, not_equal, word, end));
}

TEST(Lexer, tells_integers_decimals_floats_and_names_that_begin_with_a_digit_apart) {
  using enum TokenKind;
  EXPECT_THAT(
      kinds("1 1.5 .5 1. 1e3 1E+3 1.5e-3 .5e1"),
      ElementsAre(integer, decimal, decimal, decimal, floating, floating, floating, floating, end));
  EXPECT_THAT(kinds("2nd 1e 1e3x 1e+ t1"), ElementsAre(word, word, word, word, plus, word, end));
}

TEST(Lexer, takes_quotes_off_and_doubled_quotes_once) {
  auto tokens = tokenize("'it''s' `a``b` \"c\"\"d\" ''").value();
  EXPECT_EQ(tokens[0].kind, TokenKind::string);
  EXPECT_EQ(tokens[0].value, "it's");
  EXPECT_EQ(tokens[1].kind, TokenKind::quoted_word);
  EXPECT_EQ(tokens[1].value, "a`b");
  EXPECT_EQ(tokens[2].value, "c\"d");
  EXPECT_EQ(tokens[3].value, "");
}

TEST(Lexer, skips_comments_that_do_not_nest_and_a_byte_order_mark) {
  using enum TokenKind;
  EXPECT_THAT(kinds("\xEF\xBB\xBF"
                    "a -- to the end ' of the line\nb /* ; /* ' */ c --"),
              ElementsAre(word, word, word, end));
  EXPECT_THAT(kinds("1--2\n"), ElementsAre(integer, end));
}

TEST(Lexer, counts_lines_columns_in_characters_and_offsets_in_bytes) {
  auto tokens = tokenize("a\r\n '\xC3\xA9' b").value();
  EXPECT_EQ(tokens[1].span.line, 2u);
  EXPECT_EQ(tokens[1].span.column, 2u);
  EXPECT_EQ(tokens[2].span.line, 2u);
  EXPECT_EQ(tokens[2].span.column, 6u);
  EXPECT_EQ(tokens[2].span.begin, 9u);
  EXPECT_EQ(tokens[2].span.end, 10u);
  EXPECT_EQ(tokens[3].kind, TokenKind::end);
  EXPECT_EQ(tokens[3].span.begin, 10u);
}

TEST(Lexer, begins_counting_where_it_is_told) {
  auto tokens = tokenize("a\nb", {.first_line = 7, .first_column = 5}).value();
  EXPECT_EQ(tokens[0].span.line, 7u);
  EXPECT_EQ(tokens[0].span.column, 5u);
  EXPECT_EQ(tokens[1].span.line, 8u);
  EXPECT_EQ(tokens[1].span.column, 1u);
}

TEST(Lexer, reports_directives_with_their_place_when_asked) {
  auto tokens = tokenize("  --@test: a case \r\nSELECT -- @no\n", {.directives = true}).value();
  ASSERT_EQ(tokens.size(), 3u);
  EXPECT_EQ(tokens[0].kind, TokenKind::directive);
  EXPECT_EQ(tokens[0].value, "test: a case");
  EXPECT_EQ(tokens[0].span.line, 1u);
  EXPECT_EQ(tokens[0].span.column, 3u);
  EXPECT_EQ(tokens[1].text, "SELECT");
  EXPECT_THAT(kinds("--@test: a case"), ElementsAre(TokenKind::end));
}

TEST(Lexer, points_at_what_has_no_end) {
  EXPECT_EQ(message("SELECT 'abc\n;"),
            "line 1:8: this string has no end\n"
            "  1 | SELECT 'abc\n"
            "    |        ^");
  EXPECT_THAT(message("a `b"), StartsWith("line 1:3: this quoted name has no end"));
  EXPECT_THAT(message("a\n /* b"), StartsWith("line 2:2: this comment has no end"));
  EXPECT_THAT(message("``"), StartsWith("line 1:1: a name cannot be empty"));
}

TEST(Lexer, explains_what_other_languages_write) {
  EXPECT_EQ(tokenize("a == b").error().hint(), "write = to compare");
  EXPECT_EQ(tokenize("a && b").error().hint(), "write AND");
  EXPECT_EQ(tokenize("a :: INT").error().hint(), "write CAST(x AS type)");
  EXPECT_EQ(tokenize("\xE2\x80\x98x\xE2\x80\x99").error().hint(), "strings are quoted with '");
  EXPECT_THAT(message("a # b"), StartsWith("line 1:3: unexpected character '#'"));
  EXPECT_THAT(message("a $ b"), StartsWith("line 1:3: unexpected character '$'"));
}

TEST(Lexer, refuses_bytes_that_are_not_text) {
  EXPECT_THAT(message("SELECT \xFF"), StartsWith("line 1:8: this byte is not valid UTF-8"));
  EXPECT_THAT(message("SELECT '\xC3'"), StartsWith("line 1:8: this text is not valid UTF-8"));
  EXPECT_THAT(message(std::string_view("a\0b", 3)), HasSubstr("control character 0x00"));
  EXPECT_THAT(message("caf\xC3\xA9"), HasSubstr("unexpected character '\xC3\xA9'"));
}

TEST(Lexer, wants_variables_to_be_replaced_before_it) {
  EXPECT_THAT(message("SELECT ${x}"), StartsWith("line 1:8: variable x has no value here"));
  auto tokens = tokenize("${x_1}", {.variables = true}).value();
  EXPECT_EQ(tokens[0].kind, TokenKind::variable);
  EXPECT_EQ(tokens[0].value, "x_1");
}

}  // namespace
}  // namespace leat::sql
