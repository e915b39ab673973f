#include "log/embedded/verify.h"

#include <optional>

#include "log/embedded/checkpoint.h"
#include "log/embedded/frame_reader.h"
#include "log/embedded/manifest.h"
#include "log/embedded/sidecar.h"

namespace leat {
namespace {

using namespace log;  // NOLINT(google-build-using-namespace): the whole file is about that
                      // namespace

class Verification {
 public:
  Verification(io::Disk& disk, const std::string& directory) : disk_(disk), layout_{directory} {}

  Result<VerifyReport> run() {
    LEAT_TRY(bool any, disk_.exists(layout_.journal()));
    if (!any) {
      return Error(ErrorCode::not_found, "there is no log: " + layout_.directory,
                   "give the directory that `leat run --data` was given");
    }
    LEAT_CHECK(check_manifest());
    if (!manifest_) return std::move(report_);
    LEAT_CHECK(check_checkpoints());
    for (size_t i = 0; i < manifest_->segments.size(); ++i) LEAT_CHECK(check_segment(i));
    LEAT_CHECK(check_strays());
    Lsn known = manifest_->durable_upto;
    if (chain_ && chain_->last < known) {
      add(layout_.manifest(), 0,
          "frames up to " + std::to_string(known.value) + " were durable, the last one found is " +
              std::to_string(chain_->last.value));
    }
    if (chain_) report_.last = chain_->last;
    return std::move(report_);
  }

 private:
  void add(const std::string& file, uint64_t position, const std::string& what) {
    report_.damages.push_back({file, position, what});
  }

  Status check_manifest() {
    auto manifest = load_manifest(disk_, layout_);
    if (manifest && *manifest) {
      manifest_ = std::move(*manifest);
    } else if (manifest) {
      add(layout_.manifest(), 0, "the manifest is missing");
    } else if (manifest.error().code() == ErrorCode::corruption) {
      add(layout_.manifest(), 0, manifest.error().message());
    } else {
      return std::move(manifest).error();
    }
    return {};
  }

  Status check_checkpoints() {
    LEAT_TRY(std::vector<std::string> names, disk_.list(layout_.directory));
    for (const std::string& name : names) {
      if (name.rfind("checkpoint-", 0) != 0 || name.find('.') != std::string::npos) continue;
      std::string file = layout_.directory + "/" + name;
      LEAT_TRY(std::string contents, disk_.read_file(file));
      LogState state(INT64_MAX, SIZE_MAX);
      auto head = load_checkpoint(contents, file, state);
      if (!head) {
        if (head.error().code() != ErrorCode::corruption) return std::move(head).error();
        add(file, 0, head.error().message());
      } else if (head->incarnation != manifest_->incarnation ||
                 file != layout_.checkpoint(head->lsn)) {
        add(file, 0, "the checkpoint belongs elsewhere");
      }
    }
    return {};
  }

  Status check_segment(size_t index) {
    const Manifest::Segment& segment = manifest_->segments[index];
    std::string file = layout_.segment(segment.number);
    ++report_.segments;
    LEAT_TRY(bool exists, disk_.exists(file));
    if (!exists) {
      add(file, 0, "the segment is missing");
      chain_.reset();
      return {};
    }
    LEAT_TRY(auto opened, disk_.open(file, io::OpenMode::read));
    LEAT_TRY(uint64_t bytes, opened->size());
    if (bytes < segment.bytes) add(file, bytes, "the segment is shorter than it was made");
    FrameReader reader(*opened, manifest_->incarnation, segment.number, segment.bytes);
    bool adjacent = index > 0 && manifest_->segments[index - 1].number + 1 == segment.number;
    if (!adjacent || !chain_) LEAT_CHECK(begin_chain(reader, segment));
    Sidecar sidecar;
    LEAT_CHECK(check_frames(reader, segment, sidecar));
    return check_sidecar(segment, sidecar);
  }

  /// A segment in use that the manifest does not name: the manifest is an old one.
  Status check_strays() {
    uint64_t last = manifest_->segments.empty() ? 0 : manifest_->segments.back().number;
    LEAT_TRY(std::vector<std::string> names, disk_.list(layout_.journal()));
    for (const std::string& name : names) {
      if (name.size() != 16 || name.substr(12) != ".seg") continue;
      uint64_t number = std::strtoull(name.c_str(), nullptr, 10);
      if (number <= last) continue;
      LEAT_TRY(auto opened, disk_.open(layout_.segment(number), io::OpenMode::read));
      FrameReader reader(*opened, manifest_->incarnation, number, kBlockBytes);
      FrameHeader header;
      LEAT_TRY(FrameAt at, reader.look(0, header));
      if (at == FrameAt::sound || at == FrameAt::foreign) {
        add(layout_.segment(number), 0, "the manifest does not name this segment, which is in use");
      }
    }
    return {};
  }

  /// Behind a gap, the chain begins with the first frame of the segment.
  Status begin_chain(FrameReader& reader, const Manifest::Segment& segment) {
    FrameHeader first;
    LEAT_TRY(FrameAt at, reader.look(0, first));
    if (at == FrameAt::foreign) {
      add(layout_.segment(segment.number), 0, "the segment belongs to another log");
    }
    if (at == FrameAt::sound && segment.number != 1) {
      chain_ = Chain{Lsn(first.lsn.value - 1), first.previous_checksum, 0};
    } else {
      chain_ = Chain{};
    }
    return {};
  }

  Status check_frames(FrameReader& reader, const Manifest::Segment& segment, Sidecar& sidecar) {
    std::string file = layout_.segment(segment.number);
    uint64_t position = 0;
    for (;;) {
      Frame frame;
      NoFrame why;
      LEAT_TRY(bool found, reader.read(position, *chain_, frame, why));
      if (found) {
        count(frame);
        sidecar.add(frame.header, frame.sections);
        chain_->follow(frame.header);
        position += frame.header.frame_bytes;
        continue;
      }
      LEAT_TRY(uint64_t witness, reader.find_witness(position, chain_->last));
      if (witness >= segment.bytes) {
        if (why.has_header) report_.torn_bytes += why.frame_bytes;
        return {};
      }
      add(file, position,
          why.reason + ", but the frame at " + std::to_string(witness) +
              " shows that a durable one stood there");
      FrameHeader header;
      LEAT_TRY([[maybe_unused]] bool sound, reader.read_header(witness, header));
      chain_ = Chain{Lsn(header.lsn.value - 1), header.previous_checksum, 0};
      position = witness;
    }
  }

  void count(const Frame& frame) {
    ++report_.frames;
    report_.bytes += frame.header.frame_bytes;
    for (const Section& section : frame.sections) {
      for_each_append(section, [&](const AppendEntry& entry) {
        ++report_.batches;
        report_.records += static_cast<uint64_t>(entry.count);
      });
      report_.commits += std::holds_alternative<CommitSection>(section) ? 1 : 0;
    }
  }

  /// A sidecar must say what the segment says. A missing one is made anew at the next opening.
  Status check_sidecar(const Manifest::Segment& segment, const Sidecar& found) {
    std::string file = layout_.sidecar(segment.number);
    LEAT_TRY(bool exists, disk_.exists(file));
    if (!exists) return {};
    LEAT_TRY(std::string contents, disk_.read_file(file));
    auto sidecar = decode_sidecar(contents, file);
    if (!sidecar) {
      if (sidecar.error().code() != ErrorCode::corruption) return std::move(sidecar).error();
      add(file, 0, sidecar.error().message());
    } else if (sidecar->last == found.last && encode_sidecar(found) != contents) {
      add(file, 0, "the sidecar does not say what its segment says");
    } else if (sidecar->last > found.last) {
      add(layout_.segment(segment.number), found.end,
          "frames up to " + std::to_string(sidecar->last.value) +
              " stood in the segment, the last one found is " + std::to_string(found.last.value));
    }
    return {};
  }

  io::Disk& disk_;
  Layout layout_;
  std::optional<Manifest> manifest_;
  std::optional<Chain> chain_;
  VerifyReport report_;
};

}  // namespace

Result<VerifyReport> verify_log(io::Disk& disk, const std::string& directory) {
  return Verification(disk, directory).run();
}

}  // namespace leat
