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
};

/// The manifest of a directory; nullopt when there is none. Errors: corruption.
Result<std::optional<Manifest>> load_manifest(io::Disk& disk, const Layout& layout);
Status save_manifest(io::Disk& disk, const Layout& layout, const Manifest& manifest);

/// The text form of an identity: 32 hexadecimal digits.
std::string incarnation_text(const Incarnation& incarnation);

}  // namespace leat::log
