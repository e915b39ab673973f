#include "sql/script.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace leat::sql {
namespace {

using testing::StartsWith;

std::string replaced(std::string_view text, const Variables& variables) {
  auto result = substitute(text, variables);
  return result.has_value() ? *result : result.error().message();
}

TEST(SplitScript, keeps_statements_and_directives_in_order_with_their_places) {
  auto pieces = split_script(
                    "-- a comment\n"
                    "--@test: first\n"
                    "SELECT ';' FROM s; ;\n"
                    "  PRINT /* ; */ t\n"
                    "  LIMIT 1;\n"
                    "--@expected.error: none\n"
                    "SHOW TABLES")
                    .value();
  ASSERT_EQ(pieces.size(), 5u);
  EXPECT_EQ(pieces[0].kind, ScriptPiece::Kind::directive);
  EXPECT_EQ(pieces[0].text, "test: first");
  EXPECT_EQ(pieces[0].span.line, 2u);
  EXPECT_EQ(pieces[1].kind, ScriptPiece::Kind::statement);
  EXPECT_EQ(pieces[1].text, "SELECT ';' FROM s");
  EXPECT_EQ(pieces[2].text, "PRINT /* ; */ t\n  LIMIT 1");
  EXPECT_EQ(pieces[2].span.line, 4u);
  EXPECT_EQ(pieces[2].span.column, 3u);
  EXPECT_EQ(pieces[3].text, "expected.error: none");
  EXPECT_EQ(pieces[4].text, "SHOW TABLES");
}

TEST(SplitScript, leaves_variables_for_later) {
  auto pieces = split_script("DEFINE x = 'a'; SELECT ${x} FROM s;").value();
  ASSERT_EQ(pieces.size(), 2u);
  EXPECT_EQ(pieces[1].text, "SELECT ${x} FROM s");
}

TEST(SplitScript, gives_nothing_for_nothing) {
  EXPECT_TRUE(split_script("").value().empty());
  EXPECT_TRUE(split_script(" ;; -- x\n;").value().empty());
}

TEST(Substitute, replaces_variables_in_and_outside_of_quotes_but_not_in_comments) {
  Variables variables{{"t", "orders"}, {"n", "-5"}};
  EXPECT_EQ(replaced("SELECT ${n} FROM ${T} WHERE x = 'a-${t}' -- ${no}\n/* ${no} */", variables),
            "SELECT -5 FROM orders WHERE x = 'a-orders' -- ${no}\n/* ${no} */");
}

TEST(Substitute, never_lets_a_value_end_the_string_it_stands_in) {
  Variables variables{{"v", "it's"}, {"q", "a`b"}};
  EXPECT_EQ(replaced("'${v}' \"${v}\" `${q}`", variables), "'it''s' \"it's\" `a``b`");
}

TEST(Substitute, takes_one_word_outside_of_quotes) {
  Variables variables{{"s", "'x y'"}, {"bad", "a; DROP STREAM b"}, {"e", ""}, {"c", "a -- b"}};
  EXPECT_EQ(replaced("SELECT ${s}", variables), "SELECT 'x y'");
  EXPECT_THAT(replaced("SELECT ${bad}", variables),
              StartsWith("line 1:8: variable bad is not one name, number or string"));
  EXPECT_THAT(replaced("SELECT ${e}", variables), StartsWith("line 1:8: variable e is not one"));
  EXPECT_THAT(replaced("SELECT ${c} FROM s", variables),
              StartsWith("line 1:8: variable c is not one"));
  EXPECT_EQ(replaced("'${bad}'", variables), "'a; DROP STREAM b'");
}

TEST(Substitute, does_not_look_into_values_again) {
  EXPECT_EQ(replaced("'${a}'", {{"a", "${b}"}, {"b", "x"}}), "'${b}'");
}

TEST(Substitute, writes_the_characters_themselves_for_two_dollars) {
  EXPECT_EQ(replaced("'$${a} $5'", {}), "'${a} $5'");
}

TEST(Substitute, points_at_unknown_variables_and_knows_similar_ones) {
  auto result = substitute("SELECT\n ${topik}", {{"topic", "x"}}, 10, 1);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().message(),
            "line 11:2: unknown variable 'topik'\n"
            "  11 |  ${topik}\n"
            "     |  ^^^^^^^^");
  EXPECT_EQ(result.error().hint(), "did you mean ${topic}?");
  EXPECT_THAT(replaced("SELECT ${x", {}), StartsWith("line 1:8: this variable has no end"));
}

}  // namespace
}  // namespace leat::sql
