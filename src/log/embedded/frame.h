#pragma once
#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "base/strong.h"

namespace leat::log {

/// Everything in the journal begins and ends on such a block; a durable block is never written
/// again.
inline constexpr uint64_t kBlockBytes = 4096;
inline constexpr size_t kFrameHeaderBytes = 128;

/// Identity of one log, made when its directory is made (or restored).
using Incarnation = std::array<uint8_t, 16>;

constexpr uint64_t block_ceil(uint64_t bytes) {
  return (bytes + kBlockBytes - 1) & ~(kBlockBytes - 1);
}

/// The head of a frame, decoded. Layout: docs/formats/journal.md. `segment` and `position` say
/// where the frame belongs, so that a frame in another place (a recycled or swapped file, a
/// misdirected write) is not taken for one.
struct FrameHeader {
  uint32_t required_features = 0;  // a reader that does not know one of these must refuse
  uint32_t optional_features = 0;
  Incarnation incarnation{};
  uint64_t generation = 0;  // of the opening that wrote it
  Lsn lsn;
  uint64_t segment = 0;
  uint64_t position = 0;            // in the segment
  uint64_t frame_bytes = 0;         // with padding
  uint64_t directory_position = 0;  // in the frame
  uint64_t directory_bytes = 0;
  Lsn durable_upto;  // every frame up to here was synced when this one was sealed
  TimeMs append_time = 0;
  uint32_t sections = 0;
  uint32_t previous_checksum = 0;  // `checksum` of the frame before
  uint32_t directory_checksum = 0;
  uint32_t checksum = 0;  // of the header, and through it of the directory and of every piece
};

/// Writes kFrameHeaderBytes at `to` and sets header.checksum.
void encode_frame_header(FrameHeader& header, char* to);

/// What stands where a frame may begin.
enum class FrameAt : uint8_t {
  none,       // no header of ours, or a damaged one
  elsewhere,  // a sound header of this log that belongs to another segment or position
  foreign,    // a sound header of another log
  sound,
};

/// Reads the header that should stand at `position` of `segment`. Errors: unsupported (written by a
/// newer version).
Result<FrameAt> decode_frame_header(ByteView bytes, const Incarnation& incarnation,
                                    uint64_t segment, uint64_t position, FrameHeader& header);

}  // namespace leat::log
