#include "exec/sink.h"

#include <algorithm>

#include "base/murmur2.h"
#include "base/short_bytes.h"
#include "exec/batch_rows.h"

namespace leat::exec {
namespace {
constexpr size_t kStartBytes = 8;  // behind a windowed key: the start of its window
/// A batch that has grown to this is finished and the next one begun: whoever reads the topic takes
/// whole batches.
constexpr size_t kBatchBytes = 1 << 20;
/// So much is encoded at once; a single row that is larger is an error.
constexpr size_t kSliceBytes = 256 << 20;
}  // namespace

Result<std::unique_ptr<SinkOperator>> SinkOperator::make(TaskContext& task, int node,
                                                         int32_t partitions) {
  std::unique_ptr<SinkOperator> op(new SinkOperator(task, node));
  const auto& sink = std::get<plan::Sink>(op->description().op);
  const Schema& schema = op->description().schema;
  op->partitions_ = partitions;
  op->keys_.may_refer = op->values_.may_refer = true;
  LEAT_TRY(op->key_encoder_, make_encoder(sink.key_format, schema.key, true));
  LEAT_TRY(op->value_encoder_, make_encoder(sink.value_format, schema.value, false));
  if (sink.timestamp_column >= 0) {
    LEAT_TRY(op->event_time_, EventTime::make(schema.at(static_cast<size_t>(sink.timestamp_column)),
                                              sink.timestamp_format));
  }
  return op;
}

Status SinkOperator::process(Batch& in, size_t) {
  const size_t bytes = bytes_of(in);
  LEAT_CHECK(charge(bytes));
  if (bytes > kSliceBytes) return process_slices(in);
  if (event_time_) LEAT_CHECK(take_times(in));
  LEAT_CHECK(encode_rows(in));
  std::vector<RecordBatchBuilder>& builders = task().out->sunk[node()];
  builders.resize(static_cast<size_t>(partitions_));
  write(in, builders);
  return {};
}

Status SinkOperator::process_slices(Batch& in) {
  if (in.rows() == 1) {
    errors_.clear();
    errors_.push_back(
        {0, Error(ErrorCode::out_of_range, "the row is too large: " + std::to_string(bytes_of(in)) +
                                               " bytes, at most " + std::to_string(kSliceBytes))});
    return reject(in, errors_);
  }
  for (size_t begin = 0; begin < in.rows();) {
    const size_t end = begin == 0 ? in.rows() / 2 : in.rows();
    Batch slice;
    append_rows(in, begin, end, slice);
    task().out->bytes -= bytes_of(slice);  // was counted, and is again
    LEAT_CHECK(process(slice, 0));
    begin = end;
  }
  return {};
}

Status SinkOperator::take_times(Batch& in) {
  auto column = static_cast<size_t>(std::get<plan::Sink>(description().op).timestamp_column);
  const bool in_value = column >= description().schema.key.size();
  errors_.clear();
  event_time_->read(in.columns[column], times_, errors_);
  std::erase_if(errors_, [&](const RowError& bad) { return in_value && !in.present[bad.row]; });
  for (size_t row = 0; row < in.rows(); ++row)
    if (in_value && !in.present[row]) times_[row] = in.timestamps[row];
  if (!errors_.empty()) LEAT_CHECK(reject(in, errors_));
  in.timestamps.swap(times_);
  std::vector<uint32_t> kept = rows_without(in.rows(), errors_);
  size_t good = kept.size();
  std::erase_if(kept, [&](uint32_t row) { return in.timestamps[row] < 0; });
  state.counters.dropped += good - kept.size();
  in.keep(kept);
  return {};
}

// Fills keys_ and values_. Rows that cannot be written are rejected and taken out of `in`.
Status SinkOperator::encode_rows(Batch& in) {
  const Schema& schema = description().schema;
  while (true) {
    errors_.clear();
    keys_.clear();
    values_.clear();
    columns_.clear();
    for (size_t k = 0; k < schema.key.size(); ++k) columns_.push_back(&in.columns[k]);
    bool all_keyed = mark_keys(in, has_key_);
    key_encoder_->encode(columns_, in.rows(), all_keyed ? nullptr : has_key_.data(), keys_,
                         errors_);
    columns_.clear();
    for (size_t c = schema.key.size(); c < schema.width(); ++c) columns_.push_back(&in.columns[c]);
    bool all_present = std::find(in.present.begin(), in.present.end(), 0) == in.present.end();
    value_encoder_->encode(columns_, in.rows(), all_present ? nullptr : in.present.data(), values_,
                           errors_);
    if (errors_.empty()) return {};
    std::stable_sort(errors_.begin(), errors_.end(),
                     [](const RowError& a, const RowError& b) { return a.row < b.row; });
    errors_.erase(std::unique(errors_.begin(), errors_.end(),
                              [](const RowError& a, const RowError& b) { return a.row == b.row; }),
                  errors_.end());
    LEAT_CHECK(reject(in, errors_));
    in.keep(rows_without(in.rows(), errors_));
  }
}

// Fills target_. Apart from writing, so that the hashes of many keys run side by side.
void SinkOperator::choose_partitions(size_t rows) {
  target_.resize(rows);
  const auto partitions = static_cast<uint64_t>(partitions_);
  for (size_t row = 0; row < rows; ++row) {
    const ByteView key = keys_.row(row);
    target_[row] = is_null(key) ? static_cast<int32_t>(state.spread++ % partitions)
                                : partition_for(key, partitions_);
  }
}

void SinkOperator::write(const Batch& in, std::vector<RecordBatchBuilder>& builders) {
  const bool windowed = !in.window_start.empty();
  const bool with_headers = !in.headers.empty();
  target_.assign(partitions_ == 1 ? in.rows() : 0, 0);
  if (partitions_ > 1) choose_partitions(in.rows());
  for (size_t row = 0; row < in.rows(); ++row) {
    const int32_t partition = target_[row];
    RecordBatchBuilder& builder = builders[static_cast<size_t>(partition)];
    ByteView key = keys_.row(row);
    if (windowed && !is_null(key)) {
      windowed_key_.resize(std::max(windowed_key_.size(), key.size() + kStartBytes));
      copy_bytes(windowed_key_.data(), key.data(), key.size());
      store_be64(windowed_key_.data() + key.size(), static_cast<uint64_t>(in.window_start[row]));
      key = ByteView(windowed_key_.data(), key.size() + kStartBytes);
    }
    builder.add(in.timestamps[row], key, values_.row(row),
                with_headers ? in.headers[row] : ByteView());
    if (builder.bytes() >= kBatchBytes) cut(partition, builder);
  }
  state.counters.rows_out += in.rows();
}

void SinkOperator::cut(int32_t partition, RecordBatchBuilder& builder) {
  auto count = static_cast<int32_t>(builder.count());
  task().out->full.push_back({node(), partition, count, builder.lend()});
}

}  // namespace leat::exec
