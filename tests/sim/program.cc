#include "program.h"

#include <algorithm>

namespace leat::system_sim {
namespace {

constexpr const char* kRetention = "retention_ms = 5000";

std::string with(const std::string& topic, int32_t partitions, bool expires = false) {
  std::string text = " WITH (kafka_topic = '";
  text.append(topic).append("', value_format = 'JSON', partitions = ");
  text.append(std::to_string(partitions));
  if (expires) text.append(", ").append(kRetention);
  return text.append(")");
}

std::string window(const Program& program) {
  return " WINDOW TUMBLING (SIZE " + std::to_string(program.window_ms) +
         " MILLISECONDS, GRACE PERIOD " + std::to_string(program.grace_ms) + " MILLISECONDS)";
}

void declare(Program& program) {
  program.statements.push_back(
      {"orders",
       "CREATE STREAM orders (customer STRING KEY, id BIGINT, product STRING, cents BIGINT)" +
           with("orders", program.partitions, program.expires)});
  program.statements.push_back(
      {"products",
       "CREATE TABLE products (product STRING PRIMARY KEY, category STRING)" +
           with("products", program.partitions),
       true});
  program.statements.push_back(
      {"entries", "CREATE STREAM entries (account STRING KEY, id BIGINT, cents BIGINT)" +
                      with("entries", program.partitions)});
}

/// Queries that go together: the later ones read what the earlier ones write.
using Group = std::vector<Statement>;

std::vector<Group> streams(const Program& program) {
  return {
      {{"large",
        "CREATE STREAM large AS SELECT customer, id, cents * 2 AS doubled FROM orders "
        "WHERE cents > " +
            std::to_string(program.line_cents),
        false, false, true}},
      {{"shares",
        "CREATE STREAM shares AS SELECT customer, id, 1000 / (cents % 5) AS share "
        "FROM orders",
        false, false, true}},
      {{"fragile", "CREATE STREAM fragile AS SELECT customer, id FROM orders", false, true}},
      {{"enriched",
        "CREATE STREAM enriched AS SELECT o.product, o.id AS id, o.cents AS cents, "
        "p.category AS category FROM orders o LEFT JOIN products p "
        "ON o.product = p.product"},
       {"by_category",
        "CREATE TABLE by_category AS SELECT category, COUNT(*) AS n, "
        "SUM(cents) AS total FROM enriched GROUP BY category",
        true}},
      {{"debits",
        "INSERT INTO entries WITH (query_id = 'debits') SELECT customer AS account, id, "
        "0 - cents AS cents FROM orders WHERE product IS NOT NULL "
        "AND customer IS NOT NULL"},
       {"credits",
        "INSERT INTO entries WITH (query_id = 'credits') SELECT product AS account, id, "
        "cents FROM orders WHERE product IS NOT NULL AND customer IS NOT NULL "
        "PARTITION BY product"},
       {"balances",
        "CREATE TABLE balances AS SELECT account, COUNT(*) AS n, SUM(cents) AS total "
        "FROM entries GROUP BY account",
        true}},
  };
}

std::vector<Group> tables(const Program& program) {
  std::string expires;
  if (program.expires) expires.append(" WITH (").append(kRetention).append(")");
  return {
      {{"regulars",
        "CREATE TABLE regulars AS SELECT customer, COUNT(*) AS n, SUM(cents) AS total "
        "FROM orders WHERE product IS NOT NULL GROUP BY customer HAVING COUNT(*) > 3",
        true, false, true}},
      {{"modest",
        "CREATE TABLE modest" + expires +
            " AS SELECT customer, COUNT(*) AS n, SUM(cents) AS total FROM orders "
            "WHERE product IS NOT NULL GROUP BY customer HAVING SUM(cents) < 3000",
        true, false, true}},
      {{"by_customer",
        "CREATE TABLE by_customer" + expires +
            " AS SELECT customer, COUNT(*) AS n, "
            "SUM(cents) AS total, MIN(cents) AS least, MAX(cents) AS most FROM orders "
            "WHERE product IS NOT NULL GROUP BY customer",
        true, false, true},
       {"by_product",
        "CREATE TABLE by_product AS SELECT product, COUNT(*) AS n, "
        "SUM(cents) AS total FROM orders WHERE customer IS NOT NULL "
        "GROUP BY product",
        true, false, true}},
      {{"by_time",
        "CREATE TABLE by_time AS SELECT customer, COUNT(*) AS n, SUM(cents) AS total "
        "FROM orders" +
            window(program) + " GROUP BY customer",
        true, false, true}},
      {{"finals",
        "CREATE TABLE finals AS SELECT customer, COUNT(*) AS n, SUM(cents) AS total "
        "FROM orders" +
            window(program) + " GROUP BY customer EMIT FINAL",
        true, false, true}},
      {{"chosen",
        "CREATE TABLE chosen AS SELECT product, category FROM products "
        "WHERE category = 'category1'",
        true, false, true}},
      {{"counted",
        "CREATE TABLE counted AS SELECT category, COUNT(*) AS n FROM products "
        "GROUP BY category",
        true, false, true}},
  };
}

}  // namespace

bool Program::has(const std::string& name) const {
  return std::any_of(statements.begin(), statements.end(),
                     [&](const Statement& statement) { return statement.name == name; });
}

Program random_program(io::SeededRandom& random) {
  Program program;
  program.partitions = 1 + static_cast<int32_t>(random.below(4));
  program.window_ms = 1000 * static_cast<TimeMs>(1 + random.below(60));
  program.grace_ms = 1000 * static_cast<TimeMs>(random.below(60));
  program.line_cents = static_cast<int64_t>(random.below(1000));
  program.products_first = random.chance(0.5);
  program.expires = random.chance(0.2);
  declare(program);
  std::vector<Group> groups = streams(program);
  for (Group& group : tables(program)) groups.push_back(std::move(group));
  for (size_t i = groups.size(); i > 1; --i) std::swap(groups[i - 1], groups[random.below(i)]);
  for (const Group& group : groups)
    if (random.chance(0.65))
      program.statements.insert(program.statements.end(), group.begin(), group.end());
  return program;
}

}  // namespace leat::system_sim
