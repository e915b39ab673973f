#include <algorithm>

#include "plan/node.h"

// Every rule here keeps the rows that come out, the records that fail and the names of nodes. An
// expression moves only if it cannot fail for any row (is_total): else a record that a filter would
// have dropped could become a dead letter, or the other way round.

namespace leat::plan {
namespace {

template <class Op>
Op* op_of(Query& query, int node) {
  return std::get_if<Op>(&query.nodes[static_cast<size_t>(node)].op);
}

size_t readers(const Query& query, int node) {
  size_t count = 0;
  for (const Node& other : query.nodes)
    count += static_cast<size_t>(std::count(other.inputs.begin(), other.inputs.end(), node));
  return count;
}

bool all_total(const std::vector<ExprPtr>& exprs) {
  return std::all_of(exprs.begin(), exprs.end(), [](const ExprPtr& e) { return is_total(*e); });
}

// What each column of a projection's schema is, over the projection's input.
std::vector<ExprPtr> outputs(const Project& project, const Schema& schema) {
  std::vector<ExprPtr> out = project.key;
  if (out.empty() && !project.drops_key)
    for (size_t i = 0; i < schema.key.size(); ++i)
      out.push_back(column(static_cast<int>(i), schema.key[i].type));
  out.insert(out.end(), project.value.begin(), project.value.end());
  return out;
}

bool reads_window(const Expr& expr) {
  return expr.kind == ExprKind::window_start || expr.kind == ExprKind::window_end ||
         std::any_of(expr.args.begin(), expr.args.end(),
                     [](const ExprPtr& arg) { return reads_window(*arg); });
}

// Puts the filter `filter` before the node `before` that it reads: the two change places in the
// list, and input `side` of the node becomes the filter. Whoever read the filter reads the node.
void swap_with_input(Query& query, int filter, int before, size_t side, ExprPtr predicate) {
  Node moved = std::move(query.nodes[static_cast<size_t>(filter)]);
  Node node = std::move(query.nodes[static_cast<size_t>(before)]);
  int source = node.inputs[side];
  const Node& input = query.nodes[static_cast<size_t>(source)];
  moved.op = Filter{std::move(predicate)};
  moved.inputs = {source};
  moved.kind = input.kind;
  moved.schema = input.schema;
  moved.window = input.window;
  node.inputs[side] = before;
  query.nodes[static_cast<size_t>(before)] = std::move(moved);
  query.nodes[static_cast<size_t>(filter)] = std::move(node);
}

// WHERE over a projection: the rows are dropped before anything is computed for them.
bool push_below_project(Query& query, int at) {
  const auto* filter = op_of<Filter>(query, at);
  int below = query.nodes[static_cast<size_t>(at)].inputs[0];
  const auto* project = op_of<Project>(query, below);
  if (project == nullptr || readers(query, below) != 1) return false;
  if (!project->key.empty() || project->drops_key || project->drops_null_keys) return false;
  if (!all_total(project->value) || !is_total(*filter->predicate)) return false;
  auto replacement = outputs(*project, query.nodes[static_cast<size_t>(below)].schema);
  swap_with_input(query, at, below, 0, substitute(filter->predicate, replacement));
  return true;
}

// WHERE over a join that looks at the stream's columns only: rows are dropped before the lookup.
bool push_below_join(Query& query, int at) {
  const auto* filter = op_of<Filter>(query, at);
  int below = query.nodes[static_cast<size_t>(at)].inputs[0];
  if (op_of<StreamTableJoin>(query, below) == nullptr || readers(query, below) != 1) return false;
  if (!is_total(*filter->predicate)) return false;
  const Node& join = query.nodes[static_cast<size_t>(below)];
  const Schema& stream = query.nodes[static_cast<size_t>(join.inputs[0])].schema;
  // The key and the stream's values come first in the join's rows, as in the stream's own.
  if (stream.key.size() != join.schema.key.size()) return false;
  std::vector<uint8_t> used(join.schema.width(), 0);
  collect_columns(*filter->predicate, used);
  if (std::find(used.begin() + static_cast<std::ptrdiff_t>(stream.width()), used.end(), 1) !=
      used.end())
    return false;
  swap_with_input(query, at, below, 0, filter->predicate);
  return true;
}

// How often an expression reads a column.
void count_reads(const Expr& expr, std::vector<int>& reads) {
  if (expr.kind == ExprKind::column) ++reads[static_cast<size_t>(expr.index)];
  for (const auto& arg : expr.args) count_reads(*arg, reads);
}

// A projection over a projection becomes one, the upper, unless something would then be computed
// twice.
bool merge_projects(Query& query, int at) {
  auto* upper = op_of<Project>(query, at);
  int below = query.nodes[static_cast<size_t>(at)].inputs[0];
  auto* lower = op_of<Project>(query, below);
  if (upper == nullptr || lower == nullptr || readers(query, below) != 1) return false;
  // A key that changes twice moves rows twice.
  if (!upper->key.empty() || upper->drops_key || upper->drops_null_keys) return false;
  if (!all_total(lower->key) || !all_total(lower->value)) return false;
  const Node& lower_node = query.nodes[static_cast<size_t>(below)];
  bool rekeys = !lower->key.empty() || lower->drops_key;
  for (const ExprPtr& e : upper->value)
    if (rekeys && reads_window(*e)) return false;
  auto replacement = outputs(*lower, lower_node.schema);
  std::vector<int> reads(lower_node.schema.width(), 0);
  for (const ExprPtr& e : upper->value) count_reads(*e, reads);
  for (size_t i = 0; i < reads.size(); ++i)
    if (reads[i] > 1 && !replacement[i]->args.empty()) return false;
  Project merged = *lower;
  merged.value.clear();
  for (const ExprPtr& e : upper->value) merged.value.push_back(substitute(e, replacement));
  query.nodes[static_cast<size_t>(at)].inputs = lower_node.inputs;
  query.nodes[static_cast<size_t>(at)].op = std::move(merged);
  return true;
}

// Takes out a node that nobody reads; indexes behind it move up.
void remove(Query& query, int at) {
  query.nodes.erase(query.nodes.begin() + at);
  for (Node& node : query.nodes)
    for (int& input : node.inputs)
      if (input > at) --input;
}

bool rewrite_once(Query& query) {
  for (int at = 0; at < static_cast<int>(query.nodes.size()); ++at) {
    if (query.nodes[static_cast<size_t>(at)].inputs.empty()) continue;
    int below = query.nodes[static_cast<size_t>(at)].inputs[0];
    if (op_of<Filter>(query, at) != nullptr &&
        (push_below_project(query, at) || push_below_join(query, at)))
      return true;
    if (merge_projects(query, at)) {
      remove(query, below);
      return true;
    }
  }
  return false;
}
}  // namespace

Query rewrite(Query query) {
  // Each step moves a filter down or takes a node out, so that this ends.
  while (rewrite_once(query)) {
  }
  return query;
}

}  // namespace leat::plan
