#pragma once
#include <atomic>
#include <string>
#include <vector>

#include "data/record_batch.h"
#include "log/log.h"

namespace leat::benchmarks {

/// Appends records to one topic in big batches, a keyed record to the partition of its key, others
/// to each in turn. One thread. Waits where the log has no room for more; finish() waits until all
/// is durable.
class Feed {
 public:
  static Result<std::unique_ptr<Feed>> open(Log& log, const std::string& topic);

  void add(TimeMs time, ByteView key, ByteView value);
  /// Errors: the first that an append was refused for.
  Status finish();

 private:
  Feed(Log& log, TopicInfo topic);
  void send(size_t partition);
  Log& log_;
  TopicInfo topic_;
  std::vector<RecordBatchBuilder> builders_;
  size_t turn_ = 0;
  std::atomic<int> in_flight_{0};
  std::atomic<int> failed_{0};
};

}  // namespace leat::benchmarks
