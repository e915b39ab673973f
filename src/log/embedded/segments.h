#pragma once
#include <atomic>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "io/disk.h"
#include "log/embedded/manifest.h"

namespace leat::log {

/// The files of the journal and the manifest that lists them. One segment is active (being
/// written), at most one is prepared behind it, the others are sealed. The first segment is filled
/// with zeros before it is used, later ones while nothing else is going on, so that writing changes
/// no metadata; freed ones are used again as they are (frames name their segment). Thread-safe;
/// write and sync are for the writer alone.
class Segments {
 public:
  struct Sizes {
    uint64_t first_bytes;
    uint64_t bytes;
  };
  Segments(io::Disk& disk, Layout layout, Sizes sizes)
      : disk_(disk), layout_(std::move(layout)), sizes_(sizes) {}

  /// Begins with what recovery found: `active` is written on from `position`; the segment behind
  /// it, if the manifest has one, counts as prepared. active 0: a new journal. Writes the manifest,
  /// which makes the generation in it durable.
  Status start(Manifest manifest, uint64_t active, uint64_t position);

  /// Bytes left in the active segment.
  uint64_t rest() const;
  /// Whether it fits into the active or the prepared one: then no lack of space can stop it.
  bool fits_surely(uint64_t bytes) const;
  /// Whether the file system has room for a segment made for `bytes`. Asks it.
  bool could_hold(uint64_t bytes);
  /// The last attempt to prepare a segment found the disk full.
  bool disk_full() const { return full_.load(std::memory_order_relaxed); }

  /// Makes sure that a segment of at least `min_bytes` stands ready behind the active one. Cost:
  /// writes the whole segment. Errors: disk_full, io.
  Status prepare(uint64_t min_bytes);
  bool is_prepared() const;
  /// Fills the next piece of the prepared segment with zeros. False when nothing is left to fill.
  /// Not needed for anything but speed: small syncs are twice as fast on bytes written before.
  Result<bool> fill_some();
  /// Goes on in the prepared segment (prepares one if there is none). What is written in the old
  /// one must be synced before.
  Status roll(uint64_t min_bytes);

  struct Place {
    uint64_t segment;
    uint64_t position;
  };
  /// Where the next frame begins.
  Place next() const;
  /// Takes the next `bytes` of the active segment, which must fit.
  void claim(uint64_t bytes);
  uint64_t active() const;
  Status write(uint64_t position, ByteView bytes) { return file_->write_at(position, bytes); }
  Status sync() { return file_->sync_data(); }

  /// The file of a live segment, for reading. Kept open among the most recently used.
  Result<std::shared_ptr<io::File>> reader(uint64_t segment);
  /// Lets go of a sealed segment: out of the manifest, then used again or removed.
  Status free(uint64_t segment);
  /// Sealed segments, ascending.
  std::vector<uint64_t> sealed() const;
  /// Number and bytes of all.
  std::pair<uint64_t, uint64_t> totals() const;

  /// For the next time that the manifest is written.
  void note_durable(Lsn lsn) { durable_.store(lsn.value, std::memory_order_relaxed); }
  Status save_closed(Lsn last);
  const Layout& layout() const { return layout_; }
  io::Disk& disk() { return disk_; }
  const Incarnation& incarnation() const { return manifest_.incarnation; }
  const Incarnation& history() const { return manifest_.history; }
  uint64_t generation() const { return manifest_.generation; }

 private:
  Status save_manifest();
  Status prepare_held(uint64_t min_bytes);
  Result<Manifest::Segment> make_file(uint64_t number, uint64_t bytes, uint64_t min_bytes);
  Result<uint64_t> choose_bytes(uint64_t wanted, uint64_t min_bytes);
  Status grow(Manifest::Segment& segment, uint64_t min_bytes);
  Status note_full(Status status);
  Status remove_leftovers();
  void drop_reader(uint64_t segment);

  io::Disk& disk_;
  const Layout layout_;
  const Sizes sizes_;
  std::atomic<uint64_t> durable_{0};
  std::atomic<bool> full_{false};

  std::mutex files_mutex_;  // file operations and the manifest, one at a time
  Manifest manifest_;
  std::vector<Manifest::Segment> spares_;
  std::unique_ptr<io::File> filling_;  // the prepared segment, as far as it is not filled
  uint64_t filled_ = 0;

  mutable std::mutex
      mutex_;  // the fields below; all but position_ change only under files_mutex_ too
  Manifest::Segment active_;
  uint64_t position_ = 0;
  Manifest::Segment prepared_;  // number 0: none
  std::vector<Manifest::Segment> live_;

  std::unique_ptr<io::File> file_;  // active; the writer's

  std::mutex readers_mutex_;
  std::list<std::pair<uint64_t, std::shared_ptr<io::File>>> readers_;  // latest first
};

}  // namespace leat::log
