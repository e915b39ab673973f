#include "streams/engine.h"

#include <chrono>
#include <thread>

#include "base/murmur2.h"
#include "data/record_batch.h"
#include "runtime/wait.h"

namespace leat::streams {
namespace {

constexpr std::string_view kKept = "topology";  // the caller's fact that holds Graph::Impl::kept()
constexpr auto kPoll = std::chrono::milliseconds(1);
constexpr int kStepsMax = 1'000'000;

std::optional<std::string> owned(ByteView bytes) {
  if (is_null(bytes)) return std::nullopt;
  return std::string(bytes);
}

ByteView view(const std::optional<std::string>& bytes) {
  return bytes ? ByteView(bytes->data(), bytes->size()) : kNullBytes;
}

/// The lines that only one of two texts has.
std::string difference(const std::string& before, const std::string& now) {
  auto lines = [](const std::string& text) {
    std::set<std::string> all;
    for (size_t at = 0; at < text.size();) {
      size_t end = text.find('\n', at);
      all.insert(text.substr(at, end - at));
      at = end + 1;
    }
    return all;
  };
  const auto old_lines = lines(before), new_lines = lines(now);
  std::string out;
  for (const std::string& line : old_lines)
    if (!new_lines.contains(line)) out += (out.empty() ? "" : "; ") + ("was: " + line);
  for (const std::string& line : new_lines)
    if (!old_lines.contains(line)) out += (out.empty() ? "" : "; ") + ("is: " + line);
  return out;
}

}  // namespace

plan::BadRecordPolicy policy_of(OnBadRecord policy) {
  switch (policy) {
    case OnBadRecord::skip: return plan::BadRecordPolicy::skip;
    case OnBadRecord::fail: return plan::BadRecordPolicy::fail;
    default: return plan::BadRecordPolicy::dead_letter;
  }
}

Result<std::unique_ptr<Engine>> Engine::open(std::shared_ptr<Graph> graph, EngineOptions options) {
  if (graph->impl().query.nodes.empty())
    return Error(ErrorCode::invalid_argument, "the topology is empty",
                 "begin with topology.stream or topology.table");
  std::unique_ptr<Engine> engine(new Engine(std::move(graph), std::move(options)));
  LEAT_CHECK(engine->open_log());
  LEAT_CHECK(engine->make_source_topics());
  LEAT_CHECK(engine->check_kept());
  LEAT_CHECK(engine->open_runtime());
  return engine;
}

Engine::~Engine() { (void)stop().has_value(); }

Status Engine::open_log() {
  EmbeddedOptions log{options_.directory, options_.disk, options_.clock, options_.random};
  log.threads = options_.threads;
  if (!options_.threads) {
    log.first_segment_bytes = 64 << 10;
    log.segment_bytes = 1 << 20;
  }
  log.on_fatal = [this](const Error& error) {
    std::lock_guard lock(mutex_);
    fatal_ = error;
  };
  LEAT_TRY(log_, EmbeddedLog::open(std::move(log)));
  return {};
}

Status Engine::make_topic(const std::string& name) {
  if (log_->topic(name).has_value()) return {};
  TopicConfig config;
  config.partitions = options_.partitions;
  LEAT_CHECK(log_->create_topic(name, config));
  return {};
}

Status Engine::make_source_topics() {
  for (const plan::Node& node : graph_->impl().query.nodes)
    if (const auto* source = std::get_if<plan::Source>(&node.op))
      LEAT_CHECK(make_topic(source->topic));
  return {};
}

// State is found again by names and types: when they differ, what is kept is not this topology's.
Status Engine::check_kept() {
  auto state = log_->application(options_.id);
  if (!state.has_value()) {
    if (state.error().code() == ErrorCode::not_found) return {};
    return std::move(state).error();
  }
  const std::string now = graph_->impl().kept();
  for (const MetadataChange& fact : state->metadata) {
    if (fact.key != "user/" + std::string(kKept) || fact.value == now) continue;
    return Error(ErrorCode::conflict,
                 "the directory knows another topology under the id " + options_.id + ": " +
                     difference(fact.value, now),
                 "go back to what it was, or run the new topology under another id");
  }
  return {};
}

Status Engine::open_runtime() {
  runtime::RuntimeOptions options;
  options.application = options_.id;
  options.threads = options_.worker_threads;
  options.snapshot_directory = options_.directory + "/snapshots";
  options.tasks = options_.tasks;
  options.limits = options_.limits;
  options.background_snapshots = options_.threads;
  options.code_queries = {graph_->impl().build(options_.policy)};
  options.on_fatal = [this](const Error& error) {
    std::lock_guard lock(mutex_);
    if (!fatal_) fatal_ = error;
  };
  LEAT_TRY(runtime_, runtime::Runtime::open(*log_, options_.disk, options_.clock, functions_,
                                            std::move(options)));
  return {};
}

Status Engine::start() {
  if (started_) return {};
  if (options_.threads) runtime_->start();
  started_ = true;
  if (runtime_->plans().contains(Graph::Impl::kQueryId)) return {};
  return install();
}

Status Engine::install() {
  auto result = runtime::wait<Done>(pump(), [&](std::function<void(Result<Done>)> done) {
    runtime::QueryChanges changes;
    changes.add.push_back(graph_->impl().build(options_.policy));
    changes.metadata.push_back({std::string(kKept), graph_->impl().kept()});
    runtime_->change(std::move(changes), [done = std::move(done)](Status status) {
      status.has_value() ? done(Done{}) : done(std::move(status).error());
    });
  });
  if (!result.has_value()) return std::move(result).error();
  return {};
}

Status Engine::stop() {
  if (runtime_) runtime_->stop();
  runtime_.reset();
  started_ = false;
  Status closed = log_ ? log_->close() : Status();
  log_.reset();
  return closed;
}

void Engine::abandon() {
  if (log_) log_->abandon();
  runtime_.reset();
  log_.reset();
}

bool Engine::step() {
  bool ran = runtime_->step();
  bool synced = log_->sync_once();
  return ran || synced;
}

std::function<void()> Engine::pump() {
  if (options_.threads) return {};
  return [this] { step(); };
}

std::optional<Error> Engine::fatal() const {
  std::lock_guard lock(mutex_);
  return fatal_;
}

Status Engine::settle() {
  int idle = 0;
  for (int steps = 0; idle < 2; ++steps) {
    if (auto error = fatal()) return *error;
    if (steps > kStepsMax)
      return Error(ErrorCode::deadline_exceeded, "the topology does not come to rest");
    idle = step() ? 0 : idle + 1;
  }
  return {};
}

Status Engine::wait_until_level() {
  const runtime::Position ends = runtime_->input_ends();
  for (int turn = 1; !runtime_->level_with(ends); ++turn) {
    if (turn % 64 == 0)
      if (auto error = failure()) return *error;
    std::this_thread::sleep_for(kPoll);
  }
  if (auto error = failure()) return *error;
  return {};
}

std::optional<Error> Engine::failure() {
  if (auto error = fatal()) return error;
  if (!started_) return std::nullopt;
  using Queries = std::vector<runtime::QueryStatus>;
  auto queries = runtime::wait<Queries>(pump(), [&](std::function<void(Result<Queries>)> done) {
    runtime_->status([done = std::move(done)](Queries all) { done(std::move(all)); });
  });
  if (!queries.has_value()) return std::move(queries).error();
  for (const runtime::QueryStatus& query : *queries)
    if (query.failure)
      return Error(ErrorCode::invalid_data, "the topology has stopped: " + *query.failure);
  return std::nullopt;
}

Status Engine::produce(const std::string& topic, const std::vector<RawRecord>& records) {
  LEAT_TRY(TopicInfo info, log_->topic(topic));
  const int32_t count = info.config.partitions;
  std::map<int32_t, RecordBatchBuilder> builders;
  for (const RawRecord& record : records) {
    int32_t partition = 0;
    if (record.key) {
      partition = partition_for(*record.key, count);
    } else {
      std::lock_guard lock(mutex_);
      partition = static_cast<int32_t>(spread_++ % static_cast<uint64_t>(count));
    }
    builders[partition].add(record.timestamp, view(record.key), view(record.value));
  }
  if (builders.empty()) return {};
  AppendRequest request;
  for (auto& [partition, builder] : builders)
    request.appends.push_back({{info.id, PartitionId(partition)},
                               std::string(builder.finish()),
                               static_cast<int32_t>(builder.count())});
  auto appended = runtime::wait<Appended>(
      pump(), [&](AppendDone done) { log_->append(std::move(request), std::move(done)); });
  if (!appended.has_value()) return std::move(appended).error();
  return {};
}

Status Engine::read(const std::string& topic, std::map<TopicPartition, Offset>& next,
                    std::vector<RawRecord>& out) {
  LEAT_TRY(TopicInfo info, log_->topic(topic));
  for (int32_t p = 0; p < info.config.partitions; ++p) {
    TopicPartition partition{info.id, PartitionId(p)};
    LEAT_TRY(Bounds bounds, log_->bounds(partition));
    Offset& at = next[partition];
    at = std::max(at, bounds.start);
    while (at < bounds.durable_end) {
      LEAT_TRY(Fetched fetched, log_->read(partition, at, 1 << 20, Visibility::durable));
      RecordColumns records;
      for (ByteView batch : fetched.batches) LEAT_CHECK(decode_records(batch, records));
      for (size_t i = 0; i < records.size(); ++i) {
        if (records.offsets[i] < at.value) continue;
        RawRecord record{owned(records.keys[i]), owned(records.values[i]),
                         records.timestamps[i],  p,
                         records.offsets[i],     {}};
        if (!records.headers.empty() && !records.headers[i].empty()) {
          LEAT_TRY(auto headers, decode_headers(records.headers[i]));
          for (const RecordHeader& header : headers)
            record.headers[std::string(header.key)] = std::string(header.value);
        }
        out.push_back(std::move(record));
      }
      at = fetched.next;
    }
  }
  return {};
}

}  // namespace leat::streams
