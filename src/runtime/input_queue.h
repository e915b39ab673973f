#pragma once
#include <deque>
#include <memory>
#include <vector>

#include "exec/batch_times.h"
#include "log/log.h"
#include "runtime/cut.h"

namespace leat::runtime {

/// What an epoch takes from one input partition.
struct TakenRecords {
  Offset from;
  Offset to;
  std::vector<ByteView> batches;
  std::vector<TimeMs> appended_at;  // of each batch
  std::vector<std::shared_ptr<const void>> keep;
  bool empty() const { return from == to; }
};

/// The head of one input partition's backlog: whole batches read ahead of the epochs that will take
/// them. Owned by the coordinator.
class InputQueue {
 public:
  InputQueue(TopicPartition partition, Offset next)
      : partition_(partition), read_(next), next_(next) {}

  Offset next() const { return next_; }
  /// Read ahead up to here.
  Offset read_to() const { return read_; }
  /// Reads on, up to `limit` and until about `bytes_max` wait. Records below `start` have expired:
  /// retention never passes what a query has yet to read, but it may while one is being added.
  /// Errors: as Log::read.
  Status refill(Log& log, Offset start, Offset limit, size_t bytes_max);
  /// Event times are those of a column from now on, not those of the records.
  void read_times_with(std::shared_ptr<exec::BatchTimes> times) { times_ = std::move(times); }
  /// Bytes that wait.
  size_t bytes() const { return held_bytes_; }
  /// The waiting batches, for choose_cut. Without `times` the times are left out, which may have to
  /// be read from the rows.
  std::vector<WaitingBatch> waiting(bool times);
  /// Takes the first `batches` of them; with `records_max` > 0 no more records than that.
  TakenRecords take(size_t batches, int64_t records_max = 0);
  /// Forgets what was read ahead; the next refill begins at `next`.
  void rewind(Offset next);

 private:
  struct Waiting {
    ByteView bytes;
    int64_t base;  // offset of its first record
    Offset end;    // one past its last record, or the limit of the refill that read it
    TimeMs max_time;
    TimeMs appended_at;
    std::shared_ptr<const void> keep;  // what the read gave, alive while a batch of it is used
    bool timed = false;                // max_time is that of the column
  };
  TopicPartition partition_;
  Offset read_;  // read ahead up to here
  Offset next_;  // taken up to here
  std::deque<Waiting> batches_;
  std::shared_ptr<exec::BatchTimes> times_;  // nullptr: the records' own
  size_t held_bytes_ = 0;                    // of batches_
};

}  // namespace leat::runtime
