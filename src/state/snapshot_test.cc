#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "state/delta.h"
#include "state/snapshot_copier.h"
#include "state/snapshot_files.h"
#include "state/snapshot_reader.h"
#include "state/snapshot_writer.h"
#include "state/table_model_testing.h"

namespace leat::state {
namespace {

constexpr const char* kDirectory = "data/snapshots";
constexpr const char* kApplication = "shop";

/// The stores of a task that runs epochs and remembers their deltas, as the log would.
class Task {
 public:
  explicit Task(uint64_t seed) : random_(seed) { open(stores_); }
  static void open(StateStores& stores) {
    stores.open("q/count/0");
    stores.open("q/window/0", {.key_suffix_time = true});
    stores.open("q/empty/0");
  }
  StateStores& stores() { return stores_; }
  EpochId epoch() const { return EpochId(log_.size()); }

  void run_epoch(int changes, uint64_t key_space) {
    KeyedTable& counts = *stores_.find("q/count/0");
    KeyedTable& windows = *stores_.find("q/window/0");
    for (int i = 0; i < changes; ++i) {
      const uint64_t id = random_() % key_space;
      const std::string key = "key " + std::to_string(id);
      std::string window = key;
      append_be64(window, id % 9 ^ (uint64_t{1} << 63));
      if (random_() % 5 == 0) {
        if (Entry* entry = counts.find(key)) counts.erase(entry);
        if (Entry* entry = windows.find(window)) windows.erase(entry);
      } else {
        const size_t size = random_() % 50 == 0 ? 80'000 : random_() % 200;
        counts.put(key, std::string(size, static_cast<char>('a' + random_() % 26)));
        windows.put(window, "w" + std::to_string(random_() % 100));
      }
    }
    std::vector<StateDelta> deltas;
    stores_.encode_deltas(deltas);
    stores_.commit();
    log_.push_back(std::move(deltas));
  }
  /// What a restart does after the snapshot: deltas of the epochs after `after`.
  void replay(EpochId after, StateStores& into) const {
    for (size_t i = after.value; i < log_.size(); ++i)
      for (const StateDelta& delta : log_[i]) ASSERT_TRUE(into.apply(delta.store, delta.bytes));
  }

 private:
  std::mt19937_64 random_;
  StateStores stores_;
  std::vector<std::vector<StateDelta>> log_;
};

void expect_equal(const StateStores& a, const StateStores& b) {
  for (const auto& [name, table] : a.all()) {
    EXPECT_EQ(contents(*table), contents(*b.find(name))) << name;
    EXPECT_EQ(table->size(), b.find(name)->size()) << name;
  }
}

/// Snapshots `task`, running an epoch of `changes` between the steps.
EpochId snapshot(io::Disk& disk, Task& task, size_t budget, int changes, uint64_t key_space) {
  auto writer = SnapshotWriter::create(disk, kDirectory, {kApplication, task.epoch()}).value();
  SnapshotCopier copier(task.stores());
  std::vector<SnapshotChunk> chunks;
  while (copier.step(budget, chunks)) {
    if (changes > 0) task.run_epoch(changes, key_space);
  }
  for (const SnapshotChunk& chunk : chunks) writer->add(chunk).value();
  writer->finish(task.epoch()).value();
  return writer->publish().value();
}

Result<Restored> restore(io::Disk& disk, EpochId durable, StateStores& into) {
  return restore_newest(disk, kDirectory, kApplication, durable,
                        [&](const SnapshotReader& reader) { return reader.load(into); });
}

TEST(Snapshot, holds_the_state_when_nothing_changes_meanwhile) {
  const auto disk = io::memory_disk();
  Task task(1);
  task.run_epoch(2000, 1000);
  EXPECT_EQ(snapshot(*disk, task, 10'000, 0, 1), EpochId(0));
  StateStores loaded;
  Task::open(loaded);
  loaded.find("q/count/0")->put("stale", "must go");
  loaded.commit();
  const Restored restored = restore(*disk, task.epoch(), loaded).value();
  EXPECT_EQ(restored.first_epoch, EpochId(1));
  EXPECT_EQ(restored.last_epoch, EpochId(1));
  EXPECT_TRUE(restored.passed_over.empty());
  expect_equal(task.stores(), loaded);
}

TEST(Snapshot, taken_while_the_table_changes_and_grows_gives_the_last_state_with_its_deltas) {
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE(seed);
    const auto disk = io::memory_disk();
    Task task(seed);
    // Few keys that come and go, or a table that grows to many times its size under the copier.
    const uint64_t key_space = seed % 2 == 0 ? 300 : 20'000;
    for (int i = 0; i < 5; ++i) task.run_epoch(300, key_space);
    snapshot(*disk, task, 3000 + seed * 500, 400, key_space);
    for (int i = 0; i < 3; ++i) task.run_epoch(100, key_space);
    StateStores loaded;
    Task::open(loaded);
    const Restored restored = restore(*disk, task.epoch(), loaded).value();
    EXPECT_EQ(restored.first_epoch, EpochId(5));
    EXPECT_GT(restored.last_epoch, EpochId(5));
    task.replay(restored.first_epoch, loaded);
    expect_equal(task.stores(), loaded);
    // The restored stores go on as the others do.
    EXPECT_EQ(loaded.find("q/window/0")->first_window_start(),
              task.stores().find("q/window/0")->first_window_start());
  }
}

TEST(Snapshot, steps_stay_near_their_budget) {
  Task task(3);
  task.run_epoch(5000, 3000);
  SnapshotCopier copier(task.stores());
  size_t steps = 0;
  bool more = true;
  while (more) {
    std::vector<SnapshotChunk> chunks;
    more = copier.step(20'000, chunks);
    size_t bytes = 0;
    for (const SnapshotChunk& chunk : chunks) bytes += chunk.rows.size();
    EXPECT_LT(bytes, 20'000u + 80'100u);  // one row more at most
    ++steps;
  }
  EXPECT_GT(steps, 10u);
  EXPECT_TRUE(copier.done());
  std::vector<SnapshotChunk> none;
  EXPECT_FALSE(copier.step(1000, none));
  EXPECT_TRUE(none.empty());
}

TEST(Snapshot, keeps_the_one_before_and_names_its_start_as_the_place_to_trim_to) {
  const auto disk = io::memory_disk();
  Task task(1);
  task.run_epoch(100, 50);
  EXPECT_EQ(snapshot(*disk, task, 1 << 20, 0, 50), EpochId(0));
  task.run_epoch(100, 50);
  EXPECT_EQ(snapshot(*disk, task, 1 << 20, 0, 50), EpochId(1));
  task.run_epoch(100, 50);
  EXPECT_EQ(snapshot(*disk, task, 1 << 20, 0, 50), EpochId(2));
  const auto files = list_snapshots(*disk, kDirectory, kApplication).value();
  ASSERT_EQ(files.size(), 2u);
  EXPECT_EQ(files[0].first_epoch, EpochId(3));
  EXPECT_EQ(files[1].first_epoch, EpochId(2));
}

TEST(Snapshot, is_not_seen_before_it_is_published_and_leaves_nothing_when_abandoned) {
  const auto disk = io::memory_disk();
  Task task(1);
  task.run_epoch(100, 50);
  {
    auto writer = SnapshotWriter::create(*disk, kDirectory, {kApplication, task.epoch()}).value();
    ASSERT_TRUE(writer->finish(task.epoch()));
    EXPECT_EQ(disk->list(kDirectory).value().size(), 1u);
    StateStores loaded;
    Task::open(loaded);
    EXPECT_EQ(restore(*disk, task.epoch(), loaded).value().path, "");
  }
  EXPECT_TRUE(disk->list(kDirectory).value().empty());
}

TEST(Snapshot, removes_what_a_writer_left_that_died) {
  const auto disk = io::memory_disk();
  ASSERT_TRUE(disk->create_directories(kDirectory));
  const std::string left = std::string(kDirectory) + "/00000000000000000001.snap.part";
  ASSERT_TRUE(disk->open(left, io::OpenMode::create_new));
  auto writer = SnapshotWriter::create(*disk, kDirectory, {kApplication, EpochId(1)});
  EXPECT_TRUE(writer.has_value());
}

TEST(Snapshot, refuses_a_second_one_of_the_same_epoch) {
  const auto disk = io::memory_disk();
  Task task(1);
  task.run_epoch(100, 50);
  snapshot(*disk, task, 1 << 20, 0, 50);
  const auto again = SnapshotWriter::create(*disk, kDirectory, {kApplication, task.epoch()});
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().code(), ErrorCode::already_exists);
}

TEST(Restore, starts_from_nothing_without_snapshots) {
  const auto disk = io::memory_disk();
  StateStores loaded;
  const Restored restored = restore(*disk, EpochId(0), loaded).value();
  EXPECT_EQ(restored.first_epoch, EpochId(0));
  EXPECT_EQ(restored.path, "");
}

std::string read_all(io::Disk& disk, const std::string& path) {
  return disk.read_file(path).value();
}
void write_all(io::Disk& disk, const std::string& path, const std::string& bytes) {
  auto file = disk.open(path, io::OpenMode::read_write).value();
  file->truncate(bytes.size()).value();
  file->write_at(0, bytes).value();
}

TEST(Restore, refuses_a_snapshot_with_any_byte_damaged_or_missing) {
  const auto disk = io::memory_disk();
  Task task(1);
  StateStores& stores = task.stores();
  for (int i = 0; i < 20; ++i)
    stores.find("q/count/0")->put("key " + std::to_string(i), std::string(i, 'v'));
  stores.commit();
  task.run_epoch(0, 1);
  snapshot(*disk, task, 200, 0, 1);
  const std::string path = list_snapshots(*disk, kDirectory, kApplication).value()[0].path;
  const std::string whole = read_all(*disk, path);
  StateStores loaded;
  Task::open(loaded);
  ASSERT_TRUE(restore(*disk, task.epoch(), loaded).has_value());
  expect_equal(stores, loaded);
  for (size_t at = 0; at < whole.size(); ++at) {
    for (const int flip : {0x01, 0x80, 0xff}) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ flip);
      write_all(*disk, path, damaged);
      const auto restored = restore(*disk, task.epoch(), loaded);
      ASSERT_FALSE(restored.has_value()) << "byte " << at << " flipped by " << flip;
      EXPECT_EQ(restored.error().code(), ErrorCode::corruption);
      EXPECT_THAT(restored.error().message(), testing::HasSubstr(path));
    }
  }
  for (size_t n = 0; n < whole.size(); ++n) {
    write_all(*disk, path, whole.substr(0, n));
    ASSERT_FALSE(restore(*disk, task.epoch(), loaded).has_value()) << n;
  }
  write_all(*disk, path, whole + "x");
  EXPECT_FALSE(restore(*disk, task.epoch(), loaded).has_value());
}

TEST(Restore, falls_back_to_the_snapshot_before_a_damaged_one_and_tells) {
  const auto disk = io::memory_disk();
  Task task(5);
  task.run_epoch(500, 200);
  snapshot(*disk, task, 4000, 20, 200);
  task.run_epoch(500, 200);
  snapshot(*disk, task, 4000, 20, 200);
  task.run_epoch(50, 200);
  const auto files = list_snapshots(*disk, kDirectory, kApplication).value();
  std::string damaged = read_all(*disk, files[0].path);
  damaged[damaged.size() / 2] ^= 1;
  write_all(*disk, files[0].path, damaged);
  StateStores loaded;
  Task::open(loaded);
  const Restored restored = restore(*disk, task.epoch(), loaded).value();
  EXPECT_EQ(restored.path, files[1].path);
  ASSERT_EQ(restored.passed_over.size(), 1u);
  EXPECT_THAT(restored.passed_over[0].message(), testing::HasSubstr(files[0].path));
  task.replay(restored.first_epoch, loaded);
  expect_equal(task.stores(), loaded);
}

TEST(Restore, passes_over_a_snapshot_of_epochs_that_the_log_does_not_have) {
  const auto disk = io::memory_disk();
  Task task(5);
  task.run_epoch(100, 50);
  snapshot(*disk, task, 1 << 20, 0, 50);
  StateStores loaded;
  Task::open(loaded);
  EXPECT_FALSE(restore(*disk, EpochId(0), loaded).has_value());
  EXPECT_TRUE(restore(*disk, EpochId(1), loaded).has_value());
}

TEST(Restore, refuses_the_snapshot_of_another_application_under_its_own_name) {
  const auto disk = io::memory_disk();
  Task task(5);
  task.run_epoch(100, 50);
  snapshot(*disk, task, 1 << 20, 0, 50);
  const std::string path = list_snapshots(*disk, kDirectory, kApplication).value()[0].path;
  const std::string renamed = std::string(kDirectory) + "/" + snapshot_name("other", EpochId(1)) +
                              std::string(kSnapshotSuffix);
  ASSERT_TRUE(disk->rename(path, renamed));
  const auto restored = restore_newest(*disk, kDirectory, "other", task.epoch(),
                                       [](const SnapshotReader&) { return Status(); });
  ASSERT_FALSE(restored.has_value());
  EXPECT_EQ(restored.error().code(), ErrorCode::conflict);
  EXPECT_THAT(restored.error().message(), testing::HasSubstr("shop"));
}

TEST(Snapshot, of_one_application_leaves_those_of_others_alone) {
  const auto disk = io::memory_disk();
  Task shop(5), other(6);
  const auto name = std::string(kApplication) + "-2";  // begins as the other one's
  shop.run_epoch(100, 50);
  snapshot(*disk, shop, 1 << 20, 0, 50);
  // One that is being written while another application begins its own.
  shop.run_epoch(100, 50);
  auto open = SnapshotWriter::create(*disk, kDirectory, {kApplication, shop.epoch()}).value();
  for (int i = 0; i < 3; ++i) {
    other.run_epoch(100, 50);
    auto writer = SnapshotWriter::create(*disk, kDirectory, {name, other.epoch()}).value();
    writer->finish(other.epoch()).value();
    writer->publish().value();
  }
  ASSERT_TRUE(open->finish(shop.epoch()));
  EXPECT_TRUE(open->publish().has_value());
  EXPECT_EQ(list_snapshots(*disk, kDirectory, kApplication).value().size(), 2u);
  EXPECT_EQ(list_snapshots(*disk, kDirectory, name).value().size(), 2u);
  EXPECT_EQ(list_snapshots(*disk, kDirectory, std::nullopt).value().size(), 4u);
  EXPECT_TRUE(SnapshotReader::open(*disk, list_snapshots(*disk, kDirectory, name).value()[0].path,
                                   std::nullopt)
                  .has_value());
}

TEST(Snapshot, verifies_whole_files_and_knows_their_stores) {
  const auto disk = io::memory_disk();
  Task task(5);
  task.run_epoch(100, 50);
  snapshot(*disk, task, 1000, 0, 50);
  const std::string path = list_snapshots(*disk, kDirectory, kApplication).value()[0].path;
  {
    const auto reader = SnapshotReader::open(*disk, path, kApplication);
    ASSERT_TRUE(reader.has_value());
    EXPECT_TRUE(reader->verify());
    ASSERT_EQ(reader->stores().size(), 2u);  // the empty one has no rows to copy
    EXPECT_EQ(reader->stores()[0].name, "q/count/0");
    EXPECT_EQ(reader->stores()[0].rows, task.stores().find("q/count/0")->size());
    KeyedTable unknown;
    EXPECT_TRUE(reader->load("no/such/0", unknown));
    EXPECT_EQ(unknown.size(), 0u);
  }
  std::string damaged = read_all(*disk, path);
  damaged[damaged.size() / 2] ^= 4;
  write_all(*disk, path, damaged);
  const auto reader = SnapshotReader::open(*disk, path, kApplication);
  ASSERT_TRUE(reader.has_value());
  EXPECT_FALSE(reader->verify());
}

}  // namespace
}  // namespace leat::state
