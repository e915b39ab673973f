#pragma once
#include <memory>

#include "exec/operator.h"

namespace leat::exec {

/// Sends rows to the tasks of the partitions that their keys belong to. Rows without a key are
/// spread, one after the other. What is sent owns its bytes, and stays until the epoch ends.
/// Shape: [n] rows in; up to one batch a partition out.
class RepartitionOperator final : public Operator {
 public:
  /// `partitions`: tasks of the part that the rows go to.
  static Result<std::unique_ptr<RepartitionOperator>> make(TaskContext& task, int node,
                                                           int32_t partitions);
  Status process(Batch& in, size_t port) override;

 private:
  using Operator::Operator;
  Status encode_keys(Batch& in);
  int32_t partitions_ = 1;
  std::unique_ptr<RowEncoder> encoder_;
  EncodedRows keys_;
  std::vector<uint8_t> has_key_;
  std::vector<std::vector<uint32_t>> rows_of_;  // by partition
  RowErrors errors_;
};

}  // namespace leat::exec
