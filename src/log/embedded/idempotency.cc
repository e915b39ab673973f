#include "log/embedded/idempotency.h"

namespace leat::log {
namespace {
constexpr size_t kKeyBytesMax = 4096;
}

std::string IdempotencyTable::name_of(const TopicId& topic, const std::string& key) {
  std::string name;
  name.reserve(topic.bytes.size() + key.size());
  append_topic_id(name, topic);
  name += key;
  return name;
}

IdempotencyEntry* IdempotencyTable::find(const TopicId& topic, const std::string& key, TimeMs now) {
  expire(now);
  auto it = entries_.find(name_of(topic, key));
  return it == entries_.end() ? nullptr : &it->second;
}

Status IdempotencyTable::begin(const TopicId& topic, const std::string& key, uint64_t body_hash,
                               TimeMs now) {
  if (key.empty() || key.size() > kKeyBytesMax) {
    return Error(ErrorCode::invalid_argument,
                 "an idempotency key has 1 to 4096 bytes, this has " + std::to_string(key.size()));
  }
  expire(now);
  if (entries_.size() >= entries_max_) {
    return Error(ErrorCode::resource_exhausted,
                 "all idempotency entries are in use: " + std::to_string(entries_max_),
                 "retry later: entries leave some time after their append; or raise the limit");
  }
  IdempotencyEntry entry;
  entry.topic = topic;
  entry.key = key;
  entry.body_hash = body_hash;
  entries_.emplace(name_of(topic, key), std::move(entry));
  return {};
}

std::vector<AppendDone> IdempotencyTable::refuse(const TopicId& topic, const std::string& key) {
  auto it = entries_.find(name_of(topic, key));
  if (it == entries_.end()) return {};
  std::vector<AppendDone> waiters = std::move(it->second.waiters);
  entries_.erase(it);
  return waiters;
}

std::vector<AppendDone> IdempotencyTable::complete(const IdempotencySection& section, Lsn lsn,
                                                   TimeMs append_time) {
  std::string name = name_of(section.topic, section.key);
  IdempotencyEntry& entry = entries_[name];
  entry.topic = section.topic;
  entry.key = section.key;
  entry.body_hash = section.body_hash;
  entry.base_offsets = section.base_offsets;
  entry.lsn = lsn;
  entry.append_time = append_time;
  order_.push_back({lsn, append_time, std::move(name)});
  std::vector<AppendDone> waiters = std::move(entry.waiters);
  entry.waiters.clear();
  return waiters;
}

std::vector<AppendDone> IdempotencyTable::take_waiters() {
  std::vector<AppendDone> waiters;
  for (auto& [name, entry] : entries_) {
    for (AppendDone& waiter : entry.waiters) waiters.push_back(std::move(waiter));
    entry.waiters.clear();
  }
  return waiters;
}

void IdempotencyTable::forget_topic(const TopicId& topic) {
  std::erase_if(entries_, [&](const auto& item) {
    return item.second.topic == topic && item.second.lsn.value != 0;
  });
}

void IdempotencyTable::expire(TimeMs now) {
  while (!order_.empty() && saturating_add(order_.front().append_time, ttl_ms_) < now) {
    auto it = entries_.find(order_.front().name);
    if (it != entries_.end() && it->second.lsn == order_.front().lsn) entries_.erase(it);
    order_.pop_front();
    ++first_number_;
  }
}

}  // namespace leat::log
