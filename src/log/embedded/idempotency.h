#pragma once
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "log/embedded/section.h"
#include "log/log.h"

namespace leat::log {

/// What is remembered of one key: the answer, or who waits for it.
struct IdempotencyEntry {
  TopicId topic;
  std::string key;
  uint64_t body_hash = 0;
  std::vector<Offset> base_offsets;
  Lsn lsn;  // of the frame that has the records; 0 until that is durable
  TimeMs append_time = kNoTime;
  std::vector<AppendDone> waiters;  // duplicates that came before it was durable
};

/// Idempotency keys of outside producers. Entries live for `ttl_ms` after their append and are
/// never evicted for room. Pure; the sequencer's mutex guards it.
class IdempotencyTable {
 public:
  IdempotencyTable(int64_t ttl_ms, size_t entries_max)
      : ttl_ms_(ttl_ms), entries_max_(entries_max) {}

  /// The living entry of a key, or nullptr.
  IdempotencyEntry* find(const TopicId& topic, const std::string& key, TimeMs now);
  /// Begins an entry whose frame is not durable yet. Errors: resource_exhausted, invalid_argument.
  Status begin(const TopicId& topic, const std::string& key, uint64_t body_hash, TimeMs now);
  /// Forgets an entry whose append was refused after all; its waiters are returned.
  std::vector<AppendDone> refuse(const TopicId& topic, const std::string& key);
  /// The entry's records are durable: keeps the answer. Makes the entry when there is none
  /// (recovery). Returns who waited for it.
  std::vector<AppendDone> complete(const IdempotencySection& section, Lsn lsn, TimeMs append_time);
  /// Takes all waiters of entries that are not durable.
  std::vector<AppendDone> take_waiters();
  void forget_topic(const TopicId& topic);
  void expire(TimeMs now);
  size_t size() const { return entries_.size(); }

  /// Visits durable entries in order of completion, at most `n`, beginning with number `from` (0:
  /// the first); returns the number to go on with, or 0 at the end. So a checkpoint need not hold
  /// the lock for all of them at once.
  template <class F>
  uint64_t visit_durable(uint64_t from, size_t n, F&& visit) const {
    uint64_t at = std::max(from, first_number_);
    uint64_t end = first_number_ + order_.size();
    for (; at < end && n > 0; ++at, --n) {
      const Completed& completed = order_[at - first_number_];
      auto it = entries_.find(completed.name);
      if (it != entries_.end() && it->second.lsn == completed.lsn) visit(it->second);
    }
    return at < end ? at : 0;
  }

 private:
  struct Completed {
    Lsn lsn;
    TimeMs append_time;
    std::string name;
  };
  static std::string name_of(const TopicId& topic, const std::string& key);

  int64_t ttl_ms_;
  size_t entries_max_;
  std::unordered_map<std::string, IdempotencyEntry> entries_;
  std::deque<Completed> order_;
  uint64_t first_number_ = 1;
};

}  // namespace leat::log
