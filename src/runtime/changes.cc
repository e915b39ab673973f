// Queries come and go between two epochs; one that is added to old data catches up in a lane of its
// own.
#include <algorithm>

#include "runtime/query_record.h"
#include "runtime/runtime.h"

namespace leat::runtime {
namespace {

// What is kept of a new query. Code of a program has no plan that could be kept.
Result<QueryRecord> record_of(const QueryRun& query) {
  QueryRecord record{query.since(), false, query.query().statement, {}};
  auto plan = plan::encode(query.query());
  if (plan.has_value())
    record.plan = *std::move(plan);
  else if (plan.error().code() != ErrorCode::unsupported)
    return std::move(plan).error();
  return record;
}

}  // namespace

void Runtime::change(QueryChanges changes, std::function<void(Status)> done) {
  post([this, changes = std::move(changes), done = std::move(done)]() mutable {
    apply_change(std::move(changes), std::move(done));
  });
}

void Runtime::apply_change(QueryChanges changes, std::function<void(Status)> done) {
  if (Status checked = check_removals(changes.remove); !checked.has_value()) return done(checked);
  Commit work;
  for (MetadataChange& fact : changes.metadata)
    work.metadata.push_back({"user/" + fact.key, fact.value});
  for (const std::string& id : changes.remove) {
    work.metadata.push_back({query_key(id), ""});
    take_positions_away(*find(id), work);
  }
  if (Status changed = change_policies(changes, work); !changed.has_value()) return done(changed);
  auto built = build(std::move(changes.add), epoch_.plus(1), changes.remove);
  if (!built.has_value()) return done(std::move(built).error());

  auto lane = std::make_unique<Lane>();
  for (auto& query : *built) {
    Position at;
    std::optional<Position> before = position_of_replaced(query->id(), changes.remove);
    for (const auto& [node, topic] : query->sources()) {
      for (int32_t p = 0; p < topic.config.partitions; ++p) {
        TopicPartition partition{topic.id, PartitionId(p)};
        auto bounds = log_.bounds(partition);
        if (!bounds.has_value()) return done(std::move(bounds).error());
        at[partition] = changes.from_latest ? bounds->appended_end : bounds->start;
        if (before && before->contains(partition)) at[partition] = before->at(partition);
        work.inputs.push_back({query->reader(), partition, at[partition]});
      }
    }
    lane->add(*query, at);
    auto record = record_of(*query);
    if (!record.has_value()) return done(std::move(record).error());
    work.metadata.push_back({query_key(query->id()), encode(*record)});
  }

  if (Status begun = log_.begin_epoch(options_.application, {}); !begun.has_value())
    return done(begun);
  std::vector<MetadataChange> metadata = work.metadata;
  Status ordered = commit(std::move(work), {});
  if (!ordered.has_value()) {
    log_.abandon_epoch(options_.application);
    return done(ordered);
  }
  for (MetadataChange& fact : metadata) {
    if (fact.value.empty()) {
      metadata_.erase(fact.key);
    } else {
      metadata_[fact.key] = std::move(fact.value);
    }
  }
  remove_queries(changes.remove);
  for (const auto& [id, policies] : changes.policies)
    if (QueryRun* query = find(id); query != nullptr && query->failure) resume(*query);
  for (auto& query : *built) queries_.push_back(std::move(query));
  if (!lane->empty()) lanes_.push_back(std::move(lane));
  merge_level_lanes();
  publish();
  hold([done = std::move(done)] { done({}); });
}

Result<std::vector<std::unique_ptr<QueryRun>>> Runtime::build(
    std::vector<plan::Query> queries, EpochId since, const std::vector<std::string>& removed) {
  auto contains = [](const auto& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  std::vector<std::unique_ptr<QueryRun>> built;
  for (plan::Query& query : queries) {
    std::string id = query.id;
    bool taken = (find(id) != nullptr && !contains(removed, id)) ||
                 std::any_of(built.begin(), built.end(), [&](auto& b) { return b->id() == id; });
    if (taken)
      return Error(ErrorCode::already_exists, "there is a query of this name already: " + id);
    auto run = QueryRun::make(std::move(query), since, log_, options_.tasks);
    if (!run.has_value()) return std::move(run).error().with_context("query " + id);
    (*run)->recovered();
    built.push_back(*std::move(run));
  }
  return built;
}

// The plan is persisted, and the policy is part of it. A query that has not failed is not
// disturbed.
Status Runtime::change_policies(const QueryChanges& changes, Commit& work) {
  for (const auto& [id, policies] : changes.policies) {
    QueryRun* query = find(id);
    if (query == nullptr)
      return Error(ErrorCode::not_found, "there is no query of this name: " + id);
    for (size_t node = 0; node < query->query().nodes.size(); ++node) {
      auto policy = policies.find(query->query().nodes[node].id);
      bool reads = std::holds_alternative<plan::Source>(query->query().nodes[node].op);
      if (reads && policy != policies.end()) query->set_policy(node, policy->second);
    }
    auto plan = plan::encode(query->query());
    if (!plan.has_value()) continue;  // of a program, which gives it anew each time
    LEAT_TRY(QueryRecord record, decode_query_record(metadata_[query_key(id)]));
    record.common = record.common && !query->failure;
    record.plan = *std::move(plan);
    work.metadata.push_back({query_key(id), encode(record)});
  }
  return {};
}

// A query that had failed catches up in a lane of its own.
void Runtime::resume(QueryRun& query) {
  query.failure.reset();
  auto lane = std::make_unique<Lane>();
  lane->add(query, query.stopped_at);
  query.stopped_at.clear();
  lanes_.push_back(std::move(lane));
}

// A query that is removed and added in one change is replaced: the new one goes on where the old
// one stood.
std::optional<Position> Runtime::position_of_replaced(
    const std::string& id, const std::vector<std::string>& removed) const {
  if (std::find(removed.begin(), removed.end(), id) == removed.end()) return std::nullopt;
  const QueryRun* old = find(id);
  const Lane* lane = old == nullptr ? nullptr : lane_of(*old);
  return lane == nullptr ? std::nullopt : std::optional(lane->position_of(*old));
}

Lane* Runtime::lane_of(const QueryRun& query) const {
  for (const auto& lane : lanes_) {
    const auto& members = lane->queries();
    if (std::find(members.begin(), members.end(), &query) != members.end()) return lane.get();
  }
  return nullptr;
}

// What a query has not read must not be kept for it once it is gone.
void Runtime::take_positions_away(const QueryRun& query, Commit& work) {
  constexpr Offset kGone(-1);
  for (const auto& [node, topic] : query.sources())
    for (int32_t p = 0; p < topic.config.partitions; ++p)
      work.inputs.push_back({query.reader(), {topic.id, PartitionId(p)}, kGone});
}

Status Runtime::check_removals(const std::vector<std::string>& ids) const {
  for (const std::string& id : ids)
    if (find(id) == nullptr)
      return Error(ErrorCode::not_found, "there is no query of this name: " + id);
  return {};
}

void Runtime::remove_queries(const std::vector<std::string>& ids) {
  if (!ids.empty()) snapshots_.abandon();
  for (const std::string& id : ids) {
    QueryRun* query = find(id);
    for (auto& lane : lanes_) lane->remove(*query);
    std::erase_if(queries_, [&](const auto& owned) { return owned.get() == query; });
  }
  std::erase_if(lanes_, [&](const auto& lane) { return lane != lanes_.front() && lane->empty(); });
}

QueryRun* Runtime::find(std::string_view id) const {
  for (const auto& query : queries_)
    if (query->id() == id) return query.get();
  return nullptr;
}

// A lane that catches up must not pass the common one on what both read, or it could never meet it.
Position Runtime::ceiling() const { return lanes_[0]->taken(); }

// Whether a lane reads what a lane before it still catches up to write: it would join with less
// than the others' position says.
bool Runtime::waits_for_older(size_t lane) const {
  for (const auto& [edge, queue] : lanes_[lane]->inputs())
    for (size_t older = 1; older < lane; ++older)
      if (lanes_[older]->written().contains(edge.partition.topic)) return true;
  return false;
}

bool Runtime::is_level(size_t number) const {
  if (waits_for_older(number)) return false;
  const Lane& lane = *lanes_[number];
  if (lanes_[0]->empty()) return true;
  for (const auto& [edge, queue] : lane.inputs()) {
    bool shared = false;
    for (bool closes_cycle : {false, true}) {
      auto common = lanes_[0]->inputs().find({edge.partition, closes_cycle});
      if (common == lanes_[0]->inputs().end()) continue;
      if (queue.next() != common->second.next()) return false;
      shared = true;
    }
    if (shared) continue;
    auto bounds = log_.bounds(edge.partition);
    if (!bounds.has_value() || queue.next() < bounds->appended_end) return false;
  }
  return true;
}

// What these topics hold, the common lane has to take in before its views agree again: queries that
// wrote it have joined, or the process began anew, and it may not have been read to its end.
void Runtime::owe(const std::set<TopicId>& topics) {
  for (const auto& [edge, queue] : lanes_[0]->inputs()) {
    if (!topics.contains(edge.partition.topic)) continue;
    auto bounds = log_.bounds(edge.partition);
    if (bounds.has_value()) owed_[edge.partition] = bounds->appended_end;
  }
}

void Runtime::merge_level_lanes() {
  bool merged = false;
  for (size_t i = 1; i < lanes_.size();) {
    Lane& lane = *lanes_[i];
    if (!is_level(i)) {
      ++i;
      continue;
    }
    owe(lane.written());
    for (QueryRun* query : std::vector<QueryRun*>(lane.queries())) {
      Position at = lane.position_of(*query);
      lanes_[0]->add(*query, at);
      auto record = decode_query_record(metadata_[query_key(query->id())]);
      LEAT_ASSERT(record.has_value());
      record->common = true;
      metadata_[query_key(query->id())] = encode(*record);
      pending_metadata_.push_back({query_key(query->id()), encode(*record)});
    }
    lanes_.erase(lanes_.begin() + static_cast<ptrdiff_t>(i));
    merged = true;
  }
  if (!merged) return;
  // Nothing was committed by it: what is durable now stands at the joined position as soon as the
  // last commit does.
  std::lock_guard lock(mutex_);
  if (commits_durable_ >= commits_made_) {
    durable_ = stand();
  } else {
    stand_at_commit_[commits_made_] = stand();
  }
}

void Runtime::publish() {
  log_.set_expecting(!lanes_[0]->empty());
  std::map<std::string, Installed, std::less<>> installed;
  for (const auto& query : queries_) {
    Installed entry{std::make_shared<const plan::Query>(query->query()), std::nullopt};
    const TopicInfo& topic =
        query->sinks().empty() ? query->sources().begin()->second : query->sinks().begin()->second;
    if (query->view() != nullptr)
      entry.view = ViewInfo{query->view()->schema(), query->view()->window(), topic.name};
    for (const auto& [name, view] : query->named_views())
      entry.named_views.emplace(name, ViewInfo{view->schema(), view->window(), topic.name});
    installed.emplace(query->id(), std::move(entry));
  }
  std::vector<MetadataChange> facts;
  constexpr std::string_view kUser = "user/";
  for (const auto& [key, value] : metadata_)
    if (key.starts_with(kUser)) facts.push_back({key.substr(kUser.size()), value});
  std::lock_guard lock(mutex_);
  installed_ = std::move(installed);
  user_metadata_ = std::move(facts);
}

std::map<std::string, std::shared_ptr<const plan::Query>> Runtime::plans() const {
  std::lock_guard lock(mutex_);
  std::map<std::string, std::shared_ptr<const plan::Query>> plans;
  for (const auto& [id, entry] : installed_) plans[id] = entry.plan;
  return plans;
}

Result<Runtime::ViewInfo> Runtime::view(const std::string& id) const {
  std::lock_guard lock(mutex_);
  auto entry = installed_.find(id);
  if (entry == installed_.end() || !entry->second.view)
    for (const auto& [query, other] : installed_)
      if (auto named = other.named_views.find(id); named != other.named_views.end())
        return named->second;
  if (entry == installed_.end())
    return Error(ErrorCode::not_found, "there is no query of this name: " + id);
  if (!entry->second.view)
    return Error(ErrorCode::not_found, "this query makes a stream, not a table: " + id);
  return *entry->second.view;
}

std::vector<MetadataChange> Runtime::metadata() const {
  std::lock_guard lock(mutex_);
  return user_metadata_;
}

void Runtime::status(std::function<void(std::vector<QueryStatus>)> done) {
  post([this, done = std::move(done)] {
    std::vector<QueryStatus> all;
    for (const auto& query : queries_) {
      QueryStatus status{query->id(),
                         query->query().statement,
                         false,
                         std::nullopt,
                         0,
                         query->view() != nullptr,
                         query->counters()};
      if (query->failure) status.failure = query->failure->to_string();
      Position at = query->stopped_at;
      if (const Lane* lane = lane_of(*query); lane != nullptr) {
        status.level = lane == lanes_.front().get();
        at = lane->position_of(*query);
      }
      for (const auto& [partition, next] : at) {
        auto bounds = log_.bounds(partition);
        if (bounds.has_value()) status.lag += bounds->appended_end.value - next.value;
      }
      all.push_back(std::move(status));
    }
    done(std::move(all));
  });
}

}  // namespace leat::runtime
