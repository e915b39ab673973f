#include "log/embedded/recovery.h"

#include <algorithm>

#include "log/embedded/checkpoint.h"

namespace leat::log {
namespace {

Error damage(const std::string& what, const std::string& file, uint64_t position) {
  return Error(ErrorCode::corruption, what + ": " + file + " at " + std::to_string(position),
               "nothing was changed; look at it with `leat verify`, restore a backup of the "
               "directory");
}

/// Reads one directory, step by step: checkpoint, sealed segments, the rest, the tail.
class Recovery {
 public:
  Recovery(io::Disk& disk, const Layout& layout, const EmbeddedOptions& options, Manifest manifest)
      : disk_(disk), layout_(layout), options_(options) {
    out_.manifest = std::move(manifest);
  }

  Result<Recovered> run() {
    LEAT_CHECK(load_newest_checkpoint());
    LEAT_CHECK(check_files());
    LEAT_CHECK(check_strays());
    LEAT_CHECK(load_sealed());
    LEAT_CHECK(read_rest());
    LEAT_CHECK(check_closed());
    out_.report.generation = out_.manifest.generation + 1;
    out_.report.segments = out_.manifest.segments.size();
    out_.report.last = out_.chain.last;
    return std::move(out_);
  }

 private:
  using Segment = Manifest::Segment;

  std::unique_ptr<LogState> empty_state() const {
    return std::make_unique<LogState>(options_.idempotency_ttl_ms,
                                      options_.idempotency_entries_max);
  }

  Result<std::vector<Lsn>> list_checkpoints() {
    std::vector<Lsn> found;
    LEAT_TRY(std::vector<std::string> names, disk_.list(layout_.directory));
    for (const std::string& name : names) {
      constexpr std::string_view kPrefix = "checkpoint-";
      if (name.rfind(kPrefix, 0) != 0) continue;
      std::string digits = name.substr(kPrefix.size());
      bool number = !digits.empty() && digits.size() < 20 &&
                    digits.find_first_not_of("0123456789") == std::string::npos;
      if (number) found.push_back(Lsn(std::stoull(digits)));
    }
    std::sort(found.begin(), found.end());
    return found;
  }

  Status load_newest_checkpoint() {
    LEAT_TRY(std::vector<Lsn> found, list_checkpoints());
    for (auto it = found.rbegin(); it != found.rend(); ++it) {
      std::string file = layout_.checkpoint(*it);
      auto state = empty_state();
      LEAT_TRY(std::string contents, disk_.read_file(file));
      auto head = load_checkpoint(contents, file, *state);
      if (!head && head.error().code() == ErrorCode::unsupported) return std::move(head).error();
      if (!head || head->incarnation != out_.manifest.incarnation || head->lsn != *it) {
        out_.report.warnings.push_back("a damaged checkpoint was passed over: " + file);
        continue;
      }
      out_.checkpoints.insert(out_.checkpoints.begin(), *it);
      if (out_.state) continue;
      out_.state = std::move(state);
      out_.chain = {head->lsn, head->last_checksum, head->last_generation};
      checkpoint_segment_ = head->segment;
      out_.report.checkpoint = head->lsn;
    }
    if (!out_.state) out_.state = empty_state();
    return {};
  }

  /// Every segment that the manifest names must be there, as long as it was made.
  Status check_files() {
    const auto& segments = out_.manifest.segments;
    if (segments.empty() && out_.chain.last.value != 0) {
      return Error(
          ErrorCode::corruption,
          "the manifest names no segments, but there is a checkpoint: " + layout_.manifest());
    }
    for (const Segment& segment : segments) {
      std::string file = layout_.segment(segment.number);
      LEAT_TRY(bool exists, disk_.exists(file));
      if (!exists) return damage("a segment of the journal is missing", file, 0);
      LEAT_TRY(auto opened, disk_.open(file, io::OpenMode::read));
      LEAT_TRY(uint64_t bytes, opened->size());
      if (bytes < segment.bytes) {  // it may have been made larger just before the power went
        return damage("a segment of the journal should have " + std::to_string(segment.bytes) +
                          " bytes and has " + std::to_string(bytes),
                      file, bytes);
      }
      FrameReader reader(*opened, out_.manifest.incarnation, segment.number, segment.bytes);
      FrameHeader header;
      LEAT_TRY(FrameAt at, reader.look(0, header));
      if (at == FrameAt::foreign) return damage("the segment belongs to another log", file, 0);
    }
    if (checkpoint_segment_ == 0 && !segments.empty() && segments.front().number != 1) {
      return damage("the checkpoint that stands for freed segments is missing or damaged",
                    layout_.directory + "/checkpoint-*", 0);
    }
    return check_no_gap_behind_checkpoint();
  }

  /// Segments that the manifest does not name. What was being prepared or freed when the power went
  /// may be removed; anything that may have been in use may not.
  Status check_strays() {
    const auto& segments = out_.manifest.segments;
    uint64_t last = segments.empty() ? 0 : segments.back().number;
    LEAT_TRY(std::vector<std::string> names, disk_.list(layout_.journal()));
    for (const std::string& name : names) {
      if (name.size() != 16 || name.substr(12) != ".seg") continue;
      uint64_t number = std::strtoull(name.c_str(), nullptr, 10);
      std::string file = layout_.segment(number);
      bool known = std::any_of(segments.begin(), segments.end(),
                               [&](const Segment& segment) { return segment.number == number; });
      if (known) continue;
      if (number <= last && number > checkpoint_segment_) {
        return damage("the manifest does not know a segment that is in use", file, 0);
      }
      if (number <= last) continue;
      LEAT_TRY(auto opened, disk_.open(file, io::OpenMode::read));
      FrameReader reader(*opened, out_.manifest.incarnation, number, kBlockBytes);
      FrameHeader header;
      LEAT_TRY(FrameAt at, reader.look(0, header));
      if (at == FrameAt::none || at == FrameAt::elsewhere) continue;
      return damage("the manifest is older than this segment, or of another log", file, 0);
    }
    return {};
  }

  /// Segments are freed only when two checkpoints hold them.
  Status check_no_gap_behind_checkpoint() {
    uint64_t expected = checkpoint_segment_ + 1;
    for (const Segment& segment : out_.manifest.segments) {
      if (segment.number <= checkpoint_segment_) continue;
      if (segment.number != expected) {
        return damage("the checkpoint is too old for the segments that are left",
                      layout_.manifest(), 0);
      }
      ++expected;
    }
    return {};
  }

  Result<std::optional<Sidecar>> load_sidecar(const Segment& segment) {
    std::string file = layout_.sidecar(segment.number);
    LEAT_TRY(bool exists, disk_.exists(file));
    if (!exists) return std::optional<Sidecar>();
    LEAT_TRY(std::string contents, disk_.read_file(file));
    auto sidecar = decode_sidecar(contents, file);
    if (!sidecar && sidecar.error().code() == ErrorCode::unsupported) {
      return std::move(sidecar).error();
    }
    if (!sidecar || sidecar->segment != segment.number ||
        sidecar->incarnation != out_.manifest.incarnation ||
        sidecar->last > out_.report.checkpoint ||
        (segment.number == checkpoint_segment_ && sidecar->last != out_.report.checkpoint)) {
      return std::optional<Sidecar>();
    }
    return std::optional<Sidecar>(*std::move(sidecar));
  }

  /// The first and the last frame of a segment must be those that its sidecar speaks of.
  Status check_ends(const Segment& segment, const Sidecar& sidecar) {
    std::string file = layout_.segment(segment.number);
    LEAT_TRY(auto opened, disk_.open(file, io::OpenMode::read));
    for (auto [position, checksum] : {std::pair(uint64_t{0}, sidecar.first_checksum),
                                      std::pair(sidecar.last_position, sidecar.last_checksum)}) {
      char head[kFrameHeaderBytes];
      LEAT_TRY(size_t got, opened->read_at(position, head, sizeof head));
      FrameHeader header;
      LEAT_TRY(FrameAt at, decode_frame_header(ByteView(head, got), out_.manifest.incarnation,
                                               segment.number, position, header));
      if (at != FrameAt::sound || header.checksum != checksum) {
        return damage("the segment is not the one that its sidecar describes", file, position);
      }
    }
    return {};
  }

  /// Segments that the checkpoint holds: only where things lie is needed from them.
  Status load_sealed() {
    std::optional<Sidecar> before;
    for (const Segment& segment : out_.manifest.segments) {
      if (segment.number > checkpoint_segment_) break;
      LEAT_TRY(std::optional<Sidecar> sidecar, load_sidecar(segment));
      if (sidecar) {
        LEAT_CHECK(check_ends(segment, *sidecar));
      } else {
        LEAT_TRY(sidecar, rebuild_sidecar(segment));
        out_.report.warnings.push_back("a sidecar was lost and made anew: " +
                                       layout_.sidecar(segment.number));
        out_.lost_sidecars.push_back(*sidecar);
      }
      bool adjacent = before && before->segment + 1 == segment.number;
      if (adjacent && (before->last.plus(1) != sidecar->first ||
                       before->last_checksum != sidecar->first_previous_checksum)) {
        return damage("the segment does not follow the one before it",
                      layout_.segment(segment.number), 0);
      }
      place(*sidecar);
      out_.last_lsns[segment.number] = sidecar->last;
      before = std::move(sidecar);
    }
    if (checkpoint_segment_ != 0 && before && before->segment == checkpoint_segment_ &&
        before->last != out_.chain.last) {
      return damage("the segment does not end where the checkpoint says",
                    layout_.segment(before->segment), before->end);
    }
    drop_gaps();
    return {};
  }

  void place(const Sidecar& sidecar) {
    auto& use = out_.state->use[sidecar.segment];
    use.last_append_time = std::max(use.last_append_time, sidecar.last_append_time);
    for (const Sidecar::Batches& batches : sidecar.extents) {
      Topic* topic = out_.state->topics.find_any(batches.at.topic);
      if (!topic) continue;
      auto p = static_cast<size_t>(batches.at.partition.value);
      if (p >= topic->partitions.size()) continue;
      Partition& partition = topic->partitions[p];
      if (batches.extent.end() <= partition.start) continue;
      Offset durable_end = partition.durable_end;
      out_.state->add_extent(partition, batches.extent);
      partition.durable_end = partition.appended_end = durable_end;
    }
    for (const Sidecar::CommitEntry& commit : sidecar.commits) {
      out_.state->add_commit(out_.state->applications[commit.application], commit.ref);
    }
  }

  /// A partition whose segment in the middle was freed begins behind the gap.
  void drop_gaps() {
    for (const Topic* found : out_.state->topics.all()) {
      for (Partition& partition : out_.state->topics.find_any(found->info.id)->partitions) {
        const auto& extents = partition.index.extents();
        Offset start = partition.durable_end;
        for (size_t i = extents.size(); i-- > 0 && extents[i].end() == start;) {
          start = extents[i].base;
        }
        out_.state->advance_start(partition, start);
      }
    }
  }

  /// Reads a segment that should have had a sidecar, from its first frame to where the next begins.
  Result<std::optional<Sidecar>> rebuild_sidecar(const Segment& segment) {
    std::string file = layout_.segment(segment.number);
    LEAT_TRY(auto opened, disk_.open(file, io::OpenMode::read));
    FrameReader reader(*opened, out_.manifest.incarnation, segment.number, segment.bytes);
    LEAT_TRY(Lsn last, last_lsn_of(segment));
    FrameHeader first;
    LEAT_TRY(bool sound, reader.read_header(0, first));
    if (!sound) return damage("no frame begins here", file, 0);
    Chain chain{Lsn(first.lsn.value - 1), first.previous_checksum, 0};
    Sidecar sidecar;
    uint64_t position = 0;
    while (chain.last < last) {
      Frame frame;
      NoFrame why;
      LEAT_TRY(bool found, reader.read(position, chain, frame, why));
      if (!found) return damage(why.reason, file, position);
      ++out_.report.frames_read;
      sidecar.add(frame.header, frame.sections);
      chain.follow(frame.header);
      position += frame.header.frame_bytes;
    }
    return std::optional<Sidecar>(std::move(sidecar));
  }

  Result<Lsn> last_lsn_of(const Segment& segment) {
    if (segment.number == checkpoint_segment_) return out_.report.checkpoint;
    for (const Segment& next : out_.manifest.segments) {
      if (next.number != segment.number + 1) continue;
      LEAT_TRY(auto opened, disk_.open(layout_.segment(next.number), io::OpenMode::read));
      FrameReader reader(*opened, out_.manifest.incarnation, next.number, next.bytes);
      FrameHeader header;
      LEAT_TRY(bool sound, reader.read_header(0, header));
      if (!sound) return damage("no frame begins here", layout_.segment(next.number), 0);
      return Lsn(header.lsn.value - 1);
    }
    return damage(
        "the sidecar is lost, and the segment behind it was freed, which would say where "
        "it ends",
        layout_.sidecar(segment.number), 0);
  }

  /// Reads what the checkpoint does not hold, frame by frame, to the tail.
  Status read_rest() {
    for (size_t i = 0; i < out_.manifest.segments.size(); ++i) {
      if (out_.manifest.segments[i].number <= checkpoint_segment_) continue;
      LEAT_TRY(bool goes_on, read_segment(i));
      if (!goes_on) break;
    }
    return {};
  }

  /// Reads one segment's frames and makes it the one to write on in. False when the journal ends in
  /// it.
  Result<bool> read_segment(size_t index) {
    const Segment& segment = out_.manifest.segments[index];
    std::string file = layout_.segment(segment.number);
    LEAT_TRY(auto opened, disk_.open(file, io::OpenMode::read_write));
    if (!out_.manifest.closed) {
      // What is kept from here on is served: so it must be on the device, and be read from there. A
      // sync that failed before may have left pages in the cache that look clean and are nowhere
      // else.
      LEAT_CHECK(opened->sync_data());
      opened->drop_cache();
    }
    if (out_.active != 0) {
      out_.last_lsns[out_.active] = out_.active_sidecar.last;
      out_.new_sidecars.push_back(std::move(out_.active_sidecar));
    }
    out_.active = segment.number;
    out_.position = 0;
    out_.active_sidecar = {};
    FrameReader reader(*opened, out_.manifest.incarnation, segment.number, segment.bytes);
    NoFrame why;
    for (;;) {
      Frame frame;
      LEAT_TRY(bool found, reader.read(out_.position, out_.chain, frame, why));
      if (!found) break;
      LEAT_CHECK(take_in(frame, file));
    }
    return judge_end(index, why, reader);
  }

  Status take_in(const Frame& frame, const std::string& file) {
    const FrameHeader& header = frame.header;
    if (header.generation > out_.manifest.generation) {
      return damage("the frame was written by an opening that the manifest does not know of", file,
                    header.position);
    }
    FramePlace at{header.lsn, header.segment, header.position, header.append_time};
    std::vector<AppendDone> nobody;
    for (const Section& section : frame.sections) {
      if (Status applied = out_.state->apply(section, at, nobody); !applied) {
        return damage(applied.error().message(), file, header.position);
      }
    }
    out_.active_sidecar.add(header, frame.sections);
    out_.chain.follow(header);
    out_.position += header.frame_bytes;
    ++out_.report.frames_read;
    return {};
  }

  /// No frame follows. That is the end of the segment, of which the next goes on (true), or the
  /// tail (false), unless something later proves that there was a durable one.
  Result<bool> judge_end(size_t index, const NoFrame& why, FrameReader& reader) {
    const Segment& segment = out_.manifest.segments[index];
    std::string file = layout_.segment(segment.number);
    if (out_.manifest.closed && out_.chain.last == out_.manifest.durable_upto) return false;
    note_cut(why, file, out_.position);
    std::string bad_file = file;
    uint64_t bad_position = out_.position;
    std::string reason = why.reason;
    auto refuse = [&](const std::string& proof) {
      return damage(
          reason + ", but the frame at " + proof + " shows that a durable one stood there",
          bad_file, bad_position);
    };
    LEAT_TRY(uint64_t witness, reader.find_witness(out_.position, out_.chain.last));
    if (witness < segment.bytes) return refuse(std::to_string(witness));
    for (size_t i = index + 1; i < out_.manifest.segments.size(); ++i) {
      const Segment& next = out_.manifest.segments[i];
      std::string next_file = layout_.segment(next.number);
      LEAT_TRY(auto opened, disk_.open(next_file, io::OpenMode::read));
      FrameReader next_reader(*opened, out_.manifest.incarnation, next.number, next.bytes);
      Frame frame;
      NoFrame none;
      LEAT_TRY(bool follows, next_reader.read(0, out_.chain, frame, none));
      if (follows && i == index + 1) {
        out_.report.cut_bytes = 0;  // an earlier opening has cut here and went on there
        out_.report.cut_file.clear();
        out_.report.cut_position = 0;
        return true;
      }
      if (none.has_header) {
        note_cut(none, next_file, 0);
        bad_file = next_file;
        bad_position = 0;
        reason = none.reason;
      }
      LEAT_TRY(uint64_t later, next_reader.find_witness(0, out_.chain.last));
      if (later < next.bytes) return refuse(std::to_string(later) + " of " + next_file);
    }
    return false;
  }

  void note_cut(const NoFrame& why, const std::string& file, uint64_t position) {
    if (!why.has_header) return;
    out_.report.cut_bytes = why.frame_bytes;
    out_.report.cut_file = file;
    out_.report.cut_position = position;
  }

  Status check_closed() {
    const Manifest& manifest = out_.manifest;
    Lsn known = manifest.durable_upto;
    if (out_.chain.last < known) {
      return damage("frames " + std::to_string(out_.chain.last.value + 1) + " to " +
                        std::to_string(known.value) + " were durable and are not there",
                    layout_.segment(std::max<uint64_t>(out_.active, 1)), out_.position);
    }
    out_.report.closed_cleanly = manifest.closed && out_.chain.last == known;
    return {};
  }

  io::Disk& disk_;
  const Layout& layout_;
  const EmbeddedOptions& options_;
  Recovered out_;
  uint64_t checkpoint_segment_ = 0;
};

}  // namespace

Result<Recovered> recover(io::Disk& disk, const Layout& layout, const EmbeddedOptions& options,
                          Manifest manifest) {
  return Recovery(disk, layout, options, std::move(manifest)).run();
}

}  // namespace leat::log
