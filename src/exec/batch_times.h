#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "data/record_batch.h"
#include "exec/event_time.h"
#include "plan/node.h"

namespace leat::exec {

/// Reads the event times of record batches where they stand in a column, for whoever has to order
/// batches before a task sees them. Not thread-safe.
class BatchTimes {
 public:
  /// nullptr: the time of the source's records is their own. Errors: as SourceOperator::make.
  static Result<std::unique_ptr<BatchTimes>> make(const plan::Node& source);

  /// The largest time that a record of the batch has; kNoTime when none can be read. Cost: decodes
  /// the batch and one column of its rows.
  TimeMs largest(ByteView batch);

 private:
  explicit BatchTimes(EventTime event_time) : event_time_(std::move(event_time)) {}
  EventTime event_time_;
  std::unique_ptr<RowDecoder> decoder_;
  bool in_key_ = false;
  std::optional<TimeMs> window_size_;  // keys then end in the start of a window
  Column column_;
  std::vector<Column*> targets_;  // the column, at its place among those of its side
  size_t place_ = 0;
  RecordColumns records_;
  std::vector<TimeMs> times_;
  RowErrors errors_;
};

}  // namespace leat::exec
