#pragma once
#include <functional>
#include <string>
#include <vector>

#include "exec/task.h"
#include "log/log.h"

namespace leat::runtime {

/// Name of the topic that an application's dead letters go to.
std::string dead_letter_topic(const std::string& application);

inline constexpr size_t kDeadLetterBytesMax = 1 << 20;
/// A batch that has grown to this is finished and the next one begun.
inline constexpr size_t kDeadLetterBatchBytes = 1 << 20;

/// The batches of a partition that are not in the log yet.
using UnwrittenBatches = std::function<std::vector<ByteView>(const TopicPartition& partition)>;

/// Gives letters of rows that failed behind a repartition what their records had, out of the log or
/// of what is about to be written to it. A record that is nowhere any more leaves its letter as it
/// is. Cost: a read of the log for each such letter.
void look_up_records(Log& log, const UnwrittenBatches& unwritten,
                     std::vector<exec::DeadLetter>& letters);

/// Record batches with a record per letter: key, value and headers as the bad record had them,
/// and behind them the headers leat.error.{code,message,topic,partition,offset,query,stage}. A
/// letter over kDeadLetterBytesMax is cut, and says so in leat.error.cut (its original bytes).
struct DeadLetterBatch {
  std::string bytes;
  int32_t count;
};
std::vector<DeadLetterBatch> encode_dead_letters(const std::vector<exec::DeadLetter>& letters);

}  // namespace leat::runtime
