#include "runtime/position.h"

#include "base/crc32c.h"
#include "base/text.h"
#include "base/varint.h"

namespace leat::runtime {
namespace {

constexpr char kTokenVersion = 1;

Error bad_token(std::string why) {
  return Error(ErrorCode::invalid_argument, "not a position of this log: " + std::move(why),
               "use the position that this server answered with");
}

uint32_t incarnation_mark(std::string_view incarnation) { return crc32c(incarnation); }

}  // namespace

bool reached(const Position& at, const Position& target) {
  for (const auto& [partition, offset] : target) {
    auto here = at.find(partition);
    if (here != at.end() && here->second < offset) return false;
  }
  return true;
}

// Layout: version · incarnation mark (4) · topics: count, then id (16), partitions: count, then
// (partition, offset).
std::string to_token(const Position& position, std::string_view incarnation) {
  std::string bytes(1, kTokenVersion);
  append_le(bytes, incarnation_mark(incarnation));
  for (auto it = position.begin(); it != position.end();) {
    const TopicId topic = it->first.topic;
    std::string partitions;
    uint64_t count = 0;
    for (; it != position.end() && it->first.topic == topic; ++it) {
      if (it->second.value == 0) continue;  // as good as absent
      append_varint(partitions, static_cast<uint64_t>(it->first.partition.value));
      append_varint(partitions, static_cast<uint64_t>(it->second.value));
      ++count;
    }
    if (count == 0) continue;
    bytes.append(reinterpret_cast<const char*>(topic.bytes.data()), topic.bytes.size());
    append_varint(bytes, count);
    bytes += partitions;
  }
  return base64url_encode(bytes);
}

Result<Position> from_token(std::string_view token, std::string_view incarnation) {
  auto bytes = base64url_decode(token);
  if (!bytes) return bad_token("it is not base64url");
  ByteReader reader(*bytes);
  uint8_t version = 0;
  uint32_t mark = 0;
  if (!reader.read_le(version) || !reader.read_le(mark)) return bad_token("it is too short");
  if (version != kTokenVersion) return bad_token("it has another version");
  if (mark != incarnation_mark(incarnation)) return bad_token("it belongs to another log");
  Position position;
  while (!reader.done()) {
    ByteView id;
    uint64_t count = 0;
    if (!reader.read_bytes(16, id) || !reader.read_varint(count)) return bad_token("it is cut");
    TopicId topic;
    std::memcpy(topic.bytes.data(), id.data(), id.size());
    for (uint64_t i = 0; i < count; ++i) {
      uint64_t partition = 0;
      uint64_t offset = 0;
      if (!reader.read_varint(partition) || !reader.read_varint(offset))
        return bad_token("it is cut");
      if (partition > INT32_MAX || offset > INT64_MAX)
        return bad_token("a number in it is too large");
      position[{topic, PartitionId(static_cast<int32_t>(partition))}] =
          Offset(static_cast<int64_t>(offset));
    }
  }
  return position;
}

}  // namespace leat::runtime
