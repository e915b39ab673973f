#pragma once
#include <vector>

#include "data/batch.h"

namespace leat::exec {

/// Writes the state key of each row to `arena`: the canonical bytes of the key columns (the first
/// `count`), and behind them the start of the row's window where `starts` are given.
void table_keys(const Batch& batch, size_t count, const std::vector<TimeMs>* starts, Arena& arena,
                std::vector<ByteView>& out);

}  // namespace leat::exec
