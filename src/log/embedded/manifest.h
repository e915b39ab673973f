#pragma once
#include <optional>
#include <string>
#include <vector>

#include "io/disk.h"
#include "log/embedded/frame.h"

namespace leat::log {

/// Names of the files of a data directory.
struct Layout {
  std::string directory;
  std::string lock() const { return directory + "/LOCK"; }
  std::string manifest() const { return directory + "/manifest"; }
  /// Put there by whoever restores a directory in a way that leaves no trace.
  std::string restored() const { return directory + "/restored"; }
  std::string journal() const { return directory + "/journal"; }
  std::string segment(uint64_t number) const;
  std::string sidecar(uint64_t number) const;
  std::string checkpoint(Lsn lsn) const;
};

/// The root of a data directory: replaced atomically, small.
struct Manifest {
  Incarnation incarnation{};
  uint64_t generation = 0;  // grows with every opening, durably before its first append
  /// Nothing of the journal up to here may be missing; a lower bound, brought forward when the
  /// manifest is written anyway.
  Lsn durable_upto;
  /// The directory was closed in order: durable_upto is the last frame. False while it is open.
  bool closed = false;
  struct Segment {
    uint64_t number = 0;
    uint64_t bytes = 0;     // of the file
    bool recycled = false;  // began with frames of a freed segment in it
  };
  std::vector<Segment> segments;  // that must exist, ascending
  /// What the positions that clients hold are bound to: the incarnation at first, another one from
  /// each restored backup on, since offsets behind it are given out again.
  Incarnation history{};
  /// io::File::identity() of the manifest as it was written: another one tells that the directory
  /// is a copy, which somebody has put in the place of the original. Empty: nobody can tell.
  std::string written_as;
};

/// The manifest of a directory; nullopt when there is none. Errors: corruption.
Result<std::optional<Manifest>> load_manifest(io::Disk& disk, const Layout& layout);
Status save_manifest(io::Disk& disk, const Layout& layout, const Manifest& manifest);

/// Whether the directory was restored from a backup since the manifest was written.
Result<bool> was_restored(io::Disk& disk, const Layout& layout, const Manifest& manifest);

/// The text form of an identity: 32 hexadecimal digits.
std::string incarnation_text(const Incarnation& incarnation);

}  // namespace leat::log
