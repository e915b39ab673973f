#include "runtime/input_queue.h"

#include <algorithm>

#include "data/record_batch.h"

namespace leat::runtime {

Status InputQueue::refill(Log& log, Offset limit, size_t bytes_max) {
  size_t held = 0;
  for (const Waiting& batch : batches_) held += batch.bytes.size();
  while (read_ < limit && held < bytes_max) {
    LEAT_TRY(Fetched fetched, log.read(partition_, read_, bytes_max - held, Visibility::appended));
    if (fetched.batches.empty()) break;
    for (ByteView bytes : fetched.batches) {
      LEAT_TRY(RecordBatchHeader header, read_batch_header(bytes));
      Offset end = std::min(Offset(header.last_offset() + 1), limit);
      if (end <= read_) continue;
      batches_.push_back({bytes, end, header.max_timestamp});
      held += bytes.size();
      read_ = end;
    }
    keep_.insert(keep_.end(), fetched.keep.begin(), fetched.keep.end());
  }
  return {};
}

std::vector<WaitingBatch> InputQueue::waiting() const {
  std::vector<WaitingBatch> out;
  out.reserve(batches_.size());
  for (const Waiting& batch : batches_) out.push_back({batch.max_time, batch.bytes.size()});
  return out;
}

TakenRecords InputQueue::take(size_t batches, int64_t records_max) {
  TakenRecords taken{next_, next_, {}, {}};
  if (batches == 0) return taken;
  taken.keep = keep_;  // a buffer may hold batches of several epochs
  for (size_t i = 0; i < batches; ++i) {
    const Waiting& batch = batches_.front();
    taken.batches.push_back(batch.bytes);
    if (records_max > 0 && batch.end.value - taken.from.value > records_max) {
      taken.to = next_ = taken.from.plus(records_max);
      return taken;  // the batch stays at the head for its other records
    }
    taken.to = next_ = batch.end;
    batches_.pop_front();
  }
  if (batches_.empty()) keep_.clear();
  return taken;
}

void InputQueue::rewind(Offset next) {
  read_ = next_ = next;
  batches_.clear();
  keep_.clear();
}

}  // namespace leat::runtime
