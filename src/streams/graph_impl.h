#pragma once
#include <deque>
#include <map>
#include <set>
#include <string>

#include "data/opaque.h"
#include "leat/graph.h"
#include "plan/node.h"

namespace leat::streams {

/// The plan of a topology as it is built. Owns what the plan's types refer to, so it lives as long
/// as whoever runs the plan.
struct Graph::Impl {
  /// The one query of a topology: its id in logs, metrics and dead letters.
  static constexpr const char* kQueryId = "topology";

  /// The plan, finished: with the policy for bad records, and the canonical text of what is kept.
  plan::Query build(plan::BadRecordPolicy policy) const;
  /// A line for each thing that state or positions hang on: sources, repartitions, tables. Two
  /// programs with the same text may take over each other's state.
  std::string kept() const;

  const plan::Node& at(int node) const { return query.nodes[static_cast<size_t>(node)]; }
  Type type_of(const TypeInfo& info);
  int add(std::string id, std::vector<int> inputs, BatchKind kind, Schema schema,
          decltype(plan::Node::op) op);
  Schema schema_of(const TypeInfo& key, const TypeInfo& value);
  /// Takes a name of the user's. Throws when it is empty or taken.
  void take_name(const std::string& name);
  std::string numbered(const std::string& kind);
  int add_source(const std::string& topic, const std::string& id, BatchKind kind,
                 const TypeInfo& key, const TypeInfo& value);
  int add_aggregate(int input, const std::string& name, const std::optional<WindowInfo>& window,
                    plan::Aggregate aggregate, const Type& result);

  plan::Query query;
  std::deque<OpaqueTraits> traits;
  std::map<std::string, int> streams;  // by topic
  std::set<std::string> names;
  std::map<std::string, int> numbers;
};

}  // namespace leat::streams
