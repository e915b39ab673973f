#include "log/embedded/embedded_log.h"

#include "log/embedded/log_fixture_testing.h"

namespace leat::testing_log {
namespace {

using conformance::batch_of;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

class EmbeddedLogTest : public LogFixture {};

// Opening.

TEST_F(EmbeddedLogTest, a_second_process_is_told_who_has_the_directory) {
  open();
  auto second = EmbeddedLog::open(options());
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code(), ErrorCode::busy);
  log_.reset();
  open();
}

TEST_F(EmbeddedLogTest, each_opening_is_a_generation_of_the_same_incarnation) {
  open();
  std::string incarnation = log_->incarnation();
  EXPECT_THAT(incarnation, SizeIs(32));
  EXPECT_EQ(log_->recovery_report().generation, 1u);
  restart();
  EXPECT_EQ(log_->recovery_report().generation, 2u);
  EXPECT_TRUE(log_->recovery_report().closed_cleanly);
  EXPECT_EQ(log_->incarnation(), incarnation);
  kill();
  open();
  EXPECT_EQ(log_->recovery_report().generation, 3u);
  EXPECT_FALSE(log_->recovery_report().closed_cleanly);
}

/// Copies the files of a directory one by one, as backups do.
void copy_directory(sim::FaultyDisk& disk, const std::string& from, const std::string& to) {
  ASSERT_TRUE(disk.create_directories(to + "/journal").has_value());
  for (const std::string& folder : {std::string(), std::string("/journal")}) {
    std::vector<std::string> names = disk.list(from + folder).value();
    for (const std::string& name : names) {
      std::string path = folder + "/" + name;
      auto bytes = disk.read_file(from + path);
      if (!bytes.has_value()) continue;  // a directory
      if (disk.exists(to + path).value()) disk.remove(to + path).value();
      auto file = disk.open(to + path, io::OpenMode::create_new).value();
      ASSERT_TRUE(file->write_at(0, *bytes).has_value());
    }
  }
}

TEST_F(EmbeddedLogTest, a_restored_backup_is_another_incarnation_of_the_same_log) {
  open();
  TopicPartition at = topic("t");
  append(at, "before").value();
  std::string original = log_->incarnation();
  log_->close().value();
  copy_directory(disk_, "data", "backup");
  open();
  EXPECT_FALSE(log_->recovery_report().restored);
  append(at, "after").value();
  log_->close().value();
  copy_directory(disk_, "backup", "data");
  open();
  EXPECT_TRUE(log_->recovery_report().restored);
  std::string restored = log_->incarnation();
  EXPECT_NE(restored, original);
  EXPECT_THAT(records(at), ElementsAre("0:before"));
  append(at, "again").value();
  restart();
  EXPECT_FALSE(log_->recovery_report().restored);
  EXPECT_EQ(log_->incarnation(), restored);
  kill();
  open();
  EXPECT_EQ(log_->incarnation(), restored);
  EXPECT_THAT(records(at), ElementsAre("0:before", "1:again"));
}

TEST_F(EmbeddedLogTest, a_restore_that_leaves_no_trace_is_told_by_a_file) {
  open();
  std::string original = log_->incarnation();
  log_->close().value();
  ASSERT_TRUE(disk_.replace_file("data/restored", "").has_value());
  open();
  EXPECT_NE(log_->incarnation(), original);
  std::string restored = log_->incarnation();
  restart();
  EXPECT_EQ(log_->incarnation(), restored);
}

TEST_F(EmbeddedLogTest, a_directory_whose_making_was_cut_off_is_made_again) {
  for (uint64_t cut = 1; cut < 20; ++cut) {
    sim::FaultyDisk disk({.seed = cut});
    EmbeddedOptions with{.directory = "data", .disk = disk, .clock = clock_, .random = random_};
    with.threads = false;
    disk.cut_power_at(cut);
    { auto first = EmbeddedLog::open(with); }
    io::SeededRandom random(cut);
    disk.power_cut(random);
    auto again = EmbeddedLog::open(with);
    ASSERT_TRUE(again.has_value()) << cut << ": " << again.error().to_string();
    EXPECT_TRUE((*again)->create_topic("t", {}).has_value());
  }
}

TEST_F(EmbeddedLogTest, opening_an_old_log_reads_its_checkpoint_and_not_all_frames) {
  open();
  TopicPartition at = topic("t");
  for (int i = 0; i < 300; ++i) append(at, std::string(3000, 'x')).value();
  restart();
  EXPECT_GT(log_->recovery_report().checkpoint.value, 0u);
  EXPECT_LT(log_->recovery_report().frames_read, 60u);
  EXPECT_EQ(records(at).size(), 300u);
}

TEST_F(EmbeddedLogTest, a_lost_sidecar_is_made_anew) {
  open();
  TopicPartition at = topic("t");
  for (int i = 0; i < 100; ++i) append(at, std::string(3000, 'x')).value();
  log_->close().value();
  log_.reset();
  disk_.remove("data/journal/000000000001.idx").value();
  open();
  EXPECT_THAT(log_->recovery_report().warnings, ElementsAre(HasSubstr("000000000001.idx")));
  EXPECT_EQ(records(at).size(), 100u);
  EXPECT_TRUE(disk_.exists("data/journal/000000000001.idx").value());
}

// The tail.

TEST_F(EmbeddedLogTest, a_frame_that_was_being_written_is_cut_and_reported) {
  open();
  TopicPartition at = topic("t");
  append(at, "kept").value();
  std::string before = disk_.read_file("data/journal/000000000001.seg").value();
  post(at, std::string(10'000, 'x'));
  settle();
  kill();
  // The last block of the frame never reached the disk.
  std::string after = disk_.read_file("data/journal/000000000001.seg").value();
  size_t last = after.find_last_not_of('\0') / 4096 * 4096;
  disk_.damage("data/journal/000000000001.seg", last, std::string(4096, '\0')).value();
  open();
  EXPECT_EQ(log_->recovery_report().cut_bytes, 12288u);
  EXPECT_EQ(log_->recovery_report().cut_file, "data/journal/000000000001.seg");
  EXPECT_GT(log_->recovery_report().cut_position, 0u);
  EXPECT_THAT(records(at), ElementsAre("0:kept"));
  EXPECT_EQ(append(at, "next").value().base_offsets[0], Offset(1));
}

TEST_F(EmbeddedLogTest, the_last_frame_has_a_witness_after_a_moment_without_work) {
  open();
  TopicPartition at = topic("t");
  append(at, "acknowledged").value();
  Lsn last = log_->stats().durable;
  log_->idle();
  log_->idle();
  EXPECT_EQ(log_->stats().durable, last.plus(1)) << "one witness is enough";
  kill();
  disk_.damage("data/journal/000000000001.seg", 4096 + 10, "!").value();
  auto opened = EmbeddedLog::open(options());
  ASSERT_FALSE(opened.has_value());
  EXPECT_THAT(opened.error().message(), HasSubstr("000000000001.seg at 4096"));
}

/// Two lives that begin with the same frames and then write different ones of the same length.
TEST_F(EmbeddedLogTest, a_sound_frame_of_an_earlier_life_is_not_taken_for_the_next) {
  open();
  TopicPartition at = topic("t");
  append(at, "common").value();
  kill();
  auto copy_of = [&](sim::FaultyDisk& to) {
    to.create_directories("data/journal").value();
    for (const char* name : {"data/manifest", "data/journal/000000000001.seg"}) {
      std::string bytes = disk_.read_file(name).value();
      to.open(name, io::OpenMode::create_new).value()->write_at(0, bytes).value();
    }
  };
  std::vector<std::string> segments;
  std::string manifest;
  for (const std::string value : {"life A", "life B"}) {
    sim::FaultyDisk disk({.seed = 1});
    copy_of(disk);
    EmbeddedOptions with = options();
    EmbeddedOptions on_copy{.directory = "data", .disk = disk, .clock = clock_, .random = random_};
    on_copy.threads = false;
    on_copy.first_segment_bytes = with.first_segment_bytes;
    on_copy.segment_bytes = with.segment_bytes;
    log_ = EmbeddedLog::open(on_copy).value();
    append(at, value).value();
    append(at, value + " again").value();
    log_->abandon();
    log_.reset();
    segments.push_back(disk.read_file("data/journal/000000000001.seg").value());
    manifest = disk.read_file("data/manifest").value();
  }
  // B's frames up to "life B", and A's frame behind it: same number, sound in itself.
  size_t last = segments[0].find_last_not_of('\0') / 4096 * 4096;
  std::string spliced = segments[1].substr(0, last) + segments[0].substr(last);
  ASSERT_NE(segments[0].substr(last, 4096), segments[1].substr(last, 4096));
  disk_.damage("data/journal/000000000001.seg", 0, spliced).value();
  disk_.replace_file("data/manifest", manifest).value();
  disk_.open("data/journal/000000000002.seg", io::OpenMode::create_new)
      .value()
      ->preallocate_zeroed(64 << 10)
      .value();
  open();
  EXPECT_THAT(records(at), ElementsAre("0:common", "1:life B"));
}

// Faults.

TEST_F(EmbeddedLogTest, a_failed_sync_tells_nobody_success_and_refuses_from_then_on) {
  open();
  TopicPartition at = topic("t");
  append(at, "kept").value();
  disk_.fail({.operation = sim::Operation::sync});
  post(at, "doubtful");
  EXPECT_FALSE(log_->sync_once());
  ASSERT_THAT(answers_, SizeIs(2));
  EXPECT_EQ(answers_[1].error().code(), ErrorCode::outcome_unknown);
  ASSERT_TRUE(fatal_.has_value());
  EXPECT_EQ(fatal_->code(), ErrorCode::io);
  EXPECT_EQ(append(at, "later").error().code(), ErrorCode::io);
  EXPECT_EQ(log_->begin_epoch("app", {}).error().code(), ErrorCode::io);
  EXPECT_FALSE(log_->create_topic("u", {}).has_value());
  EXPECT_THAT(records(at), ElementsAre("0:kept")) << "reads go on";
  kill();
  open();
  EXPECT_EQ(records(at)[0], "0:kept");
}

TEST_F(EmbeddedLogTest, acknowledging_before_the_sync_is_a_bug_that_power_cuts_show) {
  int lost = 0;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    sim::FaultyDisk disk({.seed = seed});
    EmbeddedOptions with{.directory = "data", .disk = disk, .clock = clock_, .random = random_};
    with.threads = false;
    with.faults.ack_before_sync = true;
    log_ = EmbeddedLog::open(with).value();
    TopicPartition at = topic("t");
    disk.cut_power_at(1);
    EXPECT_TRUE(append(at, "acknowledged").has_value());
    log_->abandon();
    log_.reset();
    io::SeededRandom random(seed);
    disk.power_cut(random);
    log_ = EmbeddedLog::open(with).value();
    lost += records(at).empty();
    log_.reset();
  }
  EXPECT_GT(lost, 0);
}

// A full disk.

TEST_F(EmbeddedLogTest, a_full_disk_refuses_appends_serves_reads_and_goes_on_when_there_is_room) {
  disk_.set_capacity(1 << 20);
  open();
  TopicPartition at = topic("t");
  size_t kept = 0;
  Result<Appended> last = append(at, std::string(4000, 'x'));
  for (; last && kept < 1000; ++kept) last = append(at, std::string(4000, 'x'));
  ASSERT_FALSE(last.has_value());
  EXPECT_EQ(last.error().code(), ErrorCode::disk_full) << last.error().to_string();
  EXPECT_GT(kept, 40u);
  EXPECT_TRUE(log_->stats().disk_full);
  EXPECT_EQ(records(at).size(), kept);
  EXPECT_FALSE(fatal_.has_value());
  disk_.set_capacity(4 << 20);
  EXPECT_TRUE(append(at, "room again").has_value());
  EXPECT_FALSE(log_->stats().disk_full);
}

TEST_F(EmbeddedLogTest, an_epoch_that_began_has_room_for_its_commit) {
  disk_.set_capacity(1 << 20);
  open();
  TopicPartition in = topic("in");
  TopicPartition out = topic("out");
  while (append(in, std::string(4000, 'x'))) {
  }
  uint64_t epochs = 0;
  Status begun;
  while ((begun = log_->begin_epoch("app", {out.topic})) && epochs < 1000) {
    ++epochs;
    ASSERT_TRUE(commit(epochs, {batch_of(out, {std::string(8000, 'y')})}).has_value()) << epochs;
  }
  EXPECT_GT(epochs, 0u) << "the reserve is for epochs";
  ASSERT_FALSE(begun.has_value());
  EXPECT_EQ(begun.error().code(), ErrorCode::disk_full);
  disk_.set_capacity(4 << 20);
  ASSERT_TRUE(log_->begin_epoch("app", {out.topic}).has_value());
  EXPECT_TRUE(commit(epochs + 1, {batch_of(out, {"z"})}).has_value());
}

TEST_F(EmbeddedLogTest, a_commit_of_many_stores_with_long_names_goes_to_the_next_segment_in_time) {
  open();
  for (uint64_t epoch = 1; epoch <= 40; ++epoch) {
    Commit commit = conformance::commit_of(*log_, "app", epoch, {});
    for (int i = 0; i < 150; ++i)
      commit.states.push_back({std::string(60, 'a') + std::to_string(i), std::string("x")});
    ASSERT_TRUE(log_->commit(std::move(commit), [](Result<Appended>) {}).has_value());
    settle();
  }
  EXPECT_GT(log_->stats().segments, 3u);
  restart();
  EXPECT_EQ(log_->application("app").value().epoch, EpochId(40));
}

TEST_F(EmbeddedLogTest, deleting_a_topic_gives_room_on_a_full_disk) {
  disk_.set_capacity(1 << 20);
  open();
  TopicPartition big = topic("big");
  while (append(big, std::string(4000, 'x'))) {
  }
  ASSERT_TRUE(log_->delete_topic("big").has_value());
  TopicPartition small;
  for (int i = 0; i < 3; ++i) log_->apply_retention();
  small = topic("small");
  EXPECT_TRUE(append(small, std::string(4000, 'y')).has_value());
}

TEST_F(EmbeddedLogTest, a_segment_that_cannot_be_made_is_tried_again) {
  open();
  TopicPartition at = topic("t");
  disk_.fail({.operation = sim::Operation::preallocate, .sticky = true, .error_number = ENOSPC});
  Result<Appended> last = append(at, std::string(4000, 'x'));
  for (int i = 0; last && i < 100; ++i) last = append(at, std::string(4000, 'x'));
  ASSERT_FALSE(last.has_value());
  EXPECT_EQ(last.error().code(), ErrorCode::disk_full);
  disk_.clear_faults();
  EXPECT_TRUE(append(at, "again").has_value());
}

TEST_F(EmbeddedLogTest, too_much_that_waits_is_refused) {
  EmbeddedOptions with = options();
  with.waiting_bytes_max = 10'000;
  open(with);
  TopicPartition at = topic("t");
  answers_.clear();
  post(at, std::string(8000, 'x'));
  post(at, std::string(8000, 'x'));
  ASSERT_THAT(answers_, SizeIs(1));
  EXPECT_EQ(answers_[0].error().code(), ErrorCode::resource_exhausted);
  settle();
  EXPECT_TRUE(append(at, std::string(20'000, 'x')).has_value()) << "alone, it may be larger";
}

TEST_F(EmbeddedLogTest, a_read_says_when_each_batch_was_appended_also_after_a_restart) {
  open();
  TopicPartition at = topic("t");
  const TimeMs began = clock_.now_ms();
  const std::string value(9000, 'v');  // several segments, of which some have sidecars
  for (int i = 0; i < 40; ++i) {
    append(at, value).value();
    clock_.advance_ms(1000);
  }
  for (bool again : {false, true}) {
    if (again) restart();
    std::vector<TimeMs> times;
    for (Offset from(0); from < Offset(40);) {
      Fetched fetched = log_->read(at, from, 1 << 20, Visibility::durable).value();
      ASSERT_EQ(fetched.appended_at.size(), fetched.batches.size());
      times.insert(times.end(), fetched.appended_at.begin(), fetched.appended_at.end());
      from = fetched.next;
    }
    ASSERT_EQ(times.size(), 40u);
    for (int i = 0; i < 40; ++i) EXPECT_EQ(times[static_cast<size_t>(i)], began + 1000 * i);
  }
}

// Idempotency.

TEST_F(EmbeddedLogTest, idempotency_entries_live_for_a_day_of_append_time) {
  open();
  TopicPartition at = topic("t");
  append(at, "v", "k").value();
  clock_.advance_ms(23 * 3600 * 1000);
  EXPECT_TRUE(append(at, "v", "k").value().duplicate);
  restart();
  EXPECT_TRUE(append(at, "v", "k").value().duplicate);
  clock_.advance_ms(2 * 3600 * 1000);
  EXPECT_FALSE(append(at, "v", "k").value().duplicate);
  EXPECT_THAT(records(at), ElementsAre("0:v", "1:v"));
}

TEST_F(EmbeddedLogTest, at_capacity_new_keys_are_refused_and_no_entry_is_evicted) {
  EmbeddedOptions with = options();
  with.idempotency_entries_max = 2;
  open(with);
  TopicPartition at = topic("t");
  append(at, "a", "ka").value();
  append(at, "b", "kb").value();
  EXPECT_EQ(append(at, "c", "kc").error().code(), ErrorCode::resource_exhausted);
  EXPECT_TRUE(append(at, "a", "ka").value().duplicate);
  EXPECT_TRUE(append(at, "no key").has_value());
  clock_.advance_ms(25 * 3600 * 1000);
  EXPECT_TRUE(append(at, "c", "kc").has_value());
}

TEST_F(EmbeddedLogTest, idempotency_entries_outlive_their_segments) {
  open();
  TopicPartition keyed = topic("keyed", {1, -1, 1});
  append(keyed, "v", "k").value();
  for (int i = 0; i < 100; ++i) append(keyed, std::string(4000, 'x')).value();
  for (int i = 0; i < 3; ++i) log_->apply_retention(), settle();
  EXPECT_GT(log_->bounds(keyed).value().start, Offset(0));
  EXPECT_FALSE(disk_.exists("data/journal/000000000001.seg").value());
  restart();
  EXPECT_TRUE(append(keyed, "v", "k").value().duplicate);
}

TEST_F(EmbeddedLogTest, an_unreasonable_key_is_refused) {
  open();
  TopicPartition at = topic("t");
  EXPECT_EQ(append(at, "v", "").error().code(), ErrorCode::invalid_argument);
  EXPECT_EQ(append(at, "v", std::string(5000, 'k')).error().code(), ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace leat::testing_log
