#include "sql/source_text.h"

#include <gtest/gtest.h>

namespace leat::sql {
namespace {

TEST(Excerpt, draws_carets_under_the_span) {
  EXPECT_EQ(excerpt("SELECT a\nFORM s", {9, 13, 2, 1}),
            "  2 | FORM s\n"
            "    | ^^^^");
}

TEST(Excerpt, shows_the_line_number_of_the_span_and_counts_characters) {
  EXPECT_EQ(excerpt("'\xC3\xA9' \tx", {6, 7, 12, 6}),
            "  12 | '\xC3\xA9'  x\n"
            "     |      ^");
}

TEST(Excerpt, points_behind_the_text_at_its_end) {
  EXPECT_EQ(excerpt("SELECT", {6, 6, 1, 7}),
            "  1 | SELECT\n"
            "    |       ^");
  EXPECT_EQ(excerpt("", {0, 0, 1, 1}),
            "  1 | \n"
            "    | ^");
  EXPECT_EQ(excerpt("a\n", {2, 2, 2, 1}),
            "  2 | \n"
            "    | ^");
}

TEST(Excerpt, ends_the_carets_with_the_line_and_leaves_carriage_returns_out) {
  EXPECT_EQ(excerpt("a (b,\r\nc)", {2, 9, 1, 3}),
            "  1 | a (b,\n"
            "    |   ^^^");
}

TEST(Excerpt, shows_a_part_of_a_long_line) {
  std::string text(1000, 'x');
  text[500] = '?';
  std::string drawn = excerpt(text, {500, 501, 1, 501});
  EXPECT_LT(drawn.size(), 300u);
  size_t newline = drawn.find('\n');
  EXPECT_EQ(drawn.find('?'), drawn.find('^') - newline - 1);
}

TEST(ErrorAt, puts_the_place_first_and_the_excerpt_on_lines_of_its_own) {
  Error error = error_at(ErrorCode::not_found, "SELECT dely FROM s", {7, 11, 1, 8},
                         "unknown column 'dely'", "did you mean delay?");
  EXPECT_EQ(error.message(),
            "line 1:8: unknown column 'dely'\n"
            "  1 | SELECT dely FROM s\n"
            "    |        ^^^^");
  EXPECT_EQ(error.hint(), "did you mean delay?");
  EXPECT_EQ(error.code(), ErrorCode::not_found);
}

}  // namespace
}  // namespace leat::sql
