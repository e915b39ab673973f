#pragma once
#include <string>
#include <vector>

#include "log/embedded/applications.h"
#include "log/embedded/partition_index.h"
#include "log/embedded/section.h"

namespace leat::log {

/// What a segment holds, so that opening need not read it: written beside a segment when the next
/// one begins, made anew from the segment when it is lost.
struct Sidecar {
  Incarnation incarnation{};
  uint64_t segment = 0;
  Lsn first;
  Lsn last;
  uint32_t first_previous_checksum = 0;
  uint32_t first_checksum = 0;
  uint32_t last_checksum = 0;
  uint64_t last_generation = 0;
  uint64_t last_position = 0;  // of the last frame
  uint64_t end = 0;            // behind the last frame
  TimeMs last_append_time = kNoTime;

  struct Batches {
    TopicPartition at;
    Extent extent;
  };
  std::vector<Batches> extents;  // in journal order
  struct CommitEntry {
    std::string application;
    CommitRef ref;
  };
  std::vector<CommitEntry> commits;

  bool empty() const { return first.value == 0; }
  /// Takes in a frame that stands in the segment, in order.
  void add(const FrameHeader& header, const std::vector<Section>& sections);
};

std::string encode_sidecar(const Sidecar& sidecar);
/// Errors: corruption, unsupported.
Result<Sidecar> decode_sidecar(ByteView contents, const std::string& file);

}  // namespace leat::log
