#include "sql/bind_testing.h"
#include "sql/constant.h"

namespace leat::sql {
namespace {

using testing::Bench;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Bench with_tables() {
  Bench bench;
  bench.given("CREATE STREAM s (k STRING KEY, v INT) WITH (value_format='JSON')")
      .given(
          "CREATE TABLE Declared (k STRING PRIMARY KEY, v INT, t TIMESTAMP)"
          " WITH (value_format='JSON')")
      .given("CREATE TABLE counts AS SELECT v, COUNT(*) AS n FROM s GROUP BY v")
      .given(
          "CREATE TABLE two WITH (key_format='JSON') AS SELECT k, v, COUNT(*) AS n FROM s"
          " GROUP BY k, v")
      .given(
          "CREATE TABLE hourly AS SELECT k, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 1 HOUR)"
          " GROUP BY k");
  return bench;
}

std::string text_key(std::string_view text) {
  return canonical_bytes(Type::string(), std::string(text));
}
std::string int_key(int32_t number) { return canonical_bytes(Type::int32(), number); }

std::vector<std::string> names(const std::vector<bound::OutputColumn>& columns) {
  std::vector<std::string> out;
  for (const auto& column : columns) out.push_back(column.name);
  return out;
}

TEST(PullQuery, looks_up_one_key) {
  Bench bench = with_tables();
  auto pull =
      bench.bound_as<bound::PullQuery>("SELECT v, k, v * 2 AS d FROM declared WHERE k = 'a'");
  EXPECT_EQ(pull.view, "Declared");
  ASSERT_TRUE(pull.keys.has_value());
  EXPECT_THAT(*pull.keys, ElementsAre(text_key("a")));
  EXPECT_THAT(names(pull.columns), ElementsAre("v", "k", "d"));
  EXPECT_EQ(plan::to_string(*pull.columns[2].expr), "($1 * 2)");
  EXPECT_EQ(plan::to_string(*pull.predicate), "($0 = 'a')");
}

TEST(PullQuery, looks_up_several_keys_in_order_and_each_once) {
  Bench bench = with_tables();
  auto pull =
      bench.bound_as<bound::PullQuery>("SELECT * FROM counts WHERE v IN (3, 1, '2', 3) AND n > 1");
  EXPECT_EQ(pull.view, "counts");
  ASSERT_TRUE(pull.keys.has_value());
  EXPECT_THAT(*pull.keys, ElementsAre(int_key(1), int_key(2), int_key(3)));
  pull =
      bench.bound_as<bound::PullQuery>("SELECT * FROM two WHERE v = 1 AND k IN ('b', 'a') LIMIT 5");
  EXPECT_THAT(*pull.keys, ElementsAre(text_key("a") + int_key(1), text_key("b") + int_key(1)));
  EXPECT_EQ(pull.limit, 5);
  pull = bench.bound_as<bound::PullQuery>("SELECT * FROM counts WHERE v = 1 AND v = 2");
  EXPECT_THAT(*pull.keys, IsEmpty());
}

TEST(PullQuery, bounds_a_range_of_keys) {
  Bench bench = with_tables();
  auto pull = bench.bound_as<bound::PullQuery>("SELECT * FROM counts WHERE v BETWEEN 2 AND 5");
  EXPECT_FALSE(pull.keys.has_value());
  EXPECT_EQ(pull.from, int_key(2));
  ASSERT_TRUE(pull.to.has_value());
  EXPECT_GT(*pull.to, int_key(5));
  EXPECT_LE(*pull.to, int_key(6));
  pull = bench.bound_as<bound::PullQuery>("SELECT * FROM counts WHERE 2 < v AND v < 5");
  EXPECT_GT(pull.from, int_key(2));
  EXPECT_LE(pull.from, int_key(3));
  EXPECT_EQ(pull.to, int_key(5));
  pull = bench.bound_as<bound::PullQuery>("SELECT * FROM two WHERE k = 'a' AND n = 2");
  EXPECT_FALSE(pull.keys.has_value());
  EXPECT_LE(pull.from, text_key("a") + int_key(INT32_MIN));
  EXPECT_GT(*pull.to, text_key("a") + int_key(INT32_MAX));
  EXPECT_LE(*pull.to, text_key("b"));
}

TEST(PullQuery, scans_where_the_condition_says_nothing_of_keys) {
  Bench bench = with_tables();
  for (std::string_view where : {"", " WHERE n = 1", " WHERE v = 1 OR v = 2", " WHERE NOT v = 1",
                                 " WHERE v <> 1", " WHERE v = n", " WHERE v + 1 = 2"}) {
    auto pull = bench.bound_as<bound::PullQuery>("SELECT * FROM counts" + std::string(where));
    EXPECT_FALSE(pull.keys.has_value()) << where;
    EXPECT_TRUE(pull.from.empty() && !pull.to) << where;
  }
}

TEST(PullQuery, bounds_windows) {
  Bench bench = with_tables();
  auto pull = bench.bound_as<bound::PullQuery>(
      "SELECT * FROM hourly WHERE k = 'a' AND WINDOWSTART >= '2020-01-01' AND WINDOWSTART <"
      " 1577923200000 AND WINDOWEND <= 9");
  EXPECT_THAT(names(pull.columns), ElementsAre("k", "WINDOWSTART", "WINDOWEND", "n"));
  EXPECT_EQ(pull.window_start.min, 1'577'836'800'000);
  EXPECT_EQ(pull.window_start.max, 1'577'923'199'999);
  EXPECT_EQ(pull.window_end.max, 9);
  EXPECT_EQ(pull.window_end.min, INT64_MIN);
}

TEST(PullQuery, reads_text_beside_times_as_times) {
  Bench bench = with_tables();
  auto pull = bench.bound_as<bound::PullQuery>("SELECT k FROM declared WHERE t > '2020-01-01'");
  EXPECT_EQ(plan::to_string(*pull.predicate), "($2 > TIMESTAMP '1577836800000')");
  EXPECT_THAT(bench.error_of("SELECT k FROM declared WHERE t > 'noon'"),
              HasSubstr("this is not a time: 'noon'"));
}

TEST(PullQuery, refuses_what_only_running_queries_can_do) {
  Bench bench = with_tables();
  for (std::string_view query :
       {"SELECT v, COUNT(*) FROM counts GROUP BY v", "SELECT COUNT(*) FROM counts",
        "SELECT s.k FROM s JOIN declared ON s.k = declared.k", "SELECT * FROM s PARTITION BY v",
        "SELECT COUNT(*) FROM s"})
    EXPECT_THAT(bench.error_of(query), HasSubstr("a query without EMIT cannot have")) << query;
  EXPECT_THAT(bench.error_of("SELECT ROWOFFSET FROM counts"), HasSubstr("ROWOFFSET is not kept"));
  EXPECT_THAT(bench.error_of("SELECT * FROM declard"), HasSubstr("did you mean Declared?"));
}

TEST(PullQuery, keeps_to_ksqldbs_switches) {
  Bench bench = Bench::ksqldb();
  bench.given("CREATE STREAM s (k STRING KEY, v INT) WITH (kafka_topic='s', value_format='JSON')")
      .given("CREATE TABLE t AS SELECT k, COUNT(*) AS n FROM s GROUP BY k")
      .given("SET 'ksql.query.pull.table.scan.enabled' = 'false'");
  EXPECT_THAT(bench.error_of("SELECT * FROM t"), HasSubstr("would read the whole table"));
  EXPECT_THAT(bench.error_of("SELECT * FROM t WHERE n = 1"), HasSubstr("would read the whole"));
  bench.bound_as<bound::PullQuery>("SELECT * FROM t WHERE k = 'a'");
  bench.bound_as<bound::PullQuery>("SELECT * FROM t WHERE k > 'a'");
}

TEST(PushQuery, has_no_sink_and_computes_its_columns_from_the_last_node) {
  Bench bench = with_tables();
  auto push = bench.bound_as<bound::PushQuery>(
      "SELECT v + 1 AS next, ROWTIME, k FROM s WHERE v > 1 EMIT CHANGES LIMIT 3");
  ASSERT_EQ(push.query.nodes.size(), 2U);
  EXPECT_EQ(push.query.nodes.back().id, "where");
  EXPECT_THAT(names(push.columns), ElementsAre("next", "ROWTIME", "k"));
  EXPECT_EQ(plan::to_string(*push.columns[0].expr), "($1 + 1)");
  EXPECT_EQ(push.limit, 3);
  EXPECT_FALSE(push.bounded);
}

TEST(PushQuery, aggregates_all_rows_without_a_group) {
  Bench bench = with_tables();
  auto push = bench.bound_as<bound::PushQuery>("SELECT COUNT(*) AS n, SUM(v) FROM s EMIT CHANGES");
  EXPECT_EQ(push.query.nodes.back().id, "aggregate");
  EXPECT_THAT(names(push.columns), ElementsAre("n", "KSQL_COL_0"));
  EXPECT_EQ(plan::to_string(*push.columns[1].expr), "$2");
}

TEST(PushQuery, shows_windows_with_all_columns) {
  Bench bench = with_tables();
  auto push = bench.bound_as<bound::PushQuery>("SELECT * FROM hourly EMIT CHANGES");
  EXPECT_THAT(names(push.columns), ElementsAre("k", "WINDOWSTART", "WINDOWEND", "n"));
}

TEST(PushQuery, of_a_stream_without_emit_ends_where_the_stream_does) {
  Bench bench = with_tables();
  auto push = bench.bound_as<bound::PushQuery>("SELECT * FROM s WHERE k = 'a' LIMIT 2");
  EXPECT_TRUE(push.bounded);
  EXPECT_EQ(push.limit, 2);
}

}  // namespace
}  // namespace leat::sql
