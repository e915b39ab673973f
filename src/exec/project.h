#pragma once
#include <span>

#include "exec/operator.h"

namespace leat::exec {

/// Computes new columns for each row. Shape: [n] rows in, [n] out less those that cannot be
/// computed; of a table that gets a new key, up to [2n]: a change that leaves one key and enters
/// another is two rows, the old key's first.
class ProjectOperator final : public Operator {
 public:
  ProjectOperator(TaskContext& task, int node)
      : Operator(task, node), project_(std::get<plan::Project>(description().op)) {}
  Status process(Batch& in, size_t port) override;

 private:
  Status process_stream(Batch& in);
  Status process_table(Batch& in);
  void compute(std::span<const plan::ExprPtr> exprs, const EvalInput& input, Column* out,
               RowErrors& errors);
  void compute_or_move(Batch& in);
  void take_coordinates(Batch& in);
  Status reject_new_side(Batch& in);
  void split_by_key(Batch& in);
  void append_half(const Batch& in, uint32_t row, bool is_new, bool is_old);
  void drop_null_keys();
  void forget_pseudo_keys();

  const plan::Project& project_;
  Batch out_;
  Batch computed_;  // table with a new key: both sides as computed, before keys are compared
  std::vector<Column> old_keys_;
  std::vector<ByteView> new_key_bytes_, old_key_bytes_;
  RowErrors errors_, old_errors_;
  std::vector<uint32_t> kept_;
};

}  // namespace leat::exec
