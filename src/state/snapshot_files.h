#pragma once
#include <string>
#include <vector>

#include "base/result.h"
#include "base/strong.h"
#include "io/disk.h"

namespace leat::state {

inline constexpr std::string_view kSnapshotSuffix = ".snap";
inline constexpr std::string_view kSnapshotUnpublishedSuffix = ".snap.part";

/// "00000000000000000042": the name of a snapshot without its suffix. Names sort as epochs do.
std::string snapshot_name(EpochId first_epoch);

struct SnapshotFile {
  EpochId first_epoch;
  std::string path;
};
/// The published snapshots of a directory, newest first; none when there is no such directory.
Result<std::vector<SnapshotFile>> list_snapshots(io::Disk& disk, const std::string& directory);

}  // namespace leat::state
