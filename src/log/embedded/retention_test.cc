#include "log/embedded/retention.h"

#include "log/embedded/log_fixture_testing.h"

namespace leat::testing_log {
namespace {

using conformance::batch_of;

class RetentionTest : public LogFixture {
 protected:
  void fill(const TopicPartition& at, int n) {
    for (int i = 0; i < n; ++i) append(at, std::string(4000, 'x')).value();
  }
  void retain() {
    for (int i = 0; i < 4; ++i) {
      log_->apply_retention();
      settle();
    }
  }
  Offset start(const TopicPartition& at) { return log_->bounds(at).value().start; }
};

TEST_F(RetentionTest, by_default_everything_is_kept) {
  open();
  TopicPartition at = topic("t");
  fill(at, 100);
  clock_.advance_ms(int64_t{1000} * 24 * 3600 * 1000);
  retain();
  EXPECT_EQ(start(at), Offset(0));
  EXPECT_EQ(records(at).size(), 100u);
}

TEST_F(RetentionTest, by_size_the_oldest_segments_go_and_their_space_comes_back) {
  open();
  TopicPartition at = topic("t", {1, -1, 100'000});
  for (int round = 0; round < 10; ++round) {
    fill(at, 50);
    retain();
  }
  EXPECT_GT(start(at), Offset(300));
  EXPECT_LE(start(at), Offset(475)) << "never less than what was asked to be kept";
  EXPECT_LT(log_->stats().segments, 9u);
  EXPECT_EQ(log_->read(at, Offset(0), 100, Visibility::durable).error().code(),
            ErrorCode::out_of_range);
  Offset before = start(at);
  std::vector<std::string> kept = records(at);
  EXPECT_EQ(kept.size(), static_cast<size_t>(500 - before.value));
  restart();
  EXPECT_EQ(start(at), before);
  EXPECT_EQ(records(at), kept);
  kill();
  open();
  EXPECT_EQ(start(at), before);
  EXPECT_EQ(records(at), kept);
}

TEST_F(RetentionTest, by_time_both_ages_count) {
  constexpr TimeMs kDay = 24 * 3600 * 1000;
  open();
  TopicPartition at = topic("t", {1, kDay, -1});
  auto fill_at = [&](TimeMs time, int n) {
    for (int i = 0; i < n; ++i) {
      AppendRequest request;
      request.appends.push_back(batch_of(at, {std::string(4000, 'x')}, time));
      log_->append(std::move(request), [](Result<Appended> r) { r.value(); });
      settle();
    }
  };
  // A replayed history: its times are old, its appends are not.
  fill_at(clock_.now_ms() - 100 * kDay, 40);
  fill_at(clock_.now_ms(), 40);
  retain();
  EXPECT_EQ(start(at), Offset(0));
  clock_.advance_ms(2 * kDay);
  retain();
  EXPECT_GT(start(at), Offset(0)) << "appended long ago, and far behind the newest";
  EXPECT_LE(start(at), Offset(40)) << "appended long ago, but none is newer";
}

TEST_F(RetentionTest, a_record_dated_far_ahead_deletes_nothing_early) {
  constexpr TimeMs kDay = 24 * 3600 * 1000;
  open();
  TopicPartition at = topic("t", {1, kDay, -1});
  fill(at, 60);
  AppendRequest request;
  request.appends.push_back(batch_of(at, {"9999"}, clock_.now_ms() + 300'000 * kDay));
  log_->append(std::move(request), [](Result<Appended> r) { r.value(); });
  settle();
  fill(at, 30);
  retain();
  EXPECT_EQ(start(at), Offset(0));
}

TEST_F(RetentionTest, nothing_goes_that_a_reader_has_yet_to_take) {
  open();
  TopicPartition at = topic("t", {1, -1, 10'000});
  fill(at, 100);
  commit(1, {}, {{"q", at, Offset(5)}, {"r", at, Offset(90)}}).value();
  log_->trim_commits("app", EpochId(1));
  fill(at, 100);
  retain();
  EXPECT_LE(start(at), Offset(5));
  commit(2, {}, {{"q", at, Offset(-1)}}).value();  // q is gone
  retain();
  EXPECT_GT(start(at), Offset(50));
  EXPECT_LE(start(at), Offset(90));
}

TEST_F(RetentionTest, commits_that_replay_needs_hold_their_segment) {
  open();
  TopicPartition at = topic("t", {1, -1, 1});
  commit(1, {}, {}, "state of epoch 1").value();
  fill(at, 200);
  retain();
  EXPECT_GT(start(at), Offset(0));
  EXPECT_TRUE(disk_.exists("data/journal/000000000001.seg").value());
  restart();
  std::string state;
  log_->replay("app", EpochId(0),
               [&](const CommitView& view) -> Status {
                 state = std::string(view.states.at(0).bytes);
                 return {};
               })
      .value();
  EXPECT_EQ(state, "state of epoch 1");
  log_->trim_commits("app", EpochId(1));
  fill(at, 1);
  retain();
  EXPECT_FALSE(disk_.exists("data/journal/000000000001.seg").value());
  restart();
  EXPECT_EQ(log_->application("app").value().epoch, EpochId(1)) << "the checkpoint knows";
}

TEST_F(RetentionTest, a_segment_in_the_middle_may_go_while_an_older_one_is_held) {
  open();
  TopicPartition kept = topic("kept");
  TopicPartition at = topic("t", {1, -1, 50'000});
  append(kept, "held").value();
  fill(at, 200);
  retain();
  EXPECT_TRUE(disk_.exists("data/journal/000000000001.seg").value());
  EXPECT_FALSE(disk_.exists("data/journal/000000000003.seg").value());
  Offset before = start(at);
  std::vector<std::string> all = records(at);
  restart();
  EXPECT_EQ(start(at), before);
  EXPECT_EQ(records(at), all);
  EXPECT_EQ(records(kept), std::vector<std::string>{"0:held"});
}

TEST_F(RetentionTest, a_freed_segment_is_used_again_with_its_old_bytes_in_it) {
  EmbeddedOptions with = options();
  with.tail_cache_bytes = 0;
  open(with);
  TopicPartition at = topic("t", {1, -1, 50'000});
  for (int round = 0; round < 20; ++round) {
    fill(at, 40);
    retain();
  }
  EXPECT_EQ(records(at).size(), static_cast<size_t>(800 - start(at).value));
  std::vector<std::string> all = records(at);
  kill();
  open(with);
  EXPECT_EQ(records(at), all) << "nothing of an earlier use is taken for a frame";
  EXPECT_EQ(append(at, "next").value().base_offsets[0], Offset(800));
}

}  // namespace
}  // namespace leat::testing_log
