#include "service/application.h"

#include <filesystem>

#include "base/murmur2.h"
#include "data/record_batch.h"

namespace leat::service {
namespace {

constexpr std::string_view kCatalogueKey = "catalogue";
constexpr std::string_view kOriginKey = "origin/";
constexpr int32_t kDefaultPartitions = 8;

/// A Result<void> as a value, for wait().
struct Done {};

exec::TaskOptions task_options(const sql::Session& session) {
  exec::TaskOptions options;
  options.ksqldb = session.ksqldb();
  options.kafka_streams_timing = session.kafka_streams();
  options.every_update = session.every_update();
  options.max_future_ms = session.max_future_ms();
  return options;
}

}  // namespace

Application::Application(Log& log, io::Disk& disk, io::Clock& clock,
                         const plan::FunctionRegistry& functions, ApplicationOptions options)
    : log_(log),
      disk_(disk),
      clock_(clock),
      functions_(functions),
      options_(std::move(options)),
      catalogue_(options_.session.name_rule()) {}

Application::~Application() = default;

Result<std::unique_ptr<Application>> Application::open(Log& log, io::Disk& disk, io::Clock& clock,
                                                       const plan::FunctionRegistry& functions,
                                                       ApplicationOptions options) {
  std::unique_ptr<Application> app(
      new Application(log, disk, clock, functions, std::move(options)));
  runtime::RuntimeOptions runtime;
  runtime.application = app->options_.id;
  runtime.threads = app->options_.threads;
  runtime.frozen = app->options_.frozen;
  runtime.snapshot_directory = app->options_.snapshot_directory;
  runtime.snapshot_after_bytes = app->options_.snapshot_after_bytes;
  runtime.background_snapshots = !app->options_.pump;
  runtime.faults = app->options_.faults;
  runtime.tasks = task_options(app->options_.session);
  runtime.limits = app->options_.limits;
  runtime.code_queries = app->options_.code_queries;
  runtime.on_fatal = app->options_.on_fatal;
  LEAT_TRY(app->runtime_, runtime::Runtime::open(log, disk, clock, functions, std::move(runtime)));
  for (MetadataChange& fact : app->runtime_->metadata()) {
    if (fact.key == kCatalogueKey) {
      auto catalogue = sql::Catalogue::decode(fact.value);
      if (!catalogue.has_value())
        return std::move(catalogue).error().with_context("the application's catalogue");
      app->catalogue_ = *std::move(catalogue);
    } else if (fact.key.starts_with(kOriginKey)) {
      app->origins_[fact.key.substr(kOriginKey.size())] = fact.value;
    }
  }
  return app;
}

sql::Catalogue Application::catalogue() const {
  std::lock_guard lock(mutex_);
  return catalogue_;
}

std::optional<TopicSchema> Application::schema_of_topic(const std::string& topic) const {
  std::lock_guard lock(mutex_);
  auto sources = catalogue_.of_topic(topic);
  if (sources.empty()) return std::nullopt;
  // Several declarations over one topic see the same bytes their own way; records from outside
  // follow the first.
  const sql::SourceDef& source = *sources.front();
  TopicSchema schema{source.schema, source.key_format, source.value_format, source.is_table,
                     std::nullopt};
  if (source.window) schema.window_size = source.window->size_ms;
  return schema;
}

Application::Change Application::begin_change() const {
  std::lock_guard lock(mutex_);
  Change change;
  change.catalogue = catalogue_;
  change.origins = origins_;
  return change;
}

Status Application::add_source(const sql::bound::CreateSource& create, const std::string& origin,
                               const sql::Session& session, Change& change) const {
  LEAT_CHECK(sql::apply(create, change.catalogue));
  const sql::SourceDef& source = create.source;
  change.origins[source.name] = origin;
  change.topics.push_back({source.topic, source.partitions, source.retention_ms, {}});
  if (source.is_table && !source.window)
    change.queries.add.push_back(sql::source_table_query(source, session));
  return {};
}

Status Application::add_query(const sql::bound::CreateQuery& create, const std::string& origin,
                              Change& change) const {
  LEAT_CHECK(sql::apply(create, change.catalogue));
  change.origins[create.definition.id] = origin;
  if (create.result) {
    change.origins[create.result->name] = origin;
    change.topics.push_back(
        {create.topic, create.partitions, create.retention_ms, create.partitions_of});
  }
  change.queries.add.push_back(options_.rewrite ? plan::rewrite(create.query) : create.query);
  return {};
}

Status Application::drop_source(const sql::bound::DropSource& drop, Change& change) const {
  LEAT_CHECK(sql::apply(drop, change.catalogue));
  change.origins.erase(drop.source.name);
  if (drop.query) {
    change.origins.erase(*drop.query);
    if (runtime_->plans().contains(*drop.query)) change.queries.remove.push_back(*drop.query);
  } else if (drop.source.is_table && runtime_->plans().contains(drop.source.name)) {
    change.queries.remove.push_back(drop.source.name);
  }
  if (drop.delete_topic) change.deleted_topics.push_back(drop.source.topic);
  return {};
}

Status Application::terminate(const std::string& query, Change& change) const {
  LEAT_CHECK(change.catalogue.drop_query(query));
  change.origins.erase(query);
  change.queries.remove.push_back(query);
  return {};
}

Status Application::make_topics(const Change& change) {
  for (const Change::Topic& wanted : change.topics) {
    if (auto topic = log_.topic(wanted.name); topic.has_value()) {
      if (options_.partitions_always == 0 && wanted.partitions > 0 &&
          wanted.partitions != topic->config.partitions)
        return Error(ErrorCode::conflict,
                     "topic " + wanted.name + " has " + std::to_string(topic->config.partitions) +
                         " partitions, not " + std::to_string(wanted.partitions),
                     "leave PARTITIONS out, or use another topic");
      continue;
    }
    TopicConfig config;
    config.partitions =
        options_.partitions_always > 0 ? options_.partitions_always : wanted.partitions;
    if (config.partitions == 0) {
      config.partitions = kDefaultPartitions;
      if (auto model = log_.topic(wanted.partitions_of); model.has_value())
        config.partitions = model->config.partitions;
    }
    if (wanted.retention_ms) config.retention_ms = *wanted.retention_ms;
    LEAT_CHECK(log_.create_topic(wanted.name, config));
  }
  return {};
}

// Topics first: they may stay behind when the rest fails, and are found again by the next try.
// Queries, the catalogue and where statements came from change in one commit.
Status Application::apply(Change change) {
  for (const std::string& topic : change.deleted_topics) {
    auto users = change.catalogue.of_topic(topic);
    if (users.empty()) continue;
    return Error(ErrorCode::conflict,
                 "topic " + topic + " is the topic of " + users.front()->name + ", too",
                 "DROP without DELETE TOPIC, or DROP " + users.front()->name + " first");
  }
  LEAT_CHECK(make_topics(change));
  change.queries.metadata.push_back({std::string(kCatalogueKey), change.catalogue.encode()});
  auto before = begin_change().origins;
  for (const auto& [name, origin] : change.origins)
    if (!before.contains(name) || before[name] != origin)
      change.queries.metadata.push_back({std::string(kOriginKey) + name, origin});
  for (const auto& [name, origin] : before)
    if (!change.origins.contains(name))
      change.queries.metadata.push_back({std::string(kOriginKey) + name, ""});

  auto result = wait<Done>([&](std::function<void(Result<Done>)> done) {
    runtime_->change(std::move(change.queries), [done = std::move(done)](Status status) {
      status.has_value() ? done(Done{}) : done(std::move(status).error());
    });
  });
  if (!result.has_value()) return std::move(result).error();
  {
    std::lock_guard lock(mutex_);
    catalogue_ = std::move(change.catalogue);
    origins_ = std::move(change.origins);
  }
  for (const std::string& topic : change.deleted_topics)
    if (log_.topic(topic).has_value()) LEAT_CHECK(log_.delete_topic(topic));
  return {};
}

void Application::produce(const std::string& name, const std::vector<IncomingRecord>& records,
                          std::optional<std::string> idempotency_key, uint64_t body_hash,
                          std::function<void(Result<Accepted>)> done) {
  auto topic = log_.topic(name);
  if (!topic.has_value()) return done(std::move(topic).error());
  auto schema = schema_of_topic(name);
  // Sent again, a request must go where it went: the answer has its offsets, not its partitions.
  uint64_t spread = idempotency_key ? body_hash : spread_.fetch_add(records.size());
  auto encoded =
      encode_incoming(*topic, schema ? &*schema : nullptr, records, clock_.now_ms(), spread);
  if (!encoded.has_value()) return done(std::move(encoded).error());
  AppendRequest request;
  request.idempotency_key = std::move(idempotency_key);
  request.body_hash = body_hash;
  std::vector<TopicPartition> partitions;
  std::vector<int32_t> counts;
  for (const PartitionAppend& append : encoded->appends) {
    partitions.push_back(append.partition);
    counts.push_back(append.record_count);
  }
  request.appends = std::move(encoded->appends);
  auto finish = [places = std::move(encoded->places), partitions = std::move(partitions),
                 counts = std::move(counts), done = std::move(done)](Result<Appended> appended) {
    if (!appended.has_value()) return done(std::move(appended).error());
    Accepted accepted;
    for (size_t i = 0; i < partitions.size(); ++i)
      accepted.position[partitions[i]] = appended->base_offsets[i].plus(counts[i]);
    for (const RecordPlace& place : places)
      accepted.records.emplace_back(partitions[place.append].partition.value,
                                    appended->base_offsets[place.append].value + place.index);
    done(std::move(accepted));
  };
  if (request.appends.empty()) return finish(Appended{});
  log_.append(std::move(request), std::move(finish));
}

// INSERT INTO .. VALUES is an outside append like any other: typed columns instead of JSON.
Status Application::insert(const sql::bound::InsertValues& insert,
                           std::optional<std::string> once) {
  const sql::SourceDef& source = insert.source;
  LEAT_TRY(TopicInfo topic, log_.topic(source.topic));
  LEAT_TRY(auto key_encoder, make_encoder(source.key_format, source.schema.key, true));
  LEAT_TRY(auto value_encoder, make_encoder(source.value_format, source.schema.value, false));
  const Batch& rows = *insert.rows;
  std::vector<const Column*> keys;
  std::vector<const Column*> values;
  std::vector<uint8_t> key_present(rows.rows(), source.schema.key.empty() ? 0 : 1);
  for (size_t c = 0; c < rows.columns.size(); ++c)
    (c < source.schema.key.size() ? keys : values).push_back(&rows.columns[c]);
  for (size_t row = 0; row < rows.rows(); ++row) {
    bool all_null = std::all_of(keys.begin(), keys.end(),
                                [&](const Column* column) { return column->is_null(row); });
    if (all_null) key_present[row] = 0;
  }
  EncodedRows encoded_keys;
  EncodedRows encoded_values;
  RowErrors errors;
  key_encoder->encode(keys, rows.rows(), key_present.data(), encoded_keys, errors);
  value_encoder->encode(values, rows.rows(), rows.present.empty() ? nullptr : rows.present.data(),
                        encoded_values, errors);
  if (!errors.empty()) return std::move(errors[0].error).with_context("INSERT INTO " + source.name);

  std::map<int32_t, RecordBatchBuilder> builders;
  TimeMs now = clock_.now_ms();
  for (size_t row = 0; row < rows.rows(); ++row) {
    ByteView key = encoded_keys.row(row);
    int32_t partition =
        is_null(key)
            ? static_cast<int32_t>(spread_++ % static_cast<uint64_t>(topic.config.partitions))
            : partition_for(key, topic.config.partitions);
    TimeMs time = rows.timestamps[row] == kNoTime ? now : rows.timestamps[row];
    builders[partition].add(time, key, encoded_values.row(row));
  }
  AppendRequest request;
  request.idempotency_key = std::move(once);
  for (auto& [partition, builder] : builders) {
    auto count = static_cast<int32_t>(builder.count());
    request.appends.push_back({{topic.id, PartitionId(partition)}, builder.lend(), count});
  }
  auto result = wait<Appended>([&](std::function<void(Result<Appended>)> done) {
    log_.append(std::move(request), std::move(done));
  });
  if (!result.has_value()) return std::move(result).error();
  return {};
}

}  // namespace leat::service
