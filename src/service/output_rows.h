#pragma once
#include <cstddef>
#include <vector>

#include "data/batch.h"
#include "sql/bound.h"

namespace leat::service {

/// What a SELECT of ours computes from rows that are at hand.
struct OutputRules {
  plan::ExprPtr predicate;  // nullptr: all rows
  const std::vector<sql::bound::OutputColumn>* columns;
  TimeMs now = kNoTime;  // UNIX_TIMESTAMP()
  bool ksqldb = false;   // a stream's rows without a value are then not shown
};

/// Makes `out` an empty batch with a column for each output column.
void prepare_output(const OutputRules& rules, Batch& out);
/// Appends the output of the rows of `in` that pass the predicate, until `out` has `limit` rows.
/// Bytes are copied into out's arena. Errors: that of the first row that cannot be computed (a
/// person asked; there is no dead letter).
Status append_output(const Batch& in, const OutputRules& rules, size_t limit, Batch& out);

}  // namespace leat::service
