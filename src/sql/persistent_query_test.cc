#include "sql/bind_testing.h"

namespace leat::sql {
namespace {

using testing::Bench;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

Bench with_sources() {
  Bench bench;
  bench
      .given(
          "CREATE STREAM Clicks (id STRING KEY, page STRING, ms INT, cost DECIMAL(6, 2))"
          " WITH (kafka_topic='clicks', value_format='JSON')")
      .given("CREATE STREAM bare (v INT, page STRING) WITH (value_format='JSON')")
      .given(
          "CREATE TABLE Pages (page STRING PRIMARY KEY, title STRING, ms INT)"
          " WITH (kafka_topic='pages', value_format='JSON')");
  return bench;
}

std::vector<std::string> node_ids(const plan::Query& query) {
  std::vector<std::string> out;
  for (const plan::Node& node : query.nodes) out.push_back(node.id);
  return out;
}

std::string text_of(const plan::Node& node) {
  std::string out;
  if (const auto* project = std::get_if<plan::Project>(&node.op)) {
    for (const auto& key : project->key) out += plan::to_string(*key) + " KEY, ";
    for (const auto& value : project->value) out += plan::to_string(*value) + ", ";
  }
  if (const auto* filter = std::get_if<plan::Filter>(&node.op))
    out = plan::to_string(*filter->predicate);
  return out;
}

TEST(PersistentQuery, filters_and_projects) {
  Bench bench = with_sources();
  auto create = bench.bound_as<bound::CreateQuery>(
      "CREATE STREAM Slow AS SELECT id, ms + 1 AS later, UCASE(page) FROM clicks WHERE ms > 10");
  EXPECT_THAT(node_ids(create.query), ElementsAre("source:Clicks", "where", "select", "sink"));
  EXPECT_EQ(text_of(create.query.nodes[1]), "($2 > 10)");
  EXPECT_EQ(text_of(create.query.nodes[2]), "($2 + 1), UCASE($1), ");
  EXPECT_EQ(create.query.id, "Slow");
  EXPECT_EQ(create.result->schema.to_string(),
            "`id` STRING KEY, `later` INTEGER, `KSQL_COL_0` STRING");
  EXPECT_EQ(create.topic, "Slow");
  EXPECT_EQ(create.partitions_of, "clicks");
  EXPECT_EQ(create.result->value_format.kind, FormatKind::json);
  EXPECT_EQ(create.definition.sink, "Slow");
  EXPECT_THAT(create.definition.sources, ElementsAre("Clicks"));
}

TEST(PersistentQuery, adds_no_projection_for_what_stays_as_it_is) {
  Bench bench = with_sources();
  auto create = bench.bound_as<bound::CreateQuery>("CREATE STREAM c AS SELECT * FROM clicks");
  EXPECT_THAT(node_ids(create.query), ElementsAre("source:Clicks", "sink"));
  create = bench.bound_as<bound::CreateQuery>("CREATE TABLE t AS SELECT * FROM pages");
  EXPECT_THAT(node_ids(create.query), ElementsAre("source:Pages", "table:Pages", "sink"));
  EXPECT_EQ(create.query.nodes[1].kind, BatchKind::table);
}

TEST(PersistentQuery, groups_by_the_key_without_a_repartition) {
  Bench bench = with_sources();
  auto create = bench.bound_as<bound::CreateQuery>(
      "CREATE TABLE t AS SELECT id, COUNT(*) AS n, SUM(ms) AS ms, AVG(cost) AS mean FROM clicks"
      " GROUP BY id");
  EXPECT_THAT(node_ids(create.query),
              ElementsAre("source:Clicks", "group-by", "aggregate", "select", "sink"));
  const auto& group = std::get<plan::Project>(create.query.nodes[1].op);
  EXPECT_TRUE(group.key.empty());
  EXPECT_TRUE(group.drops_null_keys);
  EXPECT_EQ(create.result->schema.to_string(),
            "`id` STRING KEY, `n` BIGINT, `ms` INTEGER, `mean` DOUBLE");
  EXPECT_TRUE(create.result->is_table);
  EXPECT_EQ(create.result->view(), "t");
  EXPECT_TRUE(create.query.stateful());
}

TEST(PersistentQuery, groups_by_expressions_and_computes_over_them) {
  Bench bench = with_sources();
  auto create = bench.bound_as<bound::CreateQuery>(
      "CREATE TABLE t WITH (key_format='JSON') AS"
      " SELECT ucase(page) AS p, ms % 10 AS d, LEN(UCASE(page)) AS l, SUM(cost) * 2 AS twice,"
      " COUNT(*) AS n, COUNT(1) AS again FROM clicks GROUP BY UCASE(page), ms % 10"
      " HAVING COUNT(*) > 1 AND MAX(ms) < 9");
  EXPECT_THAT(node_ids(create.query), ElementsAre("source:Clicks", "group-by", "repartition",
                                                  "aggregate", "having", "select", "sink"));
  EXPECT_EQ(text_of(create.query.nodes[1]), "UCASE($1) KEY, ($2 % 10) KEY, $3, $2, ");
  // Equal aggregates are computed once: SUM(cost), COUNT(*), MAX(ms).
  EXPECT_EQ(std::get<plan::Aggregate>(create.query.nodes[3].op).calls.size(), 3U);
  EXPECT_EQ(text_of(create.query.nodes[4]), "(($3 > 1L) AND ($4 < 9))");
  EXPECT_EQ(text_of(create.query.nodes[5]), "LEN($0), ($2 * DECIMAL(10, 0) '2'), $3, $3, ");
  EXPECT_EQ(std::get<plan::Repartition>(create.query.nodes[2].op).key_format.kind,
            FormatKind::json);
}

TEST(PersistentQuery, copies_a_key_with_as_value) {
  Bench bench = with_sources();
  auto create = bench.bound_as<bound::CreateQuery>(
      "CREATE TABLE t AS SELECT page, AS_VALUE(page) AS copy, COUNT(*) AS n FROM clicks"
      " GROUP BY page");
  EXPECT_EQ(create.result->schema.to_string(), "`page` STRING KEY, `copy` STRING, `n` BIGINT");
  EXPECT_EQ(text_of(create.query.nodes[4]), "$0, $1, ");
}

TEST(PersistentQuery, windows_have_their_defaults) {
  Bench bench = with_sources();
  auto create = bench.bound_as<bound::CreateQuery>(
      "CREATE TABLE t AS SELECT id, WINDOWSTART AS ws, COUNT(*) AS n FROM clicks"
      " WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY id EMIT FINAL");
  const auto& aggregate = std::get<plan::Aggregate>(create.query.nodes[2].op);
  EXPECT_TRUE(aggregate.emit_final);
  EXPECT_EQ(aggregate.window->size_ms, 3'600'000);
  EXPECT_EQ(aggregate.window->grace_ms, 0);
  EXPECT_EQ(aggregate.window->retention_ms, 86'400'000);
  EXPECT_EQ(text_of(create.query.nodes[3]), "WINDOWSTART, $1, ");
  ASSERT_TRUE(create.result->window.has_value());
  EXPECT_TRUE(create.query.nodes.back().window.has_value());

  create = bench.bound_as<bound::CreateQuery>(
      "CREATE TABLE t AS SELECT id, COUNT(*) AS n FROM clicks WINDOW TUMBLING (SIZE 1 HOUR)"
      " GROUP BY id");
  EXPECT_EQ(std::get<plan::Aggregate>(create.query.nodes[2].op).window->grace_ms, 23 * 3'600'000);

  create = bench.bound_as<bound::CreateQuery>(
      "CREATE TABLE t AS SELECT id, COUNT(*) AS n FROM clicks WINDOW TUMBLING"
      " (SIZE 2 DAYS, RETENTION 9 DAYS, GRACE PERIOD 1 MINUTE) GROUP BY id");
  const auto& longer = std::get<plan::Aggregate>(create.query.nodes[2].op);
  EXPECT_EQ(longer.window->grace_ms, 60'000);
  EXPECT_EQ(longer.window->retention_ms, 9 * 86'400'000LL);
}

TEST(PersistentQuery, reads_a_windowed_table_as_one) {
  Bench bench = with_sources();
  bench.given(
      "CREATE TABLE t AS SELECT id, COUNT(*) AS n FROM clicks WINDOW TUMBLING"
      " (SIZE 1 MINUTE) GROUP BY id");
  auto create = bench.bound_as<bound::CreateQuery>(
      "CREATE TABLE u AS SELECT id, n, WINDOWEND AS we FROM t WHERE WINDOWSTART > '2020'");
  EXPECT_EQ(std::get<plan::Source>(create.query.nodes[0].op).window_size, 60'000);
  EXPECT_EQ(text_of(create.query.nodes[2]), "(WINDOWSTART > 1577836800000L)");
  EXPECT_TRUE(create.result->window.has_value());
}

TEST(PersistentQuery, partitions_by_new_keys_and_keeps_the_old_ones_as_values) {
  Bench bench = with_sources();
  auto create = bench.bound_as<bound::CreateQuery>(
      "CREATE STREAM p AS SELECT * FROM clicks PARTITION BY page");
  EXPECT_THAT(node_ids(create.query),
              ElementsAre("source:Clicks", "select", "repartition", "sink"));
  EXPECT_EQ(text_of(create.query.nodes[1]), "$1 KEY, $2, $3, $0, ");
  EXPECT_EQ(create.result->schema.to_string(),
            "`page` STRING KEY, `ms` INTEGER, `cost` DECIMAL(6, 2), `id` STRING");
  create = bench.bound_as<bound::CreateQuery>(
      "CREATE STREAM p AS SELECT LEN(page), id FROM clicks PARTITION BY LEN(page)");
  EXPECT_EQ(create.result->schema.to_string(), "`KSQL_COL_0` INTEGER KEY, `id` STRING");
  create =
      bench.bound_as<bound::CreateQuery>("CREATE STREAM p AS SELECT * FROM clicks PARTITION BY id");
  EXPECT_THAT(node_ids(create.query), ElementsAre("source:Clicks", "sink"));
  create = bench.bound_as<bound::CreateQuery>(
      "CREATE STREAM p AS SELECT id, page FROM clicks PARTITION BY NULL");
  EXPECT_EQ(create.result->schema.to_string(), "`id` STRING, `page` STRING");
  EXPECT_EQ(create.result->key_format.kind, FormatKind::none);
  EXPECT_TRUE(std::get<plan::Project>(create.query.nodes[1].op).drops_key);
}

TEST(PersistentQuery, joins_a_stream_that_has_the_tables_key) {
  Bench bench = with_sources();
  bench.given("CREATE STREAM hits (page STRING KEY, n INT) WITH (value_format='JSON')");
  auto create = bench.bound_as<bound::CreateQuery>(
      "CREATE STREAM j AS SELECT * FROM hits h JOIN pages ON h.page = pages.page");
  EXPECT_THAT(node_ids(create.query),
              ElementsAre("source:hits", "source:Pages", "table:Pages", "join", "select", "sink"));
  EXPECT_THAT(create.query.nodes[3].inputs, ElementsAre(0, 2));
  EXPECT_EQ(create.result->schema.to_string(),
            "`h_page` STRING KEY, `h_n` INTEGER, `Pages_page` STRING, `Pages_title` STRING,"
            " `Pages_ms` INTEGER");
  // The table's key is the join's.
  EXPECT_EQ(text_of(create.query.nodes[4]), "$1, $0, $2, $3, ");
  EXPECT_FALSE(create.result->is_table);
}

TEST(PersistentQuery, brings_a_stream_to_the_table_by_what_it_is_joined_on) {
  Bench bench = with_sources();
  auto create = bench.bound_as<bound::CreateQuery>(
      "CREATE STREAM j AS SELECT c.page AS page, title, c.ms AS ms, pages.page AS found"
      " FROM clicks c LEFT JOIN pages ON c.page = pages.page WHERE title IS NOT NULL");
  EXPECT_THAT(node_ids(create.query),
              ElementsAre("source:Clicks", "join-key", "repartition", "source:Pages", "carry:Pages",
                          "table:Pages", "join", "where", "select", "sink"));
  EXPECT_THAT(create.query.nodes[6].inputs, ElementsAre(2, 5));
  EXPECT_EQ(text_of(create.query.nodes[1]), "$1 KEY, $0, $2, $3, ");
  // The row without a match has no page of the table, so that one is kept as a value.
  EXPECT_EQ(create.query.nodes[5].schema.to_string(),
            "`page` STRING KEY, `title` STRING, `ms` INTEGER, `page` STRING");
  EXPECT_EQ(text_of(create.query.nodes[7]), "($4 IS NOT NULL)");
  EXPECT_EQ(text_of(create.query.nodes[8]), "$4, $2, $6, ");
}

TEST(PersistentQuery, names_the_tables_key_when_an_expression_is_joined) {
  Bench bench = with_sources();
  auto create = bench.bound_as<bound::CreateQuery>(
      "CREATE STREAM j AS SELECT pages.page, v FROM bare JOIN pages ON pages.page = "
      "UCASE(bare.page)");
  EXPECT_EQ(create.result->schema.to_string(), "`Pages_page` STRING KEY, `v` INTEGER");
  EXPECT_EQ(text_of(create.query.nodes[1]), "UCASE($1) KEY, $0, $1, ");
}

TEST(PersistentQuery, moves_a_stream_whose_keys_are_written_otherwise) {
  Bench bench = with_sources();
  bench.given("CREATE STREAM hits (page STRING KEY, n INT) WITH (format='JSON')");
  auto create = bench.bound_as<bound::CreateQuery>(
      "CREATE STREAM j AS SELECT hits.page, n, title FROM hits JOIN pages ON hits.page = "
      "pages.page");
  EXPECT_THAT(node_ids(create.query), ElementsAre("source:hits", "repartition", "source:Pages",
                                                  "table:Pages", "join", "select", "sink"));
  EXPECT_EQ(std::get<plan::Repartition>(create.query.nodes[1].op).key_format.kind,
            FormatKind::kafka);
  EXPECT_EQ(create.result->key_format.kind, FormatKind::json);
}

TEST(PersistentQuery, keeps_where_a_tables_rows_came_from) {
  Bench bench = with_sources();
  auto create = bench.bound_as<bound::CreateQuery>(
      "CREATE TABLE t AS SELECT page, ROWOFFSET AS o, ROWTIME AS ts FROM pages WHERE ROWTIME > 5");
  EXPECT_THAT(node_ids(create.query),
              ElementsAre("source:Pages", "carry:Pages", "table:Pages", "where", "select", "sink"));
  EXPECT_EQ(text_of(create.query.nodes[1]), "$1, $2, ROWTIME, ROWOFFSET, ");
  EXPECT_EQ(text_of(create.query.nodes[3]), "($3 > 5L)");
  EXPECT_EQ(text_of(create.query.nodes[4]), "$4, $3, ");
}

TEST(PersistentQuery, takes_over_formats_unless_told_otherwise) {
  Bench bench;
  bench.given(
      "CREATE STREAM s (k INT KEY, v INT) WITH (key_format='JSON',"
      " value_format='DELIMITED', value_delimiter='|')");
  auto create = bench.bound_as<bound::CreateQuery>("CREATE STREAM a AS SELECT * FROM s");
  EXPECT_EQ(create.result->key_format.kind, FormatKind::json);
  EXPECT_EQ(create.result->value_format.delimiter, '|');
  create = bench.bound_as<bound::CreateQuery>(
      "CREATE STREAM a WITH (kafka_topic='b', value_format='JSON', partitions=2, retention_ms=5,"
      " timestamp='seen') AS SELECT k, CAST(v AS BIGINT) AS seen FROM s");
  EXPECT_EQ(create.topic, "b");
  EXPECT_EQ(create.partitions, 2);
  EXPECT_EQ(create.retention_ms, 5);
  EXPECT_EQ(create.result->value_format.kind, FormatKind::json);
  EXPECT_EQ(std::get<plan::Sink>(create.query.nodes.back().op).timestamp_column, 1);
}

TEST(PersistentQuery, is_the_same_however_it_is_spelled) {
  Bench bench = with_sources();
  std::string one = bench.plan_of(
      "CREATE TABLE t AS SELECT id, SUM(ms) AS total FROM clicks WHERE ms > 1 GROUP BY id");
  std::string other = bench.plan_of(
      "create table t as\n  select Clicks.ID, sum(Ms) total -- a comment\n from CLICKS"
      " where (ms > 1) group by ID emit changes");
  EXPECT_EQ(one, other);
  EXPECT_THAT(one, HasSubstr("(aggregate table <- group-by aggregate (sum 0 INTEGER)"));
  std::string changed = bench.plan_of(
      "CREATE TABLE t AS SELECT id, SUM(ms) AS total FROM clicks WHERE ms > 2 GROUP BY id");
  EXPECT_NE(one, changed);
  bench.given("SET 'errors.policy' = 'skip'");
  EXPECT_EQ(one, bench.plan_of("CREATE TABLE t AS SELECT id, SUM(ms) AS total FROM clicks"
                               " WHERE ms > 1 GROUP BY id"));
}

TEST(InsertSelect, is_named_and_fits_its_stream) {
  Bench bench = with_sources();
  bench.given("CREATE STREAM out (id STRING KEY, ms INT) WITH (value_format='DELIMITED')");
  auto insert = bench.bound_as<bound::CreateQuery>(
      "INSERT INTO Out WITH (query_id='mine') SELECT id, ms FROM clicks");
  EXPECT_EQ(insert.query.id, "mine");
  EXPECT_TRUE(insert.definition.is_insert);
  EXPECT_FALSE(insert.result.has_value());
  EXPECT_EQ(std::get<plan::Sink>(insert.query.nodes.back().op).value_format.kind,
            FormatKind::delimited);

  EXPECT_THAT(bench.error_of("INSERT INTO out SELECT id, ms FROM clicks"),
              HasSubstr("WITH (QUERY_ID='my_query')"));
  EXPECT_THAT(bench.error_of("INSERT INTO out WITH (query_id='clicks') SELECT id, ms FROM clicks"),
              HasSubstr("the name clicks is taken"));
  EXPECT_THAT(bench.error_of("INSERT INTO out WITH (query_id='m') SELECT id, page FROM clicks"),
              HasSubstr("page stands where ms belongs"));
  EXPECT_THAT(
      bench.error_of("INSERT INTO out WITH (query_id='m') SELECT id, cost AS ms FROM clicks"),
      HasSubstr("ms is DECIMAL(6, 2) where INTEGER belongs"));
  EXPECT_THAT(bench.error_of("INSERT INTO out WITH (query_id='m') SELECT id, ms, page FROM clicks"),
              HasSubstr("its value has page besides"));
  EXPECT_THAT(bench.error_of("INSERT INTO pages WITH (query_id='m') SELECT id, ms FROM clicks"),
              HasSubstr("Pages is a table"));
}

TEST(InsertSelect, gets_a_name_under_ksqldbs_rules) {
  Bench bench = Bench::ksqldb();
  bench.given("CREATE STREAM a (k INT KEY, v INT) WITH (kafka_topic='a', value_format='JSON')")
      .given("CREATE STREAM b AS SELECT * FROM a")
      .given("INSERT INTO b SELECT * FROM a")
      .given("INSERT INTO b SELECT * FROM a WHERE v > 1");
  EXPECT_NE(bench.catalogue.find_query("INSERTQUERY_0"), nullptr);
  EXPECT_NE(bench.catalogue.find_query("INSERTQUERY_1"), nullptr);
  EXPECT_EQ(bench.catalogue.find("B")->topic, "B");
}

struct Refusal {
  std::string_view statement;
  std::string_view message;
};

TEST(PersistentQuery, refuses_what_is_wrong_with_the_place_and_the_reason) {
  const Refusal cases[] = {
      {"CREATE STREAM a AS SELECT * FROM clikcs", "did you mean Clicks?"},
      {"CREATE STREAM a AS SELECT id, pagee FROM clicks", "did you mean page?"},
      {"CREATE STREAM a AS SELECT id, x.page FROM clicks", "x is no source of this query"},
      {"CREATE STREAM a AS SELECT id, clicks.page FROM clicks c", "its sources are c"},
      {"CREATE STREAM a AS SELECT id, UCASEE(page) FROM clicks", "did you mean UCASE?"},
      {"CREATE STREAM a AS SELECT id, UCASE(ms) FROM clicks", "it takes UCASE(STRING)"},
      {"CREATE STREAM a AS SELECT id, ms FROM clicks WHERE COUNT(*) > 1",
       "COUNT is an aggregate function: WHERE cannot have one"},
      {"CREATE STREAM a AS SELECT id, ms FROM clicks WHERE ms", "WHERE needs a BOOLEAN"},
      {"CREATE STREAM a AS SELECT id, ms FROM clicks WHERE ms = page",
       "cannot compare ms (INTEGER) = page (STRING)"},
      {"CREATE STREAM a AS SELECT id, ms FROM clicks WHERE ms = NULL", "use IS NULL"},
      {"CREATE STREAM a AS SELECT id, ms FROM clicks WHERE ms IN (1, page)",
       "page (STRING) does not go with ms (INTEGER)"},
      {"CREATE STREAM a AS SELECT id, ms + page FROM clicks",
       "cannot compute ms (INTEGER) + page (STRING)"},
      {"CREATE STREAM a AS SELECT id, ms AND TRUE FROM clicks", "AND joins BOOLEANs"},
      {"CREATE STREAM a AS SELECT id, NULL AS n FROM clicks", "CAST(NULL AS"},
      {"CREATE STREAM a AS SELECT id, ms, ms FROM clicks", "two columns are called ms"},
      {"CREATE STREAM a AS SELECT id, ms AS rowtime FROM clicks", "every row has"},
      {"CREATE STREAM a AS SELECT id, ROWTIME FROM clicks", "ROWTIME AS another_name"},
      {"CREATE STREAM a AS SELECT ms FROM clicks", "the key of its result: id"},
      {"CREATE STREAM a AS SELECT id, id AS i FROM clicks", "selected twice"},
      {"CREATE STREAM a AS SELECT id FROM clicks", "no columns but its key"},
      {"CREATE STREAM a AS SELECT id, ms FROM clicks LIMIT 3", "no LIMIT"},
      {"CREATE STREAM a AS SELECT id, ms FROM clicks EMIT FINAL", "windowed aggregations"},
      {"CREATE STREAM a AS SELECT id, WINDOWSTART AS w FROM clicks", "known of windowed rows"},
      {"CREATE STREAM a AS SELECT id, COUNT(*) FROM clicks GROUP BY id", "write CREATE TABLE"},
      {"CREATE STREAM a AS SELECT * FROM pages", "it reads the table Pages"},
      {"CREATE TABLE a AS SELECT * FROM clicks", "write CREATE STREAM"},
      {"CREATE TABLE a AS SELECT id, page, COUNT(*) FROM clicks GROUP BY id",
       "column page is neither in GROUP BY nor inside"},
      {"CREATE TABLE a AS SELECT COUNT(*) FROM clicks GROUP BY id", "the key of its result: id"},
      {"CREATE TABLE a AS SELECT id, ms FROM clicks GROUP BY id, ms",
       "needs an aggregate function"},
      {"CREATE TABLE a AS SELECT COUNT(*) FROM clicks", "need a GROUP BY here"},
      {"CREATE TABLE a AS SELECT id, SUM(COUNT(*)) FROM clicks GROUP BY id", "inside of another"},
      {"CREATE TABLE a AS SELECT id, SUM(page) FROM clicks GROUP BY id", "SUM takes a number"},
      {"CREATE TABLE a AS SELECT title, MAX(ms) FROM pages GROUP BY title",
       "MAX cannot be applied to a table"},
      {"CREATE TABLE a AS SELECT id, ms, COUNT(*) FROM clicks GROUP BY id, ms",
       "KEY_FORMAT='JSON'"},
      {"CREATE TABLE a AS SELECT id, COUNT(*) FROM clicks GROUP BY id HAVING SUM(ms)",
       "HAVING needs a BOOLEAN"},
      {"CREATE TABLE a AS SELECT id, COUNT(*) FROM clicks WINDOW TUMBLING (SIZE 0 SECONDS) GROUP BY"
       " id",
       "SIZE must be more than 0"},
      {"CREATE TABLE a AS SELECT id, COUNT(*) FROM clicks WINDOW TUMBLING (SIZE 1 MONTH) GROUP BY"
       " id",
       "fixed length"},
      {"CREATE TABLE a AS SELECT title, COUNT(*) FROM pages WINDOW TUMBLING (SIZE 1 DAY) GROUP BY"
       " title",
       "Pages is a table"},
      {"CREATE STREAM a AS SELECT id, ms FROM clicks HAVING ms > 1", "HAVING needs a GROUP BY"},
      {"CREATE TABLE a AS SELECT * FROM pages PARTITION BY title", "PARTITION BY is for streams"},
      {"CREATE STREAM a AS SELECT * FROM pages JOIN clicks ON pages.page = clicks.page",
       "put the stream first"},
      {"CREATE STREAM a AS SELECT * FROM clicks JOIN pages ON clicks.page = pages.title",
       "joined by its primary key"},
      {"CREATE STREAM a AS SELECT * FROM clicks JOIN pages ON clicks.ms = pages.page",
       "clicks.ms is INTEGER, pages.page is STRING"},
      {"CREATE STREAM a AS SELECT * FROM clicks JOIN pages ON clicks.page > pages.page",
       "ON is one equality"},
      {"CREATE STREAM a AS SELECT ms FROM clicks JOIN pages ON clicks.page = pages.page",
       "column ms is ambiguous"},
      {"CREATE STREAM a AS SELECT * FROM clicks FULL JOIN pages ON clicks.page = pages.page",
       "INNER and LEFT joins only"},
      {"CREATE STREAM a AS SELECT * FROM clicks JOIN pages WITHIN 1 HOUR ON clicks.page ="
       " pages.page",
       "WITHIN is for joins of two streams"},
      {"CREATE STREAM clicks AS SELECT * FROM bare", "a stream Clicks exists"},
  };
  Bench bench = with_sources();
  for (const Refusal& refusal : cases) {
    std::string error = bench.error_of(refusal.statement);
    EXPECT_THAT(error, HasSubstr(std::string(refusal.message))) << refusal.statement;
    EXPECT_THAT(error, HasSubstr("line 1:")) << refusal.statement;
    EXPECT_THAT(error, Not(HasSubstr("unsupported"))) << refusal.statement;
  }
}

TEST(PersistentQuery, names_what_is_not_there_yet) {
  const Refusal cases[] = {
      {"CREATE TABLE a AS SELECT id, COUNT(*) FROM clicks WINDOW SESSION (1 HOUR) GROUP BY id",
       "SESSION windows are"},
      {"CREATE TABLE a AS SELECT id, COUNT(*) FROM clicks WINDOW HOPPING (SIZE 1 HOUR, ADVANCE BY"
       " 1 MINUTE) GROUP BY id",
       "HOPPING windows are"},
      {"CREATE STREAM a AS SELECT * FROM clicks JOIN bare WITHIN 1 HOUR ON clicks.page = bare.page",
       "joins of two streams are"},
      {"CREATE TABLE a AS SELECT * FROM pages JOIN more ON pages.page = more.page",
       "joins of two tables are"},
      {"CREATE STREAM a AS SELECT * FROM clicks JOIN pages ON clicks.page = pages.page"
       " JOIN more ON clicks.page = more.page",
       "joins of more than two sources are"},
      {"CREATE TABLE a AS SELECT id, TOPK(ms, 2) FROM clicks GROUP BY id",
       "the aggregate function TOPK is"},
      {"CREATE TABLE a AS SELECT id, LATEST_BY_OFFSET(ms, 2) FROM clicks GROUP BY id",
       "more than one argument is"},
      {"CREATE STREAM a AS SELECT id, EXPLODE(ms) FROM clicks", "the table function EXPLODE is"},
      {"CREATE STREAM a AS SELECT id, SPLIT(page, ',') FROM clicks", "the function SPLIT is"},
      {"CREATE STREAM a AS SELECT id, page->x FROM clicks", "STRUCT fields (->) are"},
      {"CREATE STREAM a AS SELECT id, page[1] FROM clicks", "elements of ARRAY and MAP ([..]) are"},
      {"CREATE STREAM a AS SELECT id, ARRAY[ms] FROM clicks", "ARRAY values are"},
      {"CREATE STREAM a AS SELECT id, TRANSFORM(page, x => x) FROM clicks", "TRANSFORM is"},
      {"CREATE STREAM a AS SELECT id, CAST(ms AS DATE) FROM clicks", "DATE columns are"},
      {"CREATE OR REPLACE STREAM a AS SELECT * FROM clicks", "CREATE OR REPLACE is"},
  };
  Bench bench = with_sources();
  bench.given("CREATE TABLE more (page STRING PRIMARY KEY, n INT) WITH (value_format='JSON')");
  for (const Refusal& refusal : cases) {
    std::string error = bench.error_of(refusal.statement);
    EXPECT_THAT(error, HasSubstr(std::string(refusal.message) + " not supported yet"))
        << refusal.statement;
    EXPECT_THAT(error, ::testing::StartsWith("unsupported: line 1:")) << refusal.statement;
  }
}

TEST(PersistentQuery, points_at_the_place_of_an_error) {
  Bench bench = with_sources();
  EXPECT_EQ(bench.error_of("CREATE STREAM a AS\n  SELECT id, pagee\n  FROM clicks"),
            "not-found: line 2:14: there is no column pagee in Clicks\n"
            "  2 |   SELECT id, pagee\n"
            "    |              ^^^^^\n"
            "hint: did you mean page?");
}

TEST(PersistentQuery, keeps_wide_decimals_out_of_what_it_computes) {
  Bench bench = Bench::ksqldb();
  bench.given(
      "CREATE STREAM w (k INT KEY, d DECIMAL(50, 30)) WITH (kafka_topic='w',"
      " value_format='JSON')");
  EXPECT_THAT(bench.error_of("CREATE STREAM x AS SELECT k, d FROM w"),
              HasSubstr("DECIMALs of more than 38 digits are not supported yet"));
}

}  // namespace
}  // namespace leat::sql
