#include "io/disk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "io/disk_contract.h"

namespace leat::io {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string temporary_directory() {
  std::string name = (std::filesystem::temp_directory_path() / "leat-io-XXXXXX").string();
  EXPECT_NE(mkdtemp(name.data()), nullptr);
  return name;
}

class LinuxTestDisk final : public TestDisk {
 public:
  ~LinuxTestDisk() override { std::filesystem::remove_all(root_); }
  Disk& disk() override { return system_disk(); }
  std::string root() override { return root_; }

 private:
  std::string root_ = temporary_directory();
};

class MemoryTestDisk final : public TestDisk {
 public:
  MemoryTestDisk() { disk_->create_directories(root()).value(); }
  Disk& disk() override { return *disk_; }
  std::string root() override { return "/data"; }

 private:
  std::unique_ptr<Disk> disk_ = memory_disk();
};

INSTANTIATE_TEST_SUITE_P(
    Disks, DiskContract,
    testing::Values(DiskMaker{"linux", [] { return std::make_unique<LinuxTestDisk>(); }},
                    DiskMaker{"memory", [] { return std::make_unique<MemoryTestDisk>(); }}),
    [](const auto& instance) { return instance.param.name; });

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
