#pragma once
#include <deque>
#include <memory>
#include <vector>

#include "log/log.h"
#include "runtime/cut.h"

namespace leat::runtime {

/// What an epoch takes from one input partition.
struct TakenRecords {
  Offset from;
  Offset to;
  std::vector<ByteView> batches;
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
  /// Reads on, up to `limit` and until about `bytes_max` wait. Errors: as Log::read.
  Status refill(Log& log, Offset limit, size_t bytes_max);
  /// The waiting batches, for choose_cut.
  std::vector<WaitingBatch> waiting() const;
  /// Takes the first `batches` of them; with `records_max` > 0 no more records than that.
  TakenRecords take(size_t batches, int64_t records_max = 0);
  /// Forgets what was read ahead; the next refill begins at `next`.
  void rewind(Offset next);

 private:
  struct Waiting {
    ByteView bytes;
    Offset end;  // one past its last record, or the limit of the refill that read it
    TimeMs max_time;
  };
  TopicPartition partition_;
  Offset read_;  // read ahead up to here
  Offset next_;  // taken up to here
  std::deque<Waiting> batches_;
  std::vector<std::shared_ptr<const void>> keep_;
};

}  // namespace leat::runtime
