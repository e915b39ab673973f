#pragma once
#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

#include "io/clock.h"
#include "log/embedded/embedded_log.h"
#include "log/embedded/group.h"
#include "log/embedded/log_state.h"
#include "log/embedded/segments.h"

namespace leat::log {

/// Gives everything its place: offsets, order, group. Owns all appends and commits between the call
/// and the sync, the rule of who waits for whom (commit-and-log rules: outside appends to a topic
/// that a running epoch writes enter right behind its commit), and the facts in memory.
/// Thread-safe: one mutex, held for a copy of the bytes at most.
class Sequencer {
 public:
  Sequencer(const EmbeddedOptions& options, Segments& segments, std::unique_ptr<LogState> state,
            Lsn last);

  // For the log's callers. Completions that are due at once run before the call returns.
  void append(AppendRequest request, AppendDone done);
  Status begin_epoch(const std::string& application, const std::vector<TopicId>& written);
  void abandon_epoch(const std::string& application);
  Status commit(Commit commit, AppendDone done);
  void trim_commits(const std::string& application, EpochId epoch);
  /// Orders a topic's creation or deletion; `lsn` is the frame to wait for.
  Result<TopicInfo> create_topic(const TopicInfo& topic, Lsn& lsn);
  Status delete_topic(const std::string& name, Lsn& lsn);
  /// Orders new starts of partitions.
  void advance_starts(StartsSection starts);

  // For the writer.
  struct Sealed {
    std::shared_ptr<Group> group;  // nullptr: nothing waits, or it does not fit
    uint64_t needed = 0;           // bytes, when it does not fit
  };
  /// Takes the first group, if its frame takes at most `room` bytes.
  Sealed close_first(uint64_t room);
  /// Orders an empty frame, if nothing waits.
  void add_witness();
  /// The group is durable: applies it and returns what to call. Errors: corruption is a bug.
  Result<std::vector<Group::Completion>> publish(const std::shared_ptr<Group>& group);
  /// Takes in that nothing more will be written. Everybody who waits is told `told`.
  void fail(const Error& refuse_with, const Error& told);

  /// Blocks until something waits to be written, or `timeout_ns` (< 0: none) or stop. True when
  /// something waits.
  bool wait_for_work(int64_t timeout_ns, const std::atomic<bool>& stop);
  /// Spins until a commit joins the group that is open, or its time is up. `sync_ns`: what the last
  /// sync took.
  void hold_for_commit(int64_t sync_ns);
  /// Under the mutex, so that a writer about to sleep does not miss what the caller has just set.
  void wake_writer() {
    { std::lock_guard lock(mutex_); }
    work_.notify_all();
  }
  void set_expecting(bool expecting) { expecting_ = expecting; }
  /// Tells what a sync costs, which decides how large groups grow.
  void note_sync(int64_t sync_ns);
  /// Waits until a frame is durable or the log failed. Only with threads.
  Status wait_durable(Lsn lsn);
  bool is_durable(Lsn lsn) const;

  /// Calls `look` with the facts, under the mutex.
  template <class F>
  auto with_state(F&& look) const {
    std::lock_guard lock(mutex_);
    return look(*state_);
  }
  template <class F>
  auto with_mutable_state(F&& change) {
    std::lock_guard lock(mutex_);
    return change(*state_);
  }
  Lsn durable() const;
  size_t waiting_bytes() const;
  int64_t records() const;
  Status check_open() const;

 private:
  struct BatchFacts {
    uint32_t crc;
    TimeMs max_timestamp;
  };
  struct Held {
    AppendRequest request;
    std::vector<BatchFacts> facts;
    AppendDone done;
    size_t bytes;
  };
  struct Refusal {
    AppendDone done;
    Error error;
  };
  /// Calls that are due, made after the mutex is let go.
  struct Due {
    std::vector<Group::Completion> completions;
    std::vector<Refusal> refusals;
    void run();
  };

  static Status check_batch(const PartitionAppend& append, BatchFacts& facts);
  static Status check_request(const AppendRequest& request, std::vector<BatchFacts>& facts,
                              size_t& bytes);
  Status admit(const AppendRequest& request, size_t bytes);
  bool answer_duplicate(const AppendRequest& request, AppendDone& done, Due& due);
  Status check_room(uint64_t bytes, uint64_t leave);
  bool must_wait(const AppendRequest& request) const;
  void hold(Held held);
  void enter(AppendRequest& request, const std::vector<BatchFacts>& facts, AppendDone done);
  void release_claims(const std::string& application, Due& due);
  void enter_held(Due& due);
  void refuse_held(Held& held, const Error& error, Due& due);

  Status check_commit(const Commit& commit, uint64_t directory_bytes);
  Group& open_group();
  AppendEntry place_batch(Group& group, PartitionAppend& append, const BatchFacts& facts);
  uint64_t waiting_bytes_held() const;
  void evict_cached();
  void forget(Group& group);

  const EmbeddedOptions& options_;
  Segments& segments_;
  std::shared_ptr<ChunkPool> pool_;

  mutable std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable published_;
  std::unique_ptr<LogState> state_;
  std::optional<Error> refuse_with_;
  Lsn durable_;
  Lsn next_;
  int64_t records_ = 0;
  std::deque<std::shared_ptr<Group>> waiting_;  // the last is open
  std::shared_ptr<Group> in_flight_;
  std::deque<std::shared_ptr<Group>> cached_;  // durable, oldest first
  size_t cached_bytes_ = 0;
  size_t waiting_payload_ = 0;  // bytes of outside appends and commits that are not durable
  std::deque<Held> held_;
  std::map<std::string, std::vector<TopicId>> claims_;  // by application
  std::vector<Section> lazy_;                           // ride along with the next group
  std::atomic<bool> expecting_{false};
  std::atomic<uint64_t> group_bytes_max_{0};
  std::atomic<uint64_t> commits_ordered_{0};
};

}  // namespace leat::log
