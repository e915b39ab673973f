#include <algorithm>

#include "base/assert.h"
#include "plan/node.h"

namespace leat::plan {
namespace {

using Used = std::vector<uint8_t>;

// What a node reads of its input `side`, when `needed` of its own columns are read.
class ReadBy {
 public:
  ReadBy(const Query& query, const Node& node, size_t side, const Used& needed)
      : node_(node),
        input_(query.nodes[static_cast<size_t>(node.inputs[side])].schema),
        stream_(query.nodes[static_cast<size_t>(node.inputs[0])].schema),
        side_(side),
        needed_(needed) {}

  Used operator()(const Source&) const { return all(); }
  Used operator()(const Materialize&) const { return all(); }
  Used operator()(const Sink&) const { return all(); }
  Used operator()(const Custom&) const { return all(); }
  Used operator()(const Filter& op) const {
    Used used = needed_;
    collect_columns(*op.predicate, used);
    return used;
  }
  Used operator()(const Project& op) const {
    // Also what nobody reads is computed: it may fail, and that is part of the result.
    Used used = op.key.empty() && !op.drops_key ? keys() : none();
    for (const auto& exprs : {op.key, op.value})
      for (const ExprPtr& e : exprs) collect_columns(*e, used);
    return used;
  }
  Used operator()(const Repartition&) const {
    Used used = needed_;
    std::fill_n(used.begin(), input_.key.size(), 1);
    return used;
  }
  Used operator()(const Aggregate& op) const {
    if (op.fold) return all();
    Used used = keys();
    for (const AggregateCall& call : op.calls)
      if (call.argument >= 0) used[input_.key.size() + static_cast<size_t>(call.argument)] = 1;
    return used;
  }
  Used operator()(const StreamTableJoin&) const {
    Used used = keys();
    size_t first = node_.schema.key.size() + (side_ == 0 ? 0 : stream_.value.size());
    for (size_t i = 0; i < input_.value.size(); ++i)
      used[input_.key.size() + i] = needed_[first + i];
    return used;
  }

 private:
  Used none() const { return Used(input_.width(), 0); }
  Used all() const { return Used(input_.width(), 1); }
  Used keys() const {
    Used used = none();
    std::fill_n(used.begin(), input_.key.size(), 1);
    return used;
  }

  const Node& node_;
  const Schema& input_;
  const Schema& stream_;
  size_t side_;
  const Used& needed_;
};
}  // namespace

std::vector<uint8_t> needed_columns(const Query& query, int source) {
  std::vector<Used> needed;
  std::vector<uint8_t> read(query.nodes.size(), 0);
  for (const Node& node : query.nodes) needed.emplace_back(node.schema.width(), 0);
  for (size_t i = query.nodes.size(); i-- > 0;) {
    const Node& node = query.nodes[i];
    // The last node is what a view shows.
    if (!read[i]) std::fill(needed[i].begin(), needed[i].end(), 1);
    for (size_t side = 0; side < node.inputs.size(); ++side) {
      auto input = static_cast<size_t>(node.inputs[side]);
      read[input] = 1;
      Used used = std::visit(ReadBy(query, node, side, needed[i]), node.op);
      for (size_t c = 0; c < used.size(); ++c) needed[input][c] |= used[c];
    }
  }
  auto at = static_cast<size_t>(source);
  const auto* op = std::get_if<Source>(&query.nodes[at].op);
  LEAT_ASSERT(op != nullptr);
  if (op->timestamp.column >= 0) needed[at][static_cast<size_t>(op->timestamp.column)] = 1;
  return needed[at];
}

}  // namespace leat::plan
