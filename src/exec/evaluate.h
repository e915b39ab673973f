#pragma once
#include <vector>

#include "base/arena.h"
#include "data/batch.h"
#include "plan/expr.h"

namespace leat::exec {

/// What expressions read: the columns of a schema (key first) and the coordinates of the rows.
/// Pointers are lent.
struct EvalInput {
  size_t rows = 0;
  std::vector<const Column*> columns;
  const std::vector<TimeMs>* timestamps = nullptr;
  const std::vector<int64_t>* offsets = nullptr;  // null or empty: ROWOFFSET is null
  const std::vector<int32_t>* partitions = nullptr;
  const std::vector<TimeMs>* window_start = nullptr;
  const std::vector<TimeMs>* window_end = nullptr;

  /// The new side of a batch (key and value columns), or of a table batch the old one (key and old
  /// columns).
  static EvalInput new_side(const Batch& batch);
  static EvalInput old_side(const Batch& batch);
};

struct EvalOptions {
  bool ksqldb =
      false;  // integers wrap, what cannot be computed is null, and no row error comes out
  TimeMs now = kNoTime;  // wall clock, for UNIX_TIMESTAMP(); one reading per epoch
};

/// Computes `expr` for every row of `input` into `out`. A row that cannot be computed is null in
/// `out` and named in `errors` (ascending, one per row; branches of CASE and COALESCE, and operands
/// of AND and OR, that a row does not take cause none). Logic is two-valued as in ksqlDB: a
/// comparison with NULL is false. String results live in `arena` or where their arguments live.
/// Cost: one pass per node of the expression; no allocation once warm but for intermediate columns,
/// which are pooled.
void evaluate(const plan::Expr& expr, const EvalInput& input, const EvalOptions& options,
              Arena& arena, RowErrors& errors, Column& out);

}  // namespace leat::exec
