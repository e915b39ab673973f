#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "data/batch.h"
#include "data/record_batch.h"
#include "exec/evaluate.h"
#include "plan/node.h"
#include "state/keyed_table.h"

namespace leat::exec {

/// A record that could not be used, on its way to the dead letters.
struct DeadLetter {
  std::string topic;
  int32_t partition = -1;
  int64_t offset = -1;
  TimeMs timestamp = 0;
  std::string key, value, headers;  // as the record had them
  bool null_key = true, null_value = true;
  bool at_hand = false;  // else the record has to be looked up, by topic, partition and offset
  ErrorCode code = ErrorCode::invalid_data;
  std::string message;
  std::string stage;  // node id
};

/// Counters of one node, state of the task like any other (they survive restarts and are undone
/// with an epoch).
struct NodeCounters {
  uint64_t rows_in = 0;
  uint64_t rows_out = 0;
  uint64_t late = 0;     // rows past the grace of their window
  uint64_t dropped = 0;  // null keys, missing matches, negative timestamps
  uint64_t errors = 0;   // rows that became dead letters or were skipped by policy
};

/// Records of one source partition: whole batches that hold [from, to).
struct SourceRecords {
  int node;  // Source node, index into Query::nodes
  PartitionId partition;
  Offset from;
  Offset to;
  std::vector<ByteView> batches;
  std::vector<std::shared_ptr<const void>> keep;
  /// When each batch was appended; kNoTime or empty: as its records say.
  std::vector<TimeMs> appended_at;
  /// Offsets, ascending, of records that have ended the process before: errors, unread.
  std::vector<int64_t> condemned = {};
};

/// Rows that other tasks sent through a repartition, in their order of production.
struct ExchangedRows {
  int node;                     // Repartition node
  std::vector<Batch*> batches;  // owned by the sender until the epoch ends
  /// The sending task of each batch, which tells runs apart that are to be merged by time. Empty:
  /// all are one run.
  std::vector<int32_t> senders;
};

struct TaskInput {
  std::vector<SourceRecords> sources;
  std::vector<ExchangedRows> exchanged;
  bool wants_deltas = false;
  TimeMs now = kNoTime;  // wall clock, one reading for the epoch: what UNIX_TIMESTAMP() gives
  /// Bytes that the epoch may make for topics and other tasks; 0: as many as it takes. Past it
  /// run() gives up with TaskOutput::exploded.
  size_t output_bytes_max = 0;
};

/// What a task produces in one epoch.
struct TaskOutput {
  /// By Repartition node, then by target partition.
  std::map<int, std::vector<std::vector<std::unique_ptr<Batch>>>> exchanged;
  /// By Sink node, then by partition of the sink's topic: one record batch (base offset 0), built,
  /// not yet finished.
  std::map<int, std::vector<RecordBatchBuilder>> sunk;
  /// Batches that grew large and were finished; they come before those in `sunk`.
  struct FullBatch {
    int node;
    int32_t partition;
    int32_t count;
    Blob bytes;
  };
  std::vector<FullBatch> full;
  size_t bytes = 0;       // made so far, about
  bool exploded = false;  // they are more than the epoch may make
  std::vector<DeadLetter> dead_letters;
  /// With TaskInput::wants_deltas: what the epoch changed in a store (state/delta.h).
  struct Delta {
    std::string store;
    Blob bytes;
    uint32_t crc;           // CRC-32C, taken while the bytes are in the cache
    size_t unpacked_bytes;  // of keys and values
  };
  std::vector<Delta> deltas;
  uint64_t table_rows = 0;     // that went into tables
  uint64_t table_changes = 0;  // what they changed: one a key
  /// With TaskOptions::collect_last: the rows of the plan's last node, valid until the epoch ends.
  std::vector<std::unique_ptr<Batch>> collected;
  void clear();
};

struct TaskOptions {
  bool ksqldb = false;  // compatibility = 'ksqldb'
  /// compatibility = 'kafka-streams': the stream time of aggregations begins anew with each
  /// opening, so that late rows count again, and windows expire before they are emitted (EMIT
  /// FINAL).
  bool kafka_streams_timing = false;
  bool every_update = false;  // table.updates = 'every': each update of a table goes on by itself
  TimeMs max_future_ms = 86'400'000;  // past the batch's append time; 0: off
  size_t batch_rows = 1024;
  bool collect_last = false;  // rows of the last node are wanted by whoever runs the task
  /// Plants a bug, for tests: reading a record with this in its value ends the process.
  std::string dies_of;
};

/// One (subtopology, partition): its operators and state, as a state machine without I/O, time or
/// threads of its own. Owned by one thread at a time. An epoch is run(), then commit() or
/// rollback().
class Task {
 public:
  /// `sink_partitions` gives the partition count of each Sink node's topic.
  static Result<std::unique_ptr<Task>> make(
      std::shared_ptr<const plan::Query> query, const plan::Subtopology& part,
      PartitionId partition, const TaskOptions& options,
      const std::function<Result<int32_t>(const std::string&)>& partitions_of);
  virtual ~Task() = default;

  /// Takes the rows of all inputs merged by head timestamp (ties: topic order of the plan,
  /// partition, offset), runs them through all operators, and at the end lets tables emit their net
  /// changes. Deterministic. Errors: only what stops the query (policy fail, a bug); single bad
  /// rows go to `out.dead_letters`.
  virtual Status run(TaskInput& input, TaskOutput& out) = 0;
  virtual void commit() = 0;
  virtual void rollback() = 0;

  /// The task's stores by name ("<query>/<node>/<partition>"), for deltas, snapshots and recovery.
  /// Time, counters and emit positions live in "<query>/meta.<node>/<partition>", where the node is
  /// the first source or repartition that feeds the subtopology.
  virtual std::vector<std::pair<std::string, state::KeyedTable*>> stores() = 0;
  /// Called once after recovery has filled the stores and before the first run().
  virtual void recovered() = 0;

  virtual PartitionId partition() const = 0;
  /// Counters by node index.
  virtual std::map<int, NodeCounters> counters() const = 0;
};

}  // namespace leat::exec
