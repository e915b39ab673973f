#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "io/disk.h"
#include "state/snapshot_copier.h"
#include "state/snapshot_writer.h"

namespace leat::runtime {

/// Takes snapshots of an application's state beside its epochs: a piece of the tables is copied at
/// each boundary, a thread of its own writes the pieces, and the snapshot is published when the
/// last epoch that it may hold is durable. A snapshot that fails (a full disk) is given up and
/// tried again later; restart then replays more commits. Used by the coordinator, but for the
/// writing thread within.
class Snapshots {
 public:
  using NamedTables = state::SnapshotCopier::NamedTables;

  /// `background` false: pieces are written where they are copied (simulation). `wake` is called,
  /// from the writing thread, when step() can go on where it had to wait.
  Snapshots(io::Disk& disk, std::string directory, std::string application, uint64_t after_bytes,
            bool background, std::function<void()> wake = {});
  ~Snapshots();

  /// Tells of state deltas that a restart would have to replay: bytes of keys and values.
  void add_delta_bytes(uint64_t bytes) { delta_bytes_ += bytes; }
  /// One step at a boundary after epoch `committed`; commits up to `durable` cannot be lost.
  /// `tables` gives all stores. Returns true when there is more to do soon. `trim` gets the epoch
  /// up to which commits are not needed any more.
  bool step(EpochId committed, EpochId durable, const std::function<NamedTables()>& tables,
            const std::function<void(EpochId)>& trim);
  /// Gives up the snapshot that is being taken: stores are about to go.
  void abandon();

 private:
  enum class Phase : uint8_t { idle, copying, writing, written };
  struct Work {
    std::vector<state::SnapshotChunk> chunks;
    std::optional<EpochId> last_epoch;  // finish after these
  };
  void begin(EpochId committed, const std::function<NamedTables()>& tables);
  bool queue_is_full();
  void hand_over(Work work);
  void write(Work work);
  void serve();

  io::Disk& disk_;
  std::string directory_;
  std::string application_;
  uint64_t after_bytes_;
  bool background_;
  std::function<void()> wake_owner_;
  uint64_t delta_bytes_ = 0;
  Phase phase_ = Phase::idle;
  EpochId last_epoch_;
  std::unique_ptr<state::SnapshotCopier> copier_;
  std::shared_ptr<state::SnapshotWriter> writer_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Work> queue_;
  std::atomic<bool> finished_{false};
  std::atomic<bool> failed_{false};
  bool stopping_ = false;
  bool writing_ = false;
  std::thread thread_;
};

}  // namespace leat::runtime
