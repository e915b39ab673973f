#include "log/embedded/checkpoint.h"

#include <algorithm>

#include "log/embedded/envelope.h"

namespace leat::log {
namespace {

void append_topic(std::string& body, const Topic& topic) {
  append_topic_info(body, topic.info);
  append_le(body, topic.created.value);
  for (const Partition& partition : topic.partitions) {
    append_le(body, partition.start.value);
    append_le(body, partition.durable_end.value);
    append_le(body, partition.largest_timestamp);
  }
}

bool read_topic(ByteReader& in, LogState& state) {
  TopicInfo info;
  if (!read_topic_info(in, info)) return false;
  if (static_cast<size_t>(info.config.partitions) > in.left()) return false;
  Topic& topic = state.topics.add(info);
  if (!in.read_le(topic.created.value)) return false;
  for (Partition& partition : topic.partitions) {
    if (!in.read_le(partition.start.value) || !in.read_le(partition.durable_end.value) ||
        !in.read_le(partition.largest_timestamp)) {
      return false;
    }
    partition.appended_end = partition.durable_end;
  }
  return true;
}

void append_application(std::string& body, const std::string& name, const Application& app) {
  append_sized(body, name);
  append_le(body, app.durable.value);
  append_le(body, app.lsn.value);
  append_le(body, app.trimmed.value);
  append_varint(body, app.inputs.size());
  for (const auto& [who, next] : app.inputs) {
    append_sized(body, who.first);
    append_topic_id(body, who.second.topic);
    append_le(body, who.second.partition.value);
    append_le(body, next.value);
  }
  append_varint(body, app.metadata.size());
  for (const auto& [key, value] : app.metadata) {
    append_sized(body, key);
    append_sized(body, value);
  }
}

bool read_application(ByteReader& in, LogState& state) {
  ByteView name;
  if (!in.read_sized(name)) return false;
  Application& app = state.applications[std::string(name)];
  uint64_t n = 0;
  if (!in.read_le(app.durable.value) || !in.read_le(app.lsn.value) ||
      !in.read_le(app.trimmed.value) || !in.read_varint(n)) {
    return false;
  }
  app.ordered = app.durable;
  for (; n > 0; --n) {
    ByteView reader;
    TopicPartition partition;
    Offset next;
    if (!in.read_sized(reader) || !read_topic_id(in, partition.topic) ||
        !in.read_le(partition.partition.value) || !in.read_le(next.value)) {
      return false;
    }
    app.inputs[{std::string(reader), partition}] = next;
  }
  if (!in.read_varint(n)) return false;
  for (; n > 0; --n) {
    ByteView key;
    ByteView value;
    if (!in.read_sized(key) || !in.read_sized(value)) return false;
    app.metadata[std::string(key)] = std::string(value);
  }
  return true;
}

bool read_idempotency(ByteReader& in, LogState& state) {
  IdempotencySection entry;
  ByteView key;
  Lsn lsn;
  TimeMs time = 0;
  uint64_t n = 0;
  if (!read_topic_id(in, entry.topic) || !in.read_sized(key) || !in.read_le(entry.body_hash) ||
      !in.read_le(lsn.value) || !in.read_le(time) || !in.read_varint(n) || n > in.left()) {
    return false;
  }
  entry.key.assign(key);
  entry.base_offsets.resize(n);
  for (Offset& offset : entry.base_offsets) {
    if (!in.read_le(offset.value)) return false;
  }
  state.idempotency.complete(entry, lsn, time);
  return true;
}

template <class Read>
bool read_all(ByteReader& in, Read&& read) {
  uint64_t n = 0;
  if (!in.read_varint(n)) return false;
  for (; n > 0; --n) {
    if (!read()) return false;
  }
  return true;
}

bool read_head(ByteReader& in, CheckpointHead& head) {
  ByteView raw;
  if (!in.read_bytes(head.incarnation.size(), raw)) return false;
  std::memcpy(head.incarnation.data(), raw.data(), raw.size());
  return in.read_le(head.lsn.value) && in.read_le(head.segment) && in.read_le(head.last_checksum) &&
         in.read_le(head.last_generation);
}

}  // namespace

std::string begin_checkpoint(const CheckpointHead& head, const LogState& state) {
  std::string body(reinterpret_cast<const char*>(head.incarnation.data()), head.incarnation.size());
  append_le(body, head.lsn.value);
  append_le(body, head.segment);
  append_le(body, head.last_checksum);
  append_le(body, head.last_generation);
  std::vector<const Topic*> topics = state.topics.all();
  std::erase_if(topics, [](const Topic* topic) { return topic->created.value == 0; });
  append_varint(body, topics.size());
  for (const Topic* topic : topics) append_topic(body, *topic);
  // An application whose first commit is not durable yet has nothing to keep.
  auto known = [](const auto& item) { return item.second.durable.value > 0; };
  append_varint(body, static_cast<uint64_t>(std::count_if(state.applications.begin(),
                                                          state.applications.end(), known)));
  for (const auto& item : state.applications) {
    if (known(item)) append_application(body, item.first, item.second);
  }
  return body;
}

void add_to_checkpoint(std::string& body, const IdempotencyEntry& entry) {
  append_topic_id(body, entry.topic);
  append_sized(body, entry.key);
  append_le(body, entry.body_hash);
  append_le(body, entry.lsn.value);
  append_le(body, entry.append_time);
  append_varint(body, entry.base_offsets.size());
  for (Offset offset : entry.base_offsets) append_le(body, offset.value);
}

std::string finish_checkpoint(const std::string& body) { return wrap(kCheckpointMagic, body); }

Result<CheckpointHead> load_checkpoint(ByteView contents, const std::string& file,
                                       LogState& state) {
  LEAT_TRY(ByteView body, unwrap(kCheckpointMagic, contents, file));
  ByteReader in(body);
  CheckpointHead head;
  bool ok = read_head(in, head) && read_all(in, [&] { return read_topic(in, state); }) &&
            read_all(in, [&] { return read_application(in, state); });
  while (ok && !in.done()) ok = read_idempotency(in, state);
  if (!ok) {
    return Error(ErrorCode::corruption, "the checkpoint does not have its form: " + file);
  }
  return head;
}

}  // namespace leat::log
