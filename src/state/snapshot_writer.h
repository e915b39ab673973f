#pragma once
#include <map>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/strong.h"
#include "io/disk.h"
#include "state/snapshot_copier.h"
#include "state/snapshot_format.h"

namespace leat::state {

/// Writes one snapshot of an application into `directory`, under a name that restore does not look
/// at until publish. Publishing is a rename: there is no list of snapshots that could be damaged or
/// disagree with the directory. Used by one thread, which may be another than those that copy.
class SnapshotWriter {
 public:
  /// `header.first_epoch`: the last epoch committed before the copiers were made; it names the
  /// snapshot. Leftovers of a writer that did not publish are removed. Errors: already_exists (no
  /// epoch went by since the last snapshot), disk_full, io.
  static Result<std::unique_ptr<SnapshotWriter>> create(io::Disk& disk, std::string directory,
                                                        const SnapshotHeader& header);
  SnapshotWriter(const SnapshotWriter&) = delete;
  SnapshotWriter& operator=(const SnapshotWriter&) = delete;
  /// A snapshot that was not published is removed.
  ~SnapshotWriter();

  /// Writes a chunk; several of a store in any order. Errors: disk_full, io; the writer is of no
  /// use then.
  Status add(const SnapshotChunk& chunk);
  /// Writes the end of the file and makes it durable. `last_epoch`: the last epoch that was
  /// committed (durable or not) when the last chunk was copied.
  Status finish(EpochId last_epoch);
  /// Makes the finished snapshot the newest; call it when last_epoch is durable, not before: a
  /// snapshot may hold what never came to be. Removes all of the application but this and the one
  /// before. Returns the epoch up to which commits may be trimmed: the start of the one before (0
  /// when this is the first), so that a damaged snapshot is survivable.
  Result<EpochId> publish();
  uint64_t bytes() const { return offset_; }

 private:
  SnapshotWriter(io::Disk& disk, std::string directory, const SnapshotHeader& header)
      : disk_(disk),
        directory_(std::move(directory)),
        application_(header.application),
        first_epoch_(header.first_epoch) {}
  uint32_t store_index(const std::string& name);
  std::string path(std::string_view suffix) const;

  io::Disk& disk_;
  std::string directory_;
  std::string application_;
  std::string open_path_;  // empty once published
  EpochId first_epoch_;
  std::unique_ptr<io::File> file_;
  uint64_t offset_ = 0;
  SnapshotFooter footer_;
  std::map<std::string, uint32_t> indexes_;
  std::string block_;
};

}  // namespace leat::state
