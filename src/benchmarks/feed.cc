#include "benchmarks/feed.h"

#include <chrono>
#include <thread>

#include "base/murmur2.h"

namespace leat::benchmarks {
namespace {
constexpr size_t kBatchBytes = 128 << 10;
constexpr int kInFlightMax = 64;
constexpr auto kPause = std::chrono::microseconds(200);
}  // namespace

Feed::Feed(Log& log, TopicInfo topic)
    : log_(log),
      topic_(std::move(topic)),
      builders_(static_cast<size_t>(topic_.config.partitions)) {}

Result<std::unique_ptr<Feed>> Feed::open(Log& log, const std::string& topic) {
  LEAT_TRY(TopicInfo info, log.topic(topic));
  return std::unique_ptr<Feed>(new Feed(log, std::move(info)));
}

void Feed::add(TimeMs time, ByteView key, ByteView value) {
  const auto partitions = static_cast<int32_t>(builders_.size());
  size_t p = is_null(key) ? turn_ : static_cast<size_t>(partition_for(key, partitions));
  builders_[p].add(time, key, value);
  if (builders_[p].bytes() < kBatchBytes) return;
  turn_ = (turn_ + 1) % builders_.size();
  send(p);
}

void Feed::send(size_t p) {
  if (builders_[p].count() == 0) return;
  while (in_flight_.load() >= kInFlightMax) std::this_thread::sleep_for(kPause);
  AppendRequest request;
  const auto count = static_cast<int32_t>(builders_[p].count());
  request.appends.push_back(
      {{topic_.id, PartitionId(static_cast<int32_t>(p))}, builders_[p].lend(), count});
  ++in_flight_;
  log_.append(std::move(request), [this](Result<Appended> done) {
    if (!done.has_value()) ++failed_;
    --in_flight_;
  });
}

Status Feed::finish() {
  for (size_t p = 0; p < builders_.size(); ++p) send(p);
  while (in_flight_.load() > 0) std::this_thread::sleep_for(kPause);
  if (failed_.load() > 0)
    return Error(ErrorCode::io, "the log refused input of the benchmark: " +
                                    std::to_string(failed_.load()) + " batches");
  return {};
}

}  // namespace leat::benchmarks
