#pragma once
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "base/text.h"
#include "log/embedded/group.h"
#include "log/embedded/partition_index.h"
#include "log/log.h"

namespace leat::log {

/// A batch that is still in memory: waiting for its sync, or among the latest groups.
struct Recent {
  Offset base;
  int32_t count = 0;
  TimeMs max_timestamp = kNoTime;
  ByteView batch;
  Group* group = nullptr;  // held by the sequencer as long as this stands
  Offset end() const { return base.plus(count); }
};

struct Partition {
  Offset start;
  Offset durable_end;
  Offset appended_end;
  TimeMs largest_timestamp = kNoTime;
  PartitionIndex index;       // [start, durable_end)
  std::deque<Recent> recent;  // up to appended_end
};

struct Topic {
  TopicInfo info;
  std::vector<Partition> partitions;
  Lsn created;           // 0 until that is durable
  bool deleted = false;  // ordered; gone when that is durable
  int claims = 0;        // running epochs that write it
  int held = 0;          // outside appends that wait for those
};

/// Topics by name and id. Names are unique without regard to case. Pure; the sequencer's mutex
/// guards it.
class Catalogue {
 public:
  /// Whether a topic could be created under the name. Errors: invalid_argument, already_exists.
  Status check_new(const std::string& name, const TopicConfig& config) const;
  Topic& add(const TopicInfo& info);
  /// Hides the topic from names and lookups until erase().
  void mark_deleted(Topic& topic);
  void erase(const TopicId& id);

  /// nullptr when there is none or it is deleted.
  Topic* find(const TopicId& id);
  const Topic* find(const TopicId& id) const;
  /// Errors: not_found, with the nearest name as hint.
  Result<Topic*> find(const std::string& name) const;
  /// Errors: not_found.
  Result<Partition*> partition(const TopicPartition& at) const;
  std::vector<TopicInfo> list() const;
  /// All topics, deleted ones whose deletion is not durable too, in order of their names.
  std::vector<const Topic*> all() const;
  /// As find(id), deleted or not.
  Topic* find_any(const TopicId& id);

 private:
  struct IdHash {
    size_t operator()(const TopicId& id) const { return load_le<uint64_t>(data(id)); }
    static const char* data(const TopicId& id) {
      return reinterpret_cast<const char*>(id.bytes.data());
    }
  };
  std::unordered_map<TopicId, std::unique_ptr<Topic>, IdHash> by_id_;
  std::map<std::string, Topic*, IgnoringCase> by_name_;
};

}  // namespace leat::log
