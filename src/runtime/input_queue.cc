#include "runtime/input_queue.h"

#include <algorithm>

#include "data/record_batch.h"

namespace leat::runtime {

Status InputQueue::refill(Log& log, Offset start, Offset limit, size_t bytes_max) {
  if (read_ < start) {
    if (!batches_.empty()) return {};  // those first
    rewind(std::min(start, limit));
  }
  while (read_ < limit && held_bytes_ < bytes_max) {
    LEAT_TRY(Fetched fetched,
             log.read(partition_, read_, bytes_max - held_bytes_, Visibility::appended));
    if (fetched.batches.empty()) break;
    auto keep = std::make_shared<std::vector<std::shared_ptr<const void>>>(std::move(fetched.keep));
    for (size_t i = 0; i < fetched.batches.size(); ++i) {
      ByteView bytes = fetched.batches[i];
      LEAT_TRY(RecordBatchHeader header, read_batch_header(bytes));
      Offset end = std::min(Offset(header.last_offset() + 1), limit);
      if (end <= read_) continue;
      if (!batches_.empty() && batches_.back().base == header.base_offset) {
        // An earlier limit cut it: more of it may be taken now, and none of it twice.
        batches_.back().end = read_ = end;
        continue;
      }
      batches_.push_back(
          {bytes, header.base_offset, end, header.max_timestamp, fetched.appended_at[i], keep});
      held_bytes_ += bytes.size();
      read_ = end;
    }
  }
  return {};
}

std::vector<WaitingBatch> InputQueue::waiting(bool times) {
  std::vector<WaitingBatch> out;
  out.reserve(batches_.size());
  for (Waiting& batch : batches_) {
    if (times && times_ && !batch.timed) {
      TimeMs largest = times_->largest(batch.bytes);
      if (largest != kNoTime) batch.max_time = largest;
      batch.timed = true;
    }
    out.push_back({batch.max_time, batch.bytes.size()});
  }
  return out;
}

TakenRecords InputQueue::take(size_t batches, int64_t records_max) {
  TakenRecords taken{next_, next_, {}, {}, {}};
  if (batches == 0) return taken;
  for (size_t i = 0; i < batches; ++i) {
    const Waiting& batch = batches_.front();
    taken.batches.push_back(batch.bytes);
    taken.appended_at.push_back(batch.appended_at);
    if (taken.keep.empty() || taken.keep.back() != batch.keep) taken.keep.push_back(batch.keep);
    if (records_max > 0 && batch.end.value - taken.from.value > records_max) {
      taken.to = next_ = taken.from.plus(records_max);
      return taken;  // the batch stays at the head for its other records
    }
    taken.to = next_ = batch.end;
    held_bytes_ -= batch.bytes.size();
    batches_.pop_front();
  }
  return taken;
}

void InputQueue::rewind(Offset next) {
  read_ = next_ = next;
  batches_.clear();
  held_bytes_ = 0;
}

}  // namespace leat::runtime
