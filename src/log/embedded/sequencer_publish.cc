#include <thread>

#include "log/embedded/sequencer.h"

// The half of the sequencer that the writer uses: what is closed, published, and let go of.

namespace leat::log {
namespace {

constexpr int64_t kHoldNsMax = 100'000;
/// A group that has reached its limit is closed, and the next append begins another. On a fast disk
/// more than a megabyte brings no throughput and costs latency; a slow one needs more for its time.
constexpr uint64_t kGroupBytes = 1u << 20;
constexpr uint64_t kGroupBytesMax = 8u << 20;
constexpr int64_t kFastSyncNs = 700'000;

}  // namespace

Sequencer::Sealed Sequencer::close_first(uint64_t room) {
  std::lock_guard lock(mutex_);
  if (waiting_.empty() || refuse_with_) return {};
  uint64_t needed = waiting_.front()->frame_bytes_bound();
  if (needed > room) return {nullptr, needed};
  in_flight_ = std::move(waiting_.front());
  waiting_.pop_front();
  return {in_flight_, needed};
}

void Sequencer::note_sync(int64_t sync_ns) {
  uint64_t scaled = kGroupBytes * static_cast<uint64_t>(std::max<int64_t>(sync_ns, kFastSyncNs)) /
                    static_cast<uint64_t>(kFastSyncNs);
  group_bytes_max_.store(std::min(scaled, kGroupBytesMax), std::memory_order_relaxed);
}

void Sequencer::add_witness() {
  std::lock_guard lock(mutex_);
  if (waiting_.empty() && !refuse_with_) open_group();
}

Result<std::vector<Group::Completion>> Sequencer::publish(const std::shared_ptr<Group>& group) {
  std::vector<Group::Completion> completions;
  {
    std::lock_guard lock(mutex_);
    completions = std::move(group->completions);
    group->completions.clear();
    FramePlace at{group->lsn, group->segment, group->position, group->append_time};
    for (const Section& section : group->sections) {
      std::vector<AppendDone> waiters;
      if (Status applied = state_->apply(section, at, waiters); !applied) {
        group->completions = std::move(completions);  // fail() tells them
        return std::move(applied).error();
      }
      for (AppendDone& waiter : waiters) {
        const auto& entry = std::get<IdempotencySection>(section);
        completions.push_back({std::move(waiter), {entry.base_offsets, group->lsn, true}});
      }
      for_each_append(section, [&](const AppendEntry& e) { waiting_payload_ -= e.batch.bytes; });
      if (const auto* commit = std::get_if<CommitSection>(&section)) {
        waiting_payload_ -= commit->facts.bytes;
        for (const auto& state : commit->states) waiting_payload_ -= state.bytes.bytes;
      }
    }
    durable_ = group->lsn;
    records_ += group->records;
    if (in_flight_ == group) in_flight_.reset();
    if (group->records > 0) {
      cached_.push_back(group);
      cached_bytes_ += group->memory_bytes();
      evict_cached();
    }
  }
  published_.notify_all();
  return completions;
}

void Sequencer::evict_cached() {
  while (cached_bytes_ > options_.tail_cache_bytes && !cached_.empty()) {
    std::shared_ptr<Group> oldest = std::move(cached_.front());
    cached_.pop_front();
    cached_bytes_ -= oldest->memory_bytes();
    forget(*oldest);
  }
}

/// Lets the partitions forget the batches of a group that leaves memory.
void Sequencer::forget(Group& group) {
  for (const Section& section : group.sections) {
    for_each_append(section, [&](const AppendEntry& entry) {
      Topic* topic = state_->topics.find_any(entry.at.topic);
      if (!topic) return;
      auto& recent = topic->partitions[static_cast<size_t>(entry.at.partition.value)].recent;
      if (!recent.empty() && recent.front().group == &group) recent.pop_front();
    });
  }
}

void Sequencer::fail(const Error& refuse_with, const Error& told) {
  Due due;
  {
    std::lock_guard lock(mutex_);
    if (!refuse_with_) refuse_with_ = refuse_with;
    if (in_flight_) waiting_.push_front(in_flight_);
    for (const auto& group : waiting_) {
      for (Group::Completion& completion : group->completions) {
        due.refusals.push_back({std::move(completion.done), told});
      }
      group->completions.clear();
    }
    for (Held& held : held_) due.refusals.push_back({std::move(held.done), told});
    held_.clear();
    for (AppendDone& waiter : state_->idempotency.take_waiters()) {
      due.refusals.push_back({std::move(waiter), told});
    }
  }
  published_.notify_all();
  work_.notify_all();
  due.run();
}

bool Sequencer::wait_for_work(int64_t timeout_ns, const std::atomic<bool>& stop) {
  std::unique_lock lock(mutex_);
  auto ready = [&] { return !waiting_.empty() || stop.load(); };
  if (timeout_ns < 0) {
    work_.wait(lock, ready);
  } else {
    work_.wait_for(lock, std::chrono::nanoseconds(timeout_ns), ready);
  }
  return !waiting_.empty();
}

void Sequencer::hold_for_commit(int64_t sync_ns) {
  uint64_t seen = commits_ordered_.load(std::memory_order_acquire);
  int64_t deadline = 0;
  {
    std::lock_guard lock(mutex_);
    bool expected = expecting_.load() || !claims_.empty();
    if (!expected || waiting_.size() != 1 || waiting_.front()->has_commit) return;
    deadline = waiting_.front()->opened_ns + std::min(kHoldNsMax, sync_ns / 2);
  }
  // Spinning, not sleeping: a futex hop would cost a tenth of what the wait can gain.
  while (options_.clock.monotonic_ns() < deadline &&
         commits_ordered_.load(std::memory_order_acquire) == seen) {
    std::this_thread::yield();
  }
}

Status Sequencer::wait_durable(Lsn lsn) {
  std::unique_lock lock(mutex_);
  published_.wait(lock, [&] { return durable_ >= lsn || refuse_with_.has_value(); });
  if (durable_ >= lsn) return {};
  return Error(ErrorCode::outcome_unknown, "the log stopped before this was known to be durable",
               "look after a restart whether it is there");
}

bool Sequencer::is_durable(Lsn lsn) const {
  std::lock_guard lock(mutex_);
  return durable_ >= lsn;
}

}  // namespace leat::log
