#include "log/embedded/sidecar.h"

#include "log/embedded/envelope.h"

namespace leat::log {
namespace {

bool read_extent(ByteReader& in, uint64_t segment, Sidecar::Batches& batches) {
  Extent& e = batches.extent;
  e.segment = static_cast<uint32_t>(segment);
  return read_topic_id(in, batches.at.topic) && in.read_le(batches.at.partition.value) &&
         in.read_le(e.base.value) && in.read_le(e.max_timestamp) && in.read_le(e.append_time) &&
         in.read_le(e.position) && in.read_le(e.count) && in.read_le(e.bytes);
}

bool read_commit(ByteReader& in, uint64_t segment, Sidecar::CommitEntry& commit) {
  ByteView application;
  commit.ref.segment = segment;
  if (!in.read_sized(application)) return false;
  commit.application.assign(application);
  return in.read_le(commit.ref.epoch.value) && in.read_le(commit.ref.lsn.value) &&
         in.read_le(commit.ref.position);
}

template <class S, class Field>
void each_field(S& s, Field&& field) {
  field(s.segment);
  field(s.first.value);
  field(s.last.value);
  field(s.first_previous_checksum);
  field(s.first_checksum);
  field(s.last_checksum);
  field(s.last_generation);
  field(s.last_position);
  field(s.end);
  field(s.last_append_time);
}

}  // namespace

void Sidecar::add(const FrameHeader& header, const std::vector<Section>& sections) {
  if (empty()) {
    incarnation = header.incarnation;
    segment = header.segment;
    first = header.lsn;
    first_previous_checksum = header.previous_checksum;
    first_checksum = header.checksum;
  }
  last = header.lsn;
  last_checksum = header.checksum;
  last_generation = header.generation;
  last_position = header.position;
  end = header.position + header.frame_bytes;
  last_append_time = std::max(last_append_time, header.append_time);
  for (const Section& section : sections) {
    for_each_append(section, [&](const AppendEntry& entry) {
      Extent extent;
      extent.base = entry.base;
      extent.max_timestamp = entry.max_timestamp;
      extent.append_time = header.append_time;
      extent.position = header.position + entry.batch.position;
      extent.segment = static_cast<uint32_t>(header.segment);
      extent.count = static_cast<uint32_t>(entry.count);
      extent.bytes = static_cast<uint32_t>(entry.batch.bytes);
      extents.push_back({entry.at, extent});
    });
    if (const auto* commit = std::get_if<CommitSection>(&section)) {
      commits.push_back(
          {commit->application, {commit->epoch, header.lsn, header.segment, header.position}});
    }
  }
}

std::string encode_sidecar(const Sidecar& sidecar) {
  std::string body(reinterpret_cast<const char*>(sidecar.incarnation.data()),
                   sidecar.incarnation.size());
  each_field(sidecar, [&](const auto& value) { append_le(body, value); });
  append_varint(body, sidecar.extents.size());
  for (const Sidecar::Batches& batches : sidecar.extents) {
    append_topic_id(body, batches.at.topic);
    append_le(body, batches.at.partition.value);
    append_le(body, batches.extent.base.value);
    append_le(body, batches.extent.max_timestamp);
    append_le(body, batches.extent.append_time);
    append_le(body, batches.extent.position);
    append_le(body, batches.extent.count);
    append_le(body, batches.extent.bytes);
  }
  append_varint(body, sidecar.commits.size());
  for (const Sidecar::CommitEntry& commit : sidecar.commits) {
    append_sized(body, commit.application);
    append_le(body, commit.ref.epoch.value);
    append_le(body, commit.ref.lsn.value);
    append_le(body, commit.ref.position);
  }
  return wrap(kSidecarMagic, body);
}

Result<Sidecar> decode_sidecar(ByteView contents, const std::string& file) {
  LEAT_TRY(ByteView body, unwrap(kSidecarMagic, contents, file));
  auto damaged = [&] {
    return Error(ErrorCode::corruption, "the sidecar does not have its form: " + file);
  };
  ByteReader in(body);
  Sidecar sidecar;
  ByteView raw;
  if (!in.read_bytes(sidecar.incarnation.size(), raw)) return damaged();
  std::memcpy(sidecar.incarnation.data(), raw.data(), raw.size());
  bool ok = true;
  each_field(sidecar, [&]<class T>(T& value) { ok = ok && in.read_le(value); });
  uint64_t n = 0;
  if (!ok || !in.read_varint(n) || n > in.left()) return damaged();
  sidecar.extents.resize(n);
  for (auto& batches : sidecar.extents) {
    if (!read_extent(in, sidecar.segment, batches)) return damaged();
  }
  if (!in.read_varint(n) || n > in.left()) return damaged();
  sidecar.commits.resize(n);
  for (auto& commit : sidecar.commits) {
    if (!read_commit(in, sidecar.segment, commit)) return damaged();
  }
  if (!in.done()) return damaged();
  return sidecar;
}

}  // namespace leat::log
