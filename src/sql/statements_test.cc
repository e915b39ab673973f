#include "sql/bind_testing.h"

namespace leat::sql {
namespace {

using testing::Bench;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Bench with_sources() {
  Bench bench;
  bench
      .given(
          "CREATE STREAM s (k STRING KEY, v INT, d DECIMAL(4, 2), t TIMESTAMP, b BIGINT)"
          " WITH (value_format='JSON')")
      .given("CREATE TABLE t (id INT PRIMARY KEY, v STRING) WITH (value_format='JSON')");
  return bench;
}

TEST(InsertValues, makes_typed_rows_in_the_order_of_the_schema) {
  Bench bench = with_sources();
  auto insert = bench.bound_as<bound::InsertValues>(
      "INSERT INTO s (ROWTIME, d, k, b, t) VALUES (77, 1.5, 'a' || 'b', 3, '2020-01-01'),"
      " ('1970-01-01T00:00:01', 2, NULL, 10 / 3, NULL)");
  ASSERT_EQ(insert.rows->rows(), 2U);
  const auto& columns = insert.rows->columns;
  ASSERT_EQ(columns.size(), 5U);
  EXPECT_EQ(columns[0].at<ByteView>(0), "ab");
  EXPECT_TRUE(columns[0].is_null(1));
  EXPECT_TRUE(columns[1].is_null(0));
  EXPECT_EQ(static_cast<int64_t>(columns[2].at<Int128>(0)), 150);
  EXPECT_EQ(static_cast<int64_t>(columns[2].at<Int128>(1)), 200);
  EXPECT_EQ(columns[3].at<int64_t>(0), 1'577'836'800'000);
  EXPECT_EQ(columns[4].at<int64_t>(0), 3);
  EXPECT_EQ(columns[4].at<int64_t>(1), 3);
  EXPECT_THAT(insert.rows->timestamps, ElementsAre(77, 1000));
  EXPECT_THAT(insert.rows->present, ElementsAre(1, 1));
}

TEST(InsertValues, takes_all_columns_when_none_is_named) {
  Bench bench = with_sources();
  auto insert = bench.bound_as<bound::InsertValues>("INSERT INTO t VALUES (1, 'x')");
  EXPECT_EQ(insert.rows->columns[0].at<int32_t>(0), 1);
  EXPECT_EQ(insert.rows->timestamps[0], kNoTime);
}

TEST(InsertValues, refuses_what_does_not_fit) {
  Bench bench = with_sources();
  bench.given("CREATE SOURCE STREAM ro (v INT) WITH (value_format='JSON')")
      .given("CREATE TABLE made AS SELECT v, COUNT(*) AS n FROM s GROUP BY v");
  struct Refusal {
    std::string_view statement;
    std::string_view message;
  };
  const Refusal cases[] = {
      {"INSERT INTO s (k, v) VALUES ('a')", "2 columns, and 1 values"},
      {"INSERT INTO s (k, w) VALUES ('a', 1)", "there is no column w in s"},
      {"INSERT INTO s (k, k) VALUES ('a', 'b')", "named twice"},
      {"INSERT INTO s (v) VALUES ('a')", "column v (INTEGER): this is STRING"},
      {"INSERT INTO s (v) VALUES (v)", "VALUES takes constants"},
      {"INSERT INTO s (v) VALUES (1 / 0)", "column v (INTEGER)"},
      {"INSERT INTO s (v) VALUES (99999999999)", "99999999999"},
      {"INSERT INTO s (d) VALUES (123.45)", "DECIMAL(4, 2)"},
      {"INSERT INTO s (t) VALUES ('noon')", "column t (TIMESTAMP)"},
      {"INSERT INTO s (rowoffset) VALUES (1)", "ROWOFFSET cannot be given"},
      {"INSERT INTO s (rowtime) VALUES ('x')", "this is not a time"},
      {"INSERT INTO t (v) VALUES ('x')", "a row of a table needs its key: id"},
      {"INSERT INTO ro VALUES (1)", "can only be read"},
      {"INSERT INTO made VALUES (1, 2)", "made by a query"},
      {"INSERT INTO nothing VALUES (1)", "there is no stream or table nothing"},
  };
  for (const Refusal& refusal : cases)
    EXPECT_THAT(bench.error_of(refusal.statement), HasSubstr(std::string(refusal.message)))
        << refusal.statement;
}

TEST(Drop, ends_the_query_that_made_it) {
  Bench bench = with_sources();
  bench.given("CREATE STREAM c AS SELECT k, v FROM s");
  auto drop = bench.bound_as<bound::DropSource>("DROP STREAM C DELETE TOPIC");
  EXPECT_EQ(drop.query, "c");
  EXPECT_TRUE(drop.delete_topic);
  bench.given("DROP STREAM c");
  EXPECT_EQ(bench.catalogue.find_query("c"), nullptr);
}

TEST(Drop, refuses_what_others_use) {
  Bench bench = with_sources();
  bench.given("CREATE STREAM c AS SELECT k, v FROM s")
      .given("INSERT INTO c WITH (query_id='more') SELECT k, v FROM s");
  std::string error = bench.error_of("DROP STREAM s");
  EXPECT_THAT(error, HasSubstr("conflict: line 1:13: s is in use: read by c, more"));
  EXPECT_THAT(bench.error_of("DROP STREAM c"), HasSubstr("written by more"));
  EXPECT_THAT(bench.error_of("DROP TABLE s"), HasSubstr("write DROP STREAM"));
  EXPECT_THAT(bench.error_of("DROP TABLE x"), HasSubstr("not-found"));
  bench.bound_as<bound::Nothing>("DROP TABLE IF EXISTS x");
}

TEST(Terminate, names_one_query_or_all) {
  Bench bench = with_sources();
  bench.given("CREATE STREAM c AS SELECT k, v FROM s")
      .given("CREATE STREAM d AS SELECT k, v FROM s");
  EXPECT_THAT(bench.bound_as<bound::Terminate>("TERMINATE C").queries, ElementsAre("c"));
  EXPECT_THAT(bench.bound_as<bound::Terminate>("TERMINATE ALL").queries, ElementsAre("c", "d"));
  EXPECT_THAT(bench.error_of("TERMINATE dd"), HasSubstr("did you mean d?"));
}

TEST(Explain, takes_a_statement_or_what_runs) {
  Bench bench = with_sources();
  bench.given("CREATE STREAM c AS SELECT k, v FROM s");
  EXPECT_EQ(bench.bound_as<bound::Explain>("EXPLAIN c").id, "c");
  EXPECT_EQ(bench.bound_as<bound::Explain>("EXPLAIN t").id, "t");
  auto explain = bench.bound_as<bound::Explain>("EXPLAIN CREATE STREAM d AS SELECT k, v FROM s");
  EXPECT_TRUE(std::holds_alternative<bound::CreateQuery>(explain.statement));
  explain = bench.bound_as<bound::Explain>("EXPLAIN SELECT * FROM t");
  EXPECT_TRUE(std::holds_alternative<bound::PullQuery>(explain.statement));
  EXPECT_THAT(bench.error_of("EXPLAIN SELECT x FROM s EMIT CHANGES"),
              HasSubstr("line 1:16: there is no column x"));
  EXPECT_THAT(bench.error_of("EXPLAIN s"), HasSubstr("there is no query s"));
}

TEST(Show, and_describe_know_their_names) {
  Bench bench = with_sources();
  EXPECT_TRUE(bench.bound_as<bound::Show>("SHOW ALL TOPICS EXTENDED").all);
  EXPECT_EQ(bench.bound_as<bound::Describe>("DESCRIBE S EXTENDED").name, "s");
  EXPECT_EQ(bench.bound_as<bound::Describe>("DESCRIBE FUNCTION ucase").name, "UCASE");
  EXPECT_EQ(bench.bound_as<bound::Describe>("DESCRIBE FUNCTION sum").name, "SUM");
  EXPECT_THAT(bench.error_of("DESCRIBE FUNCTION ucasee"), HasSubstr("did you mean UCASE?"));
  EXPECT_THAT(bench.error_of("SHOW CONNECTORS"), HasSubstr("connectors are not supported yet"));
  auto print = bench.bound_as<bound::Print>("PRINT 'a-topic' FROM BEGINNING INTERVAL 2 LIMIT 3");
  EXPECT_EQ(print.topic, "a-topic");
  EXPECT_TRUE(print.from_beginning);
  EXPECT_EQ(print.limit, 3);
}

TEST(AssertValues, holds_what_was_written) {
  Bench bench = with_sources();
  auto values =
      bench.bound_as<bound::AssertValues>("ASSERT VALUES s (rowtime, k, v) VALUES (10, 'a', NULL)");
  EXPECT_EQ(values.rowtime, 10);
  EXPECT_THAT(values.compared, ElementsAre(1, 1, 0, 0, 0));
  EXPECT_TRUE(values.row->columns[1].is_null(0));
  auto tombstone = bench.bound_as<bound::AssertValues>("ASSERT NULL VALUES t (id) KEY (1)");
  EXPECT_TRUE(tombstone.tombstone);
  EXPECT_EQ(tombstone.row->columns[0].at<int32_t>(0), 1);
}

TEST(AssertSource, tells_what_differs) {
  Bench bench = with_sources();
  auto same = bench.bound_as<bound::AssertSource>(
      "ASSERT TABLE T (id INT PRIMARY KEY, v VARCHAR) WITH (kafka_topic='t', value_format='json')");
  EXPECT_THAT(same.differences, IsEmpty());
  auto differs = bench.bound_as<bound::AssertSource>(
      "ASSERT STREAM t (id BIGINT KEY, v STRING) WITH (key_format='JSON')");
  EXPECT_THAT(differs.differences,
              ElementsAre("t is a table, not a stream", HasSubstr("`id` INTEGER"),
                          "KEY_FORMAT is KAFKA, not JSON"));
}

}  // namespace
}  // namespace leat::sql
