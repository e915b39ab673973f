#include "exec/batch_times.h"

#include <algorithm>

namespace leat::exec {
namespace {

constexpr size_t kWindowBytes = 8;

}  // namespace

Result<std::unique_ptr<BatchTimes>> BatchTimes::make(const plan::Node& source) {
  const auto& op = std::get<plan::Source>(source.op);
  if (op.timestamp.column < 0) return std::unique_ptr<BatchTimes>();
  const Schema& schema = source.schema;
  auto column = static_cast<size_t>(op.timestamp.column);
  LEAT_TRY(EventTime event_time, EventTime::make(schema.at(column), op.timestamp.format));
  std::unique_ptr<BatchTimes> times(new BatchTimes(std::move(event_time)));
  times->in_key_ = column < schema.key.size();
  times->window_size_ = op.window_size;
  times->place_ = times->in_key_ ? column : column - schema.key.size();
  const auto& fields = times->in_key_ ? schema.key : schema.value;
  LEAT_TRY(times->decoder_,
           make_decoder(times->in_key_ ? op.key_format : op.value_format, fields, times->in_key_));
  times->targets_.assign(fields.size(), nullptr);
  return times;
}

TimeMs BatchTimes::largest(ByteView batch) {
  records_.clear();
  if (!decode_records(batch, records_).has_value()) return kNoTime;  // the task will say so
  RawVector<ByteView>& rows = in_key_ ? records_.keys : records_.values;
  if (in_key_ && window_size_)
    for (ByteView& key : rows)
      if (!is_null(key) && key.size() >= kWindowBytes)
        key = key.substr(0, key.size() - kWindowBytes);
  Arena arena;
  errors_.clear();
  targets_[place_] = &column_;
  decoder_->decode(rows, targets_, arena, errors_);
  errors_.clear();
  event_time_.read(column_, times_, errors_);
  TimeMs largest = kNoTime;
  for (TimeMs time : times_) largest = std::max(largest, time);
  return largest;
}

}  // namespace leat::exec
