// Records of 100 B from one producer, each batch answered when it is on the disk.
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "benchmarks/engine.h"
#include "benchmarks/meter.h"
#include "benchmarks/runs.h"
#include "data/record_batch.h"
#include "io/clock.h"

namespace leat::benchmarks {
namespace {

constexpr size_t kValueBytes = 100;
constexpr int64_t kRecordsPerBatch = 512;
constexpr int kInFlightMax = 24;  // batches: about 1.3 MB wait for the disk at most
constexpr TimeMs kBegin = 1'700'000'000'000;

/// Sends batches and keeps how long each took to be answered.
class Producer {
 public:
  Producer(Log& log, const TopicInfo& topic) : log_(log), topic_(topic) {}

  void send(int64_t first) {
    int64_t begin = io::system_clock().monotonic_ns();
    char value[kValueBytes];
    std::memset(value, 'v', sizeof value);
    builder_.clear();
    for (int64_t i = 0; i < kRecordsPerBatch; ++i) {
      store_le(value, first + i);
      builder_.add(kBegin + first / 1000, kNullBytes, {value, sizeof value});
    }
    AppendRequest request;
    auto partition = static_cast<int32_t>(first / kRecordsPerBatch % topic_.config.partitions);
    request.appends.push_back({{topic_.id, PartitionId(partition)},
                               builder_.lend(),
                               static_cast<int32_t>(kRecordsPerBatch)});
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return in_flight_ < kInFlightMax; });
      ++in_flight_;
    }
    log_.append(std::move(request),
                [this, begin](Result<Appended> done) { answered(begin, done.has_value()); });
  }
  Status finish() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return in_flight_ == 0; });
    if (failed_ > 0) return Error(ErrorCode::io, "appends failed: " + std::to_string(failed_));
    return {};
  }
  std::vector<double>& times_us() { return times_us_; }

 private:
  void answered(int64_t begin, bool good) {
    auto us = static_cast<double>(io::system_clock().monotonic_ns() - begin) / 1e3;
    {
      std::lock_guard lock(mutex_);
      times_us_.push_back(us);
      if (!good) ++failed_;
      --in_flight_;
    }
    changed_.notify_one();
  }

  Log& log_;
  const TopicInfo& topic_;
  RecordBatchBuilder builder_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int in_flight_ = 0;
  int failed_ = 0;
  std::vector<double> times_us_;
};

}  // namespace

Result<Measurement> run_append(const Request& request, const Benchmark& self) {
  Meter meter;
  Engine engine;
  LEAT_CHECK(engine.open_log(request.directory));
  TopicConfig config;
  config.partitions = kPartitions;
  LEAT_TRY(TopicInfo topic, engine.log().create_topic("appended", config));
  Producer producer(engine.log(), topic);
  const int64_t warm = 200 * kRecordsPerBatch;  // the first segments are small
  for (int64_t i = 0; i < warm; i += kRecordsPerBatch) producer.send(i);
  LEAT_CHECK(producer.finish());
  producer.times_us().clear();

  int64_t records = self.records(request) / kRecordsPerBatch * kRecordsPerBatch;
  meter.start();
  for (int64_t i = 0; i < records; i += kRecordsPerBatch) producer.send(warm + i);
  LEAT_CHECK(producer.finish());
  Measurement measured = meter.stop(records);
  measured.p50_us = percentile(producer.times_us(), 0.5);
  measured.p99_us = percentile(producer.times_us(), 0.99);
  LEAT_CHECK(engine.close());
  return measured;
}

}  // namespace leat::benchmarks
