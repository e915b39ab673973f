#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "runtime/crash_guard.h"
#include "runtime/dead_letters.h"
#include "runtime/lane.h"
#include "runtime/workers.h"

namespace leat::runtime {

/// One epoch of one lane: takes a cut of the inputs, runs all stages until nothing is in flight,
/// and says what is to be committed. Used once. Owned by the coordinator; tasks run on the workers.
class Epoch {
 public:
  /// `guard`: watches over epochs of a single record where the lane's pace is one by one; nullptr:
  /// nobody does. `now`: the time that the epoch's tasks are told; kept in the commit for whoever
  /// recomputes it. `dead_letters` without a name: bad records are forgotten.
  Epoch(Log& log, Lane& lane, Workers& workers, const TopicInfo& dead_letters, CrashGuard* guard,
        TimeMs now);

  /// Takes the cut: nothing past `ceiling` where that names a partition. False when there is no
  /// input.
  Result<bool> take(const EpochLimits& limits, const Position* ceiling);
  /// Runs all stages. Errors: that of the query that failed; `failed_query()` names it.
  Status run();
  QueryRun* failed_query() const { return failed_; }
  /// run() gave up since the epoch makes more than its limits allow; it has no failed query then.
  bool exploded() const { return exploded_; }
  /// How many records of the inputs it has taken.
  int64_t records() const { return records_; }
  /// Once it has run.
  EpochYield yield() const;
  /// Bytes of keys and values in the changes of its tables. Before fill().
  uint64_t changed_state_bytes() const;

  /// Adds the epoch's positions, outputs and state to `commit`. Call once, after run().
  void fill(Commit& commit);
  /// Ends the epoch in tasks and inputs: kept, or as if it had never begun. `loses_undo` plants a
  /// bug (RuntimeFaults): tasks keep what inputs give back.
  void end(bool committed, bool loses_undo = false);

 private:
  struct Output {
    Offset first;
    Offset end;
    std::vector<Blob> batches;
    std::vector<int32_t> counts;
  };
  struct Input {
    const Lane::Edge* edge;
    InputQueue* queue;
    Offset start;         // the first record that there is
    Offset limit;         // where the epoch's input ends at most
    Offset appended_end;  // where the partition ends
    Status read;
  };
  Status read_inputs(size_t bytes_max, const Position* ceiling);
  void refill(Input& input);
  void give_records(QueryRun& query, size_t part);
  void run_stage(const Lane::Stage& stage);
  void run_task(TaskSlot& slot);
  void run_watched(QueryRun& query, TaskSlot& slot);
  Status number_dead_letters();
  Status collect(const Lane::Stage& stage);
  void route_exchanged(QueryRun& query, TaskSlot& slot);
  Status number_outputs(QueryRun& query, TaskSlot& slot);
  Result<Output*> output(const TopicPartition& partition);

  Log& log_;
  Lane& lane_;
  Workers& workers_;
  TopicInfo dead_letter_topic_;
  CrashGuard* guard_;
  TimeMs now_;
  std::vector<Input> inputs_;
  size_t input_bytes_max_ = 0;  // that wait in a queue
  std::map<Lane::Edge, Offset> began_;
  std::map<Lane::Edge, TakenRecords> taken_;
  std::set<Lane::Edge>
      open_ended_;  // edges that took all there was, and go on with what this epoch writes
  std::map<TopicPartition, Output> outputs_;
  std::vector<exec::DeadLetter> dead_letters_;
  QueryRun* failed_ = nullptr;
  bool exploded_ = false;
  bool full_ = false;  // took all the bytes that it may
  int64_t records_ = 0;
  size_t output_bytes_ = 0;
  size_t output_bytes_max_ = 0;  // 0: no limit
  bool watched_ = false;         // a single record, which may end the process
  std::set<Suspect> condemned_;  // that it has passed over
  bool commits_state_ = true;
};

}  // namespace leat::runtime
