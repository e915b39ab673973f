#include <deque>

#include "leat/testing.h"
#include "streams/engine.h"
#include "streams/throw_error.h"
#include "streams/view_source.h"

namespace leat {
namespace {

/// A clock that stands still: what a topology gives depends on what is piped in alone.
class StandingClock final : public io::Clock {
 public:
  TimeMs now_ms() override { return 1'700'000'000'000; }
  int64_t monotonic_ns() override { return ++ticks_; }

 private:
  int64_t ticks_ = 0;
};

}  // namespace

struct TestDriver::Impl {
  TestDriverOptions options;
  StandingClock clock;
  io::SeededRandom random{1};
  std::unique_ptr<io::Disk> disk = io::memory_disk();
  std::unique_ptr<streams::Engine> engine;
  streams::EngineViews views{engine};
  int64_t time = 0;

  struct Topic {
    std::map<TopicPartition, Offset> next;
    std::deque<streams::RawRecord> records;
  };
  std::map<std::string, Topic> topics;

  void open(const Topology& topology) {
    streams::EngineOptions made{"/test", "test", *disk, clock, random};
    made.threads = false;
    made.partitions = options.partitions;
    made.policy = streams::policy_of(options.on_bad_record);
    made.tasks.max_future_ms = 0;
    made.limits.records_max = 1;
    engine = streams::check(streams::Engine::open(topology.graph(), std::move(made)));
    streams::check(engine->start());
    streams::check(engine->settle());
  }
  Topic& collect(const std::string& name) {
    Topic& topic = topics[name];
    std::vector<streams::RawRecord> records;
    streams::check(engine->read(name, topic.next, records));
    topic.records.insert(topic.records.end(), records.begin(), records.end());
    return topic;
  }
};

TestDriver::TestDriver(const Topology& topology, TestDriverOptions options)
    : impl_(std::make_unique<Impl>()) {
  impl_->options = options;
  impl_->open(topology);
}

TestDriver::~TestDriver() {
  if (impl_ && impl_->engine) impl_->engine->abandon();
}
TestDriver::TestDriver(TestDriver&&) noexcept = default;
TestDriver& TestDriver::operator=(TestDriver&&) noexcept = default;

void TestDriver::restart(const Topology& topology) {
  if (impl_->engine) impl_->engine->abandon();
  impl_->engine.reset();
  impl_->open(topology);
}

void TestDriver::pipe_raw(const std::string& topic, streams::RawRecord record,
                          std::optional<int64_t> timestamp) {
  impl_->time = record.timestamp = timestamp.value_or(impl_->time);
  streams::check(impl_->engine->produce(topic, {record}));
  streams::check(impl_->engine->settle());
  if (auto failure = impl_->engine->failure()) streams::throw_error(*failure);
  // Taken up now, so that the order over all partitions is that of arrival.
  for (auto& [name, known] : impl_->topics) impl_->collect(name);
}

std::optional<streams::RawRecord> TestDriver::read_raw(const std::string& topic) {
  auto& records = impl_->collect(topic).records;
  if (records.empty()) return std::nullopt;
  auto record = std::move(records.front());
  records.pop_front();
  return record;
}

std::vector<streams::RawRecord> TestDriver::dead_letters() {
  const std::string topic = impl_->engine->id() + "-dead-letters";
  auto& records = impl_->collect(topic).records;
  return {records.begin(), records.end()};
}

streams::ViewSource& TestDriver::views() { return impl_->views; }

}  // namespace leat
