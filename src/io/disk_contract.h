#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "io/disk.h"

// What every Disk promises, as tests. A test program includes this once and instantiates it:
//   INSTANTIATE_TEST_SUITE_P(Mine, DiskContract, testing::Values(DiskMaker{"mine", make_mine}));

namespace leat::io {

/// A disk and an empty directory on it, cleaned up by destruction.
struct TestDisk {
  virtual ~TestDisk() = default;
  virtual Disk& disk() = 0;
  virtual std::string root() = 0;
};

struct DiskMaker {
  std::string name;
  std::function<std::unique_ptr<TestDisk>()> make;

  friend void PrintTo(const DiskMaker& maker, std::ostream* out) { *out << maker.name; }
};

template <class T>
ErrorCode code_of(const Result<T>& result) {
  EXPECT_FALSE(result.has_value());
  return result.has_value() ? ErrorCode::internal : result.error().code();
}

class DiskContract : public testing::TestWithParam<DiskMaker> {
 protected:
  DiskContract() : made_(GetParam().make()), root_(made_->root()) {}

  Disk& disk() { return made_->disk(); }
  std::string at(const std::string& name) const { return root_ + "/" + name; }
  std::unique_ptr<File> create(const std::string& name, ByteView bytes = {}) {
    auto file = disk().open(at(name), OpenMode::create_new).value();
    file->write_at(0, bytes).value();
    return file;
  }

  std::unique_ptr<TestDisk> made_;
  std::string root_;
};

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
  EXPECT_THAT(again.error().message(), testing::HasSubstr(at("a")));
  EXPECT_EQ(code_of(disk().open(at("a/b"), OpenMode::create_new)), ErrorCode::invalid_argument);
  EXPECT_EQ(code_of(disk().open(root_, OpenMode::read)), ErrorCode::invalid_argument);
}

TEST_P(DiskContract, lists_a_directory_in_order) {
  disk().create_directories(at("d/deep/er")).value();
  create("d/b");
  create("d/a");
  create("dx");
  EXPECT_THAT(disk().list(at("d")).value(), testing::ElementsAre("a", "b", "deep"));
  EXPECT_THAT(disk().list(at("d/")).value(), testing::ElementsAre("a", "b", "deep"));
  EXPECT_THAT(disk().list(at("d/deep/er")).value(), testing::IsEmpty());
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
  EXPECT_THAT(too_long.error().message(), testing::HasSubstr("5 bytes, limit 4"));
  EXPECT_EQ(code_of(disk().read_file(at("no"))), ErrorCode::not_found);
}

TEST_P(DiskContract, replaces_a_file_whole_and_leaves_nothing_beside_it) {
  create("a.tmp", "left over by a crash");
  disk().replace_file(at("a"), "first").value();
  disk().replace_file(at("a"), "2").value();
  EXPECT_EQ(disk().read_file(at("a")).value(), "2");
  EXPECT_THAT(disk().list(root_).value(), testing::ElementsAre("a"));
}

TEST_P(DiskContract, a_file_keeps_its_identity_under_another_name_and_a_copy_has_its_own) {
  std::string first;
  disk()
      .replace_file(at("a"), [&](const std::string& identity) { return first = identity; })
      .value();
  auto identity_of = [&](const char* name) {
    return disk().open(at(name), OpenMode::read).value()->identity();
  };
  EXPECT_EQ(identity_of("a"), first);
  EXPECT_EQ(disk().read_file(at("a")).value(), first);
  disk().rename(at("a"), at("b")).value();
  EXPECT_EQ(identity_of("b"), first);
  disk().replace_file(at("a"), first).value();
  if (first.empty()) GTEST_SKIP() << "this disk cannot tell files from their copies";
  EXPECT_NE(identity_of("a"), first);
  disk().remove(at("b")).value();
  disk().replace_file(at("b"), first).value();
  EXPECT_NE(identity_of("b"), first);
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

}  // namespace leat::io
