#include "runtime/input_queue.h"

#include <gtest/gtest.h>

#include "data/record_batch.h"
#include "log/embedded/embedded_log.h"

namespace leat::runtime {
namespace {

class InputQueueTest : public testing::Test {
 protected:
  InputQueueTest() : disk_(io::memory_disk()) {
    EmbeddedOptions options{"/d", *disk_, io::system_clock(), random_};
    options.threads = false;
    log_ = EmbeddedLog::open(std::move(options)).value();
    at_ = {log_->create_topic("t", {1, -1, -1}).value().id, PartitionId(0)};
  }
  void append(int records) {
    RecordBatchBuilder builder;
    for (int i = 0; i < records; ++i) builder.add(1000, "k", "v");
    AppendRequest request;
    request.appends.push_back({at_, std::string(builder.finish()), records});
    log_->append(std::move(request), [](Result<Appended>) {});
    log_->sync_once();
  }

  std::unique_ptr<io::Disk> disk_;
  io::SeededRandom random_{3};
  std::unique_ptr<EmbeddedLog> log_;
  TopicPartition at_;
};

TEST_F(InputQueueTest, a_batch_that_a_limit_cut_is_given_once) {
  append(10);
  append(10);
  InputQueue queue(at_, Offset(0));
  for (int64_t limit : {4, 7, 12, 20})
    ASSERT_TRUE(queue.refill(*log_, Offset(0), Offset(limit), 1 << 20).has_value());
  TakenRecords taken = queue.take(queue.waiting(false).size());
  EXPECT_EQ(taken.batches.size(), 2u);
  EXPECT_EQ(taken.to, Offset(20));
}

TEST_F(InputQueueTest, the_rest_of_a_batch_is_given_after_the_part_that_a_limit_left) {
  append(10);
  InputQueue queue(at_, Offset(0));
  ASSERT_TRUE(queue.refill(*log_, Offset(0), Offset(4), 1 << 20).has_value());
  TakenRecords first = queue.take(1);
  EXPECT_EQ(first.to, Offset(4));
  ASSERT_TRUE(queue.refill(*log_, Offset(0), Offset(10), 1 << 20).has_value());
  TakenRecords rest = queue.take(1);
  EXPECT_EQ(rest.from, Offset(4));
  EXPECT_EQ(rest.to, Offset(10));
}

TEST_F(InputQueueTest, what_has_expired_is_passed_by_once_what_was_read_is_taken) {
  append(10);
  append(10);
  InputQueue queue(at_, Offset(0));
  ASSERT_TRUE(queue.refill(*log_, Offset(0), Offset(10), 1).has_value());
  ASSERT_TRUE(queue.refill(*log_, Offset(15), Offset(20), 1 << 20).has_value());
  EXPECT_EQ(queue.take(1).to, Offset(10));
  ASSERT_TRUE(queue.refill(*log_, Offset(20), Offset(20), 1 << 20).has_value());
  EXPECT_EQ(queue.next(), Offset(20));
}

}  // namespace
}  // namespace leat::runtime
