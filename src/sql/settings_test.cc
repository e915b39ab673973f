#include "sql/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "sql/bind_testing.h"

namespace leat::sql {
namespace {

using ::testing::HasSubstr;

TEST(Settings, hold_what_was_set_or_what_holds_without) {
  Session session;
  EXPECT_EQ(session.get("auto.offset.reset"), "earliest");
  EXPECT_FALSE(session.from_latest());
  EXPECT_EQ(session.max_future_ms(), 86'400'000);
  ASSERT_TRUE(session.set("AUTO.OFFSET.RESET", "Latest").has_value());
  EXPECT_TRUE(session.from_latest());
  ASSERT_TRUE(session.set("errors.policy", "fail").has_value());
  EXPECT_EQ(session.errors_policy(), plan::BadRecordPolicy::fail);
  ASSERT_TRUE(session.unset("errors.policy").has_value());
  EXPECT_EQ(session.errors_policy(), plan::BadRecordPolicy::dead_letter);
}

TEST(Settings, are_in_order_and_documented) {
  auto before = [](const Setting& a, const Setting& b) {
    return std::pair(a.of_ksqldb, a.name) < std::pair(b.of_ksqldb, b.name);
  };
  EXPECT_TRUE(std::is_sorted(settings().begin(), settings().end(), before));
  for (const Setting& setting : settings()) EXPECT_FALSE(setting.doc.empty()) << setting.name;
}

TEST(Settings, refuse_unknown_names_and_wrong_values) {
  Session session;
  auto unknown = session.set("auto.ofset.reset", "latest");
  ASSERT_FALSE(unknown.has_value());
  EXPECT_THAT(unknown.error().hint(), HasSubstr("auto.offset.reset"));
  EXPECT_FALSE(session.set("auto.offset.reset", "newest").has_value());
  EXPECT_FALSE(session.set("max_future", "-1").has_value());
  EXPECT_FALSE(session.set("max_future", "1 day").has_value());
  EXPECT_FALSE(session.unset("nothing").has_value());
}

TEST(Settings, know_ksqldbs_only_under_its_rules) {
  Session session;
  auto refused = session.set("ksql.query.pull.table.scan.enabled", "false");
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().hint(), HasSubstr("compatibility"));
  ASSERT_TRUE(session.set("compatibility", "ksqldb").has_value());
  EXPECT_TRUE(session.set("ksql.query.pull.table.scan.enabled", "FALSE").has_value());
  EXPECT_EQ(session.get("ksql.query.pull.table.scan.enabled"), "false");
  EXPECT_EQ(session.name_rule(), NameRule::exact);
}

TEST(Settings, are_set_by_statements_with_the_place_of_what_is_wrong) {
  testing::Bench bench;
  auto set = bench.bound_as<bound::SetProperty>("SET 'Table.Updates' = 'EVERY'");
  EXPECT_EQ(set.name, "table.updates");
  EXPECT_EQ(set.value, "every");
  EXPECT_EQ(bench.bound_as<bound::UnsetProperty>("UNSET 'table.updates'").name, "table.updates");
  EXPECT_THAT(bench.error_of("SET 'table.updates' = 'some'"), HasSubstr("line 1:23"));
  EXPECT_THAT(bench.error_of("SET 'table.update' = 'net'"), HasSubstr("line 1:5"));
  EXPECT_EQ(bench.bound_as<bound::DefineVariable>("DEFINE x = 'y'").value, "y");
  EXPECT_THAT(bench.error_of("UNDEFINE x"), HasSubstr("there is no variable x"));
}

}  // namespace
}  // namespace leat::sql
