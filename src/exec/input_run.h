#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "exec/operator.h"

namespace leat::exec {

/// One input of a task in one epoch: rows in a fixed order, batch by batch.
class InputRun {
 public:
  virtual ~InputRun() = default;
  /// The next batch, with at least one row; nullptr at the end. The reader may change it.
  virtual Result<Batch*> next() = 0;
  /// The operator that takes the rows.
  virtual Operator& target() = 0;
  virtual size_t port() const { return 0; }
  /// Whether batches and what they refer to stay as they are when next() is called again.
  virtual bool keeps_batches() const = 0;
};

/// What tasks of other parts of the query sent through one repartition, of one sender.
class ExchangeRun final : public InputRun {
 public:
  ExchangeRun(Operator& target, size_t port) : target_(target), port_(port) {}
  void add(Batch* batch) { batches_.push_back(batch); }
  Result<Batch*> next() override;
  Operator& target() override { return target_; }
  size_t port() const override { return port_; }
  bool keeps_batches() const override { return true; }

 private:
  Operator& target_;
  size_t port_;
  std::vector<Batch*> batches_;
  size_t at_ = 0;
};

/// Feeds the rows of all runs to their targets, the smallest timestamp at the head of a run first;
/// at equal times the earlier run. A run's own order is kept whatever its times. Rows go on in
/// batches of up to `batch_rows`; what comes out does not depend on it.
/// Cost: with one run nothing, its batches pass through; else a copy of the rows' columns (not of
/// strings).
Status merge_runs(std::vector<std::unique_ptr<InputRun>>& runs, size_t batch_rows);

}  // namespace leat::exec
