#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

namespace leat::state {

/// The rows of a delta or of a snapshot's block (docs/formats/state.md) leave out what a row has in
/// common with the one before it. What writer and reader both remember of that one.
struct RowBefore {
  /// Only so many bytes of a key, and of a value, are compared with those before.
  static constexpr size_t kPackedBytesMax = 64;
  using Words = std::array<uint64_t, kPackedBytesMax / 8>;

  alignas(16) Words key{};
  alignas(16) Words value{};
  size_t key_size = SIZE_MAX;
  uint64_t value_mark = 0;  // 0: a tombstone; else the value's size + 1
};

/// Words that `bytes` bytes take.
constexpr size_t words_of(size_t bytes) { return (bytes + 7) / 8; }

}  // namespace leat::state
