#pragma once
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/varint.h"
#include "log/embedded/frame.h"
#include "log/log.h"

namespace leat::log {

/// What a frame says, in the order in which it happened. The same structs are made by the
/// sequencer, encoded into the frame's directory, decoded at recovery, and applied to the state
/// when they are durable: one apply for both.

/// Bytes in the frame's payload. The directory's checksum covers this, `crc` covers them.
struct Piece {
  uint64_t position = 0;  // in the frame
  uint64_t bytes = 0;
  uint32_t crc = 0;
};

/// One record batch and the place that it has: what the frame's checksum binds together.
struct AppendEntry {
  TopicPartition at;
  Offset base;
  int32_t count = 0;
  Piece batch;  // crc: the batch's own
  TimeMs max_timestamp = kNoTime;
};

struct AppendsSection {
  std::vector<AppendEntry> entries;
};

/// An idempotency key, and what the records in this frame got for it.
struct IdempotencySection {
  TopicId topic;
  std::string key;
  uint64_t body_hash = 0;
  std::vector<Offset> base_offsets;
};

struct CommitSection {
  std::string application;
  EpochId epoch;
  std::vector<InputPosition> inputs;
  std::vector<AppendEntry> appends;
  struct State {
    std::string store;
    Piece bytes;
  };
  std::vector<State> states;
  std::vector<MetadataChange> metadata;
  Piece facts;
};

struct TopicCreatedSection {
  TopicInfo topic;
};
struct TopicDeletedSection {
  TopicId topic;
};

/// Retention moved the starts of partitions.
struct StartsSection {
  struct Start {
    TopicPartition at;
    Offset start;
  };
  std::vector<Start> starts;
};

/// Commits up to `epoch` are no longer needed by replay.
struct TrimSection {
  std::string application;
  EpochId epoch;
};

using Section = std::variant<AppendsSection, IdempotencySection, CommitSection, TopicCreatedSection,
                             TopicDeletedSection, StartsSection, TrimSection>;

/// Appends the encoded section to a directory.
void encode_section(const Section& section, std::string& directory);

/// All sections of a directory whose checksum was right. Sections that this version does not know
/// are skipped when they say so. Errors: unsupported, invalid_data (a bug or a forged checksum).
Result<std::vector<Section>> decode_sections(ByteView directory);

/// Calls `visit` with each batch entry of a section, in order.
template <class F>
void for_each_append(const Section& section, F&& visit) {
  if (const auto* appends = std::get_if<AppendsSection>(&section)) {
    for (const AppendEntry& entry : appends->entries) visit(entry);
  } else if (const auto* commit = std::get_if<CommitSection>(&section)) {
    for (const AppendEntry& entry : commit->appends) visit(entry);
  }
}

// Encodings that checkpoints and sidecars share with frames.
void append_topic_id(std::string& out, const TopicId& id);
bool read_topic_id(ByteReader& in, TopicId& id);
void append_topic_info(std::string& out, const TopicInfo& topic);
bool read_topic_info(ByteReader& in, TopicInfo& topic);

}  // namespace leat::log
