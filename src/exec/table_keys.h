#pragma once
#include <vector>

#include "data/batch.h"

namespace leat::exec {

/// Writes the state key of each row to `arena`: the canonical bytes of the key columns (the first
/// `count`), and behind them the window's start where the batch has windows.
void table_keys(const Batch& batch, size_t count, Arena& arena, std::vector<ByteView>& out);

/// Makes out[i] the key keys[i] with a window's start behind it.
void add_window_starts(const std::vector<ByteView>& keys, const std::vector<TimeMs>& starts,
                       Arena& arena, std::vector<ByteView>& out);

}  // namespace leat::exec
