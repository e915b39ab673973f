#include "reader.h"

#include <charconv>

#include "runtime/position.h"

namespace leat::system_sim {
namespace {

std::string text_of(const Column& column, size_t row) {
  if (column.is_null(row)) return "null";
  return column.type().kind == TypeKind::string ? std::string(column.at<ByteView>(row))
                                                : std::to_string(column.at<int64_t>(row));
}

Rows rows_of(const Batch& batch) {
  Rows rows;
  for (size_t row = 0; row < batch.rows(); ++row) {
    std::string key = text_of(batch.columns[0], row);
    if (!batch.window_start.empty()) key += "@" + std::to_string(batch.window_start[row]);
    std::string values;
    for (size_t c = 1; c < batch.columns.size(); ++c)
      values += (c > 1 ? "|" : "") + text_of(batch.columns[c], row);
    rows[key] = values;
  }
  return rows;
}

/// Of the rows' columns "n|total|...".
int64_t sum_of_totals(const Rows& rows) {
  int64_t sum = 0;
  for (const auto& [key, columns] : rows) {
    int64_t total = 0;
    const char* begin = columns.data() + columns.find('|') + 1;
    std::from_chars(begin, columns.data() + columns.size(), total);
    sum += total;
  }
  return sum;
}

std::string difference(const Rows& expected, const Rows& found) {
  for (const auto& [key, columns] : expected) {
    auto it = found.find(key);
    if (it == found.end()) return "no row " + key + ": " + columns;
    if (it->second != columns) return key + " is " + it->second + ", not " + columns;
  }
  for (const auto& [key, columns] : found)
    if (!expected.contains(key)) return "a row too many: " + key + ": " + columns;
  return "";
}

}  // namespace

std::string query_of(World& world, const std::string& name) {
  sql::Catalogue catalogue = world.app().catalogue();
  const sql::SourceDef* source = catalogue.find(name);
  return source == nullptr || source->made_by.empty() ? name : source->made_by;
}

void Reader::ask(World& world, const std::set<std::string>& made, const Request* after) {
  std::vector<std::string> views;
  for (const Statement& statement : program_.statements)
    if (statement.makes_view && made.contains(statement.name) && random_.chance(0.6))
      views.push_back(statement.name);
  if (!views.empty()) request(world, std::move(views), after);
}

bool Reader::ask_for_all(World& world, const std::set<std::string>& made) {
  std::vector<std::string> views;
  for (const Statement& statement : program_.statements)
    if (statement.makes_view && made.contains(statement.name)) views.push_back(statement.name);
  size_t before = answered_;
  request(world, std::move(views), nullptr);
  (void)world.settle().has_value();
  return answered_ > before;
}

void Reader::request(World& world, std::vector<std::string> views, const Request* after) {
  auto level = std::make_shared<std::set<std::string>>();
  world.runtime().status([level](const std::vector<runtime::QueryStatus>& all) {
    for (const auto& query : all)
      if (query.level && !query.failure) level->insert(query.id);
  });
  runtime::ReadRequest read;
  for (const std::string& view : views) read.views.push_back({query_of(world, view), {}, {}});
  if (after != nullptr) read.after = after->position;
  world.runtime().read(std::move(read), [this, &world, views, after, level](auto answer) {
    check(world, views, after, *level, std::move(answer));
  });
}

void Reader::check(World& world, const std::vector<std::string>& views, const Request* after,
                   const std::set<std::string>& level, Result<runtime::ReadAnswer> answer) {
  if (!answer.has_value()) {
    bool gone = drops_ && answer.error().code() == ErrorCode::not_found;
    if (answer.error().code() != ErrorCode::unavailable && !gone)
      problems_.push_back("a read failed: " + answer.error().to_string());
    return;
  }
  ++answered_;
  check_position(world, answer->position);
  topics_.read(world);
  if (world.fatal()) return;  // there is nothing to compare with
  Inputs inputs;
  inputs.orders = topics_.events(world, "orders", events_, &answer->position);
  inputs.products = topics_.events(world, "products", events_, &answer->position);
  std::map<std::string, Rows> found;
  for (size_t i = 0; i < views.size(); ++i) {
    found[views[i]] = rows_of(*answer->views[i].rows);
    // A group that was and is empty shows 0; one that came and went within an epoch never was.
    if (views[i] == "counted")
      std::erase_if(found[views[i]], [](const auto& row) { return row.second == "0"; });
    check_view(views[i], inputs, found[views[i]]);
  }
  check_sums(found, level);
  if (after == nullptr) return;
  if (!runtime::reached(answer->position, after->position))
    problems_.push_back("a read is older than the position that it named");
  check_own_writes(*after, found);
}

void Reader::check_position(World& world, const runtime::Position& position) {
  std::string token = runtime::to_token(position, world.log().incarnation());
  auto back = runtime::from_token(token, world.log().incarnation());
  if (!back.has_value() || runtime::to_token(*back, world.log().incarnation()) != token ||
      !runtime::reached(*back, position))
    problems_.push_back("a token does not read back");
  for (const auto& [partition, offset] : position) {
    auto [before, added] = last_.try_emplace(partition, offset);
    if (offset < before->second) problems_.push_back("a position went back");
    before->second = offset;
  }
  // A query that has failed may have been the only one to read a topic.
  if (program_.has("fragile") || drops_) return;
  for (const auto& [partition, offset] : last_)
    if (!position.contains(partition)) problems_.push_back("a position lost a partition");
}

void Reader::check_view(const std::string& view, const Inputs& inputs, const Rows& rows) {
  auto expected = expected_view(program_, view, inputs);
  if (!expected) return;
  std::string wrong = difference(*expected, rows);
  if (!wrong.empty()) problems_.push_back("view " + view + ": " + wrong);
}

void Reader::check_sums(const std::map<std::string, Rows>& views,
                        const std::set<std::string>& level) {
  if (views.contains("by_customer") && views.contains("by_product") &&
      sum_of_totals(views.at("by_customer")) != sum_of_totals(views.at("by_product")))
    problems_.push_back("by_customer and by_product do not add up to the same");
  if (views.contains("balances") && level.contains("debits") && level.contains("credits") &&
      sum_of_totals(views.at("balances")) != 0)
    problems_.push_back("balances add up to " +
                        std::to_string(sum_of_totals(views.at("balances"))) + ", not to nothing");
}

void Reader::check_own_writes(const Request& request, const std::map<std::string, Rows>& views) {
  if (request.events[0]->topic != "entries" || !views.contains("balances")) return;
  for (const Event* event : request.events)
    if (!views.at("balances").contains(*event->key))
      problems_.push_back("a read after an entry does not show it: " + *event->key);
}

}  // namespace leat::system_sim
