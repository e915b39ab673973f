// Reads run at the boundary between two epochs and are answered when what they saw is durable.
#include "runtime/runtime.h"

namespace leat::runtime {

void Runtime::read(ReadRequest request, ReadDone done) {
  post([this, request = std::move(request), done = std::move(done)]() mutable {
    waiting_reads_.emplace_back(std::move(request), std::move(done));
  });
}

void Runtime::answer_reads() {
  if (waiting_reads_.empty()) return;
  Position now = lanes_[0]->taken();
  bool agree = reached(now, owed_);
  if (agree) owed_.clear();
  int64_t time_ns = clock_.monotonic_ns();
  std::deque<std::pair<ReadRequest, ReadDone>> still_waiting;
  for (auto& [request, done] : waiting_reads_) {
    if (!agree || !reached(now, request.after)) {
      if (request.deadline_ns != 0 && time_ns >= request.deadline_ns) {
        done(Error(ErrorCode::deadline_exceeded, "the position asked for was not reached in time",
                   "ask again, or with a larger wait_ms"));
      } else {
        still_waiting.emplace_back(std::move(request), std::move(done));
      }
      continue;
    }
    // std::function must be copyable, rows are not: shared for the trip.
    auto result = std::make_shared<Result<ReadAnswer>>(answer(request));
    hold([result, done = std::move(done)] { done(std::move(*result)); });
  }
  waiting_reads_ = std::move(still_waiting);
}

void Runtime::hold(std::function<void()> release) {
  {
    std::lock_guard lock(mutex_);
    if (commits_durable_ < commits_made_) {
      held_.push_back({commits_made_, std::move(release)});
      return;
    }
  }
  release();
}

Result<ReadAnswer> Runtime::answer(const ReadRequest& request) {
  ReadAnswer answer;
  answer.position = lanes_[0]->taken();
  for (const ViewRead& read : request.views) {
    LEAT_TRY(ViewRows rows, read_view(read));
    answer.views.push_back(std::move(rows));
  }
  return answer;
}

// A query's own table, or one within a query.
std::pair<QueryRun*, exec::View*> Runtime::find_view(const std::string& name) const {
  if (QueryRun* query = find(name); query != nullptr && query->view() != nullptr)
    return {query, query->view()};
  for (const auto& query : queries_)
    if (exec::View* view = query->view(name); view != nullptr) return {query.get(), view};
  return {nullptr, nullptr};
}

Result<ViewRows> Runtime::read_view(const ViewRead& read) {
  auto [query, view] = find_view(read.view);
  if (view == nullptr)
    return Error(ErrorCode::not_found, "there is no view of this name: " + read.view);
  if (query->failure)
    return Error(ErrorCode::unavailable,
                 "the query of this view has failed: " + query->failure->to_string());
  const auto& common = lanes_[0]->queries();
  if (std::find(common.begin(), common.end(), query) == common.end())
    return Error(ErrorCode::unavailable, "the view is catching up with older records: " + read.view,
                 "GET /v1/queries shows how far it is");

  ViewRows out;
  out.rows = std::make_unique<Batch>();
  view->set_now(clock_.now_ms());
  for (TaskSlot& slot : query->tasks(query->part_of(view->node()))) {
    if (read.key) {
      LEAT_CHECK(view->lookup(*slot.task, *read.key, *out.rows));
      continue;
    }
    bool more = false;
    LEAT_CHECK(view->scan(*slot.task, read.range, *out.rows, out.keys, more));
    out.more = out.more || more;
  }
  // Strings may lie in the stores, which the next epoch changes.
  for (Column& column : out.rows->columns) column.own_bytes(out.rows->arena);
  const TopicInfo& topic =
      query->sinks().empty() ? query->sources().begin()->second : query->sinks().begin()->second;
  for (int32_t p = 0; p < topic.config.partitions; ++p) {
    TopicPartition partition{topic.id, PartitionId(p)};
    if (query->sinks().empty()) {
      out.changes[partition] = lanes_[0]->position_of(*query)[partition];
    } else {
      LEAT_TRY(Bounds bounds, log_.bounds(partition));
      out.changes[partition] = bounds.appended_end;
    }
  }
  return out;
}

Position Runtime::input_ends() const {
  Position ends;
  std::lock_guard lock(mutex_);
  for (const auto& [id, entry] : installed_) {
    for (const plan::Node& node : entry.plan->nodes) {
      const auto* source = std::get_if<plan::Source>(&node.op);
      if (source == nullptr) continue;
      auto topic = log_.topic(source->topic);
      if (!topic.has_value()) continue;
      for (int32_t p = 0; p < topic->config.partitions; ++p) {
        auto bounds = log_.bounds({topic->id, PartitionId(p)});
        if (bounds.has_value()) ends[{topic->id, PartitionId(p)}] = bounds->appended_end;
      }
    }
  }
  return ends;
}

}  // namespace leat::runtime
