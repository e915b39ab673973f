#include "sql/bind_testing.h"

namespace leat::sql {
namespace {

using testing::Bench;
using ::testing::HasSubstr;

SourceDef created(Bench& bench, std::string_view text) {
  return bench.bound_as<bound::CreateSource>(text).source;
}

TEST(CreateSource, takes_types_formats_and_the_topic_as_written) {
  Bench bench;
  SourceDef s =
      created(bench,
              "CREATE STREAM Sales (region STRING KEY, cents BIGINT, price DECIMAL(9, 2),"
              " ok BOOLEAN, raw BYTES, seen TIMESTAMP, x DOUBLE, n INTEGER, v VARCHAR)"
              " WITH (kafka_topic='sales-in', value_format='delimited',"
              " value_delimiter='|', partitions=3, retention_ms=60000, timestamp='CENTS')");
  EXPECT_EQ(s.name, "Sales");
  EXPECT_FALSE(s.is_table);
  EXPECT_EQ(s.topic, "sales-in");
  EXPECT_EQ(s.schema.to_string(),
            "`region` STRING KEY, `cents` BIGINT, `price` DECIMAL(9, 2), `ok` BOOLEAN, `raw` BYTES,"
            " `seen` TIMESTAMP, `x` DOUBLE, `n` INTEGER, `v` STRING");
  EXPECT_EQ(s.key_format.kind, FormatKind::kafka);
  EXPECT_EQ(s.value_format.kind, FormatKind::delimited);
  EXPECT_EQ(s.value_format.delimiter, '|');
  EXPECT_EQ(s.partitions, 3);
  EXPECT_EQ(s.retention_ms, 60'000);
  EXPECT_EQ(s.timestamp.column, 1);
}

TEST(CreateSource, folds_unquoted_names_under_ksqldbs_rules_only) {
  Bench ours;
  EXPECT_EQ(created(ours, "CREATE STREAM s (k INT KEY) WITH (value_format='JSON')").topic, "s");
  Bench ksqldb = Bench::ksqldb();
  SourceDef s = created(
      ksqldb, "CREATE STREAM s (k INT KEY, `v` INT) WITH (kafka_topic='t', value_format='JSON')");
  EXPECT_EQ(s.name, "S");
  EXPECT_EQ(s.schema.to_string(), "`K` INTEGER KEY, `v` INTEGER");
  EXPECT_THAT(ksqldb.error_of("CREATE STREAM s (k INT KEY) WITH (value_format='JSON')"),
              HasSubstr("KAFKA_TOPIC"));
}

TEST(CreateSource, makes_a_view_of_a_declared_table) {
  Bench bench;
  SourceDef t = created(bench,
                        "CREATE SOURCE TABLE prices (id STRING PRIMARY KEY, cents INT)"
                        " WITH (kafka_topic='p', value_format='JSON', errors='skip')");
  EXPECT_TRUE(t.is_table);
  EXPECT_TRUE(t.read_only);
  EXPECT_EQ(t.view(), "prices");
  plan::Query query = source_table_query(t, bench.session);
  EXPECT_EQ(query.id, "prices");
  ASSERT_EQ(query.nodes.size(), 2U);
  EXPECT_EQ(query.nodes[1].id, "table:prices");
  EXPECT_TRUE(std::holds_alternative<plan::Materialize>(query.nodes[1].op));
  EXPECT_EQ(std::get<plan::Source>(query.nodes[0].op).policy, plan::BadRecordPolicy::skip);
}

TEST(CreateSource, reads_windowed_keys) {
  Bench bench;
  SourceDef s = created(bench,
                        "CREATE STREAM w (k STRING KEY, v INT) WITH (value_format='JSON',"
                        " window_type='tumbling', window_size='30 seconds')");
  ASSERT_TRUE(s.window.has_value());
  EXPECT_EQ(s.window->size_ms, 30'000);
  EXPECT_THAT(bench.error_of("CREATE STREAM w (k STRING KEY, v INT) WITH (value_format='JSON',"
                             " window_type='session')"),
              HasSubstr("unsupported: line 1:78: SESSION windows are not supported yet"));
  EXPECT_THAT(bench.error_of("CREATE STREAM w (k STRING KEY, v INT) WITH (value_format='JSON',"
                             " window_size='30')"),
              HasSubstr("WINDOW_SIZE must be such as '30 SECONDS'"));
}

TEST(CreateSource, wraps_single_values_as_the_statement_says) {
  Bench bench;
  EXPECT_TRUE(created(bench, "CREATE STREAM s (v INT) WITH (value_format='JSON')")
                  .value_format.wrap_single);
  EXPECT_FALSE(
      created(bench, "CREATE STREAM s (v INT) WITH (value_format='JSON', wrap_single_value=false)")
          .value_format.wrap_single);
  EXPECT_THAT(
      bench.error_of(
          "CREATE STREAM s (v INT, w INT) WITH (value_format='JSON', wrap_single_value=false)"),
      HasSubstr("values of one column"));
}

TEST(CreateSource, says_if_it_exists) {
  Bench bench;
  bench.given("CREATE STREAM Sales (v INT) WITH (value_format='JSON')");
  std::string again = bench.error_of("CREATE STREAM sales (v INT) WITH (value_format='JSON')");
  EXPECT_THAT(again, HasSubstr("already-exists: line 1:15: a stream Sales exists"));
  bench.bound_as<bound::Nothing>(
      "CREATE STREAM IF NOT EXISTS sales (v INT) WITH (value_format='JSON')");
  EXPECT_THAT(bench.error_of("CREATE TABLE IF NOT EXISTS sales (k INT PRIMARY KEY, v INT)"
                             " WITH (value_format='JSON')"),
              HasSubstr("a stream Sales exists"));
}

struct Refusal {
  std::string_view statement;
  std::string_view message;
};

TEST(CreateSource, refuses_what_is_wrong_with_the_place_and_the_reason) {
  const Refusal cases[] = {
      {"CREATE STREAM s (v INT)", "does not say how values are written"},
      {"CREATE STREAM s (v INT) WITH (value_format='JASON')", "did you mean JSON?"},
      {"CREATE STREAM s (v INT) WITH (value_format='NONE')", "NONE is for keys"},
      {"CREATE STREAM s (v INT) WITH (value_fromat='JSON')", "did you mean VALUE_FORMAT?"},
      {"CREATE STREAM s (v INT) WITH (format='JSON', key_format='JSON')", "cannot be beside"},
      {"CREATE STREAM s (v INT) WITH (format='JSON', format='JSON')", "more than once"},
      {"CREATE STREAM s (v INT) WITH (value_format='JSON', query_id='x')",
       "QUERY_ID does not belong to CREATE STREAM"},
      {"CREATE STREAM s (v INT) WITH (value_format='JSON', partitions=0)", "PARTITIONS must be"},
      {"CREATE STREAM s (v INT) WITH (value_format='JSON', value_delimiter=';')",
       "for the DELIMITED format"},
      {"CREATE STREAM s (v INT) WITH (value_format='JSON', kafka_topic='a b')",
       "cannot be a topic's name"},
      {"CREATE STREAM s (v INT) WITH (value_format='JSON', kafka_topic='_leat-x')", "Leat's own"},
      {"CREATE STREAM _leat_s (v INT) WITH (value_format='JSON')", "Leat's own"},
      {"CREATE STREAM s (v INT) WITH (value_format='JSON', timestamp='w')", "there is no column w"},
      {"CREATE STREAM s (v INT) WITH (value_format='JSON', timestamp='v')", "column v is INTEGER"},
      {"CREATE STREAM s (v STRING) WITH (value_format='JSON', timestamp='v')", "TIMESTAMP_FORMAT="},
      {"CREATE STREAM s (v INT, V INT) WITH (value_format='JSON')", "V is declared twice"},
      {"CREATE STREAM s (rowtime INT) WITH (value_format='JSON')", "every row has"},
      {"CREATE STREAM s (v INTT) WITH (value_format='JSON')", "did you mean INT?"},
      {"CREATE STREAM s (v DECIMAL(39, 2)) WITH (value_format='JSON')", "between 1 and 38"},
      {"CREATE STREAM s (v DECIMAL(3, 4)) WITH (value_format='JSON')", "its precision"},
      {"CREATE STREAM s (k INT PRIMARY KEY) WITH (value_format='JSON')", "without PRIMARY"},
      {"CREATE TABLE t (k INT KEY, v INT) WITH (value_format='JSON')", "PRIMARY KEY: k"},
      {"CREATE TABLE t (v INT) WITH (value_format='JSON')", "needs a PRIMARY KEY"},
      {"CREATE TABLE t (k INT PRIMARY KEY, l INT PRIMARY KEY, v INT) WITH (value_format='JSON')",
       "KEY_FORMAT='JSON'"},
      {"CREATE STREAM s (k BOOLEAN KEY) WITH (value_format='JSON')", "does not hold BOOLEAN"},
      {"CREATE STREAM s (k INT KEY) WITH (key_format='NONE', value_format='JSON')", "k is one"},
  };
  Bench bench;
  for (const Refusal& refusal : cases) {
    std::string error = bench.error_of(refusal.statement);
    EXPECT_THAT(error, HasSubstr(std::string(refusal.message))) << refusal.statement;
    EXPECT_THAT(error, HasSubstr("line 1:")) << refusal.statement;
    EXPECT_THAT(error, ::testing::Not(HasSubstr("unsupported"))) << refusal.statement;
  }
}

TEST(CreateSource, names_what_is_not_there_yet) {
  const Refusal cases[] = {
      {"CREATE STREAM s (v ARRAY<INT>) WITH (value_format='JSON')", "ARRAY types are"},
      {"CREATE STREAM s (v MAP<STRING, INT>) WITH (value_format='JSON')", "MAP types are"},
      {"CREATE STREAM s (v STRUCT<a INT>) WITH (value_format='JSON')", "STRUCT types are"},
      {"CREATE STREAM s (v DATE) WITH (value_format='JSON')", "DATE columns are"},
      {"CREATE STREAM s (v TIME) WITH (value_format='JSON')", "TIME columns are"},
      {"CREATE STREAM s (v INT) WITH (value_format='AVRO')", "the format AVRO is"},
      {"CREATE STREAM s (v INT) WITH (value_format='JSON', value_schema_id=1)",
       "VALUE_SCHEMA_ID is"},
      {"CREATE STREAM s (h BYTES HEADER('k'), v INT) WITH (value_format='JSON')",
       "HEADERS columns are"},
      {"CREATE OR REPLACE STREAM s (v INT) WITH (value_format='JSON')", "CREATE OR REPLACE is"},
      {"CREATE STREAM s WITH (value_format='JSON')", "schema registry are"},
      {"ALTER STREAM s ADD COLUMN v INT", "ALTER TABLE are"},
      {"CREATE TYPE t AS INT", "custom types (CREATE TYPE) are"},
      {"CREATE SOURCE CONNECTOR c WITH ('a'='b')", "connectors are"},
      {"PAUSE q", "PAUSE is"},
      {"RESUME ALL", "RESUME is"},
      {"ASSERT TOPIC t", "ASSERT TOPIC is"},
      {"ASSERT SCHEMA SUBJECT t", "ASSERT SCHEMA is"},
      {"RUN SCRIPT 'x'", "RUN SCRIPT is"},
  };
  Bench bench;
  for (const Refusal& refusal : cases) {
    std::string error = bench.error_of(refusal.statement);
    EXPECT_THAT(error, HasSubstr(std::string(refusal.message) + " not supported yet"))
        << refusal.statement;
    EXPECT_THAT(error, ::testing::StartsWith("unsupported: line 1:")) << refusal.statement;
  }
}

}  // namespace
}  // namespace leat::sql
