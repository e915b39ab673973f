#pragma once
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "data/record_batch.h"
#include "log/log.h"

/// Small batches and commits, and reading them back: for the tests of logs and of what stands on
/// them.
namespace leat::conformance {

inline TopicPartition partition_of(const TopicInfo& topic, int32_t partition = 0) {
  return {topic.id, PartitionId(partition)};
}

/// A batch of values with keys k0, k1, ... and times first_time, first_time + 1, ...
inline PartitionAppend batch_of(const TopicPartition& at, const std::vector<std::string>& values,
                                TimeMs first_time = 1000) {
  RecordBatchBuilder builder;
  for (size_t i = 0; i < values.size(); ++i) {
    builder.add(first_time + static_cast<TimeMs>(i), "k" + std::to_string(i), values[i]);
  }
  return {at, builder.lend(), static_cast<int32_t>(values.size())};
}

/// All records of a partition from `from` on, as "offset:value".
inline std::vector<std::string> read_all(Log& log, const TopicPartition& at,
                                         Offset from = Offset(0),
                                         Visibility visibility = Visibility::durable,
                                         size_t max_bytes = 1 << 20) {
  std::vector<std::string> out;
  for (;;) {
    Fetched fetched = log.read(at, from, max_bytes, visibility).value();
    if (fetched.batches.empty()) return out;
    for (ByteView batch : fetched.batches) {
      RecordColumns records;
      check_batch_crc(batch).value();
      decode_records(batch, records).value();
      for (size_t i = 0; i < records.size(); ++i) {
        if (records.offsets[i] < from.value) continue;
        out.push_back(std::to_string(records.offsets[i]) + ":" + std::string(records.values[i]));
      }
    }
    from = fetched.next;
  }
}

/// A commit with the bases that an epoch would have computed.
inline Commit commit_of(Log& log, const std::string& application, uint64_t epoch,
                        std::vector<PartitionAppend> appends) {
  Commit commit;
  commit.application = application;
  commit.epoch = EpochId(epoch);
  std::map<TopicPartition, Offset> ends;
  for (const PartitionAppend& append : appends) {
    Offset& end =
        ends.try_emplace(append.partition, log.bounds(append.partition).value().appended_end)
            .first->second;
    commit.base_offsets.push_back(end);
    end = end.plus(append.record_count);
  }
  commit.appends = std::move(appends);
  return commit;
}

}  // namespace leat::conformance
