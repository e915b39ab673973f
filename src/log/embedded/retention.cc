#include "log/embedded/retention.h"

namespace leat::log {
namespace {

/// How far the applications that read a partition have come; nullopt when nobody reads it.
std::map<TopicPartition, Offset> needed_by_applications(const LogState& state) {
  std::map<TopicPartition, Offset> needed;
  for (const auto& [name, application] : state.applications) {
    for (const auto& [who, next] : application.inputs) {
      auto [it, fresh] = needed.try_emplace(who.second, next);
      if (!fresh) it->second = std::min(it->second, next);
    }
  }
  return needed;
}

struct Limits {
  const TopicConfig& config;
  TimeMs now;
  uint64_t last_sealed;
  Offset needed;
};

bool expired(const Extent& extent, const Partition& partition, const LogState& state,
             const Limits& limits) {
  int64_t ms = limits.config.retention_ms;
  if (ms < 0) return false;
  auto use = state.use.find(extent.segment);
  if (use == state.use.end()) return false;
  return saturating_add(use->second.last_append_time, ms) < limits.now &&
         saturating_add(extent.max_timestamp, ms) < partition.largest_timestamp;
}

Offset decide_start(const Partition& partition, const LogState& state, const Limits& limits) {
  Offset start = partition.start;
  uint64_t behind = partition.index.bytes();
  for (const Extent& extent : partition.index.extents()) {
    if (extent.segment > limits.last_sealed || extent.end() > limits.needed) break;
    behind -= extent.bytes;
    int64_t bytes = limits.config.retention_bytes;
    bool beyond_size = bytes >= 0 && behind >= static_cast<uint64_t>(bytes);
    if (!beyond_size && !expired(extent, partition, state, limits)) break;
    start = extent.end();
  }
  return start;
}

}  // namespace

StartsSection decide_starts(const LogState& state, TimeMs now, uint64_t last_sealed) {
  StartsSection section;
  std::map<TopicPartition, Offset> needed = needed_by_applications(state);
  for (const Topic* topic : state.topics.all()) {
    const TopicConfig& config = topic->info.config;
    if (topic->deleted || (config.retention_ms < 0 && config.retention_bytes < 0)) continue;
    for (size_t p = 0; p < topic->partitions.size(); ++p) {
      TopicPartition at{topic->info.id, PartitionId(static_cast<int32_t>(p))};
      auto it = needed.find(at);
      Offset limit = it == needed.end() ? Offset(INT64_MAX) : it->second;
      Offset start = decide_start(topic->partitions[p], state, {config, now, last_sealed, limit});
      if (start > topic->partitions[p].start) section.starts.push_back({at, start});
    }
  }
  return section;
}

}  // namespace leat::log
