#pragma once
#include <memory>
#include <vector>

#include "exec/stateful.h"

namespace leat::exec {

/// Reads a table that is not kept as such: the rows of a stateful node, through the filters and
/// projections that follow it.
class TableReader {
 public:
  /// The reader of the rows of node `last`. not_found: they are not those of a table that is kept.
  static Result<TableReader> of(const plan::Query& query, int last, const TaskOptions& options);

  int base() const { return base_; }  // the stateful node
  const plan::Node& last() const { return query_->nodes[static_cast<size_t>(last_)]; }
  bool reads_as_kept() const { return steps_.empty(); }
  /// What UNIX_TIMESTAMP() gives in the steps, until it is set again.
  void set_now(TimeMs now) { options_.now = now; }

  /// Rows of `table` as rows of the last node: one for each key, in order. Those that are not
  /// there (null values), do not pass or cannot be computed have 0 in `present`.
  void read(StatefulOperator& table, const std::vector<ByteView>& keys,
            const std::vector<ByteView>& values, Batch& out);
  /// Takes rows of the stateful node through the steps behind it, in place.
  void apply_steps(Batch& rows);

 private:
  void filter(const plan::Node& node, Batch& rows);
  void project(const plan::Node& node, Batch& rows);
  const plan::Query* query_ = nullptr;
  int base_ = -1;
  int last_ = -1;
  std::vector<int> steps_;  // filters and projections, from the base on
  EvalOptions options_;
  RowErrors errors_;
};

}  // namespace leat::exec
