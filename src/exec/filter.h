#pragma once
#include "exec/operator.h"

namespace leat::exec {

/// Keeps rows for which the predicate is true. Shape: [n] rows in, [m <= n] out, order kept. Of a
/// table, a row that stops passing leaves as a tombstone, and one that did not pass before either
/// leaves nothing; without old values every row that does not pass leaves as a tombstone.
class FilterOperator final : public Operator {
 public:
  FilterOperator(TaskContext& task, int node)
      : Operator(task, node), filter_(std::get<plan::Filter>(description().op)) {}
  Status process(Batch& in, size_t port) override;

 private:
  void filter_table(Batch& in);
  const plan::Filter& filter_;
  Column passes_, passed_;
  RowErrors errors_, old_errors_;
  std::vector<uint32_t> kept_;
};

/// Evaluates a predicate: row i passes if `passes(result, i)`. Bytes of intermediate strings lie in
/// the batch's arena.
inline bool passes(const Column& result, size_t row) {
  return !result.is_null(row) && result.at<uint8_t>(row) != 0;
}

/// Makes a row of a table a tombstone: its value columns become null.
void make_absent(Batch& batch, size_t row, size_t key_columns);

}  // namespace leat::exec
