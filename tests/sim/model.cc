#include "model.h"

#include <algorithm>
#include <optional>

namespace leat::system_sim {
namespace {

struct Sum {
  int64_t n = 0, total = 0, least = INT64_MAX, most = INT64_MIN;
  void add(int64_t cents) {
    ++n;
    total += cents;
    least = std::min(least, cents);
    most = std::max(most, cents);
  }
  std::string text() const { return std::to_string(n) + "|" + std::to_string(total); }
};

template <class F>
void for_each_good(const TopicEvents& topic, F use) {
  for (const auto& partition : topic)
    for (const Event* event : partition)
      if (!event->bad()) use(*event);
}

Rows by_customer(const Inputs& inputs) {
  std::map<std::string, Sum> sums;
  for_each_good(inputs.orders, [&](const Event& order) {
    if (order.key && order.product) sums[*order.key].add(order.cents);
  });
  Rows rows;
  for (auto& [key, sum] : sums)
    rows[key] = sum.text() + "|" + std::to_string(sum.least) + "|" + std::to_string(sum.most);
  return rows;
}

Rows by_product(const Inputs& inputs) {
  std::map<std::string, Sum> sums;
  for_each_good(inputs.orders, [&](const Event& order) {
    if (order.key && order.product) sums[*order.product].add(order.cents);
  });
  Rows rows;
  for (auto& [key, sum] : sums) rows[key] = sum.text();
  return rows;
}

/// `only_closed`: EMIT FINAL.
Rows by_time(const Program& program, const Inputs& inputs, bool only_closed) {
  Rows rows;
  for (const auto& partition : inputs.orders) {
    std::map<std::pair<std::string, TimeMs>, Sum> windows;
    TimeMs time = INT64_MIN;
    auto closed = [&](TimeMs start) {
      return start + program.window_ms + program.grace_ms <= time;
    };
    for (const Event* order : partition) {
      if (order->bad() || !order->key) continue;
      time = std::max(time, order->time);
      TimeMs start = order->time - order->time % program.window_ms;
      if (!closed(start)) windows[{*order->key, start}].add(order->cents);
    }
    for (auto& [window, sum] : windows)
      if (!only_closed || closed(window.second))
        rows[window.first + "@" + std::to_string(window.second)] = sum.text();
  }
  return rows;
}

std::map<std::string, std::string> products(const Inputs& inputs) {
  std::map<std::string, std::string> table;
  for_each_good(inputs.products, [&](const Event& product) {
    if (product.category) {
      table[*product.key] = *product.category;
    } else {
      table.erase(*product.key);
    }
  });
  return table;
}

Rows by_category(const Inputs& inputs) {
  std::map<std::string, Sum> sums;
  auto table = products(inputs);
  for_each_good(inputs.orders, [&](const Event& order) {
    if (order.product && table.contains(*order.product))
      sums[table[*order.product]].add(order.cents);
  });
  Rows rows;
  for (auto& [key, sum] : sums) rows[key] = sum.text();
  return rows;
}

Rows counted(const Inputs& inputs) {
  std::map<std::string, int64_t> counts;
  for (const auto& [product, category] : products(inputs)) ++counts[category];
  Rows rows;
  for (auto& [category, n] : counts) rows[category] = std::to_string(n);
  return rows;
}

/// What `stream` makes of an order; nullopt: nothing.
std::optional<std::string> made_of(const Program& program, const std::string& stream,
                                   const Event& order) {
  std::string row = order.key.value_or("null") + "|" + std::to_string(order.id);
  if (stream == "fragile") return row;
  if (stream == "large") {
    if (order.cents <= program.line_cents) return std::nullopt;
    return row + "|" + std::to_string(order.cents * 2);
  }
  if (order.cents % 5 == 0) return std::nullopt;
  return row + "|" + std::to_string(1000 / (order.cents % 5));
}

}  // namespace

std::optional<Rows> expected_view(const Program& program, const std::string& view,
                                  const Inputs& inputs) {
  if (view == "regulars" || view == "modest") {
    std::map<std::string, Sum> sums;
    for_each_good(inputs.orders, [&](const Event& order) {
      if (order.key && order.product) sums[*order.key].add(order.cents);
    });
    Rows rows;
    for (auto& [key, sum] : sums)
      if (view == "regulars" ? sum.n > 3 : sum.total < 3000) rows[key] = sum.text();
    return rows;
  }
  if (view == "by_customer") return by_customer(inputs);
  if (view == "by_product") return by_product(inputs);
  if (view == "by_time") return by_time(program, inputs, false);
  if (view == "finals") return by_time(program, inputs, true);
  if (view == "products") return products(inputs);
  if (view == "counted") return counted(inputs);
  if (view == "chosen") {
    Rows rows = products(inputs);
    std::erase_if(rows, [](const auto& row) { return row.second != "category1"; });
    return rows;
  }
  if (view == "by_category" && program.products_first) return by_category(inputs);
  return std::nullopt;
}

Streamed expected_stream(const Program& program, const std::string& stream, const Inputs& inputs) {
  Streamed out;
  out.partitions.resize(inputs.orders.size());
  for (size_t p = 0; p < inputs.orders.size(); ++p) {
    for (const Event* order : inputs.orders[p]) {
      if (order->bad()) continue;
      auto row = made_of(program, stream, *order);
      if (!row) continue;
      if (order->key) {
        out.partitions[p].push_back(*row);
      } else {
        out.unkeyed.insert(*row);
      }
    }
  }
  return out;
}

std::multiset<std::string> expected_legs(const std::string& query, const Inputs& inputs) {
  std::multiset<std::string> legs;
  for_each_good(inputs.orders, [&](const Event& order) {
    if (!order.key || !order.product) return;
    bool debit = query == "debits";
    legs.insert((debit ? *order.key : *order.product) + "|" + std::to_string(order.id) + "|" +
                std::to_string(debit ? -order.cents : order.cents));
  });
  return legs;
}

std::multiset<std::string> expected_dead_letters(const std::string& query, const Inputs& inputs) {
  static const std::set<std::string> of_entries = {"balances", "by_category"};
  static const std::set<std::string> of_products = {"products", "chosen", "counted"};
  std::multiset<std::string> letters;
  auto collect = [&](const char* name, const TopicEvents& topic, bool divides) {
    for (size_t p = 0; p < topic.size(); ++p)
      for (size_t offset = 0; offset < topic[p].size(); ++offset)
        if (topic[p][offset]->bad() || (divides && topic[p][offset]->cents % 5 == 0))
          letters.insert(std::string(name) + "/" + std::to_string(p) + "/" +
                         std::to_string(offset));
  };
  if (of_entries.contains(query)) return letters;
  if (!of_products.contains(query)) collect("orders", inputs.orders, query == "shares");
  if (of_products.contains(query) || query == "enriched")
    collect("products", inputs.products, false);
  return letters;
}

}  // namespace leat::system_sim
