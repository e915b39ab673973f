#include "exec/filter.h"

namespace leat::exec {

void make_absent(Batch& batch, size_t row, size_t key_columns) {
  batch.present[row] = 0;
  for (size_t c = key_columns; c < batch.columns.size(); ++c) batch.columns[c].set_null(row);
}

Status FilterOperator::process(Batch& in, size_t) {
  const EvalOptions options{.ksqldb = task().options.ksqldb, .now = task().now};
  errors_.clear();
  evaluate(*filter_.predicate, EvalInput::new_side(in), options, in.arena, errors_, passes_);
  std::erase_if(errors_, [&](const RowError& bad) { return !in.present[bad.row]; });
  if (!errors_.empty()) LEAT_CHECK(reject(in, errors_));

  kept_.clear();
  if (in.kind == BatchKind::table) {
    filter_table(in);
  } else {
    const auto* value = passes_.data<uint8_t>();
    const uint8_t* valid = passes_.validity();
    kept_.resize(in.rows());
    size_t kept = 0;  // without branches: half of the rows pass, at random
    for (uint32_t row = 0; row < in.rows(); ++row) {
      kept_[kept] = row;
      kept += (value[row] != 0) & (in.present[row] != 0) & (valid == nullptr || valid[row] != 0);
    }
    kept_.resize(kept);
  }
  in.keep(kept_);
  return emit(in);
}

void FilterOperator::filter_table(Batch& in) {
  const EvalOptions options{.ksqldb = task().options.ksqldb, .now = task().now};
  old_errors_.clear();
  if (in.has_old())
    evaluate(*filter_.predicate, EvalInput::old_side(in), options, in.arena, old_errors_, passed_);
  const size_t keys = description().schema.key.size();
  for (uint32_t row = 0; row < in.rows(); ++row) {
    bool now = in.present[row] && passes(passes_, row);
    if (in.has_old()) in.old_present[row] = in.old_present[row] && passes(passed_, row);
    bool before = in.has_old() ? in.old_present[row] != 0 : true;
    if (!now && !before) continue;
    if (!now && in.present[row]) make_absent(in, row, keys);
    kept_.push_back(row);
  }
}

}  // namespace leat::exec
