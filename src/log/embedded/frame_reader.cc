#include "log/embedded/frame_reader.h"

#include "base/crc32c.h"
#include "data/record_batch.h"

namespace leat::log {
namespace {

bool piece_fits(const Piece& piece, uint64_t frame_bytes) {
  return piece.position <= frame_bytes && piece.bytes <= frame_bytes - piece.position;
}

}  // namespace

Result<ByteView> WindowReader::read(uint64_t position, size_t n) {
  bool inside =
      position >= begin_ && position - begin_ <= size_ && size_ - (position - begin_) >= n;
  if (!inside) {
    size_t wanted = std::max(n, window_bytes_);
    if (wanted > capacity_) {
      window_.reset(new char[wanted]);  // not filled: the read does that
      capacity_ = wanted;
    }
    size_ = 0;
    LEAT_TRY(size_, file_.read_at(position, window_.get(), wanted));
    begin_ = position;
  }
  size_t at = static_cast<size_t>(position - begin_);
  return ByteView(window_.get() + at, std::min(n, size_ - at));
}

const char* check_batch(ByteView batch, const AppendEntry& entry) {
  auto header = read_batch_header(batch);
  if (!header) return "the header of a record batch is damaged";
  if (header->total_bytes() != batch.size() || header->base_offset != entry.base.value ||
      header->last_offset_delta + 1 != entry.count || header->leader_epoch != -1 ||
      header->crc != entry.batch.crc) {
    return "a record batch is not the one that belongs here";
  }
  return check_batch_crc(batch) ? nullptr : "the checksum of a record batch is wrong";
}

Result<FrameAt> FrameReader::look(uint64_t position, FrameHeader& header) {
  LEAT_TRY(ByteView head, window_.read(position, kFrameHeaderBytes));
  return decode_frame_header(head, incarnation_, segment_, position, header);
}

Result<bool> FrameReader::read_header(uint64_t position, FrameHeader& header) {
  LEAT_TRY(FrameAt at, look(position, header));
  return at == FrameAt::sound;
}

Result<bool> FrameReader::read(uint64_t position, const Chain& chain, Frame& frame, NoFrame& why) {
  why = {};
  if (position + kBlockBytes > segment_bytes_) {
    why.reason = "the segment ends here";
    return false;
  }
  LEAT_TRY(bool sound, read_header(position, frame.header));
  if (!sound) {
    why.reason = "no frame begins here";
    return false;
  }
  if (!chain.is_followed_by(frame.header)) {
    why.reason = "the frame here does not follow the one before";
    return false;
  }
  why.has_header = true;
  why.frame_bytes = frame.header.frame_bytes;
  if (frame.header.frame_bytes > segment_bytes_ - position) {
    why.reason = "the frame is longer than the segment";
    return false;
  }
  LEAT_TRY(frame.bytes, window_.read(position, frame.header.frame_bytes));
  if (frame.bytes.size() != frame.header.frame_bytes) {
    why.reason = "the file ends within the frame";
    return false;
  }
  ByteView directory =
      frame.bytes.substr(frame.header.directory_position, frame.header.directory_bytes);
  if (crc32c(directory) != frame.header.directory_checksum) {
    why.reason = "the frame's directory is damaged";
    return false;
  }
  auto sections = decode_sections(directory);
  if (!sections) {
    if (sections.error().code() == ErrorCode::unsupported) return std::move(sections).error();
    why.reason = sections.error().message();
    return false;
  }
  frame.sections = *std::move(sections);
  return check_payload(frame, why);
}

Result<bool> FrameReader::check_payload(Frame& frame, NoFrame& why) {
  const char* wrong = nullptr;
  auto check_piece = [&](const Piece& piece) {
    if (wrong) return;
    if (!piece_fits(piece, frame.bytes.size()) || crc32c(frame.piece(piece)) != piece.crc) {
      wrong = "state or facts of a commit are damaged";
    }
  };
  for (const Section& section : frame.sections) {
    for_each_append(section, [&](const AppendEntry& entry) {
      if (wrong) return;
      wrong = piece_fits(entry.batch, frame.bytes.size())
                  ? check_batch(frame.piece(entry.batch), entry)
                  : "a record batch lies outside of its frame";
    });
    if (const auto* commit = std::get_if<CommitSection>(&section)) {
      for (const auto& state : commit->states) check_piece(state.bytes);
      check_piece(commit->facts);
    }
  }
  if (wrong) why.reason = wrong;
  return wrong == nullptr;
}

Result<uint64_t> FrameReader::find_witness(uint64_t position, Lsn last) {
  for (; position + kBlockBytes <= segment_bytes_; position += kBlockBytes) {
    FrameHeader header;
    LEAT_TRY(bool sound, read_header(position, header));
    if (sound && header.durable_upto > last) return position;
  }
  return segment_bytes_;
}

}  // namespace leat::log
