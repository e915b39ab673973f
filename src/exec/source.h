#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "data/format.h"
#include "data/record_batch.h"
#include "exec/event_time.h"
#include "exec/input_run.h"
#include "exec/operator.h"

namespace leat::exec {

class SourceRun;

/// Reads the records of a topic as rows: decodes the columns that the plan needs, finds the event
/// time, and keeps out what cannot be used. Rows keep the offsets of their records.
class SourceOperator final : public Operator {
 public:
  /// `needed`: columns of the schema that somebody reads; the others are null.
  static Result<std::unique_ptr<SourceOperator>> make(TaskContext& task, int node,
                                                      std::vector<uint8_t> needed);

  Status process(Batch& in, size_t port) override;
  void reset() override { runs_.clear(); }

  /// Turns records [begin, end) of a partition into rows of `out`; `appended` is empty or has a
  /// time for each.
  Status decode(const RecordColumns& records, size_t begin, size_t end, const SourceRecords& input,
                const std::vector<TimeMs>& appended, Batch& out);
  /// Whether decode() wants append times (known: the log says them): an event time that may differ
  /// from them is held against them.
  bool checks_future(bool known) const {
    return task().options.max_future_ms > 0 && (known || event_time_);
  }

  void add_run(const SourceRun* run) { runs_.push_back(run); }
  /// Arrays for a run's records, used again by the runs of later epochs.
  RecordColumns lend_columns();
  void take_back(RecordColumns columns) { spare_.push_back(std::move(columns)); }
  /// Puts the bytes of a record of the batch at work into a dead letter.
  void describe(int32_t partition, int64_t offset, DeadLetter& letter) const;

 private:
  using Operator::Operator;
  void take_bytes(const RecordColumns& records, size_t begin, size_t end, Batch& out);
  void pass_over(const std::vector<int64_t>& condemned, const Batch& rows);
  void die_of_planted_bug() const;
  void split_windows(Batch& out);
  void decode_columns(Batch& out);
  void find_times(const RecordColumns& records, size_t begin, const std::vector<TimeMs>& appended,
                  Batch& out);
  void add_error(uint32_t row, Error error) { errors_.push_back({row, std::move(error)}); }
  Status drop_bad_rows(Batch& out);

  const plan::Source* source_ = nullptr;
  std::unique_ptr<RowDecoder> key_decoder_;
  std::unique_ptr<RowDecoder> value_decoder_;
  std::optional<EventTime> event_time_;
  std::vector<uint8_t> needed_;
  std::span<const ByteView> keys_, values_;
  std::vector<ByteView> plain_keys_;               // of windowed keys: without the window
  std::vector<ByteView> good_keys_, good_values_;  // where some records must not be read
  std::vector<Column*> targets_;
  std::vector<TimeMs> found_;
  RowErrors errors_, side_errors_;
  std::vector<const SourceRun*> runs_;
  std::vector<RecordColumns> spare_;
};

/// The records of one partition in one epoch, as batches of rows.
class SourceRun final : public InputRun {
 public:
  SourceRun(SourceOperator& source, const SourceRecords& input, size_t batch_rows)
      : source_(source), input_(input), batch_rows_(batch_rows), records_(source.lend_columns()) {
    source.add_run(this);
  }
  ~SourceRun() override { source_.take_back(std::move(records_)); }
  Result<Batch*> next() override;
  Operator& target() override { return source_; }
  bool keeps_batches() const override { return false; }

  PartitionId partition() const { return input_.partition; }
  const RecordColumns& records() const { return records_; }

 private:
  Status refill();
  SourceOperator& source_;
  const SourceRecords& input_;
  size_t batch_rows_;
  size_t next_batch_ = 0;
  RecordColumns records_;
  std::vector<TimeMs> appended_;  // as records_, when the source checks for times in the future
  size_t at_ = 0;                 // the first record not yet decoded
  Batch batch_;
};

}  // namespace leat::exec
