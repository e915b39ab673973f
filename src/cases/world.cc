#include "cases/world.h"

#include "base/murmur2.h"
#include "data/record_batch.h"
#include "sql/binder.h"

namespace leat::cases {
namespace {

constexpr int kStepsMax = 200'000;
constexpr const char* kDirectory = "/case";

std::optional<std::string> owned(ByteView bytes) {
  if (is_null(bytes)) return std::nullopt;
  return std::string(bytes);
}

}  // namespace

World::World(const plan::FunctionRegistry& functions, WorldOptions options)
    : functions_(functions),
      options_(std::move(options)),
      session_(options_.session),
      disk_(io::memory_disk()) {}

World::~World() {
  app_.reset();
  if (log_) log_->abandon();
}

Result<std::unique_ptr<World>> World::open(const plan::FunctionRegistry& functions,
                                           WorldOptions options) {
  std::unique_ptr<World> world(new World(functions, std::move(options)));
  LEAT_CHECK(world->start());
  return world;
}

Status World::start() {
  EmbeddedOptions log{kDirectory, *disk_, log_clock_, random_};
  log.threads = false;
  log.first_segment_bytes = 64 << 10;
  log.segment_bytes = 1 << 20;
  log.on_fatal = [this](const Error& error) { fatal_ = error; };
  LEAT_TRY(log_, EmbeddedLog::open(std::move(log)));

  service::ApplicationOptions app;
  app.id = options_.session.get("application.id");
  if (app.id.empty()) app.id = "test";
  app.snapshot_directory = std::string(kDirectory) + "/snapshots";
  app.session = options_.session;
  app.limits.records_max = 1;
  app.rewrite = options_.rewrite;
  app.partitions_always = options_.partitions;
  app.pump = [this] { step(); };
  app.on_fatal = [this](const Error& error) { fatal_ = error; };
  LEAT_TRY(app_, service::Application::open(*log_, *disk_, clock_, functions_, std::move(app)));
  return {};
}

bool World::step() {
  bool ran = app_->runtime().step();
  bool synced = log_->sync_once();
  return ran || synced;
}

Status World::settle() {
  int idle = 0;
  for (int steps = 0; idle < 2; ++steps) {
    if (fatal_) return *fatal_;
    if (steps > kStepsMax)
      return Error(ErrorCode::deadline_exceeded, "the queries do not come to rest");
    idle = step() ? 0 : idle + 1;
  }
  return collect();
}

Status World::restart(bool killed) {
  LEAT_CHECK(settle());
  if (killed) {
    log_->abandon();
    app_.reset();
  } else {
    app_.reset();
    LEAT_CHECK(log_->close());
  }
  log_.reset();
  LEAT_CHECK(start());
  return settle();
}

Result<service::StatementResult> World::execute(std::string_view statement,
                                                std::optional<TimeMs> at) {
  log_clock_.set(at);
  auto result = app_->execute(statement, session_);
  if (result.has_value()) {
    if (Status settled = settle(); !settled.has_value()) result = std::move(settled).error();
  }
  log_clock_.set(std::nullopt);
  return result;
}

Result<sql::bound::Statement> World::bind(const sql::Statement& statement) const {
  return sql::bind(statement, app_->catalogue(), session_, functions_);
}

Status World::make_topic(const std::string& name) {
  if (log_->topic(name).has_value()) return {};
  TopicConfig config;
  config.partitions = options_.partitions;
  auto made = log_->create_topic(name, config);
  return made.has_value() ? Status() : std::move(made).error();
}

Status World::append(const std::string& topic, TimeMs timestamp, std::optional<ByteView> key,
                     std::optional<ByteView> value, ByteView headers) {
  LEAT_CHECK(make_topic(topic));
  LEAT_TRY(TopicInfo info, log_->topic(topic));
  // Empty is not null: a view of nothing still points somewhere.
  auto view = [](const std::optional<ByteView>& bytes) {
    return bytes ? (bytes->data() == nullptr ? ByteView("") : *bytes) : kNullBytes;
  };
  RecordBatchBuilder builder;
  builder.add(timestamp, view(key), view(value), headers);
  int32_t count = info.config.partitions;
  int32_t partition = key ? partition_for(*key, count) : spread_++ % count;
  AppendRequest request;
  request.appends.push_back({{info.id, PartitionId(partition)}, builder.lend(), 1});
  Status status;
  log_clock_.set(timestamp);
  log_->append(std::move(request), [&](Result<Appended> done) {
    if (!done.has_value()) status = std::move(done).error();
  });
  Status settled = settle();
  log_clock_.set(std::nullopt);
  LEAT_CHECK(std::move(status));
  return settled;
}

Status World::collect() {
  for (const TopicInfo& topic : log_->topics()) {
    for (int32_t p = 0; p < topic.config.partitions; ++p) {
      TopicPartition partition{topic.id, PartitionId(p)};
      Offset& next = read_[partition];
      LEAT_TRY(Bounds bounds, log_->bounds(partition));
      while (next < bounds.durable_end) {
        LEAT_TRY(Fetched fetched, log_->read(partition, next, 1 << 20, Visibility::durable));
        RecordColumns records;
        for (ByteView batch : fetched.batches) LEAT_CHECK(decode_records(batch, records));
        for (size_t i = 0; i < records.size(); ++i) {
          if (records.offsets[i] < next.value) continue;
          Arrival arrival{
              records.timestamps[i], owned(records.keys[i]), owned(records.values[i]), {}};
          if (!records.headers.empty()) arrival.headers = std::string(records.headers[i]);
          arrivals_[topic.name].push_back(std::move(arrival));
        }
        next = fetched.next;
      }
    }
  }
  return {};
}

std::optional<std::string> World::failure() {
  std::optional<std::string> failure;
  app_->runtime().status([&](std::vector<runtime::QueryStatus> queries) {
    for (const runtime::QueryStatus& query : queries)
      if (query.failure && !failure) failure = query.id + " has stopped: " + *query.failure;
  });
  if (Status settled = settle(); !settled.has_value()) return settled.error().message();
  return failure;
}

std::string World::dead_letter_topic() const { return app_->id() + "-dead-letters"; }

}  // namespace leat::cases
