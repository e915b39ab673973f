#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/strong.h"
#include "io/disk.h"

namespace leat::state {

inline constexpr std::string_view kSnapshotSuffix = ".snap";
inline constexpr std::string_view kSnapshotUnpublishedSuffix = ".snap.part";

/// "shop-00000000000000000042": the name of a snapshot without its suffix.
std::string snapshot_name(std::string_view application, EpochId first_epoch);

struct SnapshotFile {
  EpochId first_epoch;
  std::string path;
};
/// The published snapshots of an application in a directory, newest first, or those with another
/// suffix; none when there is no such directory. nullopt: those of all applications.
Result<std::vector<SnapshotFile>> list_snapshots(io::Disk& disk, const std::string& directory,
                                                 std::optional<std::string_view> application,
                                                 std::string_view suffix = kSnapshotSuffix);

}  // namespace leat::state
