#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "log/embedded/embedded_log.h"
#include "log/test_batches.h"

namespace leat {
namespace {

using conformance::batch_of;
using conformance::commit_of;
using conformance::partition_of;

/// Producers, an application and readers at once, on a log that runs its own threads.
class ConcurrentUse : public testing::Test {
 protected:
  void open() {
    EmbeddedOptions options{.directory = "data",
                            .disk = *disk_,
                            .clock = io::system_clock(),
                            .random = io::system_random()};
    options.first_segment_bytes = 64 << 10;
    options.segment_bytes = 512 << 10;
    options.tail_cache_bytes = 256 << 10;
    options.retention_check_ms = 5;
    options.idle_ms = 1;
    options.on_fatal = [](const Error& error) { ADD_FAILURE() << error.to_string(); };
    log_ = EmbeddedLog::open(options).value();
  }

  void produce(const TopicPartition& at, int batches) {
    for (int i = 0; i < batches; ++i) {
      while (waiting_.load() > 64) std::this_thread::yield();
      ++waiting_;
      AppendRequest request;
      request.appends.push_back(batch_of(at, {"a", std::string(500, 'b')}));
      if (i % 10 == 0)
        request.idempotency_key = std::to_string(i) + "/" + std::to_string(at.partition.value);
      log_->append(std::move(request), [this](Result<Appended> result) {
        EXPECT_TRUE(result.has_value());
        --waiting_;
        if (result) ++acknowledged_;
      });
    }
  }

  /// Epochs that write the topic that the producers write too.
  void run_epochs(const TopicInfo& topic) {
    for (uint64_t epoch = 1; !stop_; ++epoch) {
      ASSERT_TRUE(log_->begin_epoch("app", {topic.id}).has_value());
      Commit commit = commit_of(*log_, "app", epoch, {batch_of(partition_of(topic, 0), {"c"})});
      commit.states.push_back({"store", std::string(1000, 's')});
      std::atomic<bool> done{false};
      ASSERT_TRUE(log_->commit(std::move(commit),
                               [&](Result<Appended> result) {
                                 EXPECT_TRUE(result.has_value());
                                 done = true;
                               })
                      .has_value());
      while (!done) std::this_thread::yield();
      if (epoch > 10) log_->trim_commits("app", EpochId(epoch - 10));
      epochs_ = epoch;
    }
  }

  void follow(const TopicPartition& at, Visibility visibility) {
    Offset next(0);
    while (!stop_) {
      Fetched fetched = log_->read(at, next, 20'000, visibility).value();
      for (ByteView batch : fetched.batches) {
        RecordBatchHeader header = read_batch_header(batch).value();
        ASSERT_EQ(header.base_offset, next.value);
        ASSERT_TRUE(check_batch_crc(batch).has_value());
        next = Offset(header.last_offset() + 1);
      }
      ASSERT_EQ(fetched.next, next);
      if (fetched.batches.empty()) std::this_thread::yield();
    }
  }

  std::unique_ptr<io::Disk> disk_ = io::memory_disk();
  std::unique_ptr<EmbeddedLog> log_;
  std::atomic<bool> stop_{false};
  std::atomic<int> waiting_{0};
  std::atomic<int> acknowledged_{0};
  std::atomic<uint64_t> epochs_{0};
};

TEST_F(ConcurrentUse, producers_epochs_and_readers_do_not_disturb_each_other) {
  constexpr int kBatches = 1000;
  open();
  TopicInfo topic = log_->create_topic("t", {2, -1, -1}).value();
  std::atomic<int> woken{0};
  auto handle = log_->on_progress([&] { ++woken; });
  std::vector<std::thread> others;
  others.emplace_back([&] { run_epochs(topic); });
  others.emplace_back([&] { follow(partition_of(topic, 0), Visibility::durable); });
  others.emplace_back([&] { follow(partition_of(topic, 1), Visibility::appended); });
  others.emplace_back([&] {
    for (int i = 0; !stop_; ++i) {
      log_->create_topic("other" + std::to_string(i), {1, -1, -1}).value();
      log_->delete_topic("other" + std::to_string(i)).value();
      (void)log_->stats();
      (void)log_->find_by_time(partition_of(topic, 0), 1001).value();
    }
  });
  std::thread first([&] { produce(partition_of(topic, 0), kBatches); });
  std::thread second([&] { produce(partition_of(topic, 1), kBatches); });
  first.join();
  second.join();
  while (acknowledged_ < 2 * kBatches) std::this_thread::yield();
  stop_ = true;
  for (std::thread& other : others) other.join();
  handle.reset();
  EXPECT_GT(woken.load(), 0);
  EXPECT_GT(epochs_.load(), 0u);
  log_->close().value();
  log_.reset();
  open();
  EXPECT_EQ(log_->application("app").value().epoch.value, epochs_.load());
  Bounds bounds = log_->bounds(partition_of(topic, 0)).value();
  EXPECT_EQ(bounds.durable_end.value, 2 * kBatches + static_cast<int64_t>(epochs_.load()));
  EXPECT_EQ(conformance::read_all(*log_, partition_of(topic, 1)).size(), 2u * kBatches);
}

TEST_F(ConcurrentUse, closing_answers_everybody) {
  for (int round = 0; round < 10; ++round) {
    disk_ = io::memory_disk();
    open();
    TopicInfo topic = log_->create_topic("t", {1, -1, -1}).value();
    int before = acknowledged_;
    produce(partition_of(topic), 20);
    log_->close().value();
    EXPECT_EQ(acknowledged_ - before, 20) << "what waited was written first";
    bool refused = false;
    AppendRequest request;
    request.appends.push_back(batch_of(partition_of(topic), {"late"}));
    log_->append(std::move(request), [&](Result<Appended> result) {
      refused = !result && result.error().code() == ErrorCode::unavailable;
    });
    EXPECT_TRUE(refused);
    log_.reset();
  }
}

}  // namespace
}  // namespace leat
