#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "exec/task.h"
#include "exec/view.h"
#include "log/log.h"
#include "plan/node.h"
#include "runtime/position.h"

namespace leat::runtime {

/// A task with what goes into and comes out of its running epoch. The worker that runs it fills
/// everything behind `input`; the coordinator reads it after the stage.
struct TaskSlot {
  std::unique_ptr<exec::Task> task;
  exec::TaskInput input;
  exec::TaskOutput output;
  /// Records for one partition of the topic of a Sink node, encoded.
  struct Sunk {
    int node;
    int32_t partition;
    int32_t count;
    Blob batch;
  };
  std::vector<Sunk> sunk;
  std::optional<Error> failure;
  bool ran = false;  // in this epoch

  bool has_input() const { return !input.sources.empty() || !input.exchanged.empty(); }
  /// Runs the epoch and finishes what it wrote.
  void run();
  void end_epoch(bool committed);
};

/// One persistent query at work: its plan, its tasks, and the topics that it reads and writes.
class QueryRun {
 public:
  /// Settles partition counts, makes sink topics that do not exist, and builds all tasks. `since`
  /// is the epoch in which the query began: it sets its state and positions apart from those of an
  /// earlier query of the same name.
  static Result<std::unique_ptr<QueryRun>> make(plan::Query query, EpochId since, Log& log,
                                                const exec::TaskOptions& options);

  const plan::Query& query() const { return *query_; }
  const std::string& id() const { return query_->id; }
  EpochId since() const { return since_; }
  /// "<id>@<since>": the reader of its positions.
  const std::string& reader() const { return reader_; }
  /// In front of a task's store names in commits and snapshots.
  const std::string& store_prefix() const { return store_prefix_; }

  const std::vector<plan::Subtopology>& parts() const { return parts_; }
  std::vector<TaskSlot>& tasks(size_t part) { return tasks_[part]; }
  /// The part that node `node` runs in.
  size_t part_of(int node) const { return part_of_node_[static_cast<size_t>(node)]; }
  /// Topics of its Source and Sink nodes, by node index.
  const std::map<int, TopicInfo>& sources() const { return sources_; }
  const std::map<int, TopicInfo>& sinks() const { return sinks_; }
  /// The table that the query makes; nullptr when it makes a stream.
  exec::View* view() const { return view_.get(); }
  /// A table within the query by its own name (plan::Query::views); nullptr: there is none.
  exec::View* view(std::string_view name) const {
    auto found = named_views_.find(name);
    return found == named_views_.end() ? nullptr : found->second.get();
  }
  const std::map<std::string, std::unique_ptr<exec::View>, std::less<>>& named_views() const {
    return named_views_;
  }

  /// All stores of all tasks by their name in commits.
  std::map<std::string, state::KeyedTable*, std::less<>> stores();
  /// Tells the tasks that recovery is over.
  void recovered();
  std::map<int, exec::NodeCounters> counters() const;

  /// Between epochs.
  void set_policy(size_t node, plan::BadRecordPolicy policy) {
    std::get<plan::Source>(query_->nodes[node].op).policy = policy;
  }

  std::optional<Error> failure;  // why it stopped; a failed query takes no more input
  Position stopped_at;           // where it then stood

 private:
  QueryRun() = default;
  std::shared_ptr<plan::Query> query_;  // shared with the tasks, which do not change it
  EpochId since_;
  std::string reader_;
  std::string store_prefix_;
  std::vector<plan::Subtopology> parts_;
  std::vector<std::vector<TaskSlot>> tasks_;
  std::vector<size_t> part_of_node_;
  std::map<int, TopicInfo> sources_;
  std::map<int, TopicInfo> sinks_;
  std::unique_ptr<exec::View> view_;
  std::map<std::string, std::unique_ptr<exec::View>, std::less<>> named_views_;
};

}  // namespace leat::runtime
