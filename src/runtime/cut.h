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

/// An input of a lane whose queries write topics that others of them read.
struct StagedInput {
  std::vector<WaitingBatch> waiting;
  bool more = false;  // than what waits: it is not read ahead to its end
  /// Written by queries of the lane, and read in the same epoch.
  bool written = false;
  size_t first_stage = 0;  // that reads it
};

/// As choose_cut, but what the lane itself writes goes first and whole, the last stages before the
/// first: where some of it must stay behind, nothing else is taken that could write more behind it.
/// So a view over another query's topic never stands behind the position of the others.
std::vector<size_t> choose_staged_cut(const std::vector<StagedInput>& inputs, size_t bytes_max);

}  // namespace leat::runtime
