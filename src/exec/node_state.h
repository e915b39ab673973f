#pragma once
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "exec/task.h"

namespace leat::exec {

/// What a node remembers beside its tables. Kept as one entry of the task's meta table, so that it
/// is committed, restored and undone like all other state.
struct NodeState {
  TimeMs time = kNoTime;     // the largest timestamp seen: partition time, stream time
  TimeMs emitted = kNoTime;  // EMIT FINAL: windows that start below it are out
  uint64_t spread = 0;       // rows without a key sent so far
  NodeCounters counters;

  void advance(TimeMs ts) {
    if (ts > time) time = ts;
  }
};

/// Layout: varints; times zigzag: time, emitted, spread, rows in, rows out, late, dropped, errors.
void encode(const NodeState& state, std::string& out);
/// Errors: corruption.
Result<NodeState> decode_node_state(ByteView bytes);

}  // namespace leat::exec
