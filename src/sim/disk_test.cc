#include "sim/disk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/disk_contract.h"
#include "sim/file_image.h"

namespace leat::io {
namespace {

class FaultyTestDisk final : public TestDisk {
 public:
  FaultyTestDisk() { disk_.create_directories(root()).value(); }
  Disk& disk() override { return disk_; }
  std::string root() override { return "/data"; }

 private:
  sim::FaultyDisk disk_;
};

INSTANTIATE_TEST_SUITE_P(WithoutFaults, DiskContract,
                         testing::Values(DiskMaker{
                             "faulty", [] { return std::make_unique<FaultyTestDisk>(); }}),
                         [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace leat::io

namespace leat::sim {
namespace {

using io::code_of;
using io::OpenMode;
using testing::ElementsAre;

constexpr int kSeeds = 300;

std::unique_ptr<io::File> create(FaultyDisk& disk, const std::string& path, ByteView bytes) {
  auto file = disk.open(path, OpenMode::create_new).value();
  file->write_at(0, bytes).value();
  return file;
}

/// A file with `bytes` on a disk where both it and its name are durable.
std::unique_ptr<io::File> create_durable(FaultyDisk& disk, const std::string& path,
                                         ByteView bytes) {
  auto file = create(disk, path, bytes);
  file->sync_data().value();
  disk.sync_directory("/").value();
  return file;
}

TEST(FaultyDisk, keeps_what_was_synced_whatever_the_seed) {
  for (int seed = 0; seed < kSeeds; ++seed) {
    FaultyDisk disk;
    io::SeededRandom random(seed);
    const std::string synced(5000, 's');
    auto file = create_durable(disk, "a", synced);
    EXPECT_EQ(disk.unsynced(), 0u);
    file->write_at(8192, std::string(5000, 'u')).value();
    disk.power_cut(random);
    ASSERT_EQ(disk.read_file("a").value().substr(0, 5000), synced) << "seed " << seed;
  }
}

TEST(FaultyDisk, keeps_drops_and_tears_unsynced_sectors_one_by_one) {
  std::set<std::string> outcomes;
  bool torn = false;
  for (int seed = 0; seed < kSeeds; ++seed) {
    FaultyDisk disk({.torn_sector = 0.3});
    io::SeededRandom random(seed);
    auto file = create_durable(disk, "a", std::string(4 * kSectorBytes, 'o'));
    file->write_at(0, std::string(4 * kSectorBytes, 'n')).value();
    disk.power_cut(random);
    const std::string bytes = disk.read_file("a").value();
    ASSERT_EQ(bytes.size(), 4 * kSectorBytes);
    std::string sectors;
    for (size_t at = 0; at < bytes.size(); at += kSectorBytes) {
      const std::string sector = bytes.substr(at, kSectorBytes);
      const size_t old_from = sector.find('o');
      ASSERT_EQ(sector.find('n', old_from == std::string::npos ? kSectorBytes : old_from),
                std::string::npos)
          << "a torn sector is new in front and old behind";
      sectors += sector.front() == sector.back() ? sector.front() : 't';
    }
    torn = torn || sectors.find('t') != std::string::npos;
    outcomes.insert(sectors);
  }
  EXPECT_TRUE(torn);
  for (const char* outcome : {"oooo", "nnnn", "nnoo", "oono", "nono"}) {
    EXPECT_TRUE(outcomes.contains(outcome)) << outcome;
  }
}

TEST(FaultyDisk, a_sector_written_twice_may_be_left_at_either) {
  std::set<char> outcomes;
  for (int seed = 0; seed < kSeeds; ++seed) {
    FaultyDisk disk({.torn_sector = 0});
    io::SeededRandom random(seed);
    auto file = create_durable(disk, "a", std::string(kSectorBytes, '0'));
    file->write_at(0, std::string(kSectorBytes, '1')).value();
    file->write_at(0, std::string(kSectorBytes, '2')).value();
    disk.power_cut(random);
    outcomes.insert(disk.read_file("a").value().front());
  }
  EXPECT_EQ(outcomes, (std::set<char>{'0', '1', '2'}));
}

TEST(FaultyDisk, an_unsynced_size_may_be_lost_and_lost_bytes_read_as_zeros) {
  std::set<uint64_t> sizes;
  bool hole = false;
  for (int seed = 0; seed < kSeeds; ++seed) {
    FaultyDisk disk({.torn_sector = 0});
    io::SeededRandom random(seed);
    auto file = create_durable(disk, "a", "");
    file->write_at(0, std::string(1000, 'x')).value();
    disk.power_cut(random);
    const std::string bytes = disk.read_file("a").value();
    sizes.insert(bytes.size());
    ASSERT_EQ(bytes.find_first_not_of(std::string("\0x", 2)), std::string::npos);
    hole = hole || bytes.find('\0') != std::string::npos;
  }
  EXPECT_EQ(sizes, (std::set<uint64_t>{0, 1000}));
  EXPECT_TRUE(hole);
}

TEST(FaultyDisk, a_new_name_needs_its_directory_synced) {
  bool kept = false;
  bool lost = false;
  for (int seed = 0; seed < kSeeds; ++seed) {
    FaultyDisk disk;
    io::SeededRandom random(seed);
    create(disk, "a", "hello")->sync_data().value();
    disk.power_cut(random);
    const bool there = disk.exists("a").value();
    EXPECT_TRUE(!there || disk.read_file("a").value() == "hello");
    (there ? kept : lost) = true;
  }
  EXPECT_TRUE(kept);
  EXPECT_TRUE(lost);
}

TEST(FaultyDisk, a_replaced_file_is_the_old_or_the_new_one_whole) {
  std::set<std::string> outcomes;
  for (uint64_t cut = 1; cut < 10; ++cut) {
    for (int seed = 0; seed < 100; ++seed) {
      FaultyDisk disk;
      io::SeededRandom random(seed);
      const std::string old_contents(2000, 'o');
      const std::string new_contents(3000, 'n');
      disk.replace_file("/a", old_contents).value();
      disk.cut_power_at(cut);
      const bool reported = disk.replace_file("/a", new_contents).has_value();
      disk.power_cut(random);
      const std::string found = disk.read_file("/a").value();
      ASSERT_TRUE(found == old_contents || found == new_contents) << cut << " " << seed;
      ASSERT_TRUE(!reported || found == new_contents) << cut << " " << seed;
      outcomes.insert(found.substr(0, 1));
    }
  }
  EXPECT_EQ(outcomes, (std::set<std::string>{"n", "o"}));
}

TEST(FaultyDisk, renaming_without_a_sync_first_can_leave_an_empty_file) {
  bool empty = false;
  for (int seed = 0; seed < kSeeds; ++seed) {
    FaultyDisk disk;
    io::SeededRandom random(seed);
    create(disk, "/a.tmp", "new");  // The bug that replace_file must not have.
    disk.rename("/a.tmp", "/a").value();
    disk.sync_directory("/").value();
    disk.power_cut(random);
    empty = empty || disk.read_file("/a").value().empty();
  }
  EXPECT_TRUE(empty);
}

TEST(FaultyDisk, files_in_a_lost_directory_are_lost) {
  bool lost = false;
  for (int seed = 0; seed < kSeeds; ++seed) {
    FaultyDisk disk;
    io::SeededRandom random(seed);
    disk.create_directories("/d").value();
    create(disk, "/d/a", "hello")->sync_data().value();
    disk.sync_directory("/d").value();
    disk.power_cut(random);
    if (disk.exists("/d").value()) {
      EXPECT_THAT(disk.list("/d").value(), ElementsAre("a"));
    } else {
      EXPECT_FALSE(disk.exists("/d/a").value());
      lost = true;
    }
  }
  EXPECT_TRUE(lost);
}

TEST(FaultyDisk, a_removal_can_come_undone) {
  bool back = false;
  for (int seed = 0; seed < kSeeds; ++seed) {
    FaultyDisk disk;
    io::SeededRandom random(seed);
    create_durable(disk, "a", "hello");
    disk.remove("a").value();
    disk.power_cut(random);
    back = back || disk.exists("a").value();
  }
  EXPECT_TRUE(back);
}

TEST(FaultyDisk, preallocated_zeros_are_durable) {
  for (int seed = 0; seed < kSeeds; ++seed) {
    FaultyDisk disk;
    io::SeededRandom random(seed);
    auto file = create_durable(disk, "a", std::string(1000, 'x'));
    file->write_at(100, "y").value();
    file->preallocate_zeroed(4096).value();
    disk.power_cut(random);
    ASSERT_EQ(disk.read_file("a").value(), std::string(4096, '\0'));
  }
}

TEST(FaultyDisk, after_a_failed_sync_the_next_one_succeeds_and_saves_nothing) {
  bool lost = false;
  for (int seed = 0; seed < kSeeds; ++seed) {
    FaultyDisk disk;
    io::SeededRandom random(seed);
    auto file = create_durable(disk, "a", "old");
    file->write_at(0, "new").value();
    disk.fail({.operation = Operation::sync});
    auto failed = file->sync_data();
    ASSERT_EQ(code_of(failed), ErrorCode::io);
    ASSERT_TRUE(file->sync_data());
    EXPECT_EQ(disk.read_file("a").value(), "new");  // The cache still shows it.
    disk.power_cut(random);
    lost = lost || disk.read_file("a").value() == "old";
  }
  EXPECT_TRUE(lost);
}

TEST(FaultyDisk, rewriting_after_a_failed_sync_does_save) {
  for (int seed = 0; seed < kSeeds; ++seed) {
    FaultyDisk disk;
    io::SeededRandom random(seed);
    auto file = create_durable(disk, "a", "old");
    file->write_at(0, "new data").value();
    disk.fail({.operation = Operation::sync});
    ASSERT_FALSE(file->sync_data());
    file->truncate(3).value();
    file->write_at(0, "new data").value();
    file->sync_data().value();
    disk.power_cut(random);
    ASSERT_EQ(disk.read_file("a").value(), "new data");
  }
}

TEST(FaultyDisk, dropping_the_cache_shows_what_the_device_has) {
  std::set<std::string> outcomes;
  for (int seed = 0; seed < kSeeds; ++seed) {
    FaultyDisk disk({.seed = static_cast<uint64_t>(seed)});
    auto file = create_durable(disk, "a", "old");
    file->write_at(0, "new").value();
    file->drop_cache();  // Dirty pages stay.
    ASSERT_EQ(disk.read_file("a").value(), "new");
    disk.fail({.operation = Operation::sync});
    ASSERT_FALSE(file->sync_data());
    file->drop_cache();
    outcomes.insert(disk.read_file("a").value());
  }
  EXPECT_EQ(outcomes, (std::set<std::string>{"new", "old"}));
}

TEST(FaultyDisk, fails_the_nth_operation_of_a_kind_once) {
  FaultyDisk disk;
  auto file = create(disk, "a", "hello");
  disk.fail({.operation = Operation::read, .nth = 2});
  char byte = 0;
  EXPECT_TRUE(file->read_at(0, &byte, 1));
  auto failed = file->read_at(0, &byte, 1);
  EXPECT_EQ(code_of(failed), ErrorCode::io);
  EXPECT_EQ(failed.error().message(), "cannot read file: Input/output error: a");
  EXPECT_TRUE(file->read_at(0, &byte, 1));
}

TEST(FaultyDisk, fails_for_good_when_sticky_and_only_where_told) {
  FaultyDisk disk;
  auto file = create(disk, "/journal/../a", "hello");
  auto other = create(disk, "/b", "hello");
  disk.fail({.operation = Operation::write, .sticky = true, .path_part = "a"});
  disk.fail({.operation = Operation::open, .error_number = EMFILE});
  EXPECT_EQ(code_of(file->write_at(0, "x")), ErrorCode::io);
  EXPECT_EQ(code_of(file->write_at(0, "x")), ErrorCode::io);
  EXPECT_TRUE(other->write_at(0, "x"));
  EXPECT_EQ(code_of(disk.open("/b", OpenMode::read)), ErrorCode::resource_exhausted);
  EXPECT_TRUE(disk.open("/b", OpenMode::read));
  disk.clear_faults();
  EXPECT_TRUE(file->write_at(0, "x"));
}

TEST(FaultyDisk, fails_names_and_directories_too) {
  FaultyDisk disk;
  create(disk, "a", "hello");
  for (Operation operation : {Operation::create, Operation::create_directory, Operation::list,
                              Operation::rename, Operation::remove, Operation::sync_directory,
                              Operation::preallocate, Operation::truncate}) {
    disk.fail({.operation = operation});
  }
  auto file = disk.open("a", OpenMode::read_write).value();
  EXPECT_EQ(code_of(disk.open("b", OpenMode::create_new)), ErrorCode::io);
  EXPECT_EQ(code_of(disk.create_directories("d")), ErrorCode::io);
  EXPECT_EQ(code_of(disk.list("/")), ErrorCode::io);
  EXPECT_EQ(code_of(disk.rename("a", "b")), ErrorCode::io);
  EXPECT_EQ(code_of(disk.remove("a")), ErrorCode::io);
  EXPECT_EQ(code_of(disk.sync_directory("/")), ErrorCode::io);
  EXPECT_EQ(code_of(file->preallocate_zeroed(100)), ErrorCode::io);
  EXPECT_EQ(code_of(file->truncate(0)), ErrorCode::io);
  EXPECT_THAT(disk.list("/").value(), ElementsAre("a"));
  EXPECT_EQ(disk.read_file("a").value(), "hello");
}

TEST(FaultyDisk, a_full_disk_takes_the_part_that_fits_and_goes_on_once_there_is_room) {
  FaultyDisk disk({.capacity = 1000});
  auto file = create(disk, "a", std::string(900, 'x'));
  EXPECT_EQ(code_of(file->write_at(900, std::string(200, 'y'))), ErrorCode::disk_full);
  EXPECT_EQ(file->size().value(), 1000u);
  EXPECT_EQ(disk.free_bytes("/").value(), 0u);
  EXPECT_TRUE(file->write_at(0, std::string(1000, 'z')));
  EXPECT_EQ(code_of(file->preallocate_zeroed(2000)), ErrorCode::disk_full);
  disk.set_capacity(5000);
  EXPECT_TRUE(file->write_at(900, std::string(200, 'y')));
}

TEST(FaultyDisk, random_failures_repeat_with_the_seed) {
  const auto run = [](uint64_t seed) {
    FaultyDisk disk({.seed = seed});
    auto file = create(disk, "a", "");
    disk.fail_randomly(Operation::write, 0.3);
    std::string outcome;
    for (int i = 0; i < 100; ++i) outcome += file->write_at(i, "x") ? '.' : 'E';
    return outcome;
  };
  EXPECT_EQ(run(1), run(1));
  EXPECT_NE(run(1), run(2));
  EXPECT_NEAR(std::ranges::count(run(1), 'E'), 30, 15);
}

TEST(FaultyDisk, power_cuts_repeat_with_the_seed) {
  const auto run = [](uint64_t seed) {
    FaultyDisk disk({.seed = seed});
    io::SeededRandom random(seed);
    auto file = create_durable(disk, "a", std::string(10'000, 'o'));
    file->write_at(0, std::string(10'000, 'n')).value();
    disk.power_cut(random);
    return disk.read_file("a").value();
  };
  std::set<std::string> outcomes;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    EXPECT_EQ(run(seed), run(seed));
    outcomes.insert(run(seed));
  }
  EXPECT_GT(outcomes.size(), 5u);
}

TEST(FaultyDisk, from_the_cut_on_everything_fails_until_the_power_is_back) {
  FaultyDisk disk;
  io::SeededRandom random(1);
  auto file = create_durable(disk, "a", "hello");
  const uint64_t before = disk.changes();
  disk.cut_power_at(2);
  EXPECT_TRUE(file->write_at(0, "x"));
  EXPECT_FALSE(disk.power_is_off());
  EXPECT_EQ(code_of(file->sync_data()), ErrorCode::io);
  EXPECT_TRUE(disk.power_is_off());
  EXPECT_EQ(disk.changes(), before + 2);
  char byte = 0;
  EXPECT_EQ(code_of(file->read_at(0, &byte, 1)), ErrorCode::io);
  EXPECT_EQ(code_of(disk.exists("a")), ErrorCode::io);
  EXPECT_EQ(code_of(disk.open("a", OpenMode::read)), ErrorCode::io);
  disk.power_cut(random);
  EXPECT_FALSE(disk.power_is_off());
  EXPECT_EQ(code_of(file->read_at(0, &byte, 1)), ErrorCode::io) << "an open file died with it";
  EXPECT_THAT(disk.read_file("a").value(), testing::AnyOf("hello", "xello"));
}

TEST(FaultyDisk, killing_the_process_loses_locks_and_open_files_and_nothing_else) {
  FaultyDisk disk;
  auto file = create(disk, "/a", "hello");
  auto held = disk.lock("/LOCK").value();
  EXPECT_EQ(code_of(disk.lock("/LOCK")), ErrorCode::busy);
  disk.kill_process();
  EXPECT_EQ(code_of(file->write_at(0, "x")), ErrorCode::io);
  EXPECT_EQ(disk.read_file("/a").value(), "hello");
  auto again = disk.lock("/LOCK").value();
  held.reset();  // Held by the dead process: takes nothing from the living one.
  EXPECT_EQ(code_of(disk.lock("/LOCK")), ErrorCode::busy);
}

TEST(FaultyDisk, damage_reaches_device_and_cache) {
  FaultyDisk disk;
  io::SeededRandom random(1);
  create_durable(disk, "a", "hello");
  disk.damage("a", 1, "EE").value();
  disk.damage("a", 4, "OOO").value();
  EXPECT_EQ(disk.read_file("a").value(), "hEElO");
  disk.power_cut(random);
  EXPECT_EQ(disk.read_file("a").value(), "hEElO");
  EXPECT_EQ(code_of(disk.damage("b", 0, "x")), ErrorCode::not_found);
}

TEST(FaultyDisk, a_file_moved_between_directories_is_in_one_of_them) {
  for (int seed = 0; seed < kSeeds; ++seed) {
    FaultyDisk disk;
    io::SeededRandom random(seed);
    disk.create_directories("/d").value();
    disk.create_directories("/e").value();
    create_durable(disk, "/d/a", "hello");
    disk.sync_directory("/d").value();
    disk.rename("/d/a", "/e/a").value();
    disk.power_cut(random);
    ASSERT_NE(disk.exists("/d/a").value(), disk.exists("/e/a").value());
  }
}

}  // namespace
}  // namespace leat::sim
