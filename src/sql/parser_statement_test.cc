#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sql/parser.h"
#include "sql/print_ast.h"

namespace leat::sql {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

Statement statement(std::string_view text) {
  return parse_statement(text, {.test_statements = true}).value();
}

/// The message, and the hint in parentheses.
std::string error(std::string_view text) {
  auto result = parse(text);
  return result.has_value() ? "no error" : result.error().to_string();
}

template <class Node>
Node parsed_as(std::string_view text) {
  Statement parsed = statement(text);
  EXPECT_TRUE(std::holds_alternative<Node>(parsed.node)) << text;
  return std::get<Node>(std::move(parsed.node));
}

struct RoundTrip {
  std::string_view text;
  std::string_view canonical;  // empty: the text itself
  std::string_view kind;
};

// Every statement and clause of the language.
constexpr RoundTrip kStatements[] = {
    {"create stream s (k int key, v DECIMAL(4,2)) with (kafka_topic='t', 'partitions'=1)",
     "CREATE STREAM s (k int KEY, v DECIMAL(4, 2)) WITH (kafka_topic = 't', `partitions` = 1)",
     "CREATE STREAM"},
    {"CREATE OR REPLACE STREAM IF NOT EXISTS s", "", "CREATE STREAM"},
    {"CREATE SOURCE TABLE `t` (id INT PRIMARY KEY, `h` ARRAY<STRUCT<key STRING, value BYTES>> "
     "HEADERS, one BYTES HEADER('it''s')) WITH (format = 'JSON', x = TRUE, y = NULL, z = -1.5)",
     "", "CREATE SOURCE TABLE"},
    {"CREATE TABLE t AS SELECT * FROM s", "", "CREATE TABLE AS SELECT"},
    {"CREATE OR REPLACE STREAM IF NOT EXISTS s WITH (a = 1) AS SELECT a b, c AS d FROM x y",
     "CREATE OR REPLACE STREAM IF NOT EXISTS s WITH (a = 1) AS SELECT a AS b, c AS d FROM x AS y",
     "CREATE STREAM AS SELECT"},
    {"SELECT s.*, s.a->*, (s.a)->b->*, * FROM s EMIT CHANGES LIMIT 3",
     "SELECT s.*, s.a->*, s.a->b->*, * FROM s EMIT CHANGES LIMIT 3", "SELECT"},
    {"SELECT a FROM s WINDOW TUMBLING (SIZE 1 HOUR, RETENTION 2 days, GRACE PERIOD 0 SECOND) WHERE "
     "a > 1 GROUP BY a, b HAVING COUNT(*) > 1 EMIT FINAL",
     "SELECT a FROM s WINDOW TUMBLING (SIZE 1 HOURS, RETENTION 2 DAYS, GRACE PERIOD 0 SECONDS) "
     "WHERE a > 1 GROUP BY (a, b) HAVING COUNT(*) > 1 EMIT FINAL",
     "SELECT"},
    {"SELECT a FROM s WINDOW w HOPPING (SIZE 10 SECONDS, ADVANCE BY 5 MILLISECONDS) GROUP BY (a)",
     "", "SELECT"},
    {"SELECT a FROM s WINDOW SESSION (5 MINUTES, GRACE PERIOD 1 MINUTES) GROUP BY (a)", "",
     "SELECT"},
    {"SELECT a FROM s GROUP BY (a + 1) * 2, b", "SELECT a FROM s GROUP BY ((a + 1) * 2, b)",
     "SELECT"},
    {"SELECT a FROM s GROUP BY ()", "", "SELECT"},
    {"SELECT a FROM s PARTITION BY NULL", "SELECT a FROM s PARTITION BY (NULL)", "SELECT"},
    {"SELECT a FROM l INNER JOIN r WITHIN 1 DAYS ON l.a = r.a LEFT OUTER JOIN t u ON l.a = u.a",
     "SELECT a FROM l JOIN r WITHIN 1 DAYS ON l.a = r.a LEFT JOIN t AS u ON l.a = u.a", "SELECT"},
    {"SELECT a FROM l RIGHT JOIN r WITHIN (1 HOURS, 2 SECONDS) GRACE PERIOD 3 MINUTES ON l.a = "
     "r.a FULL OUTER JOIN t ON l.a = t.a",
     "SELECT a FROM l RIGHT JOIN r WITHIN (1 HOURS, 2 SECONDS) GRACE PERIOD 3 MINUTES ON l.a = "
     "r.a FULL JOIN t ON l.a = t.a",
     "SELECT"},
    {"INSERT INTO s SELECT * FROM t", "", "INSERT INTO SELECT"},
    {"INSERT INTO s WITH (QUERY_ID = 'q') SELECT * FROM t", "", "INSERT INTO SELECT"},
    {"INSERT INTO s VALUES (1, -2, 'x', NULL)", "", "INSERT INTO VALUES"},
    {"INSERT INTO s (rowtime, `k`) VALUES (1, ABS(-1)), (2, ARRAY[1])", "", "INSERT INTO VALUES"},
    {"DROP STREAM s", "", "DROP STREAM"},
    {"drop table if exists t delete topic", "DROP TABLE IF EXISTS t DELETE TOPIC", "DROP TABLE"},
    {"ALTER STREAM s ADD a INT, ADD COLUMN b ARRAY<INT>",
     "ALTER STREAM s ADD COLUMN a INT, ADD COLUMN b ARRAY<INT>", "ALTER STREAM"},
    {"ALTER TABLE t ADD COLUMN INT", "ALTER TABLE t ADD COLUMN COLUMN INT", "ALTER TABLE"},
    {"CREATE TYPE IF NOT EXISTS point AS STRUCT<x INT, y INT>", "", "CREATE TYPE"},
    {"DROP TYPE IF EXISTS point", "", "DROP TYPE"},
    {"CREATE SOURCE CONNECTOR IF NOT EXISTS c WITH ('connector.class' = 'x')",
     "CREATE SOURCE CONNECTOR IF NOT EXISTS c WITH (`connector.class` = 'x')",
     "CREATE SOURCE CONNECTOR"},
    {"CREATE SINK CONNECTOR c WITH (a = 'x')", "", "CREATE SINK CONNECTOR"},
    {"DROP CONNECTOR IF EXISTS c", "", "DROP CONNECTOR"},
    {"TERMINATE CTAS_T_1", "", "TERMINATE"},
    {"TERMINATE ALL", "", "TERMINATE"},
    {"PAUSE ALL", "", "PAUSE"},
    {"RESUME q", "", "RESUME"},
    {"EXPLAIN q", "", "EXPLAIN"},
    {"EXPLAIN SELECT * FROM s", "", "EXPLAIN"},
    {"EXPLAIN EXPLAIN DROP STREAM s", "", "EXPLAIN"},
    {"LIST STREAMS", "SHOW STREAMS", "SHOW STREAMS"},
    {"SHOW TABLES EXTENDED", "", "SHOW TABLES"},
    {"SHOW ALL TOPICS EXTENDED", "", "SHOW TOPICS"},
    {"LIST TOPICS", "SHOW TOPICS", "SHOW TOPICS"},
    {"SHOW QUERIES EXTENDED", "", "SHOW QUERIES"},
    {"SHOW FUNCTIONS", "", "SHOW FUNCTIONS"},
    {"SHOW TYPES", "", "SHOW TYPES"},
    {"SHOW PROPERTIES", "", "SHOW PROPERTIES"},
    {"SHOW VARIABLES", "", "SHOW VARIABLES"},
    {"SHOW CONNECTORS", "", "SHOW CONNECTORS"},
    {"SHOW SOURCE CONNECTORS", "", "SHOW SOURCE CONNECTORS"},
    {"SHOW SINK CONNECTORS", "", "SHOW SINK CONNECTORS"},
    {"SHOW CONNECTOR PLUGINS", "", "SHOW CONNECTOR PLUGINS"},
    {"DESCRIBE s EXTENDED", "", "DESCRIBE"},
    {"DESCRIBE function", "", "DESCRIBE"},
    {"DESCRIBE FUNCTION abs", "", "DESCRIBE FUNCTION"},
    {"DESCRIBE CONNECTOR c", "", "DESCRIBE CONNECTOR"},
    {"DESCRIBE STREAMS EXTENDED", "", "DESCRIBE STREAMS"},
    {"DESCRIBE TABLES", "", "DESCRIBE TABLES"},
    {"PRINT 'a-topic' FROM BEGINNING INTERVAL 2 LIMIT 3",
     "PRINT `a-topic` FROM BEGINNING INTERVAL 2 LIMIT 3", "PRINT"},
    {"PRINT t SAMPLE 2", "PRINT t INTERVAL 2", "PRINT"},
    {"SET 'auto.offset.reset' = 'earliest'", "", "SET"},
    {"SET 'a' = 5", "SET 'a' = '5'", "SET"},
    {"ALTER SYSTEM 'a' = 'it''s'", "", "ALTER SYSTEM"},
    {"UNSET 'a'", "", "UNSET"},
    {"DEFINE x = 'a b'", "", "DEFINE"},
    {"UNDEFINE x", "", "UNDEFINE"},
    {"RUN SCRIPT './x.sql'", "", "RUN SCRIPT"},
    {"ASSERT TOPIC t", "", "ASSERT TOPIC"},
    {"ASSERT NOT EXISTS TOPIC 't-1' WITH (partitions = 2) TIMEOUT 3 SECONDS",
     "ASSERT NOT EXISTS TOPIC `t-1` WITH (partitions = 2) TIMEOUT 3 SECONDS", "ASSERT TOPIC"},
    {"ASSERT SCHEMA SUBJECT s ID 3 TIMEOUT 10 MILLISECONDS", "", "ASSERT SCHEMA"},
    {"ASSERT NOT EXISTS SCHEMA ID 1", "", "ASSERT SCHEMA"},
    {"ASSERT VALUES s (a, b) VALUES (1, NULL)", "", "ASSERT VALUES"},
    {"ASSERT NULL VALUES t (k) KEY ('x')", "", "ASSERT NULL VALUES"},
    {"ASSERT STREAM s (k INT KEY) WITH (kafka_topic = 't')", "", "ASSERT STREAM"},
    {"ASSERT TABLE t (k INT PRIMARY KEY)", "", "ASSERT TABLE"},
};

TEST(ParseStatement, gives_canonical_text_that_parses_to_the_same_again) {
  for (const RoundTrip& row : kStatements) {
    Statement first = statement(row.text);
    EXPECT_EQ(first.text, row.text);
    EXPECT_EQ(kind_of(first), row.kind) << row.text;
    std::string canonical = to_sql(first);
    EXPECT_EQ(canonical, row.canonical.empty() ? row.text : row.canonical);
    Statement second = statement(canonical);
    EXPECT_EQ(to_sql(second), canonical);
    EXPECT_EQ(to_sql(second, {.parenthesize = true}), to_sql(first, {.parenthesize = true}));
    EXPECT_EQ(to_sql(statement(to_sql(first, {.fold_case = true})), {.fold_case = true}),
              to_sql(first, {.fold_case = true}));
    Statement copy = first;
    EXPECT_EQ(to_sql(copy), canonical);
  }
}

TEST(ParseStatement, keeps_expressions_through_a_round_trip) {
  for (std::string_view text : {"-(1)",
                                "- -1",
                                "a - -1",
                                "-(-(a))",
                                "+(-1)",
                                "NOT (a OR b) AND c",
                                "(a = b) = c",
                                "(a IS NULL) = (b IS NULL)",
                                "(a || b)[1]",
                                "(-a)->b",
                                "a - (b - c)",
                                "(a + b) * c",
                                "(a AND b) OR c",
                                "a AND (b OR c)",
                                "NOT (NOT a)",
                                "(CASE WHEN a THEN b END)->c",
                                "(a BETWEEN 1 AND 2) IN (TRUE)",
                                "(NOT a) = b",
                                "a BETWEEN (b = c) AND d",
                                "F(x => x OR y, (a, b) => -(a))",
                                "(a + b) AT TIME ZONE 'UTC'",
                                "`a``b`.\"c\"\"d\"",
                                "1. + .5 + 1e-3",
                                "'a''b' LIKE '%' ESCAPE ''''",
                                "DATE '2024-01-01' < d",
                                "\"x\"[-1]",
                                "CAST(a AS ARRAY<MAP<STRING, STRUCT<`f` DECIMAL(3, 1)>>>)",
                                "a[b + 1]['k']"}) {
    Expr first = parse_expression(text).value();
    std::string printed = to_sql(first);
    Expr second = parse_expression(printed).value();
    EXPECT_EQ(to_sql(second), printed) << text;
    EXPECT_EQ(to_sql(second, {.parenthesize = true}), to_sql(first, {.parenthesize = true}))
        << text << " -> " << printed;
  }
}

TEST(Parse, splits_statements_and_keeps_their_exact_text) {
  auto all = parse(";-- first\nSHOW  TABLES ; /* x */ SELECT ';' FROM s -- last\n;;LIST TOPICS");
  ASSERT_TRUE(all.has_value());
  ASSERT_EQ(all->size(), 3u);
  EXPECT_EQ((*all)[0].text, "SHOW  TABLES");
  EXPECT_EQ((*all)[0].span.line, 2u);
  EXPECT_EQ((*all)[1].text, "SELECT ';' FROM s");
  EXPECT_EQ((*all)[1].span.column, 24u);
  EXPECT_EQ((*all)[2].text, "LIST TOPICS");
  EXPECT_TRUE(parse("").value().empty());
  EXPECT_TRUE(parse(" ;; -- nothing").value().empty());
}

TEST(Parse, reports_places_in_the_file_that_a_piece_comes_from) {
  auto result = parse_statement("SELECT\n FROM s", {.first_line = 10, .first_column = 3});
  EXPECT_THAT(result.error().message(), StartsWith("line 11:2: expected an expression"));
  result = parse_statement("SELECT , FROM s", {.first_line = 10, .first_column = 3});
  EXPECT_THAT(result.error().message(), StartsWith("line 10:10: expected an expression"));
}

TEST(ParseStatement, wants_exactly_one_statement) {
  EXPECT_TRUE(parse_statement("SHOW TABLES;;").has_value());
  EXPECT_FALSE(parse_statement("").has_value());
  EXPECT_FALSE(parse_statement("SHOW TABLES; SHOW TABLES").has_value());
}

TEST(ParseStatement, fills_the_nodes_of_create_and_query) {
  auto create = parsed_as<CreateSource>(
      "CREATE TABLE `T` (k INT PRIMARY KEY, v STRING) WITH (kafka_topic='t');");
  EXPECT_EQ(create.kind, SourceKind::table);
  EXPECT_TRUE(create.name.quoted);
  EXPECT_EQ(create.columns[0].role, ColumnRole::primary_key);
  EXPECT_EQ(create.columns[1].role, ColumnRole::value);
  EXPECT_EQ(create.properties[0].value.text, "t");

  auto query = parsed_as<Select>(
                   "SELECT a x FROM l LEFT JOIN r AS q WITHIN (1 SECOND, 2 SECONDS) ON l.a = q.a "
                   "WINDOW HOPPING (SIZE 1 MINUTE, ADVANCE BY 10 SECONDS) GROUP BY a EMIT FINAL "
                   "LIMIT 7")
                   .query;
  EXPECT_EQ(query.items[0].alias->text, "x");
  EXPECT_EQ(query.joins[0].kind, JoinKind::left);
  EXPECT_EQ(query.joins[0].relation.alias->text, "q");
  EXPECT_FALSE(query.joins[0].within->symmetric);
  EXPECT_EQ(query.joins[0].within->after.millis(), 2000);
  EXPECT_EQ(query.window->kind, Window::Kind::hopping);
  EXPECT_EQ(query.window->size.millis(), 60'000);
  EXPECT_EQ(query.window->advance->millis(), 10'000);
  EXPECT_EQ(query.group_by->size(), 1u);
  EXPECT_FALSE(query.partition_by.has_value());
  EXPECT_EQ(query.emit, Emit::final_);
  EXPECT_EQ(query.limit, 7);
}

TEST(Duration, has_no_length_in_months_or_beyond_64_bits) {
  EXPECT_EQ((Duration{1, TimeUnit::month}.millis()), std::nullopt);
  EXPECT_EQ((Duration{INT64_MAX, TimeUnit::day}.millis()), std::nullopt);
  EXPECT_EQ((Duration{3, TimeUnit::day}.millis()), 259'200'000);
}

TEST(ParseStatement, takes_an_alias_without_as_only_where_no_clause_begins) {
  auto from = [](std::string_view text) { return parsed_as<Select>(text).query; };
  EXPECT_FALSE(from("SELECT a FROM s EMIT CHANGES").from.alias.has_value());
  EXPECT_FALSE(from("SELECT a FROM s PARTITION BY a").from.alias.has_value());
  EXPECT_EQ(from("SELECT a FROM s t EMIT CHANGES").from.alias->text, "t");
  EXPECT_EQ(from("SELECT a key FROM s size").items[0].alias->text, "key");
  EXPECT_EQ(from("SELECT a order FROM s").items[0].alias->text, "order");
  EXPECT_EQ(from("SELECT a AS emit FROM partition").from.name.text, "partition");
}

TEST(ParseStatement, finds_mistyped_keywords) {
  EXPECT_EQ(error("SELECT a FORM s"),
            "line 1:10: expected FROM, found 'FORM'\n"
            "  1 | SELECT a FORM s\n"
            "    |          ^^^^ (did you mean FROM?)");
  EXPECT_THAT(error("SELCT a FROM s"), StartsWith("line 1:1: expected a statement, found 'SELCT'"));
  EXPECT_THAT(error("SELCT a FROM s"), HasSubstr("did you mean SELECT?"));
  EXPECT_THAT(error("SELECT a FROM s WERE a = 1"), HasSubstr("did you mean WHERE?"));
  EXPECT_THAT(error("SELECT a FROM s WHERE a = 1 GRUOP BY a"), HasSubstr("did you mean GROUP?"));
  EXPECT_THAT(error("CREATE STREM s (a INT)"), HasSubstr("did you mean STREAM?"));
  EXPECT_THAT(error("SHOW TABLE"), HasSubstr("did you mean TABLES?"));
  EXPECT_THAT(error("SELECT a FROM s WINDOW TUMBLIN (SIZE 1 DAY)"),
              HasSubstr("did you mean TUMBLING?"));
  EXPECT_THAT(error("SELECT a FROM s WINDOW TUMBLING (SIZE 1 HUOR)"),
              StartsWith("line 1:41: expected a unit of time, found 'HUOR'"));
  EXPECT_THAT(error("CREATE STREAM s (a INT) WIHT (a = 1)"), HasSubstr("did you mean WITH?"));
}

TEST(ParseStatement, says_what_was_expected_and_found) {
  EXPECT_THAT(error("SELECT a, FROM s"),
              StartsWith("line 1:11: expected an expression, found 'FROM'"));
  EXPECT_THAT(error("SELECT a, FROM s"), HasSubstr("remove the comma before it"));
  EXPECT_THAT(error("SELECT a"), HasSubstr("FROM, found the end of the statement"));
  EXPECT_THAT(error("CREATE STREAM select (a INT)"), HasSubstr("quote the word"));
  EXPECT_THAT(error("CREATE STREAM 's' (a INT)"), HasSubstr("names are quoted with"));
  EXPECT_THAT(error("CREATE STREAM s (a INT b INT)"), HasSubstr("',' or ')', found 'b'"));
  EXPECT_THAT(error("CREATE STREAM s (a INT) WITH (format = JSON)"),
              HasSubstr("found 'JSON'\n  1 | CREATE STREAM s (a INT) WITH (format = JSON)"));
  EXPECT_THAT(error("CREATE STREAM s (a INT) WITH ()"), HasSubstr("a property's name, found ')'"));
  EXPECT_THAT(error("CREATE STREAM s (a INT) AS SELECT a FROM t"), HasSubstr("exclude each other"));
  EXPECT_THAT(error("CREATE SOURCE STREAM s AS SELECT a FROM t"), HasSubstr("exclude each other"));
  EXPECT_THAT(error("SELECT a FROM s LIMIT -1"), HasSubstr("negative number"));
  EXPECT_THAT(error("SELECT a FROM s LIMIT 1.5"), HasSubstr("a whole number, found '1.5'"));
  EXPECT_THAT(error("SELECT a FROM s SHOW TABLES"), HasSubstr("found 'TABLES'"));
  EXPECT_THAT(error("SHOW TABLES SHOW STREAMS"), HasSubstr("';', found 'SHOW'"));
  EXPECT_THAT(error("SELECT a + b->* FROM s"), HasSubstr("the fields of one STRUCT"));
  EXPECT_THAT(error("SELECT f(a->*) FROM s"), HasSubstr("found '->'"));
  EXPECT_THAT(error("INSERT INTO s (a, b) (1, 2)"), HasSubstr("expected VALUES, found '('"));
  EXPECT_THAT(error("SELECT a FROM l JOIN r"), HasSubstr("ON, found the end"));
}

TEST(ParseStatement, keeps_the_rules_about_grouping_lists) {
  EXPECT_THAT(error("SELECT a FROM s GROUP BY a AND b"), HasSubstr("found 'AND'"));
  EXPECT_THAT(error("SELECT a FROM s PARTITION BY a AND b"), HasSubstr("found 'AND'"));
  EXPECT_THAT(error("SELECT a FROM s GROUP BY a, (b, c)"), HasSubstr("expected ')', found ','"));
}

TEST(ParseStatement, refuses_by_name_what_the_language_does_not_have) {
  EXPECT_THAT(error("SELECT a FROM s ORDER BY a"), HasSubstr("ORDER BY is not part of this"));
  EXPECT_THAT(error("SELECT a FROM s x UNION ALL SELECT a FROM t"), HasSubstr("UNION is not part"));
  EXPECT_THAT(error("SELECT DISTINCT a FROM s"), HasSubstr("SELECT DISTINCT is not part"));
  EXPECT_THAT(error("SELECT a FROM (SELECT b FROM s)"), HasSubstr("a subquery is not part"));
  EXPECT_THAT(error("SELECT (SELECT 1) FROM s"), HasSubstr("a subquery is not part"));
  EXPECT_THAT(error("SELECT a FROM s, t"), HasSubstr("a second source after a comma is not part"));
  EXPECT_THAT(error("SELECT a FROM s CROSS JOIN t"), HasSubstr("CROSS JOIN is not part"));
  EXPECT_THAT(error("SELECT a FROM s JOIN t USING (a)"), HasSubstr("USING is not part"));
  EXPECT_THAT(error("SELECT RANK() OVER (PARTITION BY a) FROM s"), HasSubstr("OVER is not part"));
  EXPECT_THAT(error("SELECT * FROM EXPLODE(a)"), HasSubstr("a function in FROM is not part"));
  EXPECT_THAT(error("DELETE FROM s"), HasSubstr("DELETE is not part"));
  EXPECT_THAT(error("UPDATE s SET a = 1"), HasSubstr("UPDATE is not part"));
  EXPECT_THAT(error("WITH x AS (SELECT 1) SELECT 1"), HasSubstr("WITH in front of a query"));
  EXPECT_THAT(error("CREATE MATERIALIZED VIEW v AS SELECT 1"), HasSubstr("CREATE VIEW is not"));
}

TEST(ParseStatement, tells_the_order_of_clauses) {
  EXPECT_THAT(error("SELECT a FROM s GROUP BY a WHERE b = 1"),
              StartsWith("line 1:28: WHERE is in the wrong place, or there twice"));
  EXPECT_THAT(error("SELECT a FROM s GROUP BY a WHERE b = 1"), HasSubstr("the order is SELECT"));
  EXPECT_THAT(error("SELECT a FROM s LIMIT 1 EMIT CHANGES"), HasSubstr("EMIT is in the wrong"));
  EXPECT_THAT(error("SELECT a FROM s WHERE a = 1 WINDOW TUMBLING (SIZE 1 DAY)"),
              HasSubstr("WINDOW is in the wrong place"));
}

TEST(ParseStatement, leaves_the_statements_of_tests_to_tests) {
  EXPECT_THAT(error("ASSERT VALUES s (a) VALUES (1)"),
              StartsWith("line 1:8: ASSERT VALUES belongs to tests"));
  EXPECT_THAT(error("ASSERT NULL VALUES s KEY (1)"), HasSubstr("belongs to tests"));
  EXPECT_THAT(error("ASSERT STREAM s"), HasSubstr("belongs to tests"));
  EXPECT_EQ(error("ASSERT TOPIC t"), "no error");
}

TEST(ParseStatement, limits_the_length_of_a_statement_but_not_of_a_file) {
  std::string values = "INSERT INTO s VALUES ('" + std::string(60'000, 'x') + "')";
  EXPECT_EQ(error(values + ";" + values + ";" + values), "no error");
  EXPECT_THAT(error("SHOW TABLES;\n" + values + ", ('" + std::string(60'000, 'x') + "')"),
              StartsWith("line 2:1: this statement is longer than 64 KiB"));
}

TEST(ParseStatement, stops_at_the_nesting_limit) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "EXPLAIN ";
  EXPECT_THAT(error(text + "SHOW TABLES"), HasSubstr("nested too deeply"));
}

TEST(Parse, survives_every_prefix_and_every_lost_character_of_a_statement) {
  for (const RoundTrip& row : kStatements) {
    for (size_t i = 0; i < row.text.size(); ++i) {
      std::string text(row.text);
      (void)parse(text.substr(0, i)).has_value();
      text.erase(i, 1);
      auto result = parse(text, {.test_statements = true});
      if (!result.has_value()) {
        EXPECT_THAT(result.error().message(), StartsWith("line "));
      }
    }
  }
}

}  // namespace
}  // namespace leat::sql
