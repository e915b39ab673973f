#include "exec/node_state.h"

#include "base/varint.h"

namespace leat::exec {

void encode(const NodeState& state, std::string& out) {
  append_varint(out, zigzag(state.time));
  append_varint(out, zigzag(state.emitted));
  append_varint(out, state.spread);
  append_varint(out, state.counters.rows_in);
  append_varint(out, state.counters.rows_out);
  append_varint(out, state.counters.late);
  append_varint(out, state.counters.dropped);
  append_varint(out, state.counters.errors);
}

Result<NodeState> decode_node_state(ByteView bytes) {
  NodeState state;
  ByteReader reader(bytes);
  bool fits =
      reader.read_zigzag(state.time) && reader.read_zigzag(state.emitted) &&
      reader.read_varint(state.spread) && reader.read_varint(state.counters.rows_in) &&
      reader.read_varint(state.counters.rows_out) && reader.read_varint(state.counters.late) &&
      reader.read_varint(state.counters.dropped) && reader.read_varint(state.counters.errors);
  if (!fits)
    return Error(ErrorCode::corruption, "the saved times and counters of a node are cut short",
                 "run `leat verify` on the data directory");
  return state;
}

}  // namespace leat::exec
