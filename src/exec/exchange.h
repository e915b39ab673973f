#pragma once
#include "exec/operator.h"

namespace leat::exec {

/// Where rows of a repartition enter a task. Stands for the Repartition node, which runs in other
/// tasks and does the counting.
class ExchangeOperator final : public Operator {
 public:
  using Operator::Operator;
  Status process(Batch& in, size_t) override { return emit(in); }
};

}  // namespace leat::exec
