#include "log/embedded/catalogue.h"

#include <algorithm>

namespace leat::log {
namespace {

constexpr size_t kNameBytesMax = 249;
constexpr int32_t kPartitionsMax = 100'000;
constexpr std::string_view kReservedPrefix = "_leat";

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

Status check_name(const std::string& name) {
  if (name.empty() || name == "." || name == ".." || name.size() > kNameBytesMax) {
    return Error(ErrorCode::invalid_argument,
                 "a topic name has 1 to 249 characters and is not '.' or '..': '" + name + "'");
  }
  if (!std::all_of(name.begin(), name.end(), is_name_character)) {
    return Error(ErrorCode::invalid_argument,
                 "a topic name has only letters, digits, '.', '_' and '-': '" + name + "'");
  }
  if (equals_ignoring_case(std::string_view(name).substr(0, kReservedPrefix.size()),
                           kReservedPrefix)) {
    return Error(ErrorCode::invalid_argument,
                 "topic names that begin with _leat are reserved: '" + name + "'",
                 "choose another name");
  }
  return {};
}

Error no_such_topic() {
  return Error(ErrorCode::not_found, "the topic does not exist (or not any more)");
}

}  // namespace

Status Catalogue::check_new(const std::string& name, const TopicConfig& config) const {
  LEAT_CHECK(check_name(name));
  if (config.partitions < 1 || config.partitions > kPartitionsMax) {
    return Error(ErrorCode::invalid_argument,
                 "a topic has 1 to 100000 partitions, not " + std::to_string(config.partitions));
  }
  if (config.retention_ms < -1 || config.retention_bytes < -1) {
    return Error(ErrorCode::invalid_argument, "retention is -1 (keep everything) or at least 0");
  }
  if (auto it = by_name_.find(name); it != by_name_.end()) {
    return Error(ErrorCode::already_exists, "topic exists: " + it->second->info.name);
  }
  return {};
}

Topic& Catalogue::add(const TopicInfo& info) {
  auto topic = std::make_unique<Topic>();
  topic->info = info;
  topic->partitions.resize(static_cast<size_t>(info.config.partitions));
  Topic& added = *topic;
  by_name_[info.name] = &added;
  by_id_[info.id] = std::move(topic);
  return added;
}

void Catalogue::mark_deleted(Topic& topic) {
  topic.deleted = true;
  auto it = by_name_.find(topic.info.name);
  if (it != by_name_.end() && it->second == &topic) by_name_.erase(it);
}

void Catalogue::erase(const TopicId& id) {
  auto it = by_id_.find(id);
  if (it == by_id_.end()) return;
  mark_deleted(*it->second);
  by_id_.erase(it);
}

Topic* Catalogue::find_any(const TopicId& id) {
  auto it = by_id_.find(id);
  return it == by_id_.end() ? nullptr : it->second.get();
}

Topic* Catalogue::find(const TopicId& id) {
  Topic* topic = find_any(id);
  return topic && !topic->deleted ? topic : nullptr;
}
const Topic* Catalogue::find(const TopicId& id) const {
  auto it = by_id_.find(id);
  return it == by_id_.end() || it->second->deleted ? nullptr : it->second.get();
}

Result<Topic*> Catalogue::find(const std::string& name) const {
  if (auto it = by_name_.find(name); it != by_name_.end()) return it->second;
  std::vector<std::string> names;
  for (const auto& [known, topic] : by_name_) names.push_back(topic->info.name);
  auto near = nearest(name, names);
  return Error(ErrorCode::not_found, "there is no topic '" + name + "'",
               near ? "did you mean '" + *near + "'?" : "");
}

Result<Partition*> Catalogue::partition(const TopicPartition& at) const {
  auto it = by_id_.find(at.topic);
  if (it == by_id_.end() || it->second->deleted) return no_such_topic();
  Topic& topic = *it->second;
  if (at.partition.value < 0 || at.partition.value >= topic.info.config.partitions) {
    return Error(ErrorCode::not_found, "topic " + topic.info.name + " has " +
                                           std::to_string(topic.info.config.partitions) +
                                           " partitions, there is no partition " +
                                           std::to_string(at.partition.value));
  }
  return &topic.partitions[static_cast<size_t>(at.partition.value)];
}

std::vector<TopicInfo> Catalogue::list() const {
  std::vector<TopicInfo> topics;
  topics.reserve(by_name_.size());
  for (const auto& [name, topic] : by_name_) topics.push_back(topic->info);
  std::sort(topics.begin(), topics.end(),
            [](const TopicInfo& a, const TopicInfo& b) { return a.name < b.name; });
  return topics;
}

std::vector<const Topic*> Catalogue::all() const {
  std::vector<const Topic*> topics;
  topics.reserve(by_id_.size());
  for (const auto& [id, topic] : by_id_) topics.push_back(topic.get());
  std::sort(topics.begin(), topics.end(), [](const Topic* a, const Topic* b) {
    return std::tie(a->info.name, a->info.id) < std::tie(b->info.name, b->info.id);
  });
  return topics;
}

}  // namespace leat::log
