// Opening an application again: its queries from the metadata, their state from commits, their
// positions.
#include <algorithm>

#include "runtime/query_record.h"
#include "runtime/runtime.h"
#include "state/delta.h"
#include "state/snapshot_reader.h"

namespace leat::runtime {
namespace {

// Whether a query at `at` can share the lane: queries that failed one after the other did not stop
// at one position.
bool stands_at(const Lane& lane, const QueryRun& query, const Position& at) {
  for (const auto& [edge, queue] : lane.inputs()) {
    for (const auto& [node, topic] : query.sources()) {
      if (topic.id != edge.partition.topic) continue;
      auto here = at.find(edge.partition);
      if (queue.next() != (here == at.end() ? Offset(0) : here->second)) return false;
    }
  }
  return true;
}

}  // namespace

Status Runtime::recover() {
  std::string dead_letters = dead_letter_topic(options_.application);
  if (!log_.topic(dead_letters).has_value()) {
    TopicConfig config;
    config.partitions = 1;
    LEAT_CHECK(log_.create_topic(dead_letters, config));
  }
  LEAT_TRY(dead_letters_, log_.topic(dead_letters));

  auto state = log_.application(options_.application);
  if (!state.has_value()) {
    if (state.error().code() != ErrorCode::not_found) return std::move(state).error();
  } else {
    epoch_ = opened_at_ = state->epoch;
    for (const MetadataChange& fact : state->metadata) metadata_[fact.key] = fact.value;
    LEAT_CHECK(recover_queries(*state));
    LEAT_CHECK(recover_state(state->trimmed));
  }
  merge_level_lanes();
  owe(lanes_[0]->written());
  publish();
  {
    std::lock_guard lock(mutex_);
    durable_ = stand();
  }
  watch_over_lanes();
  ready_target_ = input_ends();
  return {};
}

// A lane at whose cut processes seem to die goes record by record, for about as many as an epoch
// has.
void Runtime::watch_over_lanes() {
  constexpr int64_t kSuspectedRecords = 50'000;
  std::vector<CrashGuard::Stand> stands;
  for (const auto& lane : lanes_) {
    CrashGuard::Stand& stand = stands.emplace_back();
    for (const QueryRun* query : lane->queries()) stand.readers.push_back(query->reader());
    stand.next = lane->taken();
    stand.waits = has_input(*lane, nullptr);
  }
  std::vector<bool> careful = guard_.open(stands);
  for (size_t i = 0; i < lanes_.size(); ++i)
    if (careful[i]) lanes_[i]->pace().one_by_one(kSuspectedRecords);
}

Status Runtime::recover_queries(const ApplicationState& state) {
  std::map<std::string, Position, std::less<>> positions;
  for (const InputPosition& input : state.inputs) {
    Offset next = input.next;
    if (options_.faults.replays_a_record && next > Offset(0)) next = next.plus(-1);
    positions[input.reader][input.partition] = next;
  }
  std::vector<std::pair<EpochId, std::unique_ptr<Lane>>> catching_up;
  for (const auto& [key, value] : metadata_) {
    constexpr std::string_view kQuery = "query/";
    if (!key.starts_with(kQuery)) continue;
    std::string id = key.substr(kQuery.size());
    auto record = decode_query_record(value);
    if (!record.has_value()) return std::move(record).error().with_context("query " + id);
    plan::Query query;
    // What the program builds counts, also where its first form happened to hold no code.
    auto given = std::find_if(options_.code_queries.begin(), options_.code_queries.end(),
                              [&](const plan::Query& q) { return q.id == id; });
    if (given != options_.code_queries.end()) {
      query = *given;
    } else if (!record->plan.empty()) {
      auto decoded = plan::decode(record->plan, functions_);
      if (!decoded.has_value()) return std::move(decoded).error().with_context("query " + id);
      query = *std::move(decoded);
    } else if (options_.frozen) {
      continue;  // code of another program: its topics can be looked at, its tables cannot
    } else {
      return Error(ErrorCode::conflict,
                   "this application has a query that the program does not build any more: " + id,
                   "build it, or drop it first");
    }
    auto run = QueryRun::make(std::move(query), record->since, log_, options_.tasks);
    if (!run.has_value()) return std::move(run).error().with_context("query " + id);
    const Position& at = positions[(*run)->reader()];
    Lane* lane = lanes_[0].get();
    if (!record->common) {
      auto own = std::find_if(catching_up.begin(), catching_up.end(), [&](const auto& other) {
        return other.first == record->since && stands_at(*other.second, **run, at);
      });
      if (own == catching_up.end())
        own = catching_up.emplace(own, record->since, std::make_unique<Lane>());
      lane = own->second.get();
    }
    lane->add(**run, at);
    queries_.push_back(*std::move(run));
  }
  // Older lanes first, as they were made: later ones may wait for them.
  std::stable_sort(catching_up.begin(), catching_up.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& [since, lane] : catching_up) lanes_.push_back(std::move(lane));
  return {};
}

// `trimmed`: what the log does not replay any more has to come from a snapshot.
Status Runtime::recover_state(EpochId trimmed) {
  std::map<std::string, state::KeyedTable*, std::less<>> stores;
  for (const auto& query : queries_) stores.merge(query->stores());
  EpochId replay_after;
  if (!options_.snapshot_directory.empty()) {
    auto load = [&](const state::SnapshotReader& snapshot) -> Status {
      for (auto& [name, table] : stores) {
        table->clear();
        LEAT_CHECK(snapshot.load(name, *table));
      }
      return {};
    };
    LEAT_TRY(state::Restored restored, state::restore_newest(disk_, options_.snapshot_directory,
                                                             options_.application, epoch_, load));
    replay_after = restored.first_epoch;
  }
  if (replay_after < trimmed)
    return Error(ErrorCode::corruption,
                 "the state of the queries is not whole: its changes up to epoch " +
                     std::to_string(trimmed.value) + " were in snapshots that are gone from " +
                     options_.snapshot_directory,
                 "bring that directory back, or restore the whole data directory from a backup");
  LEAT_CHECK(
      log_.replay(options_.application, replay_after, [&](const CommitView& commit) -> Status {
        for (const CommitView::State& delta : commit.states) {
          auto store = stores.find(delta.store);
          if (store == stores.end()) continue;  // of a query that was dropped
          auto applied = state::apply_delta(delta.bytes, *store->second);
          if (!applied.has_value())
            return std::move(applied).error().with_context("state of " + std::string(delta.store));
        }
        return {};
      }));
  for (const auto& query : queries_) query->recovered();
  return {};
}

}  // namespace leat::runtime
