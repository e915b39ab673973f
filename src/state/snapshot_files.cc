#include "state/snapshot_files.h"

#include <algorithm>
#include <charconv>

namespace leat::state {
namespace {

constexpr size_t kNameDigits = 20;

}  // namespace

std::string snapshot_name(EpochId first_epoch) {
  const std::string digits = std::to_string(first_epoch.value);
  return std::string(kNameDigits - digits.size(), '0') + digits;
}

Result<std::vector<SnapshotFile>> list_snapshots(io::Disk& disk, const std::string& directory) {
  std::vector<SnapshotFile> found;
  LEAT_TRY(const bool exists, disk.exists(directory));
  if (!exists) return found;
  LEAT_TRY(const std::vector<std::string> names, disk.list(directory));
  for (const std::string& name : names) {
    if (!name.ends_with(kSnapshotSuffix)) continue;
    const char* end = name.data() + name.size() - kSnapshotSuffix.size();
    uint64_t epoch = 0;
    const auto read = std::from_chars(name.data(), end, epoch);
    if (read.ec != std::errc() || read.ptr != end) continue;
    found.push_back({EpochId(epoch), directory + "/" + name});
  }
  std::sort(found.begin(), found.end(), [](const SnapshotFile& a, const SnapshotFile& b) {
    return a.first_epoch > b.first_epoch;
  });
  return found;
}

}  // namespace leat::state
