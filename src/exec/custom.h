#pragma once
#include "exec/operator.h"

namespace leat::exec {

/// Hands whole batches to a step of the C++ DSL. What the step throws ends at the batch's boundary
/// and stops the query.
class CustomOperator final : public Operator {
 public:
  CustomOperator(TaskContext& task, int node)
      : Operator(task, node), step_(*std::get<plan::Custom>(description().op).step) {}
  Status process(Batch& in, size_t port) override;

 private:
  const plan::CustomStep& step_;
  Batch out_;
  Batch coordinates_;  // of the rows that went in: the step may take them
  RowErrors errors_;
};

}  // namespace leat::exec
