#pragma once
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "io/disk.h"
#include "log/embedded/section.h"

namespace leat::log {

/// Reads a file through one window, so that many small reads become few large ones. Not
/// thread-safe.
class WindowReader {
 public:
  explicit WindowReader(io::File& file, size_t window_bytes = 1u << 20)
      : file_(file), window_bytes_(window_bytes) {}
  /// `n` bytes at `position`, valid until the next call; fewer at the end of the file.
  Result<ByteView> read(uint64_t position, size_t n);

 private:
  io::File& file_;
  size_t window_bytes_;
  std::unique_ptr<char[]> window_;
  size_t capacity_ = 0;
  size_t size_ = 0;
  uint64_t begin_ = 0;
};

/// What the next frame must say to follow the last.
struct Chain {
  Lsn last;
  uint32_t checksum = 0;
  uint64_t generation = 0;

  void follow(const FrameHeader& header) {
    last = header.lsn;
    checksum = header.checksum;
    generation = header.generation;
  }
  bool is_followed_by(const FrameHeader& header) const {
    return header.lsn == last.plus(1) && header.previous_checksum == checksum &&
           header.generation >= generation;
  }
};

/// One frame, wholly checked: header, chain, directory, and every piece of the payload.
struct Frame {
  FrameHeader header;
  ByteView bytes;  // valid until the next read
  std::vector<Section> sections;
  ByteView piece(const Piece& piece) const { return bytes.substr(piece.position, piece.bytes); }
};

/// Why there is no frame at a position.
struct NoFrame {
  std::string reason;        // "no frame begins here", "record batch 3 is damaged"
  bool has_header = false;   // a sound header that follows the chain: the frame was being written
  uint64_t frame_bytes = 0;  // then
};

/// Reads frames of one segment.
class FrameReader {
 public:
  FrameReader(io::File& file, const Incarnation& incarnation, uint64_t segment,
              uint64_t segment_bytes)
      : window_(file, std::min<uint64_t>(1u << 20, segment_bytes)),
        incarnation_(incarnation),
        segment_(segment),
        segment_bytes_(segment_bytes) {}

  /// Reads the frame at `position` if it follows `chain`; false and `why` when there is none.
  /// Errors: io, unsupported.
  Result<bool> read(uint64_t position, const Chain& chain, Frame& frame, NoFrame& why);
  /// The header at `position`, whatever the chain says. Errors: io, unsupported.
  Result<FrameAt> look(uint64_t position, FrameHeader& header);
  /// As look(): whether it is sound and stands where it belongs.
  Result<bool> read_header(uint64_t position, FrameHeader& header);

  /// Whether a later frame proves that the frame behind `last` had been durable: any sound frame
  /// from `position` on that names it in durable_upto. Its position, or segment_bytes when there is
  /// none.
  Result<uint64_t> find_witness(uint64_t position, Lsn last);

 private:
  Result<bool> check_payload(Frame& frame, NoFrame& why);

  WindowReader window_;
  Incarnation incarnation_;
  uint64_t segment_;
  uint64_t segment_bytes_;
};

/// Checks one batch of a frame against its entry. nullptr, or what is wrong.
const char* check_batch(ByteView batch, const AppendEntry& entry);

}  // namespace leat::log
