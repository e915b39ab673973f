#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/strong.h"
#include "io/disk.h"
#include "state/snapshot_format.h"
#include "state/state_stores.h"

namespace leat::state {

/// Reads one snapshot. Opening checks its ends; loading checks each block before a row of it is
/// taken. Thread-safe: tasks load their stores side by side.
class SnapshotReader {
 public:
  /// Errors: corruption (named by file), unsupported (another version), conflict (of another
  /// application than this, if one is given), io.
  static Result<SnapshotReader> open(io::Disk& disk, const std::string& path,
                                     std::optional<std::string_view> application);
  const std::string& path() const { return path_; }
  /// Deltas of the epochs after this one go on top of the snapshot.
  EpochId first_epoch() const { return header_.first_epoch; }
  /// The state is that of an epoch only once the deltas up to this one are applied.
  EpochId last_epoch() const { return footer_.last_epoch; }
  const std::vector<SnapshotFooter::Store>& stores() const { return footer_.stores; }

  /// Sets the rows of `store` in an empty table; none when the snapshot does not know it. After an
  /// error the table holds a part. Cost: about 50 ns a small row.
  Status load(std::string_view store, KeyedTable& table) const;
  /// Clears all of `stores` and loads each.
  Status load(StateStores& stores) const;
  /// Reads and checks every block, keeps nothing.
  Status verify() const;

 private:
  SnapshotReader() = default;
  Result<ByteView> read_block(const SnapshotBlock& block, std::string& buffer) const;
  Error named(Error error) const;

  std::string path_;
  std::unique_ptr<io::File> file_;
  SnapshotHeader header_;
  SnapshotFooter footer_;
};

/// What a restart goes on from.
struct Restored {
  EpochId first_epoch;             // replay commits after this one; 0: there was no snapshot
  EpochId last_epoch;              // the replay must reach this one
  std::string path;                // empty when there was no snapshot
  std::vector<Error> passed_over;  // newer snapshots that were damaged: worth telling
};

/// Restores from the newest snapshot of the application in `directory` that is whole. `load` gets a
/// reader and loads the tables (StateStores are cleared by load); it may be called again with the
/// snapshot before when it returned corruption. Errors: corruption (there are snapshots and none is
/// whole), what `load` returned otherwise, io. Snapshots that may hold more than `durable` are
/// passed over.
Result<Restored> restore_newest(io::Disk& disk, const std::string& directory,
                                const std::string& application, EpochId durable,
                                const std::function<Status(const SnapshotReader&)>& load);

}  // namespace leat::state
