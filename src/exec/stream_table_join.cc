#include "exec/stream_table_join.h"

#include <algorithm>
#include <numeric>

#include "exec/batch_rows.h"
#include "exec/table_keys.h"

namespace leat::exec {

Result<std::unique_ptr<StreamTableJoinOperator>> StreamTableJoinOperator::make(
    TaskContext& task, int node, const std::function<StatefulOperator*(int)>& stateful) {
  const plan::Node& at = task.node(node);
  LEAT_TRY(TableReader reader, TableReader::of(*task.query, at.inputs[1], task.options));
  StatefulOperator* table = stateful(reader.base());
  if (table == nullptr)
    return Error(ErrorCode::internal,
                 "the table of a join runs in another part of the query: " + at.id);
  if (table->windowed() && !task.node(at.inputs[0]).window)
    return Error(ErrorCode::unsupported,
                 "a stream without windows cannot be joined with a windowed table: " + at.id);
  return std::unique_ptr<StreamTableJoinOperator>(
      new StreamTableJoinOperator(task, node, std::move(reader), *table));
}

void StreamTableJoinOperator::find_matches(const Batch& in) {
  const size_t keys = description().schema.key.size();
  arena_.reset();
  table_keys(in, keys, table_.windowed() ? &in.window_start : nullptr, arena_, keys_);
  if (!mark_keys(in, has_key_)) {
    for (size_t row = 0; row < in.rows(); ++row)
      if (!has_key_[row]) keys_[row] = ByteView();
  }
  entries_.resize(in.rows());
  table_.table().find_batch(keys_.data(), in.rows(), entries_.data());
}

Status StreamTableJoinOperator::process(Batch& in, size_t) {
  const bool left = std::get<plan::StreamTableJoin>(description().op).left;
  reader_.set_now(task().now);
  find_matches(in);
  kept_.clear();
  for (uint32_t row = 0; row < in.rows(); ++row)
    if (in.present[row] && (left || entries_[row] != nullptr)) kept_.push_back(row);
  keep_rows(in);
  if (in.rows() == 0) return {};
  read_matches(in);
  if (!left && !reader_.reads_as_kept()) {
    kept_.clear();
    for (uint32_t row = 0; row < in.rows(); ++row)
      if (matches_.present[row]) kept_.push_back(row);
    keep_rows(in);
    matches_.keep(kept_);
  }

  out_.clear();
  shape(out_, BatchKind::stream, description().schema);
  const size_t keys = description().schema.key.size();
  const size_t own = in.columns.size();
  for (size_t c = 0; c < own; ++c) std::swap(out_.columns[c], in.columns[c]);
  for (size_t c = own; c < out_.columns.size(); ++c)
    std::swap(out_.columns[c], matches_.columns[keys + c - own]);
  take_coordinates(in, out_);
  return emit(out_);
}

void StreamTableJoinOperator::keep_rows(Batch& in) {
  if (kept_.size() == in.rows()) return;
  state.counters.dropped += in.rows() - kept_.size();
  for (size_t i = 0; i < kept_.size(); ++i) entries_[i] = entries_[kept_[i]];
  entries_.resize(kept_.size());
  in.keep(kept_);
}

void StreamTableJoinOperator::read_matches(const Batch& in) {
  const size_t keys = description().schema.key.size();
  values_.resize(in.rows());
  for (size_t row = 0; row < in.rows(); ++row) {
    values_[row] = entries_[row] ? entries_[row]->value_bytes() : ByteView();
    // Whoever reads the columns finds long rows in the cache: misses side by side, not in a row.
    for (size_t at = 64; at < std::min<size_t>(values_[row].size() + 63, 512); at += 64)
      __builtin_prefetch(values_[row].data() + at);
  }
  matches_.clear();
  shape(matches_, BatchKind::table, task().node(reader_.base()).schema);
  table_.decode_values(values_, matches_.columns, keys, matches_.arena);
  if (reader_.reads_as_kept()) return;
  // Filters and projections of the table may look at its key, which is the stream's.
  std::vector<uint32_t> all(in.rows());
  std::iota(all.begin(), all.end(), 0);
  for (size_t k = 0; k < keys; ++k) matches_.columns[k].gather(in.columns[k], all);
  matches_.present.resize(in.rows());
  matches_.timestamps.resize(in.rows());
  for (size_t row = 0; row < in.rows(); ++row) {
    matches_.present[row] = entries_[row] != nullptr;
    matches_.timestamps[row] =
        entries_[row] ? StatefulOperator::time_of(values_[row]) : in.timestamps[row];
  }
  reader_.apply_steps(matches_);
}

}  // namespace leat::exec
