#pragma once
#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "exec/task.h"
#include "io/clock.h"
#include "io/disk.h"
#include "log/log.h"
#include "plan/node.h"
#include "runtime/crash_guard.h"
#include "runtime/epoch.h"
#include "runtime/lane.h"
#include "runtime/reads.h"
#include "runtime/snapshots.h"
#include "runtime/workers.h"

namespace leat::runtime {

/// Switches that plant a bug, to show that the tests find it. Nothing but tests sets them.
struct RuntimeFaults {
  bool replays_a_record = false;  // after a restart each input begins one record too early
  bool loses_undo = false;        // what an aborted epoch changed in the state stays
  std::string dies_of;            // reading a record with this in its value ends the process
};

struct RuntimeOptions {
  std::string application;
  std::string snapshot_directory;  // empty: no snapshots (restart replays all commits)
  int threads = 1;
  exec::TaskOptions tasks;
  EpochLimits limits;
  /// Commits that may wait for the disk while the next epoch computes.
  int commits_in_flight_max = 8;
  size_t commit_bytes_in_flight_max = 16 << 20;  // about: the last one may be any size
  uint64_t snapshot_after_bytes = 128 << 20;     // of changed state since the last one
  bool background_snapshots = true;  // false: written where they are copied (simulation)
  /// Runs no epochs: only shows what is committed, and takes changes of the set of queries.
  bool frozen = false;
  /// Queries whose plans cannot be kept because they hold code (the C++ DSL): built anew by the
  /// program at each start.
  std::vector<plan::Query> code_queries;
  /// Called once when the runtime cannot go on (the log failed).
  std::function<void(const Error&)> on_fatal;
  RuntimeFaults faults;
};

/// What a query is doing, for people and metrics.
struct QueryStatus {
  std::string id;
  std::string statement;
  bool level = false;  // in the common lane; else catching up
  std::optional<std::string> failure;
  int64_t lag = 0;  // records that wait in its inputs
  bool is_table = false;
  std::map<int, exec::NodeCounters> counters;
};

/// Changes of the set of queries, made together between two epochs.
struct QueryChanges {
  std::vector<plan::Query> add;
  bool from_latest = false;  // new queries begin at the ends of their inputs, not at their starts
  std::vector<std::string> remove;  // ids
  /// Queries whose sources deal otherwise with bad records from now on: policies by node id. One
  /// that had failed goes on from where it stopped.
  std::map<std::string, std::map<std::string, plan::BadRecordPolicy>> policies;
  std::vector<MetadataChange> metadata;  // of the caller, kept in the same commit
};

/// Runs the queries of one application over a log, exactly once: the coordinator. One thread owns
/// all tasks between epochs and lends them to the workers within; everything else talks to it by
/// messages. Thread-safe where nothing else is said.
class Runtime {
 public:
  /// Recovers the application: its queries, their state and positions. Nothing runs yet.
  static Result<std::unique_ptr<Runtime>> open(Log& log, io::Disk& disk, io::Clock& clock,
                                               const plan::FunctionRegistry& functions,
                                               RuntimeOptions options);
  ~Runtime();

  /// Starts the coordinator's thread. Without it the caller turns the crank by step().
  void start();
  /// Finishes the running epoch, waits until it is durable, and stops the thread.
  void stop();
  /// One turn: messages, then at most one epoch of each lane. False when there was nothing to do.
  /// Only without start().
  bool step();

  /// The caller's own facts as of the last commit ("user/..." keys of the application's metadata,
  /// without that prefix).
  std::vector<MetadataChange> metadata() const;
  /// Adds and removes queries; `done` when it is durable. Errors: whatever a plan is refused for
  /// (nothing changed).
  void change(QueryChanges changes, std::function<void(Status)> done);
  /// Reads views; `done` when what they show is durable. Errors: not_found, unavailable (catching
  /// up, failed), deadline_exceeded (`after` was not reached in time).
  void read(ReadRequest request, ReadDone done);

  /// What every query is doing, as of the next boundary between epochs.
  void status(std::function<void(std::vector<QueryStatus>)> done);
  /// The plans that are installed, by id.
  std::map<std::string, std::shared_ptr<const plan::Query>> plans() const;
  /// Schema of the view that a query makes, or of a table within a query; not_found when it is
  /// none.
  struct ViewInfo {
    Schema schema;
    std::optional<plan::WindowSpec> window;
    std::string changes_topic;  // the topic whose records are the view's changes
  };
  Result<ViewInfo> view(const std::string& id) const;

  /// What the common lane has taken in and made durable.
  Position durable_position() const;
  /// Whether everything that was in the log when the runtime was opened has been taken in.
  bool ready() const;
  /// Whether everything in the log up to `ends` has been taken in, and is durable, by all queries.
  bool level_with(const Position& ends) const;
  /// The ends of all partitions that queries read, as of now.
  Position input_ends() const;
  const std::string& application() const { return options_.application; }

 private:
  struct HeldAnswer {
    uint64_t commit;  // released when so many commits are durable
    std::function<void()> release;
  };
  struct Installed {
    std::shared_ptr<const plan::Query> plan;
    std::optional<ViewInfo> view;
    std::map<std::string, ViewInfo> named_views;  // tables within the query
  };
  /// What of the common lane is durable after a commit.
  struct Stand {
    Position position;
    bool level = false;  // no query is catching up
  };

  Runtime(Log& log, io::Disk& disk, io::Clock& clock, const plan::FunctionRegistry& functions,
          RuntimeOptions options);

  // runtime.cc: the coordinator's loop
  void loop();
  void post(std::function<void()> message);
  void wake();
  bool take_messages();
  bool run_lanes();
  Result<bool> run_lane(Lane& lane);
  bool has_input(Lane& lane, const Position* ceiling) const;
  void wait_for_room();
  void fail_query(QueryRun& query, const Error& error);
  void stop_for(const Error& error);
  Status commit(Commit commit, std::function<void(Status)> done);
  void committed(uint64_t number, size_t bytes, const Status& status);
  Stand stand() const;
  bool step_snapshot();

  // changes.cc: queries come and go
  void apply_change(QueryChanges changes, std::function<void(Status)> done);
  Result<std::vector<std::unique_ptr<QueryRun>>> build(std::vector<plan::Query> queries,
                                                       EpochId since,
                                                       const std::vector<std::string>& removed);
  std::optional<Position> position_of_replaced(const std::string& id,
                                               const std::vector<std::string>& removed) const;
  Lane* lane_of(const QueryRun& query) const;  // nullptr: it has failed
  static void take_positions_away(const QueryRun& query, Commit& work);
  Status check_removals(const std::vector<std::string>& ids) const;
  void remove_queries(const std::vector<std::string>& ids);
  void merge_level_lanes();
  bool is_level(size_t lane) const;
  bool waits_for_older(size_t lane) const;
  void owe(const std::set<TopicId>& topics);
  Position ceiling() const;
  void publish();
  QueryRun* find(std::string_view id) const;
  Status change_policies(const QueryChanges& changes, Commit& work);
  void resume(QueryRun& query);

  // recovery.cc
  Status recover();
  Status recover_queries(const ApplicationState& state);
  Status recover_state(EpochId trimmed);
  void watch_over_lanes();

  // read.cc
  void answer_reads();
  Result<ReadAnswer> answer(const ReadRequest& request);
  Result<ViewRows> read_view(const ViewRead& read);
  std::pair<QueryRun*, exec::View*> find_view(const std::string& name) const;
  void hold(std::function<void()> release);

  Log& log_;
  io::Disk& disk_;
  io::Clock& clock_;
  const plan::FunctionRegistry& functions_;
  RuntimeOptions options_;
  TopicInfo dead_letters_;
  Workers workers_;
  CrashGuard guard_;

  // Of the coordinator.
  std::vector<std::unique_ptr<QueryRun>> queries_;
  std::vector<std::unique_ptr<Lane>> lanes_;     // the first is the common one
  EpochId epoch_;                                // of the last commit made
  std::map<std::string, std::string> metadata_;  // all of the application's
  Position ready_target_;
  EpochId opened_at_;                             // the last commit before this run
  std::vector<MetadataChange> pending_metadata_;  // to go with the next commit
  std::deque<std::pair<ReadRequest, ReadDone>> waiting_reads_;
  Position owed_;  // the common lane's views agree from here on

  // Shared, under mutex_.
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool work_ = false;
  bool stopping_ = false;
  std::vector<std::function<void()>> messages_;
  std::deque<HeldAnswer> held_;
  uint64_t commits_made_ = 0;
  uint64_t commits_durable_ = 0;
  size_t commit_bytes_in_flight_ = 0;
  std::optional<Error> fatal_;
  std::map<uint64_t, Stand> stand_at_commit_;
  Stand durable_;
  std::map<std::string, Installed, std::less<>> installed_;
  std::vector<MetadataChange> user_metadata_;

  Snapshots snapshots_;  // its thread wakes the coordinator: gone before what that takes
  std::shared_ptr<void> progress_;
  bool own_thread_ = false;  // set before the thread begins, which may not look at thread_
  std::thread thread_;
};

}  // namespace leat::runtime
