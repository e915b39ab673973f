#pragma once
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "exec/node_state.h"
#include "exec/task.h"
#include "state/delta.h"

namespace leat::exec {

class Operator;
class SourceOperator;

/// What the operators of one task share.
struct TaskContext {
  std::shared_ptr<const plan::Query> query;
  PartitionId partition;
  TaskOptions options;
  TaskOutput* out = nullptr;    // of the running epoch
  TimeMs now = kNoTime;         // likewise
  size_t output_bytes_max = 0;  // likewise
  bool wants_deltas = false;    // likewise

  const plan::Node& node(int index) const { return query->nodes[static_cast<size_t>(index)]; }
};

/// Where the rows of a node come from: the source at the end of its first inputs. Its topic and
/// policy are those of the rows that fail further down.
struct Origin {
  const plan::Source* source = nullptr;
  const SourceOperator* here = nullptr;  // when it runs in the same task: still has the records
};

/// One node at work in one task: a fixed description (the plan's node), scratch space, and state
/// that is undone or kept with the epoch. Takes batches (which it may change and consume) and
/// passes batches on; what it passes on is taken in before the call returns.
class Operator {
 public:
  Operator(TaskContext& task, int node);
  virtual ~Operator() = default;
  Operator(const Operator&) = delete;
  Operator& operator=(const Operator&) = delete;

  /// Rows of input `port` of the node. Errors: only what stops the query.
  virtual Status process(Batch& in, size_t port) = 0;
  /// The epoch's input is over: passes on what was held back. Called in node order.
  virtual Status flush() { return {}; }
  /// Forgets what the epoch left outside of tables and of `state`.
  virtual void reset() {}

  /// A table of the task's state. `delta`: of an operator that adds changes to the running epoch's
  /// delta in passing.
  struct Store {
    std::string name;
    state::KeyedTable* table;
    state::DeltaWriter* delta = nullptr;
  };
  using Stores = std::vector<Store>;
  /// Adds the tables that hold the operator's state.
  virtual void add_stores(Stores& /*stores*/) {}

  void feed(Operator& consumer, size_t port) { consumers_.emplace_back(&consumer, port); }
  void set_origin(Origin origin) { origin_ = origin; }
  bool feeds_anyone() const { return !consumers_.empty() || task_.options.collect_last; }

  NodeState state;

 protected:
  const plan::Node& description() const { return task_.node(node_); }
  int node() const { return node_; }
  TaskContext& task() { return task_; }
  const TaskContext& task() const { return task_; }
  std::string store_name(std::string_view part = {}) const;

  /// Marks the rows of an input batch that have a key with 1. True: all have one, and it is not
  /// made of nulls.
  bool mark_keys(const Batch& in, std::vector<uint8_t>& has_key) const;
  /// Passes `batch` on. Counts its rows.
  Status emit(Batch& batch);
  /// Deals with rows that could not be read, computed or written, as the source's policy says.
  /// Errors: the policy is `fail`.
  Status reject(const Batch& batch, RowErrors& errors);
  /// Counts bytes that leave the task. Errors: resource_exhausted, the epoch may not make so many.
  Status charge(size_t bytes);

 private:
  void collect(const Batch& batch);
  TaskContext& task_;
  int node_;
  bool always_keyed_;
  Origin origin_;
  std::vector<std::pair<Operator*, size_t>> consumers_;
};

}  // namespace leat::exec
