#include "state/snapshot_files.h"

#include <algorithm>
#include <charconv>

namespace leat::state {
namespace {

constexpr size_t kEpochDigits = 20;

/// The parts of "APPLICATION-EPOCH" and the suffix. False for another name.
bool split_name(std::string_view name, std::string_view suffix, std::string_view& application,
                uint64_t& epoch) {
  if (!name.ends_with(suffix)) return false;
  name.remove_suffix(suffix.size());
  if (name.size() < kEpochDigits + 1 || name[name.size() - kEpochDigits - 1] != '-') return false;
  application = name.substr(0, name.size() - kEpochDigits - 1);
  const char* end = name.data() + name.size();
  const auto read = std::from_chars(end - kEpochDigits, end, epoch);
  return read.ec == std::errc() && read.ptr == end;
}

}  // namespace

std::string snapshot_name(std::string_view application, EpochId first_epoch) {
  const std::string digits = std::to_string(first_epoch.value);
  return std::string(application) + "-" + std::string(kEpochDigits - digits.size(), '0') + digits;
}

Result<std::vector<SnapshotFile>> list_snapshots(io::Disk& disk, const std::string& directory,
                                                 std::optional<std::string_view> application,
                                                 std::string_view suffix) {
  std::vector<SnapshotFile> found;
  LEAT_TRY(const bool exists, disk.exists(directory));
  if (!exists) return found;
  LEAT_TRY(const std::vector<std::string> names, disk.list(directory));
  for (const std::string& name : names) {
    std::string_view owner;
    uint64_t epoch = 0;
    if (!split_name(name, suffix, owner, epoch)) continue;
    if (application && owner != *application) continue;
    found.push_back({EpochId(epoch), directory + "/" + name});
  }
  std::sort(found.begin(), found.end(), [](const SnapshotFile& a, const SnapshotFile& b) {
    return a.first_epoch > b.first_epoch;
  });
  return found;
}

}  // namespace leat::state
