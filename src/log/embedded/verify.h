#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/strong.h"
#include "io/disk.h"

namespace leat {

/// Bytes that are not what was written.
struct LogDamage {
  std::string file;
  uint64_t position = 0;
  std::string what;
};

/// What a check of a data directory found.
struct VerifyReport {
  uint64_t segments = 0;
  uint64_t frames = 0;
  uint64_t batches = 0;
  uint64_t records = 0;
  uint64_t commits = 0;
  uint64_t bytes = 0;  // of frames
  Lsn last;
  uint64_t torn_bytes = 0;  // of a frame at the end that was never finished: no damage
  std::vector<LogDamage> damages;
  bool sound() const { return damages.empty(); }
};

/// Reads everything in a data directory and checks it: every frame, batch, commit, the chain that
/// holds them together, the files beside the journal. Changes nothing, takes no lock: of a
/// directory in use the newest frames may look unfinished. Goes on behind damage as far as later
/// frames can be found. Errors: not_found (no log there), io, unsupported.
Result<VerifyReport> verify_log(io::Disk& disk, const std::string& directory);

}  // namespace leat
