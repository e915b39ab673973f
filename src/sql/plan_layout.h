#pragma once
#include <string>
#include <vector>

#include "plan/node.h"
#include "sql/query_analysis.h"

namespace leat::sql {

/// A plan while it grows, and where the parts of the query are in its rows so far.
struct PlanLayout {
  std::vector<plan::Node> nodes;
  /// By SELECT column, and by key: expressions over the last node's schema.
  std::vector<plan::ExprPtr> columns;
  std::vector<plan::ExprPtr> key;

  const plan::Node& top() const { return nodes.back(); }
  bool has_node(std::string_view id) const;
  /// Adds a node that reads the last one; window and kind stay unless changed.
  plan::Node& add(std::string id, Schema schema, decltype(plan::Node::op) op);
};

/// Lays out the nodes of a query up to where its SELECT is computed: sources, join, WHERE, and with
/// an aggregation everything up to HAVING. `key_format`: how the key of a GROUP BY is written where
/// its rows are sent to other tasks.
PlanLayout lay_out(const BindContext& context, const QueryAnalysis& analysis,
                   const FormatSpec& key_format);

/// A Source and, for a table, what keeps its rows. `carried`: pseudo columns that the table keeps
/// as values behind its own; `key_copy`: its key column too. Returns the index of the last node.
int add_source(std::vector<plan::Node>& nodes, const Session& session, const SourceDef& def,
               const std::vector<plan::ExprKind>& carried = {}, bool key_copy = false);

}  // namespace leat::sql
