#include "log/embedded/group.h"

#include <gtest/gtest.h>

#include <random>

#include "log/embedded/frame.h"

namespace leat::log {
namespace {

/// Adds a piece that the group may take over.
void add(Group& group, size_t bytes) {
  uint64_t at = 0;
  group.add(Blob(std::string(bytes, 'x')), at);
}

TEST(Group, pads_no_more_than_an_eighth_whatever_its_pieces_are) {
  std::mt19937_64 random(5);
  const std::vector<size_t> sizes = {1,      60,     4097,   5000,   20'000,
                                     65'535, 65'536, 65'537, 70'000, 131'073};
  for (int round = 0; round < 500; ++round) {
    Group group(Lsn(1), std::make_shared<ChunkPool>(1 << 20));
    // Few sizes in turn are worse than many mixed.
    const size_t kinds = 1 + random() % 3;
    std::vector<size_t> some;
    for (size_t i = 0; i < kinds; ++i) some.push_back(sizes[random() % sizes.size()]);
    uint64_t payload = 0;
    for (size_t i = 0; i < 1 + random() % 40; ++i) {
      add(group, some[i % kinds]);
      payload += some[i % kinds];
    }
    EXPECT_LE(group.frame_bytes_bound(), payload + payload / 8 + 4 * kBlockBytes)
        << testing::PrintToString(some);
  }
}

TEST(Group, takes_little_memory_for_small_pieces_between_large_ones) {
  Group group(Lsn(1), std::make_shared<ChunkPool>(1 << 20));
  for (int i = 0; i < 30; ++i) {
    add(group, 100'000);
    add(group, 60);
  }
  EXPECT_LT(group.memory_bytes(), 30 * 100'000 * 5 / 4u);
}

}  // namespace
}  // namespace leat::log
