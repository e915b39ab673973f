#include "runtime/lane.h"

#include <algorithm>

namespace leat::runtime {
namespace {

bool writes(const QueryRun& query, const TopicId& topic) {
  return std::any_of(query.sinks().begin(), query.sinks().end(),
                     [&](const auto& sink) { return sink.second.id == topic; });
}

/// Orders queries so that a writer comes before its readers; the edges that cannot be kept are the
/// closing ones.
class Ordering {
 public:
  explicit Ordering(const std::vector<QueryRun*>& queries) : queries_(queries) {}

  std::vector<QueryRun*> run() {
    for (QueryRun* query : queries_) visit(query);
    return std::move(order_);
  }
  std::set<std::pair<const QueryRun*, TopicId>> closing;

 private:
  void visit(QueryRun* query) {
    if (!seen_.insert(query).second) return;
    open_.insert(query);
    for (const auto& [node, topic] : query->sources()) {
      for (QueryRun* writer : queries_) {
        if (!writes(*writer, topic.id)) continue;
        if (open_.contains(writer)) {
          closing.insert({query, topic.id});
        } else {
          visit(writer);
        }
      }
    }
    open_.erase(query);
    order_.push_back(query);
  }

  const std::vector<QueryRun*>& queries_;
  std::set<QueryRun*> seen_;
  std::set<QueryRun*> open_;
  std::vector<QueryRun*> order_;
};

}  // namespace

void Lane::add(QueryRun& query, const Position& at) {
  queries_.push_back(&query);
  arrange();
  for (const auto& [node, topic] : query.sources()) {
    for (int32_t p = 0; p < topic.config.partitions; ++p) {
      Edge e = edge(query, node, PartitionId(p));
      auto here = at.find(e.partition);
      inputs_.try_emplace(e, e.partition, here == at.end() ? Offset(0) : here->second);
    }
  }
  find_times();
}

// Where declarations over one topic take its times from different columns, that of the first query
// counts: which rows come first is then a matter of taste, and only there.
void Lane::find_times() {
  std::map<TopicId, std::shared_ptr<exec::BatchTimes>> times;
  for (const QueryRun* query : queries_) {
    for (const auto& [node, topic] : query->sources()) {
      auto made = exec::BatchTimes::make(query->query().nodes[static_cast<size_t>(node)]);
      if (made.has_value() && *made != nullptr) times.try_emplace(topic.id, *std::move(made));
    }
  }
  for (auto& [edge, queue] : inputs_) {
    auto found = times.find(edge.partition.topic);
    queue.read_times_with(found == times.end() ? nullptr : found->second);
  }
}

void Lane::remove(const QueryRun& query) {
  std::erase(queries_, &query);
  arrange();
  std::set<Edge> used;
  for (const QueryRun* left : queries_)
    for (const auto& [node, topic] : left->sources())
      for (int32_t p = 0; p < topic.config.partitions; ++p)
        used.insert(edge(*left, node, PartitionId(p)));
  std::erase_if(inputs_, [&](const auto& input) { return !used.contains(input.first); });
  find_times();
}

Lane::Edge Lane::edge(const QueryRun& query, int node, PartitionId partition) const {
  const TopicId& topic = query.sources().at(node).id;
  return {{topic, partition}, closing_.contains({&query, topic})};
}

Position Lane::position() const {
  Position position;
  for (const auto& [edge, queue] : inputs_)
    if (!written_.contains(edge.partition.topic)) position[edge.partition] = queue.next();
  return position;
}

Position Lane::taken() const {
  Position taken;
  for (const auto& [edge, queue] : inputs_) {
    auto [at, added] = taken.try_emplace(edge.partition, queue.next());
    at->second = std::min(at->second, queue.next());
  }
  return taken;
}

Position Lane::position_of(const QueryRun& query) const {
  Position position;
  for (const auto& [node, topic] : query.sources()) {
    for (int32_t p = 0; p < topic.config.partitions; ++p) {
      Edge e = edge(query, node, PartitionId(p));
      position[e.partition] = inputs_.at(e).next();
    }
  }
  return position;
}

void Lane::rewind(const std::map<Edge, Offset>& to) {
  for (const auto& [edge, offset] : to) inputs_.at(edge).rewind(offset);
}

// A step's stage is one past the latest of what feeds it: the parts above it in its own query, and
// the queries that write the topics it reads (all of their parts: an epoch's batches of a topic are
// numbered when their stage is over).
void Lane::arrange() {
  auto old_closing = std::move(closing_);
  Ordering ordering(queries_);
  std::vector<QueryRun*> order = ordering.run();
  closing_ = std::move(ordering.closing);
  written_.clear();
  stages_.clear();
  std::map<const QueryRun*, std::vector<size_t>> depth;
  for (QueryRun* query : order) {
    std::vector<size_t>& mine = depth[query];
    for (size_t part = 0; part < query->parts().size(); ++part) {
      size_t stage = 0;
      for (int node : query->parts()[part].repartitions)
        stage = std::max(stage, mine[query->part_of(node)] + 1);
      for (int node : query->parts()[part].nodes) {
        auto source = query->sources().find(node);
        if (source == query->sources().end() || closing_.contains({query, source->second.id}))
          continue;
        for (QueryRun* writer : queries_) {
          if (writer == query || !writes(*writer, source->second.id) || !depth.contains(writer))
            continue;
          stage =
              std::max(stage, *std::max_element(depth[writer].begin(), depth[writer].end()) + 1);
        }
      }
      mine.push_back(stage);
      if (stages_.size() <= stage) stages_.resize(stage + 1);
      stages_[stage].push_back({query, part});
    }
    for (const auto& [node, topic] : query->sinks()) written_.insert(topic.id);
  }
  find_first_stages();
  // An edge may begin or cease to close a cycle when queries come and go: its queue keeps its
  // place.
  std::map<Edge, InputQueue> moved;
  for (QueryRun* query : queries_) {
    for (const auto& [node, topic] : query->sources()) {
      for (int32_t p = 0; p < topic.config.partitions; ++p) {
        bool was = old_closing.contains({query, topic.id});
        Edge now = edge(*query, node, PartitionId(p));
        auto before = inputs_.find({now.partition, was});
        if (was != now.closes_cycle && before != inputs_.end())
          moved.try_emplace(now, now.partition, before->second.next());
      }
    }
  }
  for (auto& [edge, queue] : moved) inputs_.try_emplace(edge, std::move(queue));
}

void Lane::find_first_stages() {
  first_stage_.clear();
  for (size_t stage = 0; stage < stages_.size(); ++stage) {
    for (const Step& step : stages_[stage]) {
      for (const auto& [node, topic] : step.query->sources()) {
        if (step.query->part_of(node) != step.part) continue;
        for (int32_t p = 0; p < topic.config.partitions; ++p)
          first_stage_.try_emplace(edge(*step.query, node, PartitionId(p)), stage);
      }
    }
  }
}

}  // namespace leat::runtime
