#include "sql/key_lookup.h"

#include <algorithm>

#include "sql/constant.h"

namespace leat::sql {
namespace {

using plan::Expr;
using plan::ExprKind;

/// Above this many combinations a scan is as good.
constexpr size_t kLookupsMax = 10'000;

/// What is known of one key column: the values that it can have, as canonical bytes, or bounds of
/// the first column.
struct ColumnKeys {
  std::optional<std::vector<std::string>> values;
  std::optional<std::string> low;   // included
  std::optional<std::string> high;  // excluded
};

/// The least bytes above everything that begins with `prefix`. nullopt: there are none.
std::optional<std::string> successor(std::string prefix) {
  while (!prefix.empty() && static_cast<unsigned char>(prefix.back()) == 0xff) prefix.pop_back();
  if (prefix.empty()) return std::nullopt;
  prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
  return prefix;
}

bool is_constant(const Expr& expr) {
  return expr.kind == ExprKind::literal && !std::holds_alternative<std::monostate>(expr.value);
}

std::string bytes_of(const Expr& literal) { return canonical_bytes(literal.type, literal.value); }

/// `a op b` with the sides changed over.
std::string_view mirrored(std::string_view op) {
  if (op == "<") return ">";
  if (op == "<=") return ">=";
  if (op == ">") return "<";
  if (op == ">=") return "<=";
  return op;
}

void keep_above(ColumnKeys& keys, std::string low) {
  if (!keys.low || low > *keys.low) keys.low = std::move(low);
}

void keep_below(ColumnKeys& keys, std::optional<std::string> high) {
  if (high && (!keys.high || *high < *keys.high)) keys.high = std::move(high);
}

void keep_values(ColumnKeys& keys, std::vector<std::string> values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  if (keys.values) {
    std::vector<std::string> both;
    std::set_intersection(values.begin(), values.end(), keys.values->begin(), keys.values->end(),
                          std::back_inserter(both));
    values = std::move(both);
  }
  keys.values = std::move(values);
}

class KeyFinder {
 public:
  KeyFinder(const Schema& schema, bound::PullQuery& out) : keys_(schema.key.size()), out_(out) {}

  void read(const Expr& condition) {
    if (condition.kind == ExprKind::and_) {
      for (const auto& arg : condition.args) read(*arg);
      return;
    }
    if (condition.kind != ExprKind::call) return;
    const std::string& name = condition.function->name;
    const auto& args = condition.args;
    if (name == "IN") {
      read_in(args);
    } else if (name == "BETWEEN") {
      if (args.size() != 3) return;
      read_comparison(*args[0], ">=", *args[1]);
      read_comparison(*args[0], "<=", *args[2]);
    } else if (args.size() == 2) {
      if (is_constant(*args[1])) read_comparison(*args[0], name, *args[1]);
      if (is_constant(*args[0])) read_comparison(*args[1], mirrored(name), *args[0]);
    }
  }

  void finish() {
    if (keys_.empty()) return;
    bool all = std::all_of(keys_.begin(), keys_.end(), [](const auto& k) { return !!k.values; });
    if (all && combine()) return;
    ColumnKeys& first = keys_[0];
    if (first.values && first.values->size() == 1) {
      keep_above(first, first.values->front());
      keep_below(first, successor(first.values->front()));
    }
    if (first.low) out_.from = *first.low;
    out_.to = first.high;
  }

 private:
  ColumnKeys* keys_of(const Expr& expr) {
    if (expr.kind != ExprKind::column || static_cast<size_t>(expr.index) >= keys_.size())
      return nullptr;
    return &keys_[static_cast<size_t>(expr.index)];
  }

  void read_in(const std::vector<plan::ExprPtr>& args) {
    ColumnKeys* keys = keys_of(*args[0]);
    if (keys == nullptr) return;
    std::vector<std::string> values;
    for (size_t i = 1; i < args.size(); ++i) {
      if (args[i]->kind != ExprKind::literal) return;
      if (is_constant(*args[i])) values.push_back(bytes_of(*args[i]));
    }
    keep_values(*keys, std::move(values));
  }

  void read_comparison(const Expr& left, std::string_view op, const Expr& constant) {
    if (!is_constant(constant)) return;
    if (left.kind == ExprKind::window_start) return narrow(out_.window_start, op, constant);
    if (left.kind == ExprKind::window_end) return narrow(out_.window_end, op, constant);
    ColumnKeys* keys = keys_of(left);
    if (keys == nullptr) return;
    std::string bytes = bytes_of(constant);
    if (op == "=" || op == "IS NOT DISTINCT FROM") keep_values(*keys, {std::move(bytes)});
    if (op == ">=") keep_above(*keys, std::move(bytes));
    if (op == "<") keep_below(*keys, std::move(bytes));
    if (op == "<=") keep_below(*keys, successor(std::move(bytes)));
    if (op == ">")
      if (auto next = successor(std::move(bytes))) keep_above(*keys, std::move(*next));
  }

  static void narrow(bound::TimeRange& range, std::string_view op, const Expr& constant) {
    const auto* time = std::get_if<int64_t>(&constant.value);
    if (time == nullptr) return;
    TimeMs before = *time == INT64_MIN ? INT64_MIN : *time - 1;
    TimeMs after = *time == INT64_MAX ? INT64_MAX : *time + 1;
    if (op == "=" || op == ">=" || op == ">")
      range.min = std::max(range.min, op == ">" ? after : *time);
    if (op == "=" || op == "<=" || op == "<")
      range.max = std::min(range.max, op == "<" ? before : *time);
  }

  /// Every combination of the columns' values. False: they are too many.
  bool combine() {
    std::vector<std::string> combined = {""};
    for (const ColumnKeys& keys : keys_) {
      if (combined.size() * keys.values->size() > kLookupsMax) return false;
      std::vector<std::string> longer;
      for (const std::string& prefix : combined)
        for (const std::string& value : *keys.values) longer.push_back(prefix + value);
      combined = std::move(longer);
    }
    out_.keys = std::move(combined);
    return true;
  }

  std::vector<ColumnKeys> keys_;
  bound::PullQuery& out_;
};

}  // namespace

void find_keys(const plan::Expr& predicate, const Schema& schema, bound::PullQuery& out) {
  KeyFinder finder(schema, out);
  finder.read(predicate);
  finder.finish();
}

}  // namespace leat::sql
