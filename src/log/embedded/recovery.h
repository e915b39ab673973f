#pragma once
#include <memory>
#include <optional>

#include "log/embedded/embedded_log.h"
#include "log/embedded/frame_reader.h"
#include "log/embedded/log_state.h"
#include "log/embedded/manifest.h"
#include "log/embedded/sidecar.h"

namespace leat::log {

/// What opening a directory found. Nothing was changed yet.
struct Recovered {
  std::unique_ptr<LogState> state;
  Manifest manifest;
  Chain chain;
  uint64_t active = 0;     // segment to write on in; 0: there is none
  uint64_t position = 0;   // in it
  Sidecar active_sidecar;  // of the frames that it holds
  /// Segments whose frames were read though a sidecar should have spoken for them.
  std::vector<Sidecar> lost_sidecars;
  /// Segments behind the checkpoint, which still need a sidecar, without the active one.
  std::vector<Sidecar> new_sidecars;
  std::vector<Lsn> checkpoints;       // sound ones, ascending
  std::map<uint64_t, Lsn> last_lsns;  // of the sealed segments
  RecoveryReport report;
};

/// Reads a data directory. A frame that was being written when the power went is left out and
/// reported; any other damage is refused by file and offset. Errors: corruption, unsupported, io.
Result<Recovered> recover(io::Disk& disk, const Layout& layout, const EmbeddedOptions& options,
                          Manifest manifest);

}  // namespace leat::log
