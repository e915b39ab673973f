#pragma once
#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/lending_buffer.h"
#include "base/result.h"
#include "base/strong.h"

namespace leat {

/// Identity of a topic. A topic that is deleted and created again is another topic.
struct TopicId {
  std::array<uint8_t, 16> bytes{};
  friend auto operator<=>(const TopicId&, const TopicId&) = default;
};

struct TopicPartition {
  TopicId topic;
  PartitionId partition;
  friend auto operator<=>(const TopicPartition&, const TopicPartition&) = default;
};

struct TopicConfig {
  int32_t partitions = 8;
  int64_t retention_ms = -1;     // -1: keep everything
  int64_t retention_bytes = -1;  // per partition
  friend bool operator==(const TopicConfig&, const TopicConfig&) = default;
};

struct TopicInfo {
  TopicId id;
  std::string name;
  TopicConfig config;
};

/// Offsets of a partition. start <= durable_end <= appended_end.
struct Bounds {
  Offset start;  // the first record that retention has left
  Offset
      durable_end;  // one past the last record that a crash cannot take: what readers may be shown
  Offset appended_end;  // one past the last record appended; only the runtime may read past
                        // durable_end
};

/// Which records a read may return.
enum class Visibility : uint8_t { durable, appended };

/// Whole record batches in order, as views into `keep`. The first may begin below the offset asked
/// for.
struct Fetched {
  std::vector<ByteView> batches;
  std::vector<TimeMs> appended_at;  // of each batch: when the log took it in, by its own clock
  std::vector<std::shared_ptr<const void>> keep;
  Offset next;  // where to read on
};

/// Records of one outside producer for one partition, already encoded as one record batch (base
/// offset 0).
struct PartitionAppend {
  TopicPartition partition;
  Blob batch;  // the log sets the base offset in place, and keeps the bytes until they are written
  int32_t record_count = 0;
};

/// What an append or commit became. Given when it is durable.
struct Appended {
  std::vector<Offset> base_offsets;  // one per PartitionAppend
  Lsn lsn;
  bool duplicate = false;  // answered from an idempotency entry: nothing new was written
};

/// Records from outside an application: all of `appends` or none.
struct AppendRequest {
  std::vector<PartitionAppend> appends;
  /// Set by producers that may retry: the same key with the same body is appended once and answered
  /// alike, with another body refused (conflict). Scoped to the topic of the first append.
  std::optional<std::string> idempotency_key;
  uint64_t body_hash = 0;
};

/// Position of one reader of an application (a query) in one input partition: the next offset that
/// it will take. In a commit, a negative `next` takes the position away: the reader is gone, and
/// retention need not wait for it.
struct InputPosition {
  std::string reader;
  TopicPartition partition;
  Offset next;
};

/// Changed entries of one state store since the last commit, encoded by `state`
/// (docs/formats/state.md).
struct StateDelta {
  std::string store;  // "<query>/<node>/<partition>"
  Blob bytes;
  std::optional<uint32_t> crc = {};  // CRC-32C of the bytes, where whoever wrote them knows it
};

/// A change of an application's durable facts: its statements, names, settings. Empty value:
/// removed.
struct MetadataChange {
  std::string key;
  std::string value;
};

/// Everything one epoch of one application does: all or nothing, durable when acknowledged.
struct Commit {
  std::string application;
  EpochId epoch;                      // exactly one more than the application's last
  std::vector<InputPosition> inputs;  // those that moved
  std::vector<PartitionAppend> appends;
  std::vector<Offset>
      base_offsets;  // what the runtime gave the appends; held against the log's own count
  std::vector<StateDelta> states;
  std::vector<MetadataChange> metadata;
  std::string facts;  // cut, times and ticks used, for whoever recomputes the epoch
};

/// The bytes of a commit that are written as they are: records, state, facts.
inline size_t payload_bytes(const Commit& commit) {
  size_t bytes = commit.facts.size();
  for (const PartitionAppend& append : commit.appends) bytes += append.batch.size();
  for (const StateDelta& delta : commit.states) bytes += delta.bytes.size();
  return bytes;
}

/// A commit as replayed at recovery; views are valid during the call.
struct CommitView {
  EpochId epoch;
  Lsn lsn;
  struct State {
    ByteView store;
    ByteView bytes;
  };
  std::vector<State> states;
  ByteView facts;
};

/// What the log knows of an application when it is opened.
struct ApplicationState {
  EpochId epoch;    // of its last commit; 0 when there was none
  Lsn lsn;          // of that commit
  EpochId trimmed;  // commits up to this one are not replayed any more: a snapshot holds them
  std::vector<InputPosition> inputs;
  std::vector<MetadataChange> metadata;  // all current entries, sorted by key
};

using AppendDone = std::function<void(Result<Appended>)>;

/// Topics, partitions, atomic commits: the one interface to records at rest. Implementations:
/// log/embedded, kafka. Thread-safe. Completion callbacks run on the log's own thread: they must be
/// short and must not call back into the log in a way that waits.
class Log {
 public:
  virtual ~Log() = default;

  /// Identity of this log: positions of another incarnation mean nothing here.
  virtual std::string incarnation() const = 0;

  virtual Result<TopicInfo> create_topic(const std::string& name, const TopicConfig& config) = 0;
  virtual Status delete_topic(const std::string& name) = 0;
  /// Errors: not_found, with the nearest name as hint.
  virtual Result<TopicInfo> topic(const std::string& name) const = 0;
  virtual std::vector<TopicInfo> topics() const = 0;  // sorted by name

  virtual Result<Bounds> bounds(const TopicPartition& partition) const = 0;
  /// Whole batches from the one that holds `from`, at least one if any is visible, and not many
  /// more bytes than `max_bytes`. Errors: out_of_range (below start, or above the end), corruption
  /// (named by file and offset).
  virtual Result<Fetched> read(const TopicPartition& partition, Offset from, size_t max_bytes,
                               Visibility visibility) = 0;
  /// The first offset whose record has a timestamp >= `time`; the durable end when there is none.
  virtual Result<Offset> find_by_time(const TopicPartition& partition, TimeMs time) = 0;

  /// Appends; `done` is called once, when durable or refused. Returns without waiting for the disk.
  /// Errors: not_found, disk_full, resource_exhausted (too much waits: retry), conflict,
  /// outcome_unknown.
  virtual void append(AppendRequest request, AppendDone done) = 0;

  /// Reserves room for an epoch and holds back outside appends to `written` (the topics that the
  /// application writes) until its commit or abandon_epoch. After it, appended_end of those is what
  /// the epoch's first record gets. Errors: disk_full.
  virtual Status begin_epoch(const std::string& application,
                             const std::vector<TopicId>& written) = 0;
  virtual void abandon_epoch(const std::string& application) = 0;
  /// Orders the commit into the log at once: when it returns, appended_end has moved and the next
  /// epoch may begin. `done` is called when it is durable. An error returned here means that
  /// nothing was written.
  virtual Status commit(Commit commit, AppendDone done) = 0;

  /// Tells whether an epoch will follow each append soon, so that a log which syncs by itself may
  /// hold a small group for its commit. A hint; any thread.
  virtual void set_expecting(bool expecting) { (void)expecting; }

  virtual Result<ApplicationState> application(const std::string& name) const = 0;
  /// All known applications, sorted.
  virtual std::vector<std::string> applications() const = 0;
  /// Calls `visit` for each durable commit of the application after epoch `after`, in order.
  virtual Status replay(const std::string& application, EpochId after,
                        const std::function<Status(const CommitView&)>& visit) = 0;
  /// Tells that commits up to `epoch` are no longer needed by replay (a snapshot holds them).
  virtual void trim_commits(const std::string& application, EpochId epoch) = 0;

  /// Calls `wake` (from any thread, quickly) whenever records were appended or became durable.
  /// Removed by the handle.
  virtual std::shared_ptr<void> on_progress(std::function<void()> wake) = 0;
};

}  // namespace leat
