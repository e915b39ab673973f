#pragma once
#include <vector>

#include "data/batch.h"

namespace leat::exec {

/// Writes the state key of each row to `arena`: the canonical bytes of the key columns (the first
/// `count`), and `with_windows` behind them the start of the row's window.
void table_keys(const Batch& batch, size_t count, bool with_windows, Arena& arena,
                std::vector<ByteView>& out);

/// Makes out[i] the key keys[i] with a window's start behind it.
void add_window_starts(const std::vector<ByteView>& keys, const std::vector<TimeMs>& starts,
                       Arena& arena, std::vector<ByteView>& out);

}  // namespace leat::exec
