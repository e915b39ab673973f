#include "final_check.h"

#include <algorithm>
#include <charconv>

#include "data/record_batch.h"
#include "reader.h"

namespace leat::system_sim {
namespace {

/// The first difference of two sorted ranges, in words; empty when there is none.
template <class A, class B>
std::string first_difference(const A& expected, const B& found) {
  auto e = expected.begin();
  auto f = found.begin();
  while (e != expected.end() && f != found.end() && *e == *f) ++e, ++f;
  if (e == expected.end() && f == found.end()) return "";
  std::string should = e == expected.end() ? "nothing" : *e;
  std::string is = f == found.end() ? "nothing" : *f;
  return std::to_string(found.size()) + " records, not " + std::to_string(expected.size()) +
         "; the first that differs is " + is + ", not " + should;
}

int64_t first_number(const std::string& columns) {
  int64_t n = 0;
  std::from_chars(columns.data(), columns.data() + columns.size(), n);
  return n;
}

bool is_windowed(const std::string& view) { return view == "by_time" || view == "finals"; }

}  // namespace

FinalCheck::FinalCheck(World& world, const Program& program, const Events& events, Topics& topics,
                       Problems& problems)
    : world_(world), program_(program), events_(events), topics_(topics), problems_(problems) {}

void FinalCheck::run(const std::deque<Client>& clients, const std::set<std::string>& made,
                     const std::map<std::string, int>& again, const std::set<std::string>& kept) {
  again_ = again;
  kept_ = kept;
  topics_.read(world_, true);
  if (topics_.misses_some()) return complain("records expired before this test had read them");
  inputs_.orders = topics_.events(world_, "orders", events_, nullptr);
  inputs_.products = topics_.events(world_, "products", events_, nullptr);
  for (const Client& client : clients) check_requests(client);
  check_events_once();
  for (const char* stream : {"large", "shares", "fragile"})
    if (made.contains(stream)) check_stream(stream);
  if (made.contains("enriched")) check_enriched();
  if (made.contains("by_category")) check_sums_over("by_category", "enriched");
  if (made.contains("balances")) check_sums_over("balances", "entries");
  check_entries(made);
  for (const char* view :
       {"by_customer", "by_product", "by_time", "by_category", "balances", "regulars", "modest"})
    if (made.contains(view)) check_changes(view);
  if (made.contains("finals") && !kept_.contains("finals")) check_finals();
  check_dead_letters(made);
}

// Acknowledged: each record where the answer said. Never answered: all or nothing.
void FinalCheck::check_requests(const Client& client) {
  for (const Request& request : client.requests()) {
    const Records& records = topics_.of(request.events[0]->topic);
    if (request.fate == Request::Fate::acknowledged) {
      for (size_t i = 0; i < request.events.size(); ++i) {
        Place place = request.places[i];
        const auto& partition = records[static_cast<size_t>(place.partition)];
        auto offset = static_cast<size_t>(place.offset);
        if (offset >= partition.size() || id_in(partition[offset].headers) != request.events[i]->id)
          complain("acknowledged and not there: event " + std::to_string(request.events[i]->id) +
                   " of " + request.events[i]->topic);
      }
      continue;
    }
    std::set<int64_t> there;
    for (const auto& partition : records)
      for (const Record& record : partition) there.insert(id_in(record.headers));
    auto found = std::count_if(request.events.begin(), request.events.end(),
                               [&](const Event* event) { return there.contains(event->id); });
    if (found != 0 && found != static_cast<ptrdiff_t>(request.events.size()))
      complain("there in part: the request of event " + std::to_string(request.events[0]->id));
  }
}

void FinalCheck::check_events_once() {
  std::set<int64_t> seen;
  for (const char* topic : {"orders", "products", "entries"})
    for (const auto& partition : topics_.of(topic))
      for (const Record& record : partition)
        if (int64_t id = id_in(record.headers);
            id != 0 && events_.at(id).topic == topic && !seen.insert(id).second)
          complain("twice in " + std::string(topic) + ": event " + std::to_string(id));
}

// Partition by partition in the order of the orders. `fragile` stops at the first bad record of any
// partition: what it has written is a beginning.
void FinalCheck::check_stream(const std::string& stream) {
  Streamed expected = expected_stream(program_, stream, inputs_);
  const Records& found = topics_.of(stream);
  std::multiset<std::string> unkeyed;
  for (size_t p = 0; p < expected.partitions.size(); ++p) {
    std::vector<std::string> keyed;
    for (const Record& record : found[p]) {
      if (record.key) {
        keyed.push_back(row_of(record));
      } else {
        unkeyed.insert(row_of(record));
      }
    }
    auto& wanted = expected.partitions[p];
    if (stream == "fragile") wanted.resize(std::min(wanted.size(), keyed.size()));
    if (kept_.contains(stream) && keyed.size() > wanted.size())  // behind what the first one wrote
      keyed.erase(keyed.begin(), keyed.end() - static_cast<ptrdiff_t>(wanted.size()));
    std::string wrong = first_difference(wanted, keyed);
    if (!wrong.empty()) complain(stream + "/" + std::to_string(p) + ": " + wrong);
  }
  if (kept_.contains(stream)) {
    for (const std::string& row : expected.unkeyed)
      if (!unkeyed.contains(row)) complain(stream + ": not there: " + row);
    return;
  }
  if (stream == "fragile") {
    for (const std::string& row : unkeyed)
      if (unkeyed.count(row) > 1 || !expected.unkeyed.contains(row))
        complain("fragile: not once: " + row);
    return;
  }
  std::string wrong = first_difference(expected.unkeyed, unkeyed);
  if (!wrong.empty()) complain(stream + ", records without a key: " + wrong);
}

// Each order once; its category is one that the product has had.
void FinalCheck::check_enriched() {
  std::map<std::string, std::set<std::string>> had;
  for (const auto& partition : inputs_.products)
    for (const Event* product : partition)
      if (!product->bad()) had[*product->key].insert(product->category.value_or("null"));
  std::multiset<std::string> expected, found;
  for (const auto& partition : inputs_.orders)
    for (const Event* order : partition)
      if (!order->bad() && order->product)
        expected.insert(*order->product + "|" + std::to_string(order->id) + "|" +
                        std::to_string(order->cents));
  for (const auto& partition : topics_.of("enriched")) {
    for (const Record& record : partition) {
      if (!record.key) continue;  // of orders without a product
      std::string row = row_of(record);
      size_t last = row.rfind('|');
      std::string category = row.substr(last + 1);
      if (category != "null" && !had[*record.key].contains(category))
        complain("enriched: a category that the product never had: " + row);
      found.insert(row.substr(0, last));
    }
  }
  std::string wrong = first_difference(expected, found);
  if (!wrong.empty()) complain("enriched: " + wrong);
}

void FinalCheck::check_entries(const std::set<std::string>& made) {
  std::multiset<std::string> expected, found;
  for (const char* query : {"debits", "credits"})
    if (made.contains(query)) expected.merge(expected_legs(query, inputs_));
  for (const auto& partition : topics_.of("entries"))
    for (const Record& record : partition)
      if (events_.at(id_in(record.headers)).topic != "entries") found.insert(row_of(record));
  std::string wrong = first_difference(expected, found);
  if (!wrong.empty()) complain("entries: " + wrong);
}

/// A view of counts and sums over a topic that other queries write: its last record of each key.
void FinalCheck::check_sums_over(const std::string& view, const std::string& stream) {
  std::map<std::string, std::pair<int64_t, int64_t>> sums;
  for (const auto& partition : topics_.of(stream)) {
    for (const Record& record : partition) {
      std::string row = row_of(record);  // key|id|cents or product|id|cents|category
      std::string rest = row.substr(row.find('|') + 1);
      rest = rest.substr(rest.find('|') + 1);
      std::string key =
          view == "balances" ? row.substr(0, row.find('|')) : rest.substr(rest.find('|') + 1);
      if (key == "null") continue;
      ++sums[key].first;
      sums[key].second += first_number(rest);
    }
  }
  Rows expected, found;
  for (const auto& [key, sum] : sums)
    expected[key] = std::to_string(sum.first) + "|" + std::to_string(sum.second);
  for (const auto& partition : topics_.of(view))
    for (const Record& record : partition)
      found[*record.key] = columns_of(record.value.value_or(""));
  for (const auto& [key, columns] : expected)
    if (found[key] != columns)
      complain(view + ": " + key + " is " + found[key] + ", not " + columns);
  if (found.size() != expected.size()) complain(view + ": keys that nobody sent");
}

/// The changes of a count only grow, and end in what the model says.
void FinalCheck::check_changes(const std::string& view) {
  Rows last;
  for (const auto& partition : topics_.of(view)) {
    for (const Record& record : partition) {
      std::string key = table_key(record, is_windowed(view));
      std::string columns = columns_of(record.value.value_or(""));
      auto [before, added] = last.try_emplace(key, columns);
      if (added) continue;
      if (columns.empty() || before->second.empty() || kept_.contains(view)) {
        before->second = columns;
        continue;
      }
      if (first_number(columns) <= first_number(before->second))
        complain("changes of " + view + ": " + key + " goes from " + before->second + " to " +
                 columns);
      before->second = columns;
    }
  }
  auto expected = expected_view(program_, view, inputs_);
  std::erase_if(last, [](const auto& row) { return row.second.empty(); });
  // Rows that only the first query of this name had are still in a topic that was kept.
  if (kept_.contains(view) && (view == "modest" || view == "by_time")) return;
  if (expected && *expected != last) complain("the topic of " + view + " ends otherwise");
}

void FinalCheck::check_finals() {
  Rows found;
  for (const auto& partition : topics_.of("finals"))
    for (const Record& record : partition)
      if (!found.emplace(table_key(record, true), columns_of(record.value.value_or(""))).second)
        complain("a window is final twice: " + table_key(record, true));
  if (found != *expected_view(program_, "finals", inputs_)) complain("finals are others");
}

void FinalCheck::check_dead_letters(const std::set<std::string>& made) {
  std::map<std::string, std::multiset<std::string>> found;
  for (const Record& letter : topics_.of("sim-dead-letters").at(0)) {
    std::map<std::string, std::string> headers;
    auto decoded = decode_headers(letter.headers);
    if (!decoded.has_value()) return complain("a dead letter without headers");
    for (const RecordHeader& header : *decoded)
      headers[std::string(header.key)] = std::string(header.value);
    found[headers["leat.error.query"]].insert(headers["leat.error.topic"] + "/" +
                                              headers["leat.error.partition"] + "/" +
                                              headers["leat.error.offset"]);
  }
  for (const std::string& name : made) {
    if (name == "orders" || name == "entries" || name == "fragile") continue;
    if (again_.contains(name)) {
      std::multiset<std::string>& letters = found[query_of(world_, name)];
      auto expected = expected_dead_letters(name, inputs_);
      for (const std::string& letter : letters)
        if (!expected.contains(letter) ||
            letters.count(letter) > expected.count(letter) * static_cast<size_t>(again_[name] + 1))
          complain("dead letters of " + name + ": too many: " + letter);
      for (const std::string& letter : expected)
        if (!letters.contains(letter)) complain("dead letters of " + name + ": not: " + letter);
      continue;
    }
    std::string wrong =
        first_difference(expected_dead_letters(name, inputs_), found[query_of(world_, name)]);
    if (!wrong.empty()) complain("dead letters of " + name + ": " + wrong);
  }
}

}  // namespace leat::system_sim
