#include "io/disk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

namespace leat::io {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

template <class T>
ErrorCode code_of(const Result<T>& result) {
  EXPECT_FALSE(result.has_value());
  return result.has_value() ? ErrorCode::internal : result.error().code();
}

std::string temporary_directory() {
  std::string name = (std::filesystem::temp_directory_path() / "leat-io-XXXXXX").string();
  EXPECT_NE(mkdtemp(name.data()), nullptr);
  return name;
}

/// What every Disk promises, held against the machine's and the one in memory.
class DiskContract : public testing::TestWithParam<std::string> {
 protected:
  DiskContract() {
    if (GetParam() == "memory") {
      memory_ = memory_disk();
      root_ = "/data";
      memory_->create_directories(root_).value();
    } else {
      root_ = temporary_directory();
    }
  }
  ~DiskContract() override {
    if (!memory_) std::filesystem::remove_all(root_);
  }

  Disk& disk() { return memory_ ? *memory_ : system_disk(); }
  std::string at(const std::string& name) const { return root_ + "/" + name; }
  std::unique_ptr<File> create(const std::string& name, ByteView bytes = {}) {
    auto file = disk().open(at(name), OpenMode::create_new).value();
    file->write_at(0, bytes).value();
    return file;
  }

  std::string root_;
  std::unique_ptr<Disk> memory_;
};

INSTANTIATE_TEST_SUITE_P(Disks, DiskContract, testing::Values("linux", "memory"),
                         [](const auto& instance) { return instance.param; });

TEST_P(DiskContract, reads_what_was_written_at_any_offset) {
  auto file = create("a", "hello");
  file->write_at(150'000, "far").value();
  file->write_at(3, "pp!").value();
  EXPECT_EQ(file->size().value(), 150'003u);
  std::string bytes(150'003, 'x');
  EXPECT_EQ(file->read_at(0, bytes.data(), bytes.size()).value(), bytes.size());
  EXPECT_EQ(bytes.substr(0, 6), "helpp!");
  EXPECT_EQ(bytes.substr(150'000), "far");
  EXPECT_EQ(bytes.find_first_not_of('\0', 6), 150'000u);
}

TEST_P(DiskContract, reads_fewer_bytes_only_at_the_end) {
  auto file = create("a", "hello");
  char bytes[16];
  EXPECT_EQ(file->read_at(2, bytes, sizeof bytes).value(), 3u);
  EXPECT_EQ(file->read_at(5, bytes, sizeof bytes).value(), 0u);
  EXPECT_EQ(file->read_at(500, bytes, sizeof bytes).value(), 0u);
}

TEST_P(DiskContract, an_empty_write_does_not_grow_the_file) {
  auto file = create("a", "hello");
  file->write_at(100, {}).value();
  EXPECT_EQ(file->size().value(), 5u);
}

TEST_P(DiskContract, preallocation_zeroes_what_was_there) {
  auto file = create("a", std::string(3 << 20, 'x'));
  file->preallocate_zeroed((2 << 20) + 100).value();
  EXPECT_EQ(file->size().value(), 3u << 20);
  std::string bytes(3 << 20, '?');
  file->read_at(0, bytes.data(), bytes.size()).value();
  EXPECT_EQ(bytes.find_first_not_of('\0'), (2u << 20) + 100);
  EXPECT_EQ(bytes.find_first_not_of('x', (2 << 20) + 100), std::string::npos);
}

TEST_P(DiskContract, preallocation_gives_an_empty_file_its_size) {
  auto file = create("a");
  file->preallocate_zeroed((1 << 20) + 1).value();
  EXPECT_EQ(file->size().value(), (1u << 20) + 1);
}

TEST_P(DiskContract, bytes_cut_off_by_truncation_do_not_come_back) {
  auto file = create("a", "hello");
  file->truncate(2).value();
  EXPECT_EQ(file->size().value(), 2u);
  file->truncate(5).value();
  EXPECT_EQ(disk().read_file(at("a")).value(), std::string("he\0\0\0", 5));
}

TEST_P(DiskContract, a_file_open_for_reading_refuses_changes) {
  create("a", "hello");
  auto file = disk().open(at("a"), OpenMode::read).value();
  EXPECT_EQ(code_of(file->write_at(0, "x")), ErrorCode::invalid_argument);
  EXPECT_EQ(code_of(file->truncate(0)), ErrorCode::invalid_argument);
  EXPECT_EQ(disk().read_file(at("a")).value(), "hello");
}

TEST_P(DiskContract, open_modes_say_what_is_wrong) {
  EXPECT_EQ(code_of(disk().open(at("a"), OpenMode::read)), ErrorCode::not_found);
  EXPECT_EQ(code_of(disk().open(at("a"), OpenMode::read_write)), ErrorCode::not_found);
  EXPECT_EQ(code_of(disk().open(at("no/a"), OpenMode::create_new)), ErrorCode::not_found);
  create("a");
  auto again = disk().open(at("a"), OpenMode::create_new);
  EXPECT_EQ(code_of(again), ErrorCode::already_exists);
  EXPECT_THAT(again.error().message(), HasSubstr(at("a")));
  EXPECT_EQ(code_of(disk().open(at("a/b"), OpenMode::create_new)), ErrorCode::invalid_argument);
  EXPECT_EQ(code_of(disk().open(root_, OpenMode::read)), ErrorCode::invalid_argument);
}

TEST_P(DiskContract, lists_a_directory_in_order) {
  disk().create_directories(at("d/deep/er")).value();
  create("d/b");
  create("d/a");
  create("dx");
  EXPECT_THAT(disk().list(at("d")).value(), ElementsAre("a", "b", "deep"));
  EXPECT_THAT(disk().list(at("d/")).value(), ElementsAre("a", "b", "deep"));
  EXPECT_THAT(disk().list(at("d/deep/er")).value(), IsEmpty());
  EXPECT_EQ(code_of(disk().list(at("no"))), ErrorCode::not_found);
  EXPECT_EQ(code_of(disk().list(at("dx"))), ErrorCode::invalid_argument);
}

TEST_P(DiskContract, creates_directories_once_and_again) {
  disk().create_directories(at("x/y/z")).value();
  disk().create_directories(at("x/y/z")).value();
  EXPECT_TRUE(disk().exists(at("x/y")).value());
  create("file");
  EXPECT_EQ(code_of(disk().create_directories(at("file"))), ErrorCode::invalid_argument);
  EXPECT_EQ(code_of(disk().create_directories(at("file/d"))), ErrorCode::invalid_argument);
}

TEST_P(DiskContract, renaming_replaces_and_an_open_file_stays_the_same_file) {
  auto open_target = create("to", "old");
  auto moved = create("from", "new");
  disk().rename(at("from"), at("to")).value();
  EXPECT_FALSE(disk().exists(at("from")).value());
  EXPECT_EQ(disk().read_file(at("to")).value(), "new");
  moved->write_at(0, "NEW").value();
  EXPECT_EQ(disk().read_file(at("to")).value(), "NEW");
  char bytes[3];
  EXPECT_EQ(open_target->read_at(0, bytes, 3).value(), 3u);
  EXPECT_EQ(std::string(bytes, 3), "old");
  EXPECT_EQ(code_of(disk().rename(at("from"), at("to"))), ErrorCode::not_found);
}

TEST_P(DiskContract, renaming_a_directory_takes_its_files_along) {
  disk().create_directories(at("d/e")).value();
  create("d/e/f", "deep");
  disk().rename(at("d"), at("n")).value();
  EXPECT_EQ(disk().read_file(at("n/e/f")).value(), "deep");
  EXPECT_FALSE(disk().exists(at("d/e/f")).value());
}

TEST_P(DiskContract, a_removed_file_lives_until_it_is_closed) {
  auto file = create("a", "hello");
  disk().remove(at("a")).value();
  EXPECT_FALSE(disk().exists(at("a")).value());
  char bytes[5];
  EXPECT_EQ(file->read_at(0, bytes, 5).value(), 5u);
  EXPECT_EQ(code_of(disk().remove(at("a"))), ErrorCode::not_found);
}

TEST_P(DiskContract, a_directory_with_entries_is_not_removed) {
  disk().create_directories(at("d")).value();
  create("d/a");
  EXPECT_EQ(code_of(disk().remove(at("d"))), ErrorCode::conflict);
  disk().remove(at("d/a")).value();
  disk().remove(at("d")).value();
  EXPECT_FALSE(disk().exists(at("d")).value());
}

TEST_P(DiskContract, syncs_files_and_directories_that_exist) {
  auto file = create("a", "hello");
  EXPECT_TRUE(file->sync_data());
  file->drop_cache();
  EXPECT_TRUE(disk().sync_directory(root_));
  EXPECT_EQ(code_of(disk().sync_directory(at("no"))), ErrorCode::not_found);
}

TEST_P(DiskContract, a_held_lock_names_the_process_that_holds_it) {
  auto held = disk().lock(at("LOCK")).value();
  auto second = disk().lock(at("LOCK"));
  ASSERT_EQ(code_of(second), ErrorCode::busy);
  EXPECT_EQ(second.error().message(),
            "directory is in use by process " + std::to_string(getpid()) + ": " + root_);
  EXPECT_FALSE(second.error().hint().empty());
  held.reset();
  EXPECT_TRUE(disk().lock(at("LOCK")));
  EXPECT_EQ(code_of(disk().lock(at("no/LOCK"))), ErrorCode::not_found);
}

TEST_P(DiskContract, reads_a_file_whole_up_to_a_limit) {
  create("a", "hello");
  EXPECT_EQ(disk().read_file(at("a"), 5).value(), "hello");
  auto too_long = disk().read_file(at("a"), 4);
  EXPECT_EQ(code_of(too_long), ErrorCode::out_of_range);
  EXPECT_THAT(too_long.error().message(), HasSubstr("5 bytes, limit 4"));
  EXPECT_EQ(code_of(disk().read_file(at("no"))), ErrorCode::not_found);
}

TEST_P(DiskContract, replaces_a_file_whole_and_leaves_nothing_beside_it) {
  create("a.tmp", "left over by a crash");
  disk().replace_file(at("a"), "first").value();
  disk().replace_file(at("a"), "2").value();
  EXPECT_EQ(disk().read_file(at("a")).value(), "2");
  EXPECT_THAT(disk().list(root_).value(), ElementsAre("a"));
}

TEST_P(DiskContract, says_how_much_space_is_left) {
  EXPECT_GT(disk().free_bytes(root_).value(), 0u);
  EXPECT_EQ(code_of(disk().free_bytes(at("no"))), ErrorCode::not_found);
}

TEST_P(DiskContract, threads_may_write_one_file_at_once) {
  auto file = create("a");
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      const std::string bytes(1000, static_cast<char>('a' + t));
      for (int i = 0; i < 50; ++i) file->write_at((i * 4 + t) * 1000, bytes).value();
    });
  }
  threads.clear();
  const std::string all = disk().read_file(at("a")).value();
  ASSERT_EQ(all.size(), 200'000u);
  for (size_t i = 0; i < all.size(); ++i) {
    ASSERT_EQ(all[i], static_cast<char>('a' + (i / 1000) % 4)) << i;
  }
}

TEST(MemoryDisk, is_full_at_its_capacity_and_takes_more_once_space_is_freed) {
  auto disk = memory_disk(1000);
  auto file = disk->open("a", OpenMode::create_new).value();
  file->write_at(0, std::string(900, 'x')).value();
  EXPECT_EQ(disk->free_bytes(".").value(), 100u);
  auto status = file->write_at(900, std::string(101, 'y'));
  ASSERT_EQ(code_of(status), ErrorCode::disk_full);
  EXPECT_FALSE(status.error().hint().empty());
  EXPECT_EQ(file->size().value(), 900u);
  EXPECT_EQ(code_of(file->preallocate_zeroed(1001)), ErrorCode::disk_full);
  EXPECT_EQ(code_of(disk->replace_file("b", std::string(101, 'y'))), ErrorCode::disk_full);
  EXPECT_THAT(disk->list("").value(), ElementsAre("a"));
  file->write_at(0, std::string(900, 'z')).value();  // Overwriting needs no space.

  disk->remove("a").value();
  EXPECT_EQ(disk->free_bytes(".").value(), 100u);  // Still open.
  file.reset();
  EXPECT_EQ(disk->free_bytes(".").value(), 1000u);
}

TEST(LinuxDisk, reports_a_full_disk_as_such) {
  if (access("/dev/full", W_OK) != 0) GTEST_SKIP() << "no /dev/full here";
  auto file = system_disk().open("/dev/full", OpenMode::read_write).value();
  auto status = file->write_at(0, "x");
  ASSERT_EQ(code_of(status), ErrorCode::disk_full);
  EXPECT_EQ(status.error().message(), "cannot write file: No space left on device: /dev/full");
  EXPECT_THAT(status.error().hint(), HasSubstr("free some space"));
  EXPECT_EQ(code_of(file->sync_data()), ErrorCode::io);
}

TEST(LinuxDisk, reports_missing_permission_with_path_and_hint) {
  const std::string root = temporary_directory();
  ASSERT_EQ(chmod(root.c_str(), 0), 0);
  const bool is_root = geteuid() == 0;
  ASSERT_EQ(is_root ? seteuid(65534) : 0, 0);
  auto opened = system_disk().open(root + "/a", OpenMode::create_new);
  auto listed = system_disk().list(root);
  auto found = system_disk().exists(root + "/a");
  ASSERT_EQ(is_root ? seteuid(0) : 0, 0);
  EXPECT_EQ(code_of(opened), ErrorCode::permission_denied);
  EXPECT_THAT(opened.error().message(), HasSubstr(root + "/a"));
  EXPECT_FALSE(opened.error().hint().empty());
  EXPECT_EQ(code_of(listed), ErrorCode::permission_denied);
  EXPECT_EQ(code_of(found), ErrorCode::permission_denied);
  ASSERT_EQ(chmod(root.c_str(), 0700), 0);
  std::filesystem::remove_all(root);
}

TEST(LinuxDisk, a_lock_goes_with_the_process_that_held_it) {
  const std::string root = temporary_directory();
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    auto held = system_disk().lock(root + "/LOCK");
    [[maybe_unused]] ssize_t put = write(ready[1], held ? "1" : "0", 1);
    for (;;) pause();
  }
  char locked = '0';
  ASSERT_EQ(read(ready[0], &locked, 1), 1);
  ASSERT_EQ(locked, '1');
  auto refused = system_disk().lock(root + "/LOCK");
  EXPECT_EQ(code_of(refused), ErrorCode::busy);
  EXPECT_THAT(refused.error().message(), HasSubstr("process " + std::to_string(child) + ":"));

  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_TRUE(system_disk().lock(root + "/LOCK"));
  close(ready[0]);
  close(ready[1]);
  std::filesystem::remove_all(root);
}

}  // namespace
}  // namespace leat::io
