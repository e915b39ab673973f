#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "exec/input_run.h"
#include "exec/operator.h"
#include "exec/stateful.h"

namespace leat::exec {

/// The operators of one subtopology for one partition, and the table of what they remember beside
/// their own tables.
class OperatorTask final : public Task {
 public:
  OperatorTask(std::shared_ptr<const plan::Query> query, const plan::Subtopology& part,
               PartitionId partition, const TaskOptions& options);
  Status build(const std::function<Result<int32_t>(const std::string&)>& partitions_of);

  Status run(TaskInput& input, TaskOutput& out) override;
  void commit() override;
  void rollback() override;
  std::vector<std::pair<std::string, state::KeyedTable*>> stores() override;
  void recovered() override;
  PartitionId partition() const override { return context_.partition; }
  std::map<int, NodeCounters> counters() const override;

  /// The operator of a stateful node; nullptr when the node is none, or runs elsewhere.
  StatefulOperator* stateful(int node) const;

 private:
  Result<std::unique_ptr<Operator>> make_operator(
      int node, const std::function<Result<int32_t>(const std::string&)>& partitions_of);
  void connect();
  bool rows_are_used(int node) const;
  void find_origins();
  void run_alone_where_order_matters();
  std::vector<std::unique_ptr<InputRun>> open_runs(TaskInput& input);
  void save_states();
  void write_deltas();
  void load_states();
  void forget_stream_times();

  TaskContext context_;
  plan::Subtopology part_;
  std::map<int, std::unique_ptr<Operator>> operators_;  // in node order
  std::map<int, std::unique_ptr<Operator>> exchanges_;  // by Repartition node
  std::map<int, std::string> saved_;                    // states as the meta table has them
  /// States as they were found at opening, whose stream time does not count (kafka_streams_timing).
  std::map<int, std::string> found_;
  state::KeyedTable meta_;
  Operator::Stores stores_;
  std::vector<std::unique_ptr<state::DeltaWriter>> deltas_;  // of stores whose operators have none
  std::string meta_name_;
};

}  // namespace leat::exec
