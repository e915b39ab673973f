#pragma once
#include <span>
#include <vector>

#include "base/arena.h"
#include "base/bytes.h"
#include "data/column.h"

namespace leat::exec {

/// A group's state under code of the program (plan::CustomFold), as bytes of a state table. Layout:
/// the largest timestamp (8 bytes); 8 bytes that are 0 where there is no state yet, else 1, or of
/// states of any size their length + 1; the state. Kept on disk.
class FoldLayout {
 public:
  static constexpr size_t kHead = 16;

  FoldLayout(size_t state_bytes, Type type) : state_bytes_(state_bytes), type_(std::move(type)) {}

  bool in_place() const { return state_bytes_ > 0; }
  /// Of a group without a state.
  size_t fixed_bytes() const { return kHead + state_bytes_; }
  static bool has_state(ByteView group) { return load_le<uint64_t>(group.data() + 8) != 0; }
  /// The state of a group; a null view when it has none.
  static ByteView state_of(ByteView group) {
    return has_state(group) ? group.substr(kHead) : ByteView();
  }
  /// Fills `out` from groups; a null view gives null. Held structs are aligned, in `arena` if need
  /// be.
  void decode(std::span<const ByteView> groups, Column& out, Arena& arena) const;

 private:
  size_t state_bytes_;
  Type type_;
};

}  // namespace leat::exec
