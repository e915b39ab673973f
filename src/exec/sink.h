#pragma once
#include <optional>

#include "exec/event_time.h"
#include "exec/operator.h"

namespace leat::exec {

/// Writes rows as records of a topic, each to the partition of its key. A row without a value (a
/// tombstone of a table) becomes a record with a null value. Rows without a key are spread.
class SinkOperator final : public Operator {
 public:
  static Result<std::unique_ptr<SinkOperator>> make(TaskContext& task, int node,
                                                    int32_t partitions);
  Status process(Batch& in, size_t port) override;

 private:
  using Operator::Operator;
  Status encode_rows(Batch& in);
  Status take_times(Batch& in);
  Status process_slices(Batch& in);
  void choose_partitions(size_t rows);
  void write(const Batch& in, std::vector<RecordBatchBuilder>& builders);
  void cut(int32_t partition, RecordBatchBuilder& builder);

  int32_t partitions_ = 1;
  std::unique_ptr<RowEncoder> key_encoder_;
  std::unique_ptr<RowEncoder> value_encoder_;
  std::optional<EventTime> event_time_;
  EncodedRows keys_, values_;
  std::vector<const Column*> columns_;
  std::vector<uint8_t> has_key_;
  std::vector<TimeMs> times_;
  RowErrors errors_;
  std::string windowed_key_;
  std::vector<int32_t> target_;  // partition of each row
};

}  // namespace leat::exec
