#include "log/embedded/section.h"

namespace leat::log {
namespace {

enum class Type : uint8_t {
  appends = 1,
  idempotency = 2,
  commit = 3,
  topic_created = 4,
  topic_deleted = 5,
  starts = 6,
  trim = 7,
};
constexpr uint8_t kMustUnderstand = 1;

void append_piece(std::string& out, const Piece& piece) {
  append_le(out, piece.position);
  append_le(out, piece.bytes);
  append_le(out, piece.crc);
}
bool read_piece(ByteReader& in, Piece& piece) {
  return in.read_le(piece.position) && in.read_le(piece.bytes) && in.read_le(piece.crc);
}

void append_partition(std::string& out, const TopicPartition& at) {
  append_topic_id(out, at.topic);
  append_le(out, at.partition.value);
}
bool read_partition(ByteReader& in, TopicPartition& at) {
  return read_topic_id(in, at.topic) && in.read_le(at.partition.value);
}

bool read_string(ByteReader& in, std::string& text) {
  ByteView view;
  if (!in.read_sized(view)) return false;
  text.assign(view);
  return true;
}

template <class T, class Write>
void append_list(std::string& out, const std::vector<T>& items, Write&& write) {
  append_varint(out, items.size());
  for (const T& item : items) write(out, item);
}
/// Every item takes at least a byte, so a count beyond what is left is damage, not a big list.
template <class T, class Read>
bool read_list(ByteReader& in, std::vector<T>& items, Read&& read) {
  uint64_t n = 0;
  if (!in.read_varint(n) || n > in.left()) return false;
  items.resize(n);
  for (T& item : items) {
    if (!read(in, item)) return false;
  }
  return true;
}

void write_entry(std::string& out, const AppendEntry& entry) {
  append_partition(out, entry.at);
  append_le(out, entry.count);
  append_le(out, entry.base.value);
  append_piece(out, entry.batch);
  append_le(out, entry.max_timestamp);
}
bool read_entry(ByteReader& in, AppendEntry& entry) {
  return read_partition(in, entry.at) && in.read_le(entry.count) && in.read_le(entry.base.value) &&
         read_piece(in, entry.batch) && in.read_le(entry.max_timestamp) && entry.count > 0 &&
         entry.base.value >= 0 && entry.at.partition.value >= 0;
}

void write_offset(std::string& out, const Offset& offset) { append_le(out, offset.value); }
bool read_offset(ByteReader& in, Offset& offset) { return in.read_le(offset.value); }

Type encode_body(const AppendsSection& s, std::string& out) {
  append_list(out, s.entries, write_entry);
  return Type::appends;
}
bool decode_body(ByteReader& in, AppendsSection& s) { return read_list(in, s.entries, read_entry); }

Type encode_body(const IdempotencySection& s, std::string& out) {
  append_topic_id(out, s.topic);
  append_sized(out, s.key);
  append_le(out, s.body_hash);
  append_list(out, s.base_offsets, write_offset);
  return Type::idempotency;
}
bool decode_body(ByteReader& in, IdempotencySection& s) {
  return read_topic_id(in, s.topic) && read_string(in, s.key) && in.read_le(s.body_hash) &&
         read_list(in, s.base_offsets, read_offset);
}

Type encode_body(const CommitSection& s, std::string& out) {
  append_sized(out, s.application);
  append_varint(out, s.epoch.value);
  append_list(out, s.inputs, [](std::string& o, const InputPosition& input) {
    append_sized(o, input.reader);
    append_partition(o, input.partition);
    write_offset(o, input.next);
  });
  append_list(out, s.appends, write_entry);
  append_list(out, s.states, [](std::string& o, const CommitSection::State& state) {
    append_sized(o, state.store);
    append_piece(o, state.bytes);
  });
  append_list(out, s.metadata, [](std::string& o, const MetadataChange& change) {
    append_sized(o, change.key);
    append_sized(o, change.value);
  });
  append_piece(out, s.facts);
  return Type::commit;
}
bool decode_body(ByteReader& in, CommitSection& s) {
  return read_string(in, s.application) && in.read_varint(s.epoch.value) &&
         read_list(in, s.inputs,
                   [](ByteReader& i, InputPosition& input) {
                     return read_string(i, input.reader) && read_partition(i, input.partition) &&
                            read_offset(i, input.next);
                   }) &&
         read_list(in, s.appends, read_entry) &&
         read_list(in, s.states,
                   [](ByteReader& i, CommitSection::State& state) {
                     return read_string(i, state.store) && read_piece(i, state.bytes);
                   }) &&
         read_list(in, s.metadata,
                   [](ByteReader& i, MetadataChange& change) {
                     return read_string(i, change.key) && read_string(i, change.value);
                   }) &&
         read_piece(in, s.facts);
}

Type encode_body(const TopicCreatedSection& s, std::string& out) {
  append_topic_info(out, s.topic);
  return Type::topic_created;
}
bool decode_body(ByteReader& in, TopicCreatedSection& s) { return read_topic_info(in, s.topic); }

Type encode_body(const TopicDeletedSection& s, std::string& out) {
  append_topic_id(out, s.topic);
  return Type::topic_deleted;
}
bool decode_body(ByteReader& in, TopicDeletedSection& s) { return read_topic_id(in, s.topic); }

Type encode_body(const StartsSection& s, std::string& out) {
  append_list(out, s.starts, [](std::string& o, const StartsSection::Start& start) {
    append_partition(o, start.at);
    write_offset(o, start.start);
  });
  return Type::starts;
}
bool decode_body(ByteReader& in, StartsSection& s) {
  return read_list(in, s.starts, [](ByteReader& i, StartsSection::Start& start) {
    return read_partition(i, start.at) && read_offset(i, start.start);
  });
}

Type encode_body(const TrimSection& s, std::string& out) {
  append_sized(out, s.application);
  append_varint(out, s.epoch.value);
  return Type::trim;
}
bool decode_body(ByteReader& in, TrimSection& s) {
  return read_string(in, s.application) && in.read_varint(s.epoch.value);
}

Error damaged() {
  return Error(ErrorCode::invalid_data, "a section of the frame does not have its form");
}

template <class S>
Status take(ByteView body, std::vector<Section>& out) {
  ByteReader in(body);
  S section;
  if (!decode_body(in, section) || !in.done()) return damaged();
  out.emplace_back(std::move(section));
  return {};
}

Status decode_section(Type type, bool must_understand, ByteView body, std::vector<Section>& out) {
  switch (type) {
    case Type::appends: return take<AppendsSection>(body, out);
    case Type::idempotency: return take<IdempotencySection>(body, out);
    case Type::commit: return take<CommitSection>(body, out);
    case Type::topic_created: return take<TopicCreatedSection>(body, out);
    case Type::topic_deleted: return take<TopicDeletedSection>(body, out);
    case Type::starts: return take<StartsSection>(body, out);
    case Type::trim: return take<TrimSection>(body, out);
  }
  if (!must_understand) return {};
  return Error(ErrorCode::unsupported,
               "a frame has a section that this version does not know: type " +
                   std::to_string(static_cast<int>(type)),
               "open it with the version that wrote it, or a later one");
}

}  // namespace

void append_topic_id(std::string& out, const TopicId& id) {
  for (uint8_t byte : id.bytes) out.push_back(static_cast<char>(byte));
}
bool read_topic_id(ByteReader& in, TopicId& id) {
  ByteView raw;
  if (!in.read_bytes(id.bytes.size(), raw)) return false;
  std::memcpy(id.bytes.data(), raw.data(), raw.size());
  return true;
}

void append_topic_info(std::string& out, const TopicInfo& topic) {
  append_topic_id(out, topic.id);
  append_sized(out, topic.name);
  append_le(out, topic.config.partitions);
  append_le(out, topic.config.retention_ms);
  append_le(out, topic.config.retention_bytes);
}
bool read_topic_info(ByteReader& in, TopicInfo& topic) {
  return read_topic_id(in, topic.id) && read_string(in, topic.name) &&
         in.read_le(topic.config.partitions) && in.read_le(topic.config.retention_ms) &&
         in.read_le(topic.config.retention_bytes) && topic.config.partitions > 0;
}

void encode_section(const Section& section, std::string& directory) {
  size_t head = directory.size();
  directory.resize(head + 8, '\0');
  Type type = std::visit([&](const auto& s) { return encode_body(s, directory); }, section);
  directory[head] = static_cast<char>(type);
  directory[head + 1] = static_cast<char>(kMustUnderstand);
  store_le(directory.data() + head + 4, static_cast<uint32_t>(directory.size() - head - 8));
}

Result<std::vector<Section>> decode_sections(ByteView directory) {
  std::vector<Section> sections;
  ByteReader in(directory);
  while (!in.done()) {
    uint8_t type = 0;
    uint8_t flags = 0;
    uint16_t reserved = 0;
    uint32_t bytes = 0;
    ByteView body;
    if (!in.read_le(type) || !in.read_le(flags) || !in.read_le(reserved) || !in.read_le(bytes) ||
        !in.read_bytes(bytes, body)) {
      return damaged();
    }
    LEAT_CHECK(
        decode_section(static_cast<Type>(type), (flags & kMustUnderstand) != 0, body, sections));
  }
  return sections;
}

}  // namespace leat::log
