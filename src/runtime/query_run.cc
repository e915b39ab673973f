#include "runtime/query_run.h"

namespace leat::runtime {
namespace {

/// How many partitions a sink's topic gets when it does not exist: those of the part that writes
/// it.
Status make_sink_topics(const plan::Query& query, const std::vector<plan::Subtopology>& parts,
                        Log& log) {
  for (const plan::Subtopology& part : parts) {
    for (int node : part.nodes) {
      const auto* sink = std::get_if<plan::Sink>(&query.nodes[node].op);
      if (sink == nullptr || log.topic(sink->topic).has_value()) continue;
      TopicConfig config;
      config.partitions = part.partitions;
      LEAT_CHECK(log.create_topic(sink->topic, config));
    }
  }
  return {};
}

}  // namespace

void TaskSlot::run() {
  ran = true;
  if (auto status = task->run(input, output); !status) {
    failure = std::move(status).error();
    return;
  }
  for (exec::TaskOutput::FullBatch& full : output.full)
    sunk.push_back({full.node, full.partition, full.count, std::move(full.bytes)});
  for (auto& [node, by_partition] : output.sunk) {
    for (size_t p = 0; p < by_partition.size(); ++p) {
      auto count = static_cast<int32_t>(by_partition[p].count());
      if (count > 0) sunk.push_back({node, static_cast<int32_t>(p), count, by_partition[p].lend()});
    }
  }
}

void TaskSlot::end_epoch(bool committed) {
  if (ran) committed ? task->commit() : task->rollback();
  ran = false;
  input.sources.clear();
  input.exchanged.clear();
  output.clear();
  sunk.clear();
  failure.reset();
}

Result<std::unique_ptr<QueryRun>> QueryRun::make(plan::Query query, EpochId since, Log& log,
                                                 const exec::TaskOptions& options) {
  std::unique_ptr<QueryRun> run(new QueryRun);
  auto partitions_of = [&](const std::string& topic) -> Result<int32_t> {
    LEAT_TRY(TopicInfo info, log.topic(topic));
    return info.config.partitions;
  };
  LEAT_TRY(run->parts_, plan::split(query, partitions_of));
  LEAT_CHECK(make_sink_topics(query, run->parts_, log));

  run->since_ = since;
  run->reader_ = query.id + "@" + std::to_string(since.value);
  run->store_prefix_ = std::to_string(since.value) + ":";
  run->query_ = std::make_shared<plan::Query>(std::move(query));
  const plan::Query& plan = *run->query_;
  for (size_t node = 0; node < plan.nodes.size(); ++node) {
    int index = static_cast<int>(node);
    if (const auto* source = std::get_if<plan::Source>(&plan.nodes[node].op)) {
      LEAT_TRY(run->sources_[index], log.topic(source->topic));
    } else if (const auto* sink = std::get_if<plan::Sink>(&plan.nodes[node].op)) {
      LEAT_TRY(run->sinks_[index], log.topic(sink->topic));
    }
  }

  run->part_of_node_.resize(plan.nodes.size());
  run->tasks_.resize(run->parts_.size());
  for (size_t part = 0; part < run->parts_.size(); ++part) {
    for (int node : run->parts_[part].nodes) run->part_of_node_[node] = part;
    for (int32_t p = 0; p < run->parts_[part].partitions; ++p) {
      TaskSlot& slot = run->tasks_[part].emplace_back();
      LEAT_TRY(slot.task, exec::Task::make(run->query_, run->parts_[part], PartitionId(p), options,
                                           partitions_of));
    }
  }

  auto view = exec::View::of(run->query_, options);
  if (view.has_value()) {
    run->view_ = *std::move(view);
  } else if (view.error().code() != ErrorCode::not_found) {
    return std::move(view).error();
  }
  for (const auto& [name, node] : plan.views) {
    LEAT_TRY(run->named_views_[name], exec::View::of(run->query_, node, options));
  }
  return run;
}

std::map<std::string, state::KeyedTable*, std::less<>> QueryRun::stores() {
  std::map<std::string, state::KeyedTable*, std::less<>> all;
  for (auto& part : tasks_)
    for (TaskSlot& slot : part)
      for (auto& [name, table] : slot.task->stores()) all[store_prefix_ + name] = table;
  return all;
}

void QueryRun::recovered() {
  for (auto& part : tasks_)
    for (TaskSlot& slot : part) slot.task->recovered();
}

std::map<int, exec::NodeCounters> QueryRun::counters() const {
  std::map<int, exec::NodeCounters> sum;
  for (const auto& part : tasks_) {
    for (const TaskSlot& slot : part) {
      for (const auto& [node, counters] : slot.task->counters()) {
        exec::NodeCounters& total = sum[node];
        total.rows_in += counters.rows_in;
        total.rows_out += counters.rows_out;
        total.late += counters.late;
        total.dropped += counters.dropped;
        total.errors += counters.errors;
      }
    }
  }
  return sum;
}

}  // namespace leat::runtime
