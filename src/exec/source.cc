#include "exec/source.h"

#include <algorithm>
#include <stdexcept>

#include "exec/batch_rows.h"

namespace leat::exec {

Result<std::unique_ptr<SourceOperator>> SourceOperator::make(TaskContext& task, int node,
                                                             std::vector<uint8_t> needed) {
  std::unique_ptr<SourceOperator> op(new SourceOperator(task, node));
  const Schema& schema = op->description().schema;
  op->source_ = &std::get<plan::Source>(op->description().op);
  op->needed_ = std::move(needed);
  LEAT_TRY(op->key_decoder_, make_decoder(op->source_->key_format, schema.key, true));
  LEAT_TRY(op->value_decoder_, make_decoder(op->source_->value_format, schema.value, false));
  if (op->source_->timestamp.column >= 0) {
    auto column = static_cast<size_t>(op->source_->timestamp.column);
    op->needed_[column] = 1;
    LEAT_TRY(op->event_time_, EventTime::make(schema.at(column), op->source_->timestamp.format));
  }
  return op;
}

Status SourceOperator::process(Batch& in, size_t) {
  for (TimeMs ts : in.timestamps) state.advance(ts);
  return emit(in);
}

Status SourceOperator::decode(const RecordColumns& records, size_t begin, size_t end,
                              const SourceRecords& input, const std::vector<TimeMs>& appended,
                              Batch& out) {
  out.clear();
  shape(out, description().kind, description().schema);
  errors_.clear();
  take_bytes(records, begin, end, out);
  out.partitions.assign(end - begin, input.partition.value);
  if (!input.condemned.empty()) pass_over(input.condemned, out);
  if (!task().options.dies_of.empty()) die_of_planted_bug();
  split_windows(out);
  decode_columns(out);
  find_times(records, begin, appended, out);
  const size_t records_read = out.rows();
  LEAT_CHECK(drop_bad_rows(out));
  state.counters.rows_in += records_read - out.rows();  // the others are counted as they go on
  return {};
}

void SourceOperator::take_bytes(const RecordColumns& records, size_t begin, size_t end,
                                Batch& out) {
  auto slice = [&](const auto& from, auto& to) {
    if (from.empty())
      to.clear();
    else
      to.assign(from.begin() + static_cast<ptrdiff_t>(begin),
                from.begin() + static_cast<ptrdiff_t>(end));
  };
  keys_ = {records.keys.data() + begin, end - begin};
  values_ = {records.values.data() + begin, end - begin};
  slice(records.offsets, out.offsets);
  slice(records.timestamps, out.timestamps);
  slice(records.headers, out.headers);
  out.present.resize(values_.size());
  for (size_t row = 0; row < values_.size(); ++row) out.present[row] = !is_null(values_[row]);
}

// What reading or computing them would come to is known: the end of the process.
void SourceOperator::pass_over(const std::vector<int64_t>& condemned, const Batch& rows) {
  good_keys_.assign(keys_.begin(), keys_.end());
  good_values_.assign(values_.begin(), values_.end());
  for (uint32_t row = 0; row < rows.offsets.size(); ++row) {
    if (!std::binary_search(condemned.begin(), condemned.end(), rows.offsets[row])) continue;
    good_keys_[row] = good_values_[row] = kNullBytes;
    add_error(row, Error(ErrorCode::internal,
                         "the process has died of this record, alone, more than once",
                         "look at it and at the functions that it is given to; `leat dlq replay` "
                         "gives it to them again"));
  }
  keys_ = good_keys_;
  values_ = good_values_;
}

void SourceOperator::die_of_planted_bug() const {
  for (ByteView value : values_)
    if (value.find(task().options.dies_of) != ByteView::npos)
      throw std::runtime_error("a planted bug: " + task().options.dies_of);
}

// A windowed key is the key's bytes, then the start of the window, 8 bytes big-endian.
void SourceOperator::split_windows(Batch& out) {
  if (!source_->window_size) return;
  out.window_start.assign(keys_.size(), 0);
  out.window_end.assign(keys_.size(), 0);
  plain_keys_.assign(keys_.begin(), keys_.end());
  keys_ = plain_keys_;
  for (size_t row = 0; row < keys_.size(); ++row) {
    ByteView& key = plain_keys_[row];
    if (is_null(key)) continue;
    if (key.size() < 8) {
      add_error(static_cast<uint32_t>(row),
                Error(ErrorCode::invalid_data, "the key is too short for a windowed key: " +
                                                   std::to_string(key.size()) + " bytes"));
      key = kNullBytes;
      continue;
    }
    out.window_start[row] = static_cast<TimeMs>(load_be64(key.data() + key.size() - 8));
    out.window_end[row] = saturating_add(out.window_start[row], *source_->window_size);
    key = key.substr(0, key.size() - 8);
  }
}

void SourceOperator::decode_columns(Batch& out) {
  const Schema& schema = description().schema;
  auto side = [&](RowDecoder& decoder, std::span<const ByteView> rows, size_t first, size_t count,
                  std::string_view name) {
    targets_.assign(count, nullptr);
    for (size_t c = 0; c < count; ++c)
      if (needed_[first + c]) targets_[c] = &out.columns[first + c];
    side_errors_.clear();
    decoder.decode(rows, targets_, out.arena, side_errors_);
    for (RowError& bad : side_errors_) add_error(bad.row, std::move(bad.error).with_context(name));
  };
  side(*key_decoder_, keys_, 0, schema.key.size(), "key");
  side(*value_decoder_, values_, schema.key.size(), schema.value.size(), "value");
  for (size_t c = 0; c < out.columns.size(); ++c) {
    if (needed_[c]) continue;
    out.columns[c].resize(keys_.size());
    out.columns[c].set_all_null();
  }
}

void SourceOperator::find_times(const RecordColumns& records, size_t begin,
                                const std::vector<TimeMs>& appended, Batch& out) {
  const TimeMs allowed = task().options.max_future_ms;
  if (event_time_) {
    auto column = static_cast<size_t>(source_->timestamp.column);
    side_errors_.clear();
    event_time_->read(out.columns[column], found_, side_errors_);
    bool in_value = column >= description().schema.key.size();
    for (RowError& bad : side_errors_) {
      // A tombstone has no columns: the record's own time stands.
      if (in_value && !out.present[bad.row])
        found_[bad.row] = out.timestamps[bad.row];
      else
        add_error(bad.row, std::move(bad.error));
    }
    out.timestamps.swap(found_);
  }
  if (appended.empty()) return;
  for (size_t row = 0; row < out.timestamps.size(); ++row) {
    TimeMs at =
        appended[begin + row] == kNoTime ? records.timestamps[begin + row] : appended[begin + row];
    if (out.timestamps[row] <= saturating_add(at, allowed)) continue;
    add_error(
        static_cast<uint32_t>(row),
        Error(ErrorCode::out_of_range,
              "the timestamp is too far in the future: " + std::to_string(out.timestamps[row]) +
                  " ms, appended at " + std::to_string(at) + " ms",
              "raise max_future if such records are meant"));
  }
}

Status SourceOperator::drop_bad_rows(Batch& out) {
  bool negative = false;
  for (TimeMs ts : out.timestamps) negative |= ts < 0;
  if (errors_.empty() && !negative) return {};

  std::stable_sort(errors_.begin(), errors_.end(),
                   [](const RowError& a, const RowError& b) { return a.row < b.row; });
  errors_.erase(std::unique(errors_.begin(), errors_.end(),
                            [](const RowError& a, const RowError& b) { return a.row == b.row; }),
                errors_.end());
  std::vector<uint32_t> kept = rows_without(out.rows(), errors_);
  LEAT_CHECK(reject(out, errors_));
  size_t good = kept.size();
  std::erase_if(kept, [&](uint32_t row) { return out.timestamps[row] < 0; });
  state.counters.dropped += good - kept.size();
  out.keep(kept);
  return {};
}

void SourceOperator::describe(int32_t partition, int64_t offset, DeadLetter& letter) const {
  for (const SourceRun* run : runs_) {
    if (run->partition().value != partition) continue;
    const RecordColumns& records = run->records();
    auto found = std::lower_bound(records.offsets.begin(), records.offsets.end(), offset);
    if (found == records.offsets.end() || *found != offset) continue;
    auto row = static_cast<size_t>(found - records.offsets.begin());
    letter.null_key = is_null(records.keys[row]);
    letter.null_value = is_null(records.values[row]);
    letter.key = records.keys[row];
    letter.value = records.values[row];
    if (!records.headers.empty()) letter.headers = records.headers[row];
    letter.timestamp = records.timestamps[row];
    letter.at_hand = true;
    return;
  }
}

RecordColumns SourceOperator::lend_columns() {
  RecordColumns columns;
  if (!spare_.empty()) {
    columns = std::move(spare_.back());
    spare_.pop_back();
    columns.clear();
  }
  return columns;
}

// Large batches of the log are handed on in pieces of `batch_rows_`, the last one as it is; small
// ones are gathered first.
Status SourceRun::refill() {
  if (records_.size() - at_ >= batch_rows_ / 4 && at_ < records_.size()) return {};
  records_.drop_front(at_);
  appended_.erase(appended_.begin(),
                  appended_.begin() + static_cast<ptrdiff_t>(std::min(at_, appended_.size())));
  at_ = 0;
  while (records_.size() - at_ < batch_rows_ && next_batch_ < input_.batches.size()) {
    size_t index = next_batch_++;
    ByteView bytes = input_.batches[index];
    LEAT_TRY(RecordBatchHeader header, read_batch_header(bytes));
    if (header.is_control()) continue;
    const size_t before = records_.size();
    LEAT_CHECK(decode_records(bytes.substr(0, header.total_bytes()), records_));
    TimeMs at = header.is_log_append_time() ? header.max_timestamp : kNoTime;
    if (index < input_.appended_at.size()) at = input_.appended_at[index];
    if (!source_.checks_future(at != kNoTime) && appended_.empty()) continue;
    appended_.resize(before, kNoTime);
    appended_.resize(records_.size(), at);
  }
  return {};
}

Result<Batch*> SourceRun::next() {
  while (true) {
    LEAT_CHECK(refill());
    // Batches come whole: what lies before or after the range belongs to other epochs.
    while (at_ < records_.size() && records_.offsets[at_] < input_.from.value) ++at_;
    size_t end = std::min(records_.size(), at_ + batch_rows_);
    while (end > at_ && records_.offsets[end - 1] >= input_.to.value) --end;
    if (at_ == end) {
      if (at_ < records_.size() || next_batch_ == input_.batches.size()) return nullptr;
      continue;
    }
    LEAT_CHECK(source_.decode(records_, at_, end, input_, appended_, batch_));
    at_ = end;
    if (batch_.rows() > 0) return &batch_;
  }
}

}  // namespace leat::exec
