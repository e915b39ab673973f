#include "runtime/snapshots.h"

#include <gtest/gtest.h>

#include <chrono>

#include "state/snapshot_files.h"

namespace leat::runtime {
namespace {

/// A table of several pieces that a snapshot is copied in.
void fill(state::KeyedTable& table) {
  for (int i = 0; i < 10'000; ++i) table.put("key " + std::to_string(i), std::string(1000, 'v'));
  table.commit();
}

TEST(Snapshots, are_finished_by_a_coordinator_that_has_nothing_else_to_do) {
  const auto disk = io::memory_disk();
  state::KeyedTable table;
  fill(table);
  std::mutex mutex;
  std::condition_variable woken;
  bool work = false;
  Snapshots snapshots(*disk, "/s", "app", 1, true, [&] {
    std::lock_guard lock(mutex);
    work = true;
    woken.notify_all();
  });
  snapshots.add_delta_bytes(1);
  bool published = false;
  const auto step = [&] {
    return snapshots.step(
        EpochId(1), EpochId(1),
        [&] {
          return Snapshots::NamedTables{{"q/count/0", &table}};
        },
        [](EpochId) {});
  };
  while (!published) {
    while (step()) {
    }
    published = !state::list_snapshots(*disk, "/s", "app").value().empty();
    std::unique_lock lock(mutex);
    if (!published) {
      ASSERT_TRUE(woken.wait_for(lock, std::chrono::seconds(30), [&] { return work; }));
    }
    work = false;
  }
}

}  // namespace
}  // namespace leat::runtime
