#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "client.h"
#include "event.h"
#include "model.h"
#include "world.h"

namespace leat::system_sim {

/// A record as a topic has it.
struct Record {
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::string headers;
  friend bool operator==(const Record&, const Record&) = default;
};
using Records = std::vector<std::vector<Record>>;  // by partition, index = offset

/// All durable records of the topics, read as far as they have come, over all lives of the process.
class Topics {
 public:
  explicit Topics(Problems& problems) : problems_(problems) {}
  /// Reads on. What was there once must be there for ever: `again` reads from the start and
  /// compares.
  void read(World& world, bool again = false);
  const Records& of(const std::string& topic) { return records_[topic]; }
  /// Whether records had expired before they were read here.
  bool misses_some() const { return misses_some_; }
  /// The events of an input topic up to `position` (nullptr: all).
  TopicEvents events(World& world, const std::string& topic, const Events& events,
                     const runtime::Position* position);

 private:
  void read_partition(World& world, const TopicInfo& topic, int32_t partition, bool again);
  Problems& problems_;
  std::map<std::string, Records> records_;
  std::map<std::string, TopicId> ids_;
  bool misses_some_ = false;
};

/// The values of a flat JSON object in their order, joined by '|'.
std::string columns_of(const std::string& json);
/// "key|columns" of a record of a stream.
std::string row_of(const Record& record);
/// "key" or "key@window start" of a record of a table's topic.
std::string table_key(const Record& record, bool windowed);

}  // namespace leat::system_sim
