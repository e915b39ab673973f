#include "leat/app.h"

#include <chrono>
#include <thread>

#include "streams/engine.h"
#include "streams/stop_signal.h"
#include "streams/throw_error.h"
#include "streams/view_source.h"

namespace leat {
namespace {

constexpr auto kPoll = std::chrono::milliseconds(20);
constexpr int kPollsToFailure = 25;  // the topology is asked how it is twice a second

}  // namespace

struct App::Impl {
  std::unique_ptr<streams::Engine> engine;
  streams::EngineViews views{engine};
  std::atomic<bool> stopping{false};

  streams::Engine& running() {
    if (!engine) throw StreamsError("unavailable", "the application has stopped");
    return *engine;
  }
};

App::App(const Topology& topology, AppOptions options) : impl_(std::make_unique<Impl>()) {
  streams::EngineOptions engine{options.data, options.id, io::system_disk(), io::system_clock(),
                                io::system_random()};
  engine.worker_threads = options.threads;
  engine.partitions = options.partitions;
  engine.policy = streams::policy_of(options.on_bad_record);
  engine.tasks.every_update = options.every_update;
  impl_->engine = streams::check(streams::Engine::open(topology.graph(), std::move(engine)));
}

App::~App() = default;
App::App(App&&) noexcept = default;
App& App::operator=(App&&) noexcept = default;

void App::start() { streams::check(impl_->running().start()); }

void App::stop() {
  if (!impl_->engine) return;
  Status stopped = impl_->engine->stop();
  impl_->engine.reset();
  streams::check(stopped);
}

void App::request_stop() { impl_->stopping = true; }

void App::run() {
  start();
  std::optional<Error> failure;
  {
    streams::StopSignal signal;
    for (int polls = 1; !impl_->stopping && !signal.came() && !failure; ++polls) {
      std::this_thread::sleep_for(kPoll);
      if (polls % kPollsToFailure == 0) failure = impl_->running().failure();
    }
  }
  stop();
  if (failure) streams::throw_error(*failure);
}

void App::run_to_end() {
  start();
  streams::check(impl_->running().wait_until_level());
}

void App::produce_raw(const std::string& topic, const std::vector<streams::RawRecord>& records) {
  streams::check(impl_->running().produce(topic, records));
}

std::vector<streams::RawRecord> App::read_raw(const std::string& topic) {
  std::map<TopicPartition, Offset> next;
  std::vector<streams::RawRecord> records;
  streams::check(impl_->running().read(topic, next, records));
  return records;
}

streams::ViewSource& App::views() { return impl_->views; }

int64_t App::now_ms() { return io::system_clock().now_ms(); }

}  // namespace leat
