#include "log/embedded/log_state.h"

namespace leat::log {
namespace {

Error contradiction(const std::string& what, const FramePlace& at) {
  return Error(ErrorCode::corruption, "the frame contradicts the ones before it: " + what +
                                          "; segment " + std::to_string(at.segment) +
                                          ", position " + std::to_string(at.position));
}

}  // namespace

void LogState::add_extent(Partition& partition, const Extent& extent) {
  size_t before = partition.index.extents().size();
  partition.index.add(extent);
  use[extent.segment].extents +=
      static_cast<int64_t>(partition.index.extents().size()) - static_cast<int64_t>(before);
  partition.durable_end = extent.end();
  partition.appended_end = std::max(partition.appended_end, partition.durable_end);
  partition.largest_timestamp = std::max(partition.largest_timestamp, extent.max_timestamp);
}

Status LogState::apply_append(const AppendEntry& entry, const FramePlace& at) {
  Topic* topic = topics.find_any(entry.at.topic);
  if (!topic) return {};  // deleted by an earlier frame, of which the appender did not know yet
  auto p = static_cast<size_t>(entry.at.partition.value);
  if (p >= topic->partitions.size()) {
    return contradiction("topic " + topic->info.name + " has no partition " + std::to_string(p),
                         at);
  }
  Partition& partition = topic->partitions[p];
  if (partition.durable_end != entry.base) {
    return contradiction("topic " + topic->info.name + " partition " + std::to_string(p) +
                             " goes on at offset " + std::to_string(partition.durable_end.value) +
                             ", not at " + std::to_string(entry.base.value),
                         at);
  }
  Extent extent;
  extent.base = entry.base;
  extent.max_timestamp = entry.max_timestamp;
  extent.append_time = at.append_time;
  extent.position = at.position + entry.batch.position;
  extent.segment = static_cast<uint32_t>(at.segment);
  extent.count = static_cast<uint32_t>(entry.count);
  extent.bytes = static_cast<uint32_t>(entry.batch.bytes);
  add_extent(partition, extent);
  return {};
}

void LogState::add_commit(Application& application, const CommitRef& ref) {
  if (ref.epoch <= application.trimmed) return;
  application.commits.push_back(ref);
  ++use[ref.segment].commits;
}

Status LogState::apply_commit(const CommitSection& commit, const FramePlace& at) {
  Application& application = applications[commit.application];
  if (commit.epoch != application.durable.plus(1)) {
    return contradiction("epoch " + std::to_string(commit.epoch.value) + " of application " +
                             commit.application + " follows epoch " +
                             std::to_string(application.durable.value),
                         at);
  }
  for (const AppendEntry& entry : commit.appends) LEAT_CHECK(apply_append(entry, at));
  application.apply(commit, at.lsn);
  add_commit(application, {commit.epoch, at.lsn, at.segment, at.position});
  return {};
}

void LogState::advance_start(Partition& partition, Offset start) {
  partition.start = std::max(partition.start, start);
  partition.index.drop_before(partition.start,
                              [&](const Extent& extent) { --use[extent.segment].extents; });
}

void LogState::erase_topic(const TopicId& id) {
  Topic* topic = topics.find_any(id);
  if (!topic) return;
  for (Partition& partition : topic->partitions) {
    for (const Extent& extent : partition.index.extents()) --use[extent.segment].extents;
  }
  idempotency.forget_topic(id);
  topics.erase(id);
}

Status LogState::apply(const Section& section, const FramePlace& at,
                       std::vector<AppendDone>& waiters) {
  Use& segment = use[at.segment];
  segment.last_append_time = std::max(segment.last_append_time, at.append_time);
  struct Visitor {
    LogState& state;
    const FramePlace& at;
    std::vector<AppendDone>& waiters;
    Status operator()(const AppendsSection& s) {
      for (const AppendEntry& entry : s.entries) LEAT_CHECK(state.apply_append(entry, at));
      return {};
    }
    Status operator()(const IdempotencySection& s) {
      waiters = state.idempotency.complete(s, at.lsn, at.append_time);
      return {};
    }
    Status operator()(const CommitSection& s) { return state.apply_commit(s, at); }
    Status operator()(const TopicCreatedSection& s) {
      Topic* topic = state.topics.find_any(s.topic.id);
      if (!topic) topic = &state.topics.add(s.topic);
      topic->created = at.lsn;
      return {};
    }
    Status operator()(const TopicDeletedSection& s) {
      state.erase_topic(s.topic);
      return {};
    }
    Status operator()(const StartsSection& s) {
      for (const StartsSection::Start& start : s.starts) {
        Topic* topic = state.topics.find_any(start.at.topic);
        if (!topic) continue;
        auto p = static_cast<size_t>(start.at.partition.value);
        if (p < topic->partitions.size()) state.advance_start(topic->partitions[p], start.start);
      }
      return {};
    }
    Status operator()(const TrimSection& s) {
      state.applications[s.application].trim(
          s.epoch, [&](const CommitRef& ref) { --state.use[ref.segment].commits; });
      return {};
    }
  };
  return std::visit(Visitor{*this, at, waiters}, section);
}

}  // namespace leat::log
