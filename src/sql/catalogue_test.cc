#include "sql/catalogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sql/bind_testing.h"

namespace leat::sql {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

SourceDef orders() {
  SourceDef source;
  source.name = "Orders";
  source.is_table = true;
  source.schema.key = {{"id", Type::string()}, {"part", Type::int32()}};
  source.schema.value = {
      {"amount", Type::decimal(9, 2)}, {"a\tname: with\nall\\kinds", Type::timestamp()},
      {"flag", Type::boolean()},       {"raw", Type::bytes()},
      {"big", Type::int64()},          {"x", Type::float64()}};
  source.topic = "orders-in";
  source.key_format = {.kind = FormatKind::delimited, .delimiter = ' '};
  source.value_format = {.kind = FormatKind::delimited, .delimiter = '\t', .wrap_single = false};
  source.timestamp = {3, "yyyy-MM-dd'T'HH:mm:ss"};
  source.window = plan::WindowSpec{plan::WindowSpec::Kind::hopping, 1000, 2000, 86'400'000};
  source.read_only = true;
  source.made_by = "q1";
  source.errors = plan::BadRecordPolicy::skip;
  source.partitions = 3;
  source.retention_ms = -1;
  source.statement = "CREATE TABLE\n  Orders ...";
  return source;
}

TEST(Catalogue, comes_back_from_its_text_whole) {
  Catalogue catalogue;
  ASSERT_TRUE(catalogue.add(orders()).has_value());
  QueryDef query{"q1", true, "Orders", {"a", "b"}, "INSERT INTO\tOrders ...", {}};
  query.properties = {{"compatibility", "ksqldb"}, {"application.id", "x=y"}};
  ASSERT_TRUE(catalogue.add_query(query).has_value());

  auto back = Catalogue::decode(catalogue.encode());
  ASSERT_TRUE(back.has_value()) << back.error().to_string();
  EXPECT_EQ(back->encode(), catalogue.encode());
  const SourceDef* source = back->find("ORDERS");
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(source->schema, orders().schema);
  EXPECT_EQ(source->value_format, orders().value_format);
  EXPECT_EQ(source->key_format, orders().key_format);
  EXPECT_EQ(source->timestamp.format, "yyyy-MM-dd'T'HH:mm:ss");
  EXPECT_EQ(source->window->kind, plan::WindowSpec::Kind::hopping);
  EXPECT_EQ(source->window->grace_ms, 2000);
  EXPECT_EQ(source->errors, plan::BadRecordPolicy::skip);
  EXPECT_EQ(source->retention_ms, -1);
  const QueryDef* kept = back->find_query("q1");
  ASSERT_NE(kept, nullptr);
  EXPECT_TRUE(kept->is_insert);
  EXPECT_THAT(kept->sources, ElementsAre("a", "b"));
  EXPECT_EQ(kept->properties.at("application.id"), "x=y");
  EXPECT_EQ(kept->statement, query.statement);
}

TEST(Catalogue, refuses_text_that_is_not_one) {
  for (std::string_view text :
       {"", "catalogue", "catalogue folded\nsource\tname=a\n", "catalogue folded\nother\tname=a\n",
        "catalogue folded\nquery\tid=a\tinsert=maybe\n"}) {
    auto back = Catalogue::decode(text);
    ASSERT_FALSE(back.has_value()) << text;
    EXPECT_EQ(back.error().code(), ErrorCode::invalid_data);
  }
  std::string text = "catalogue folded\n" + encode(orders()) + "\n";
  EXPECT_FALSE(Catalogue::decode(text + encode(orders()) + "\n").has_value());
  size_t type = text.find("DECIMAL(9, 2)");
  EXPECT_FALSE(Catalogue::decode(text.replace(type, 13, "DECIMAL(9, X)")).has_value());
}

TEST(Catalogue, finds_names_without_regard_to_case_and_keeps_the_first_one) {
  Catalogue catalogue;
  ASSERT_TRUE(catalogue.add(orders()).has_value());
  EXPECT_EQ(catalogue.find("oRDERS")->name, "Orders");
  SourceDef again = orders();
  again.name = "ORDERS";
  auto refused = catalogue.add(again);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code(), ErrorCode::already_exists);
  EXPECT_THAT(refused.error().message(), HasSubstr("Orders"));
  EXPECT_TRUE(catalogue.drop("orders").has_value());
  EXPECT_EQ(catalogue.find("Orders"), nullptr);
  EXPECT_EQ(catalogue.drop("orders").error().code(), ErrorCode::not_found);
}

TEST(Catalogue, tells_names_apart_by_case_under_the_exact_rule) {
  Catalogue catalogue(NameRule::exact);
  SourceDef upper = orders();
  upper.name = "ORDERS";
  ASSERT_TRUE(catalogue.add(orders()).has_value());
  ASSERT_TRUE(catalogue.add(upper).has_value());
  EXPECT_EQ(catalogue.find("orders"), nullptr);
  ASSERT_TRUE(catalogue.drop("Orders").has_value());
  EXPECT_EQ(catalogue.find("ORDERS")->name, "ORDERS");
  EXPECT_EQ(Catalogue::decode(catalogue.encode())->rule(), NameRule::exact);
}

TEST(Catalogue, knows_who_reads_and_writes_a_source) {
  testing::Bench bench;
  bench.given("CREATE STREAM s (k STRING KEY, v INT) WITH (value_format='JSON')")
      .given("CREATE STREAM t AS SELECT * FROM s")
      .given("INSERT INTO T WITH (query_id='more') SELECT * FROM S");
  auto uses = bench.catalogue.used_by("S");
  EXPECT_THAT(uses.readers, ElementsAre("more", "t"));
  EXPECT_TRUE(uses.writers.empty());
  EXPECT_THAT(bench.catalogue.used_by("t").writers, ElementsAre("more", "t"));
  EXPECT_EQ(bench.catalogue.of_topic("t").size(), 1U);
}

}  // namespace
}  // namespace leat::sql
