#include "topics.h"

#include "data/record_batch.h"

namespace leat::system_sim {
namespace {

std::optional<std::string> owned(ByteView bytes) {
  if (is_null(bytes)) return std::nullopt;
  return std::string(bytes);
}

}  // namespace

void Topics::read(World& world, bool again) {
  for (const TopicInfo& topic : world.log().topics()) {
    auto [id, added] = ids_.try_emplace(topic.name, topic.id);
    if (id->second != topic.id) {  // deleted, and made anew
      id->second = topic.id;
      records_[topic.name].clear();
    }
    Records& records = records_[topic.name];
    records.resize(static_cast<size_t>(topic.config.partitions));
    for (int32_t p = 0; p < topic.config.partitions; ++p) read_partition(world, topic, p, again);
  }
}

void Topics::read_partition(World& world, const TopicInfo& topic, int32_t partition, bool again) {
  auto& records = records_[topic.name][static_cast<size_t>(partition)];
  TopicPartition at{topic.id, PartitionId(partition)};
  std::string name = topic.name + "/" + std::to_string(partition);
  auto bounds = world.log().bounds(at);
  if (!bounds.has_value()) return problems_.push_back(bounds.error().to_string());
  auto end = static_cast<size_t>(bounds->durable_end.value);
  if (end < records.size()) problems_.push_back("durable records are gone from " + name);
  auto start = static_cast<size_t>(bounds->start.value);
  if (start > records.size()) {
    misses_some_ = true;
    records.resize(start);
  }
  size_t next = again ? start : records.size();
  while (next < end) {
    auto fetched =
        world.log().read(at, Offset(static_cast<int64_t>(next)), 10'000, Visibility::durable);
    if (!fetched.has_value() && world.fatal()) return;
    if (!fetched.has_value())
      return problems_.push_back("reading " + name + ": " + fetched.error().to_string());
    RecordColumns columns;
    for (ByteView batch : fetched->batches)
      if (!check_batch_crc(batch).has_value() || !decode_records(batch, columns).has_value())
        return problems_.push_back("a batch of " + name + " is damaged");
    for (size_t i = 0; i < columns.size(); ++i) {
      if (columns.offsets[i] < static_cast<int64_t>(next)) continue;
      if (columns.offsets[i] != static_cast<int64_t>(next))
        return problems_.push_back("an offset is missing in " + name);
      Record record{owned(columns.keys[i]), owned(columns.values[i]),
                    columns.headers.empty() ? "" : std::string(columns.headers[i])};
      if (next == records.size()) {
        records.push_back(std::move(record));
      } else if (records[next] != record) {
        return problems_.push_back("a record of " + name + " is another one now: offset " +
                                   std::to_string(next));
      }
      ++next;
    }
  }
}

TopicEvents Topics::events(World& world, const std::string& topic, const Events& events,
                           const runtime::Position* position) {
  TopicEvents out;
  TopicId id = world.log().topic(topic).value().id;
  for (const auto& partition : records_[topic]) {
    size_t end = partition.size();
    if (position != nullptr) {
      auto at = position->find({id, PartitionId(static_cast<int32_t>(out.size()))});
      size_t taken = at == position->end() ? 0 : static_cast<size_t>(at->second.value);
      if (taken > end) problems_.push_back("a read shows records of " + topic + " not durable yet");
      end = std::min(end, taken);
    }
    auto& mine = out.emplace_back();
    for (size_t i = 0; i < end; ++i) {
      int64_t event = id_in(partition[i].headers);
      if (events.has(event)) {
        mine.push_back(&events.at(event));
      } else {
        problems_.push_back("a record of " + topic + " that nobody sent");
      }
    }
  }
  return out;
}

std::string columns_of(const std::string& json) {
  std::string out;
  size_t at = 0;
  while ((at = json.find(':', at)) != std::string::npos) {
    size_t end = json.find_first_of(",}", at);
    std::string value = json.substr(at + 1, end - at - 1);
    std::erase(value, '"');
    out += (out.empty() ? "" : "|") + value;
    at = end;
  }
  return out;
}

std::string row_of(const Record& record) {
  return record.key.value_or("null") + "|" + columns_of(record.value.value_or(""));
}

std::string table_key(const Record& record, bool windowed) {
  std::string key = record.key.value_or("null");
  if (!windowed || key.size() < 8) return key;
  TimeMs start = 0;
  for (size_t i = key.size() - 8; i < key.size(); ++i)
    start = start << 8 | static_cast<uint8_t>(key[i]);
  return key.substr(0, key.size() - 8) + "@" + std::to_string(start);
}

}  // namespace leat::system_sim
