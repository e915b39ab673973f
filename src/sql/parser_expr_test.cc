#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sql/parser.h"
#include "sql/print_ast.h"

namespace leat::sql {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

/// The expression with parentheses around every operator, or the error.
std::string understood(std::string_view text) {
  auto expr = parse_expression(text);
  return expr.has_value() ? to_sql(*expr, {.parenthesize = true}) : expr.error().message();
}

std::string hint(std::string_view text) {
  auto expr = parse_expression(text);
  return expr.has_value() ? "no error" : expr.error().hint();
}

template <class Node>
Node parsed_as(std::string_view text) {
  Expr expr = parse_expression(text).value();
  EXPECT_TRUE(std::holds_alternative<Node>(expr.node)) << text;
  return std::get<Node>(expr.node);
}

TEST(ParseExpression, binds_or_and_not_predicates_concat_sum_product_sign_in_this_order) {
  EXPECT_EQ(understood("a OR b AND c"), "(a OR (b AND c))");
  EXPECT_EQ(understood("NOT a AND b"), "((NOT a) AND b)");
  EXPECT_EQ(understood("NOT a = b"), "(NOT (a = b))");
  EXPECT_EQ(understood("a = b || c"), "(a = (b || c))");
  EXPECT_EQ(understood("a || b + c"), "(a || (b + c))");
  EXPECT_EQ(understood("a + b * c"), "(a + (b * c))");
  EXPECT_EQ(understood("-a * b"), "((-a) * b)");
  EXPECT_EQ(understood("-a AT TIME ZONE 'UTC'"), "(-(a AT TIME ZONE 'UTC'))");
  EXPECT_EQ(understood("-a[1]->b"), "(-a[1]->b)");
  EXPECT_EQ(understood("a OR NOT b OR c"), "((a OR (NOT b)) OR c)");
  EXPECT_EQ(understood("NOT NOT a"), "(NOT (NOT a))");
}

TEST(ParseExpression, associates_to_the_left) {
  EXPECT_EQ(understood("a - b - c"), "((a - b) - c)");
  EXPECT_EQ(understood("a / b * c % d"), "(((a / b) * c) % d)");
  EXPECT_EQ(understood("a || b || c"), "((a || b) || c)");
  EXPECT_EQ(understood("a - (b - c)"), "(a - (b - c))");
}

TEST(ParseExpression, does_not_chain_predicates) {
  EXPECT_THAT(understood("a = b = c"), StartsWith("line 1:7: comparisons cannot be chained"));
  EXPECT_THAT(understood("a IS NULL IS NULL"), StartsWith("line 1:11: comparisons cannot"));
  EXPECT_EQ(understood("(a = b) = c"), "((a = b) = c)");
}

TEST(ParseExpression, knows_all_predicates) {
  EXPECT_EQ(understood("a BETWEEN 1 AND 2 AND b"), "((a BETWEEN 1 AND 2) AND b)");
  EXPECT_EQ(understood("a NOT BETWEEN b + 1 AND c"), "(a NOT BETWEEN (b + 1) AND c)");
  EXPECT_EQ(understood("a IN (1, b OR c)"), "(a IN (1, (b OR c)))");
  EXPECT_EQ(understood("a not in ('x')"), "(a NOT IN ('x'))");
  EXPECT_EQ(understood("a LIKE '%x' ESCAPE '!'"), "(a LIKE '%x' ESCAPE '!')");
  EXPECT_EQ(understood("a NOT LIKE b || '%'"), "(a NOT LIKE (b || '%'))");
  EXPECT_EQ(understood("a IS NULL OR b IS NOT NULL"), "((a IS NULL) OR (b IS NOT NULL))");
  EXPECT_EQ(understood("a IS DISTINCT FROM b AND c"), "((a IS DISTINCT FROM b) AND c)");
  EXPECT_EQ(understood("a IS NOT DISTINCT FROM NULL"), "(a IS NOT DISTINCT FROM NULL)");
  EXPECT_EQ(understood("a != b"), "(a <> b)");
  EXPECT_EQ(understood("a<=b"), "(a <= b)");
}

TEST(ParseExpression, gives_a_minus_before_a_number_to_the_number) {
  EXPECT_EQ(parsed_as<Literal>("-5").integer, -5);
  EXPECT_EQ(parsed_as<Literal>("- 9223372036854775808").integer, INT64_MIN);
  EXPECT_EQ(parsed_as<Literal>("-1.50").text, "-1.50");
  EXPECT_EQ(understood("a -1"), "(a - 1)");
  EXPECT_EQ(understood("a - -1"), "(a - -1)");
  EXPECT_EQ(understood("-(1)"), "(-(1))");
  EXPECT_EQ(understood("+1"), "(+(1))");
}

TEST(ParseExpression, reads_literals_of_each_kind) {
  EXPECT_EQ(parsed_as<Literal>("NULL").kind, LiteralKind::null);
  EXPECT_TRUE(parsed_as<Literal>("true").boolean);
  EXPECT_FALSE(parsed_as<Literal>("FALSE").boolean);
  EXPECT_EQ(parsed_as<Literal>("9223372036854775807").integer, INT64_MAX);
  EXPECT_EQ(parsed_as<Literal>("1.10").kind, LiteralKind::decimal);
  EXPECT_EQ(parsed_as<Literal>(".5").text, "0.5");
  EXPECT_EQ(parsed_as<Literal>("1.5E3").kind, LiteralKind::floating);
  EXPECT_EQ(parsed_as<Literal>("1.5E3").floating, 1500);
  EXPECT_EQ(parsed_as<Literal>("-.5e-1").floating, -0.05);
  EXPECT_EQ(parsed_as<Literal>("'it''s'").text, "it's");
  EXPECT_EQ(parsed_as<TypedString>("DATE '2024-01-01'").text, "2024-01-01");
}

TEST(ParseExpression, refuses_numbers_out_of_range) {
  EXPECT_THAT(understood("a + 9223372036854775808"),
              StartsWith("line 1:5: number is out of range: 9223372036854775808"));
  EXPECT_THAT(understood("-9223372036854775809"), StartsWith("line 1:1: number is out of range"));
  EXPECT_THAT(understood("1e999"), StartsWith("line 1:1: number is out of range"));
}

TEST(ParseExpression, reads_names_fields_and_subscripts) {
  EXPECT_EQ(understood("s.col->f->g[1]['k']"), "s.col->f->g[1]['k']");
  EXPECT_EQ(parsed_as<ColumnRef>("`a b`").name.text, "a b");
  EXPECT_TRUE(parsed_as<ColumnRef>("`a b`").name.quoted);
  EXPECT_FALSE(parsed_as<ColumnRef>("aB").name.quoted);
  EXPECT_EQ(parsed_as<ColumnRef>("aB").name.text, "aB");
  EXPECT_EQ(understood("(a)->b"), "a->b");
  EXPECT_EQ(understood("f(a)[2]"), "f(a)[2]");
  EXPECT_EQ(hint("a.b.c"), "fields of a STRUCT are written column->field");
}

TEST(ParseExpression, reads_calls_case_cast_and_constructors) {
  EXPECT_EQ(understood("COUNT(*)"), "COUNT(*)");
  EXPECT_EQ(understood("PI()"), "PI()");
  EXPECT_EQ(understood("timestampadd(DAYS, 1, t)"), "timestampadd(DAYS, 1, t)");
  EXPECT_EQ(understood("case when a then 1 else 2 end"), "CASE WHEN a THEN 1 ELSE 2 END");
  EXPECT_EQ(understood("CASE a + 1 WHEN 1 THEN 'x' WHEN b THEN 'y' END"),
            "CASE (a + 1) WHEN 1 THEN 'x' WHEN b THEN 'y' END");
  EXPECT_EQ(understood("CAST(a + 1 AS DECIMAL(4,2))"), "CAST((a + 1) AS DECIMAL(4, 2))");
  EXPECT_EQ(understood("ARRAY[1, a]"), "ARRAY[1, a]");
  EXPECT_EQ(understood("ARRAY[]"), "ARRAY[]");
  EXPECT_EQ(understood("MAP('a' := 1, b := c)['a']"), "MAP('a' := 1, b := c)['a']");
  EXPECT_EQ(understood("STRUCT(x := 1, `y` := ARRAY[2])->x"), "STRUCT(x := 1, `y` := ARRAY[2])->x");
}

TEST(ParseExpression, reads_lambdas_among_arguments_only) {
  EXPECT_EQ(understood("TRANSFORM(a, x => x + 1)"), "TRANSFORM(a, x => (x + 1))");
  EXPECT_EQ(understood("REDUCE(m, 0, (s, k, v) => s + v)"), "REDUCE(m, 0, (s, k, v) => (s + v))");
  EXPECT_EQ(understood("F(a, (x) => x)"), "F(a, x => x)");
  EXPECT_EQ(understood("F((a), (b))"), "F(a, b)");
  EXPECT_THAT(understood("x => 1"), HasSubstr("'=>'"));
}

TEST(ParseExpression, takes_keywords_as_names_where_nothing_is_ambiguous) {
  EXPECT_EQ(understood("key + date - topic * value / escape % array"),
            "((key + date) - (((topic * value) / escape) % array))");
  EXPECT_EQ(understood("map = struct"), "(map = struct)");
  EXPECT_EQ(understood("x LIKE escape ESCAPE '\\'"), "(x LIKE escape ESCAPE '\\')");
}

TEST(ParseExpression, says_what_was_expected_and_found) {
  EXPECT_EQ(understood("a + "),
            "line 1:5: expected an expression, found the end of the statement\n"
            "  1 | a + \n"
            "    |     ^");
  EXPECT_THAT(understood("(a, b)"), StartsWith("line 1:3: expected ')', found ','"));
  EXPECT_THAT(understood("CAST(a INT)"), StartsWith("line 1:8: expected AS, found 'INT'"));
  EXPECT_THAT(understood("CASE WHEN a THEN b"), HasSubstr("expected WHEN, ELSE or END, found the"));
  EXPECT_THAT(understood("f(a,)"), StartsWith("line 1:5: expected an expression, found ')'"));
  EXPECT_THAT(understood("a IS b"), HasSubstr("expected NOT, DISTINCT FROM or NULL, found 'b'"));
  EXPECT_EQ(hint("a BETWEN 1 AND 2"), "did you mean BETWEEN?");
  EXPECT_EQ(hint("a IS NOT NUL"), "did you mean NULL?");
  EXPECT_EQ(hint("COUNT(DISTINCT a)"), "COUNT_DISTINCT(x) counts distinct values");
  EXPECT_THAT(understood("a IN (SELECT 1)"), HasSubstr("a subquery is not part of this language"));
}

TEST(ParseExpression, reports_an_error_at_the_very_first_token) {
  EXPECT_THAT(understood(""), StartsWith("line 1:1: expected an expression, found the end"));
  EXPECT_THAT(understood(")"), StartsWith("line 1:1: expected an expression, found ')'"));
  EXPECT_THAT(parse_type(",").error().message(), StartsWith("line 1:1: expected a type's name"));
}

TEST(ParseExpression, names_time_units_for_functions) {
  EXPECT_EQ(as_time_unit(parse_expression("Days").value()), TimeUnit::day);
  EXPECT_EQ(as_time_unit(parse_expression("MILLISECOND").value()), TimeUnit::millisecond);
  EXPECT_EQ(as_time_unit(parse_expression("`DAYS`").value()), std::nullopt);
  EXPECT_EQ(as_time_unit(parse_expression("s.DAYS").value()), std::nullopt);
}

TEST(ParseExpression, stops_at_the_nesting_limit_without_exhausting_the_stack) {
  auto nested = [](size_t n, std::string_view open, std::string_view close) {
    std::string text;
    for (size_t i = 0; i < n; ++i) text += open;
    text += '1';
    for (size_t i = 0; i < n; ++i) text += close;
    return understood(text);
  };
  EXPECT_EQ(nested(150, "(", ")"), "1");
  for (auto [open, close] : {std::pair{"(", ")"},
                             {"NOT ", ""},
                             {"- ", ""},
                             {"+", ""},
                             {"f(", ")"},
                             {"a[", "]"},
                             {"CASE WHEN ", " THEN 1 END"},
                             {"ARRAY[", "]"},
                             {"STRUCT(a := ", ")"},
                             {"f(x => ", ")"},
                             {"CAST(", " AS INT)"}})
    EXPECT_THAT(nested(20'000, open, close), HasSubstr("nested too deeply")) << open;
}

TEST(ParseExpression, limits_how_high_a_chain_of_operators_gets) {
  std::string chain = "a";
  for (int i = 0; i < 900; ++i) chain += " OR a";
  EXPECT_TRUE(parse_expression(chain).has_value());
  for (int i = 0; i < 200; ++i) chain += " OR a";
  EXPECT_THAT(understood(chain), HasSubstr("too many operators"));
  std::string fields = "a";
  for (int i = 0; i < 1100; ++i) fields += "->b";
  EXPECT_THAT(understood(fields), HasSubstr("too many operators"));
}

TEST(ParseExpression, knows_the_place_of_every_node) {
  Expr expr = parse_expression("a +\n (b * c)").value();
  EXPECT_EQ(expr.span.begin, 0u);
  EXPECT_EQ(expr.span.end, 12u);
  const auto& sum = std::get<Binary>(expr.node);
  EXPECT_EQ(sum.right->span.line, 2u);
  EXPECT_EQ(sum.right->span.column, 2u);
  EXPECT_EQ(sum.right->span.end, 12u);
  const auto& product = std::get<Binary>(sum.right->node);
  EXPECT_EQ(product.left->span.column, 3u);
  EXPECT_EQ(children(expr).size(), 2u);
}

TEST(Same, ignores_spaces_parentheses_and_the_case_of_unquoted_names) {
  auto expr = [](std::string_view text) { return parse_expression(text).value(); };
  EXPECT_TRUE(same(expr("a + (B*c)"), expr("A+b * C")));
  EXPECT_TRUE(same(expr("`A`"), expr("a")));
  EXPECT_FALSE(same(expr("`a`"), expr("a")));
  EXPECT_FALSE(same(expr("'a'"), expr("'A'")));
  EXPECT_FALSE(same(expr("(a + b) * c"), expr("a + b * c")));
  EXPECT_FALSE(same(expr("1"), expr("1.0")));
}

TEST(ParseType, reads_types_of_each_shape) {
  auto round = [](std::string_view text) {
    auto type = parse_type(text);
    return type.has_value() ? to_sql(*type) : type.error().message();
  };
  EXPECT_EQ(round("int"), "int");
  EXPECT_EQ(round("DECIMAL(4,2)"), "DECIMAL(4, 2)");
  EXPECT_EQ(round("VARCHAR(STRING)"), "VARCHAR(STRING)");
  EXPECT_EQ(round("MAP<STRING,ARRAY<ARRAY<INT>>>"), "MAP<STRING, ARRAY<ARRAY<INT>>>");
  EXPECT_EQ(round("STRUCT<a INT, `b` STRUCT<c `my type`>>"),
            "STRUCT<a INT, `b` STRUCT<c `my type`>>");
  EXPECT_EQ(round("STRUCT<>"), "STRUCT<>");
  EXPECT_EQ(round("STRUCT< >"), "STRUCT<>");
  EXPECT_EQ(round("INT ARRAY ARRAY"), "ARRAY<ARRAY<INT>>");
  EXPECT_THAT(round("NULL"), StartsWith("line 1:1: expected a type's name, found 'NULL'"));
  EXPECT_THAT(round("ARRAY<NULL>"), StartsWith("line 1:7: expected a type's name, found 'NULL'"));
  EXPECT_THAT(round("DOUBLE (KEY)"), HasSubstr("expected STRING or a whole number, found 'KEY'"));
  EXPECT_THAT(round("MAP<INT>"), StartsWith("line 1:8: expected ',', found '>'"));
}

TEST(ParseType, stops_at_the_nesting_limit) {
  std::string deep;
  for (int i = 0; i < 5000; ++i) deep += "ARRAY<";
  EXPECT_THAT(parse_type(deep).error().message(), HasSubstr("nested too deeply"));
  std::string wrapped = "INT";
  for (int i = 0; i < 5000; ++i) wrapped += " ARRAY";
  EXPECT_THAT(parse_type(wrapped).error().message(), HasSubstr("nested too deeply"));
}

TEST(ParseColumns, reads_schemas_without_parentheses) {
  auto columns = parse_columns("`ID` STRING KEY, A ARRAY<INT>, h BYTES HEADER('x')").value();
  ASSERT_EQ(columns.size(), 3u);
  EXPECT_EQ(columns[0].role, ColumnRole::key);
  EXPECT_TRUE(columns[0].name.quoted);
  EXPECT_EQ(columns[1].type.shape, TypeShape::array);
  EXPECT_EQ(columns[2].header, "x");
  EXPECT_TRUE(parse_columns("").value().empty());
  EXPECT_FALSE(parse_columns("a INT,").has_value());
}

}  // namespace
}  // namespace leat::sql
