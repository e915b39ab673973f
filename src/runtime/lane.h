#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "runtime/input_queue.h"
#include "runtime/pace.h"
#include "runtime/position.h"
#include "runtime/query_run.h"

namespace leat::runtime {

/// Queries that share epochs, and so stand at the same position of every topic that they share. The
/// common lane has all queries that are level; a query that was added to old data catches up in a
/// lane of its own and then joins it. Owned by the coordinator.
class Lane {
 public:
  /// One part of one query.
  struct Step {
    QueryRun* query;
    size_t part;
  };
  /// Steps that do not feed each other run side by side.
  using Stage = std::vector<Step>;

  /// An input edge: a topic's partition, and whether it closes a cycle within the lane (then it
  /// reads what earlier epochs wrote; an edge that does not close a cycle reads what this epoch
  /// writes).
  struct Edge {
    TopicPartition partition;
    bool closes_cycle = false;
    friend auto operator<=>(const Edge&, const Edge&) = default;
  };

  void add(QueryRun& query, const Position& at);
  void remove(const QueryRun& query);
  bool empty() const { return queries_.empty(); }
  const std::vector<QueryRun*>& queries() const { return queries_; }

  const std::vector<Stage>& stages() const { return stages_; }
  std::map<Edge, InputQueue>& inputs() { return inputs_; }
  const std::map<Edge, InputQueue>& inputs() const { return inputs_; }
  /// The first stage that reads an input.
  size_t first_stage(const Edge& edge) const { return first_stage_.at(edge); }
  /// Topics that queries of the lane write.
  const std::set<TopicId>& written() const { return written_; }
  /// The edge by which `query` reads a partition of the topic of its Source node `node`.
  Edge edge(const QueryRun& query, int node, PartitionId partition) const;

  /// The next offset of every input partition that is not written by the lane itself: what its
  /// views stand at.
  Position position() const;
  /// The next offset of every input partition, also of those that the lane writes: what readers are
  /// told, since others may append there too.
  Position taken() const;
  /// The next offset of each partition that `query` reads.
  Position position_of(const QueryRun& query) const;
  /// How much its epochs take at once.
  Pace& pace() { return pace_; }
  const Pace& pace() const { return pace_; }
  /// Forgets what was read ahead, after an epoch that did not happen.
  void rewind(const std::map<Edge, Offset>& to);

 private:
  void arrange();
  void find_times();
  void find_first_stages();
  std::vector<QueryRun*> queries_;
  std::vector<Stage> stages_;
  std::set<TopicId> written_;
  std::set<std::pair<const QueryRun*, TopicId>> closing_;
  std::map<Edge, InputQueue> inputs_;
  std::map<Edge, size_t> first_stage_;
  Pace pace_;
};

}  // namespace leat::runtime
