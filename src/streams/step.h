#pragma once
#include "leat/graph.h"
#include "leat/rows.h"
#include "plan/node.h"

namespace leat::streams {

/// A step over a loop of the user's: lends it the batch as plain arrays, and puts the rows that it
/// made where they belong. Shape: as its kind says; timestamps, headers and offsets stay those of
/// the row of origin.
class Step final : public plan::CustomStep {
 public:
  Step(StepKind kind, Schema input, BatchFunction function)
      : kind_(kind), input_(std::move(input)), function_(std::move(function)) {}
  Status process(Batch& in, Batch& out, RowErrors& errors) const override;

 private:
  class Rows;
  StepKind kind_;
  Schema input_;
  BatchFunction function_;
};

/// The changes of a table as rows of a stream.
class ToStream final : public plan::CustomStep {
 public:
  Status process(Batch& in, Batch& out, RowErrors& errors) const override;
};

/// The user's aggregate.
class Fold final : public plan::CustomFold {
 public:
  Fold(Schema input, FoldFunctions functions)
      : input_(std::move(input)), functions_(std::move(functions)) {}
  size_t state_bytes() const override { return functions_.state_bytes; }
  void fold(const Batch& in, std::span<const uint32_t> rows, char* const* states,
            RowErrors& errors) const override;
  bool fold_one(const Batch& in, uint32_t row, ByteView before, std::string& after,
                RowErrors& errors) const override;

 private:
  Schema input_;
  FoldFunctions functions_;
};

}  // namespace leat::streams
