#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "io/clock.h"
#include "io/disk.h"
#include "io/random.h"
#include "log/log.h"

namespace leat {

/// Switches that plant a bug, to show that the tests find it. Nothing but tests sets them.
struct LogFaults {
  bool ack_before_sync = false;  // answers when the group is sealed, before it is written
  int64_t early_ms = 0;          // and writes it so much later, for a process to be killed in
};

/// How a data directory is opened. Sizes are bytes; the defaults are those of the program.
struct EmbeddedOptions {
  std::string directory;
  io::Disk& disk;
  io::Clock& clock;
  io::Random& random;
  /// false: nothing runs in threads. The caller drives the log with sync_once() and idle(), calls
  /// that must be durable (topics) sync by themselves. For simulation and `leat test`.
  bool threads = true;
  /// Called once, from one of the log's threads, when a write or sync failed. The process should
  /// stop; the callback must not call the log.
  std::function<void(Error)> on_fatal;

  uint64_t first_segment_bytes = 1ull << 20;  // later segments grow fourfold up to segment_bytes
  uint64_t segment_bytes = 64ull << 20;
  /// Appends that would let more than this wait for the disk are refused (resource_exhausted).
  size_t waiting_bytes_max = 64ull << 20;
  /// The latest groups stay in memory up to this size and are read from there.
  size_t tail_cache_bytes = 32ull << 20;
  /// Room that begin_epoch asks for and that outside appends leave when the disk is full.
  uint64_t epoch_reserve_bytes = 4ull << 20;
  int64_t idempotency_ttl_ms = 24ll * 3600 * 1000;
  size_t idempotency_entries_max = 1'000'000;
  int64_t idle_ms = 20;  // after this long without a group a witness frame is written
  int64_t retention_check_ms = 10'000;
  LogFaults faults;
};

/// What opening found and did.
struct RecoveryReport {
  uint64_t generation = 0;
  uint64_t segments = 0;
  uint64_t frames_read = 0;  // read and checked; the others stand in sidecars
  Lsn checkpoint;            // recovery began here; 0: at the beginning
  Lsn last;                  // the last frame that was kept
  uint64_t cut_bytes = 0;    // of a frame that was being written when the power went
  std::string cut_file;      // where; empty when nothing was cut
  uint64_t cut_position = 0;
  bool closed_cleanly = false;
  bool restored = false;  // the directory is a copy: what clients hold of the original is refused
  std::vector<std::string> warnings;
};

/// Counters for metrics; what is shown is durable.
struct LogStats {
  Lsn durable;
  uint64_t groups = 0;
  uint64_t records = 0;
  uint64_t bytes_written = 0;
  int64_t last_sync_ns = 0;
  size_t waiting_bytes = 0;
  uint64_t segments = 0;
  uint64_t segment_bytes = 0;
  size_t idempotency_entries = 0;
  bool disk_full = false;
};

/// The log of one node: one journal per data directory, one fdatasync per group of appends and
/// commits (docs/formats/journal.md). Process-wide owner of its directory. Thread-safe.
class EmbeddedLog final : public Log {
 public:
  /// Opens or creates the directory: recovers, then serves. Errors: busy (naming the pid that has
  /// it), corruption (naming file and offset; nothing was changed), disk_full, io.
  static Result<std::unique_ptr<EmbeddedLog>> open(EmbeddedOptions options);
  /// As close(), errors unseen.
  ~EmbeddedLog() override;

  /// Syncs what waits, writes the last witness and lets go of the directory. Later calls refuse.
  Status close();
  /// Lets go of everything without writing, as a killed process would. For tests.
  void abandon();

  /// Writes and syncs the open group, publishes it and runs its callbacks, on the calling thread.
  /// Returns false when nothing waited (or nothing could be written: see stats().disk_full). With
  /// threads = true the log's own thread does this; a caller may help.
  bool sync_once();
  /// Writes the witness of the last group when there is none yet, and small files that wait for
  /// room. With threads = true this happens by itself after `idle_ms`.
  void idle();
  /// Computes what retention lets go of; the log's own helper does it every `retention_check_ms`.
  void apply_retention();
  /// Tells that an epoch will commit soon after the next append: the writer then holds a small
  /// group for it, at most min(100 us, half a sync). Cheap; any thread.
  void set_expecting(bool expecting) override;

  const RecoveryReport& recovery_report() const;
  LogStats stats() const;

  std::string incarnation() const override;
  Result<TopicInfo> create_topic(const std::string& name, const TopicConfig& config) override;
  Status delete_topic(const std::string& name) override;
  Result<TopicInfo> topic(const std::string& name) const override;
  std::vector<TopicInfo> topics() const override;
  Result<Bounds> bounds(const TopicPartition& partition) const override;
  Result<Fetched> read(const TopicPartition& partition, Offset from, size_t max_bytes,
                       Visibility visibility) override;
  Result<Offset> find_by_time(const TopicPartition& partition, TimeMs time) override;
  void append(AppendRequest request, AppendDone done) override;
  Status begin_epoch(const std::string& application, const std::vector<TopicId>& written) override;
  void abandon_epoch(const std::string& application) override;
  Status commit(Commit commit, AppendDone done) override;
  Result<ApplicationState> application(const std::string& name) const override;
  std::vector<std::string> applications() const override;
  Status replay(const std::string& application, EpochId after,
                const std::function<Status(const CommitView&)>& visit) override;
  void trim_commits(const std::string& application, EpochId epoch) override;
  std::shared_ptr<void> on_progress(std::function<void()> wake) override;

 private:
  struct Parts;
  explicit EmbeddedLog(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace leat
