#pragma once
#include <map>
#include <mutex>
#include <vector>

#include "log/embedded/background.h"
#include "log/embedded/frame_reader.h"
#include "log/embedded/segments.h"
#include "log/embedded/sequencer.h"
#include "log/embedded/sidecar.h"

namespace leat::log {

/// What is written when a segment ends: its sidecar, and now and then a checkpoint. Knows which
/// sealed segments could be freed: those that two checkpoints hold, so that one of them may be
/// damaged. Thread-safe.
class Sealer {
 public:
  Sealer(const EmbeddedOptions& options, Segments& segments, Sequencer& sequencer,
         Background& background);

  void start(std::vector<Lsn> checkpoints, std::map<uint64_t, Lsn> last_lsns);
  /// Writes a sidecar again that was lost.
  void rewrite(const Sidecar& sidecar);
  /// The writer has left a segment; everything that it wrote is durable and published. `chain`: its
  /// last frame.
  void segment_ended(Sidecar sidecar, const Chain& chain);
  /// Sealed segments that may be freed as far as recovery goes, ascending.
  std::vector<uint64_t> freeable() const;

 private:
  std::string make_checkpoint(const Sidecar& sidecar, const Chain& chain) const;
  Status write_checkpoint(Lsn lsn, const std::string& contents);

  const EmbeddedOptions& options_;
  Segments& segments_;
  Sequencer& sequencer_;
  Background& background_;
  mutable std::mutex mutex_;
  std::vector<Lsn> checkpoints_;         // on disk, ascending
  std::map<uint64_t, Lsn> last_lsns_;    // of sealed segments
  uint64_t bytes_since_checkpoint_ = 0;  // the writer's
  uint64_t last_checkpoint_bytes_ = 0;   // the writer's
};

}  // namespace leat::log
