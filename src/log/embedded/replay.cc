#include "base/crc32c.h"
#include "log/embedded/frame_reader.h"
#include "log/embedded/reader.h"

// The commits of an application, read again: how state comes back after a restart.

namespace leat::log {
namespace {

constexpr size_t kRefsAtOnce = 1024;

/// Reads the commits of one segment, in order, through one window.
class CommitReader {
 public:
  CommitReader(std::shared_ptr<io::File> file, std::string name, const Incarnation& incarnation,
               uint64_t segment)
      : file_(std::move(file)),
        name_(std::move(name)),
        incarnation_(incarnation),
        segment_(segment),
        window_(*file_) {}

  uint64_t segment() const { return segment_; }

  Status visit(const std::string& application, const CommitRef& ref,
               const std::function<Status(const CommitView&)>& visitor) {
    FrameHeader header;
    LEAT_TRY(ByteView head, window_.read(ref.position, kFrameHeaderBytes));
    LEAT_TRY(FrameAt at, decode_frame_header(head, incarnation_, segment_, ref.position, header));
    if (at != FrameAt::sound || header.lsn != ref.lsn) return damaged(ref);
    LEAT_TRY(ByteView frame, window_.read(ref.position, header.frame_bytes));
    if (frame.size() != header.frame_bytes) return damaged(ref);
    ByteView directory = frame.substr(header.directory_position, header.directory_bytes);
    if (crc32c(directory) != header.directory_checksum) return damaged(ref);
    LEAT_TRY(std::vector<Section> sections, decode_sections(directory));
    for (const Section& section : sections) {
      const auto* commit = std::get_if<CommitSection>(&section);
      if (!commit || commit->application != application || commit->epoch != ref.epoch) continue;
      CommitView view;
      view.epoch = commit->epoch;
      view.lsn = header.lsn;
      for (const auto& state : commit->states) {
        LEAT_TRY(ByteView bytes, piece(frame, state.bytes, ref));
        view.states.push_back({state.store, bytes});
      }
      LEAT_TRY(view.facts, piece(frame, commit->facts, ref));
      return visitor(view);
    }
    return damaged(ref);
  }

 private:
  Result<ByteView> piece(ByteView frame, const Piece& piece, const CommitRef& ref) const {
    if (piece.position > frame.size() || piece.bytes > frame.size() - piece.position) {
      return damaged(ref);
    }
    ByteView bytes = frame.substr(piece.position, piece.bytes);
    if (crc32c(bytes) != piece.crc) return damaged(ref);
    return bytes;
  }
  Error damaged(const CommitRef& ref) const {
    return Error(ErrorCode::corruption,
                 "the commit of epoch " + std::to_string(ref.epoch.value) +
                     " is damaged: " + name_ + " at " + std::to_string(ref.position),
                 "look at it with `leat verify`; restore a backup");
  }

  std::shared_ptr<io::File> file_;
  std::string name_;
  Incarnation incarnation_;
  uint64_t segment_;
  WindowReader window_;
};

}  // namespace

Status Reader::replay(const std::string& application, EpochId after,
                      const std::function<Status(const CommitView&)>& visit) {
  std::unique_ptr<CommitReader> reader;
  for (;;) {
    std::vector<CommitRef> refs = sequencer_.with_state([&](const LogState& state) {
      std::vector<CommitRef> found;
      auto it = state.applications.find(application);
      if (it == state.applications.end()) return found;
      const auto& commits = it->second.commits;
      auto from = std::partition_point(commits.begin(), commits.end(),
                                       [&](const CommitRef& ref) { return ref.epoch <= after; });
      auto n = std::min<size_t>(kRefsAtOnce, static_cast<size_t>(commits.end() - from));
      found.assign(from, from + static_cast<ptrdiff_t>(n));
      return found;
    });
    if (refs.empty()) return {};
    for (const CommitRef& ref : refs) {
      if (!reader || reader->segment() != ref.segment) {
        LEAT_TRY(std::shared_ptr<io::File> file, segments_.reader(ref.segment));
        reader =
            std::make_unique<CommitReader>(std::move(file), segments_.layout().segment(ref.segment),
                                           segments_.incarnation(), ref.segment);
      }
      LEAT_CHECK(reader->visit(application, ref, visit));
      after = ref.epoch;
    }
  }
}

}  // namespace leat::log
