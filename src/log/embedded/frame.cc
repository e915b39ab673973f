#include "log/embedded/frame.h"

#include "base/crc32c.h"

namespace leat::log {
namespace {

constexpr uint32_t kMagic = 0x4d52464c;  // "LFRM"
constexpr uint16_t kVersion = 1;
constexpr uint32_t kKnownFeatures = 0;
constexpr size_t kChecksumAt = kFrameHeaderBytes - 4;

/// One list of the fields for both directions, so that they cannot drift apart.
template <class Header, class Field>
void each_field(Header& h, Field&& field) {
  field(8, h.required_features);
  field(12, h.optional_features);
  field(32, h.generation);
  field(40, h.lsn.value);
  field(48, h.segment);
  field(56, h.position);
  field(64, h.frame_bytes);
  field(72, h.directory_position);
  field(80, h.directory_bytes);
  field(88, h.durable_upto.value);
  field(96, h.append_time);
  field(104, h.sections);
  field(108, h.previous_checksum);
  field(112, h.directory_checksum);
}

bool lengths_fit(const FrameHeader& h) {
  return h.frame_bytes >= kBlockBytes && h.frame_bytes % kBlockBytes == 0 &&
         h.directory_position >= kFrameHeaderBytes && h.directory_position <= h.frame_bytes &&
         h.directory_bytes <= h.frame_bytes - h.directory_position;
}

}  // namespace

void encode_frame_header(FrameHeader& header, char* to) {
  std::memset(to, 0, kFrameHeaderBytes);
  store_le(to, kMagic);
  store_le(to + 4, kVersion);
  store_le(to + 6, static_cast<uint16_t>(kFrameHeaderBytes));
  std::memcpy(to + 16, header.incarnation.data(), header.incarnation.size());
  each_field(header, [&](size_t at, const auto& value) { store_le(to + at, value); });
  header.checksum = crc32c(ByteView(to, kChecksumAt));
  store_le(to + kChecksumAt, header.checksum);
}

Result<FrameAt> decode_frame_header(ByteView bytes, const Incarnation& incarnation,
                                    uint64_t segment, uint64_t position, FrameHeader& header) {
  if (bytes.size() < kFrameHeaderBytes) return FrameAt::none;
  const char* from = bytes.data();
  if (load_le<uint32_t>(from) != kMagic) return FrameAt::none;
  header.checksum = load_le<uint32_t>(from + kChecksumAt);
  if (header.checksum != crc32c(bytes.substr(0, kChecksumAt))) return FrameAt::none;
  std::memcpy(header.incarnation.data(), from + 16, header.incarnation.size());
  each_field(header, [&]<class T>(size_t at, T& value) { value = load_le<T>(from + at); });
  if (header.incarnation != incarnation) return FrameAt::foreign;
  if (header.segment != segment || header.position != position) return FrameAt::elsewhere;
  if (load_le<uint16_t>(from + 4) != kVersion || (header.required_features & ~kKnownFeatures)) {
    return Error(ErrorCode::unsupported,
                 "the journal was written by a newer version: segment " + std::to_string(segment) +
                     ", position " + std::to_string(position),
                 "open it with the version that wrote it, or a later one");
  }
  return lengths_fit(header) ? FrameAt::sound : FrameAt::none;
}

}  // namespace leat::log
