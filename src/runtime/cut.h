#pragma once
#include <cstddef>
#include <vector>

#include "base/strong.h"

namespace leat::runtime {

/// One batch that waits at the head of an input partition.
struct WaitingBatch {
  TimeMs max_time;
  size_t bytes;
};

/// Chooses how many waiting batches each input gives to the next epoch. While everything fits into
/// `bytes_max`, all of it; with backlog, batches in order of their event time across the inputs, so
/// that no input runs ahead of another in time, whatever their rates. At least one batch is taken
/// when any waits. Pure; inputs keep their order, ties go to the first. Shape: one entry per input,
/// each a queue in offset order. Returns the number of batches to take from each.
std::vector<size_t> choose_cut(const std::vector<std::vector<WaitingBatch>>& inputs,
                               size_t bytes_max);

}  // namespace leat::runtime
