#pragma once
#include <atomic>
#include <functional>
#include <mutex>
#include <thread>

#include "log/embedded/background.h"
#include "log/embedded/frame_reader.h"
#include "log/embedded/sealer.h"
#include "log/embedded/segments.h"
#include "log/embedded/sequencer.h"

namespace leat::log {

/// Writes groups as frames: seal, write, one fdatasync, publish. One group is on its way at a time,
/// so a frame is written only when the one before it is durable. Its thread waits for nothing when
/// groups wait, and never delays a group for company except for the commit of an epoch that is
/// running.
class Journal {
 public:
  struct Hooks {
    std::function<void()> durable;      // a group became durable
    std::function<void(Error)> failed;  // a write or sync failed; the journal writes no more
  };
  Journal(const EmbeddedOptions& options, Segments& segments, Sequencer& sequencer, Sealer& sealer,
          Background& background, Hooks hooks);
  ~Journal() { stop(); }

  /// Goes on behind `chain`; `active`: what the active segment holds so far.
  void start(const Chain& chain, Sidecar active);
  /// Writes the first waiting group. False when there is none or the disk has no room for it.
  bool sync_once();
  /// Writes an empty frame that says what is durable, if the last frame has something in it.
  void write_witness();
  /// Ends the thread; with `drain`, when nothing waits any more.
  void stop(bool drain = true);

  Lsn last() const;
  int64_t last_sync_ns() const { return last_sync_ns_.load(std::memory_order_relaxed); }
  uint64_t groups() const { return groups_.load(std::memory_order_relaxed); }
  uint64_t bytes_written() const { return bytes_.load(std::memory_order_relaxed); }

 private:
  void loop();
  Status roll(uint64_t needed);
  Status write(Group& group);
  void finish(const std::shared_ptr<Group>& group);
  void fail(Error error);
  bool needs_witness() const;

  const EmbeddedOptions& options_;
  Segments& segments_;
  Sequencer& sequencer_;
  Sealer& sealer_;
  Background& background_;
  Hooks hooks_;

  mutable std::mutex writer_mutex_;  // one group at a time; guards the next four
  Chain chain_;
  Sidecar active_;
  bool witnessed_ = true;  // the last frame is empty, or there is none
  bool failed_ = false;

  std::atomic<int64_t> last_sync_ns_{0};
  std::atomic<uint64_t> groups_{0};
  std::atomic<uint64_t> bytes_{0};
  std::atomic<bool> stop_{false};
  std::atomic<bool> drain_{true};
  std::thread thread_;
};

}  // namespace leat::log
