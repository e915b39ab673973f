#pragma once
#include <functional>
#include <memory>

#include "exec/table_reader.h"

namespace leat::exec {

/// Joins rows of a stream with the row that a table has for their key at that moment. Shape: [n]
/// rows in, [m <= n] out, order kept. Rows without a value are dropped; without a key or a match
/// too, unless it is a LEFT join, where the table's columns are null.
class StreamTableJoinOperator final : public Operator {
 public:
  /// `stateful` gives the operator of a stateful node of the same task.
  static Result<std::unique_ptr<StreamTableJoinOperator>> make(
      TaskContext& task, int node, const std::function<StatefulOperator*(int)>& stateful);
  Status process(Batch& in, size_t port) override;

 private:
  StreamTableJoinOperator(TaskContext& task, int node, TableReader reader, StatefulOperator& table)
      : Operator(task, node), reader_(std::move(reader)), table_(table) {}
  void find_matches(const Batch& in);
  void keep_rows(Batch& in);
  void read_matches(const Batch& in);

  TableReader reader_;
  StatefulOperator& table_;
  Arena arena_;
  std::vector<uint8_t> has_key_;
  std::vector<ByteView> keys_, values_;
  std::vector<state::Entry*> entries_;
  std::vector<uint32_t> kept_;
  Batch matches_;  // a row of the table for each row of the stream
  Batch out_;
};

}  // namespace leat::exec
