#pragma once
#include <string>

#include "log/embedded/log_state.h"

namespace leat::log {

/// The facts of the journal as of the end of a segment: where opening begins, and what outlives
/// freed segments. Where batches and commits lie is not in it: sidecars say that.
struct CheckpointHead {
  Incarnation incarnation{};
  Lsn lsn;               // of the last frame that it holds
  uint64_t segment = 0;  // whose last frame that is
  uint32_t last_checksum = 0;
  uint64_t last_generation = 0;
};

/// Begins the body of a checkpoint: head, topics, applications. Topics that are not durable are
/// left out.
std::string begin_checkpoint(const CheckpointHead& head, const LogState& state);
/// Adds one idempotency entry.
void add_to_checkpoint(std::string& body, const IdempotencyEntry& entry);
std::string finish_checkpoint(const std::string& body);

/// Fills an empty state. Errors: corruption, unsupported.
Result<CheckpointHead> load_checkpoint(ByteView contents, const std::string& file, LogState& state);

}  // namespace leat::log
