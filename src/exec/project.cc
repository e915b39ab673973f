#include "exec/project.h"

#include <algorithm>
#include <numeric>

#include "data/canonical_key.h"
#include "exec/batch_rows.h"
#include "exec/filter.h"

namespace leat::exec {
namespace {

// One error a row, ascending: several columns of a row may have failed.
void merge_errors(RowErrors& errors) {
  std::stable_sort(errors.begin(), errors.end(),
                   [](const RowError& a, const RowError& b) { return a.row < b.row; });
  errors.erase(std::unique(errors.begin(), errors.end(),
                           [](const RowError& a, const RowError& b) { return a.row == b.row; }),
               errors.end());
}

}  // namespace

Status ProjectOperator::process(Batch& in, size_t) {
  out_.clear();
  shape(out_, description().kind, description().schema);
  return in.kind == BatchKind::table ? process_table(in) : process_stream(in);
}

void ProjectOperator::compute(std::span<const plan::ExprPtr> exprs, const EvalInput& input,
                              Column* out, RowErrors& errors) {
  const EvalOptions options{.ksqldb = task().options.ksqldb, .now = task().now};
  for (const plan::ExprPtr& expr : exprs)
    evaluate(*expr, input, options, out_.arena, errors, *out++);
}

// Columns that are only renamed are handed over, not copied, at their last use.
void ProjectOperator::compute_or_move(Batch& in) {
  EvalInput input = EvalInput::new_side(in);
  const size_t keys = description().schema.key.size();
  std::vector<int> uses(in.columns.size(), 0);
  struct Moved {
    size_t to;
    size_t from;
  };
  std::vector<Moved> moved;
  auto side = [&](const std::vector<plan::ExprPtr>& exprs, size_t first) {
    for (size_t i = 0; i < exprs.size(); ++i) {
      if (exprs[i]->kind == plan::ExprKind::column) {
        auto from = static_cast<size_t>(exprs[i]->index);
        ++uses[from];
        moved.push_back({first + i, from});
      } else {
        compute({&exprs[i], 1}, input, &out_.columns[first + i], errors_);
      }
    }
  };
  if (project_.key.empty()) {
    for (size_t k = 0; k < keys; ++k) {
      ++uses[k];
      moved.push_back({k, k});
    }
  } else {
    side(project_.key, 0);
  }
  side(project_.value, keys);
  std::vector<uint32_t> all;
  for (const Moved& move : moved) {
    if (--uses[move.from] == 0) {
      std::swap(out_.columns[move.to], in.columns[move.from]);
      continue;
    }
    if (all.empty()) {
      all.resize(in.rows());
      std::iota(all.begin(), all.end(), 0);
    }
    out_.columns[move.to].gather(in.columns[move.from], all);
  }
}

void ProjectOperator::take_coordinates(Batch& in) {
  exec::take_coordinates(in, out_);
  if (description().window) return;
  out_.window_start.clear();
  out_.window_end.clear();
}

Status ProjectOperator::process_stream(Batch& in) {
  errors_.clear();
  compute_or_move(in);
  if (!errors_.empty()) {
    std::erase_if(errors_, [&](const RowError& bad) { return !in.present[bad.row]; });
    merge_errors(errors_);
    LEAT_CHECK(reject(in, errors_));
    kept_ = rows_without(in.rows(), errors_);
  }
  bool some_failed = !errors_.empty();
  take_coordinates(in);
  const size_t keys = description().schema.key.size();
  for (size_t row = 0; row < out_.rows(); ++row)
    if (!out_.present[row]) make_absent(out_, row, keys);
  if (task().options.ksqldb) forget_pseudo_keys();
  if (some_failed) out_.keep(kept_);
  if (project_.drops_null_keys) drop_null_keys();
  return emit(out_);
}

// In ksqlDB a record without a value has no ROWTIME either.
void ProjectOperator::forget_pseudo_keys() {
  for (size_t k = 0; k < project_.key.size(); ++k) {
    const plan::ExprKind kind = project_.key[k]->kind;
    if (kind != plan::ExprKind::rowtime && kind != plan::ExprKind::rowpartition &&
        kind != plan::ExprKind::rowoffset)
      continue;
    for (size_t row = 0; row < out_.rows(); ++row)
      if (!out_.present[row]) out_.columns[k].set_null(row);
  }
}

// A row whose new side cannot be computed is gone for whoever reads the table: it leaves as a
// tombstone if it was there, so that what is counted further down stays the sum of what is there.
Status ProjectOperator::reject_new_side(Batch& in) {
  std::erase_if(errors_, [&](const RowError& bad) { return !in.present[bad.row]; });
  merge_errors(errors_);
  merge_errors(old_errors_);
  for (const RowError& bad : old_errors_)
    if (in.has_old()) in.old_present[bad.row] = 0;
  if (errors_.empty()) {
    kept_.clear();
    return {};
  }
  LEAT_CHECK(reject(in, errors_));
  std::vector<uint8_t> gone(in.rows(), 0);
  for (const RowError& bad : errors_) {
    in.present[bad.row] = 0;
    gone[bad.row] = !in.has_old() || !in.old_present[bad.row];
  }
  kept_.clear();
  for (uint32_t row = 0; row < in.rows(); ++row)
    if (!gone[row]) kept_.push_back(row);
  return {};
}

Status ProjectOperator::process_table(Batch& in) {
  const size_t keys = description().schema.key.size();
  const bool new_key = !project_.key.empty();
  errors_.clear();
  old_errors_.clear();
  Batch& result = new_key ? computed_ : out_;
  result.clear();
  shape(result, BatchKind::table, description().schema);
  result.old.resize(in.has_old() ? project_.value.size() : 0);
  EvalInput now = EvalInput::new_side(in);
  if (new_key) compute(project_.key, now, result.columns.data(), errors_);
  compute(project_.value, now, result.columns.data() + keys, errors_);
  if (in.has_old()) {
    EvalInput before = EvalInput::old_side(in);
    old_keys_.resize(project_.key.size());
    compute(project_.key, before, old_keys_.data(), old_errors_);
    compute(project_.value, before, result.old.data(), old_errors_);
  }
  std::erase_if(old_errors_, [&](const RowError& bad) { return !in.old_present[bad.row]; });
  LEAT_CHECK(reject_new_side(in));
  for (size_t row = 0; row < in.rows(); ++row) {
    if (!in.present[row])
      for (size_t c = keys; c < result.columns.size(); ++c) result.columns[c].set_null(row);
  }
  if (new_key) {
    split_by_key(in);
    if (project_.drops_null_keys) drop_null_keys();
    return emit(out_);
  }
  for (size_t k = 0; k < keys; ++k) std::swap(out_.columns[k], in.columns[k]);
  take_coordinates(in);
  out_.old_present.swap(in.old_present);
  if (!kept_.empty() || !errors_.empty()) out_.keep(kept_);
  return emit(out_);
}

void ProjectOperator::split_by_key(Batch& in) {
  const size_t keys = project_.key.size();
  const size_t rows = in.rows();
  std::vector<const Column*> columns;
  for (size_t k = 0; k < keys; ++k) columns.push_back(&computed_.columns[k]);
  canonical_keys(columns, rows, out_.arena, new_key_bytes_);
  if (in.has_old()) {
    for (size_t k = 0; k < keys; ++k) columns[k] = &old_keys_[k];
    canonical_keys(columns, rows, out_.arena, old_key_bytes_);
  }
  out_.old.resize(project_.value.size());
  for (size_t c = 0; c < out_.old.size(); ++c) out_.old[c].reset(project_.value[c]->type);
  for (uint32_t row = 0; row < rows; ++row) {
    bool now = in.present[row];
    bool before = in.has_old() && in.old_present[row];
    if (now && before && new_key_bytes_[row] == old_key_bytes_[row]) {
      append_half(in, row, true, true);
      continue;
    }
    if (before) append_half(in, row, false, true);
    if (now) append_half(in, row, true, false);
  }
}

void ProjectOperator::append_half(const Batch& in, uint32_t row, bool is_new, bool is_old) {
  const size_t keys = project_.key.size();
  for (size_t k = 0; k < keys; ++k)
    out_.columns[k].append_from(is_new ? computed_.columns[k] : old_keys_[k], row);
  for (size_t c = 0; c < project_.value.size(); ++c) {
    if (is_new)
      out_.columns[keys + c].append_from(computed_.columns[keys + c], row);
    else
      out_.columns[keys + c].append_null();
    if (is_old)
      out_.old[c].append_from(computed_.old[c], row);
    else
      out_.old[c].append_null();
  }
  out_.present.push_back(is_new);
  out_.old_present.push_back(is_old);
  out_.timestamps.push_back(in.timestamps[row]);
  if (!in.headers.empty()) out_.headers.push_back(in.headers[row]);
  if (!in.offsets.empty()) out_.offsets.push_back(in.offsets[row]);
  if (!in.partitions.empty()) out_.partitions.push_back(in.partitions[row]);
}

void ProjectOperator::drop_null_keys() {
  const size_t keys = description().schema.key.size();
  bool any_null = std::find(out_.present.begin(), out_.present.end(), 0) != out_.present.end();
  for (size_t k = 0; k < keys; ++k) any_null |= out_.columns[k].has_nulls();
  if (!any_null) return;
  kept_.clear();
  for (uint32_t row = 0; row < out_.rows(); ++row) {
    bool is_null = !out_.present[row] && !(out_.has_old() && out_.old_present[row]);
    for (size_t k = 0; k < keys; ++k) is_null |= out_.columns[k].is_null(row);
    if (!is_null) kept_.push_back(row);
  }
  state.counters.dropped += out_.rows() - kept_.size();
  out_.keep(kept_);
}

}  // namespace leat::exec
