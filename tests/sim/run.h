#pragma once
#include <cstdint>

#include "client.h"
#include "world.h"

namespace leat::system_sim {

/// What a run came to.
struct Outcome {
  Problems problems;
  size_t acknowledged = 0;  // requests
  size_t reads = 0;         // answered and compared
  size_t lives = 0;         // of the process
  size_t changes = 0;       // seen by those who follow views
  size_t resumed = 0;       // by them, with the id of the last event
  size_t drops = 0;         // statements undone, and executed again
  uint64_t mark = 0;        // of all that happened: the same seed gives the same
};

/// Runs a whole system from a seed: an application chosen at random, clients that send and read,
/// and a machine that fails; at the end holds everything against model.h.
Outcome run_seed(uint64_t seed, const Planted& planted = {}, bool verbose = false);

}  // namespace leat::system_sim
