#pragma once
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "data/canonical_key.h"
#include "data/record_batch.h"
#include "log/embedded/embedded_log.h"
#include "runtime/runtime.h"
#include "sim/disk.h"

// A runtime over a log on a disk in memory, turned by hand, and the plans that its tests run.
namespace leat::runtime {

using plan::Node;

inline FormatSpec format(FormatKind kind) {
  FormatSpec spec;
  spec.kind = kind;
  return spec;
}

inline Schema words_schema() { return {{{"word", Type::string()}}, {{"n", Type::int64()}}}; }

inline Node source(const std::string& topic) {
  Node node;
  node.id = "source";
  node.schema = words_schema();
  plan::Source op;
  op.name = op.topic = topic;
  op.key_format = format(FormatKind::kafka);
  op.value_format = format(FormatKind::delimited);
  node.op = op;
  return node;
}

inline Node sink(const std::string& topic, const Node& input, int input_index) {
  Node node;
  node.id = "sink";
  node.inputs = {input_index};
  node.kind = input.kind;
  node.schema = input.schema;
  plan::Sink op;
  op.topic = topic;
  op.key_format = format(FormatKind::kafka);
  op.value_format = format(FormatKind::delimited);
  node.op = op;
  return node;
}

/// Counts and sums the values of each word into `to`.
inline plan::Query totals(const std::string& id, const std::string& from, const std::string& to) {
  plan::Query query;
  query.id = id;
  query.statement = "totals of " + from;
  query.nodes.push_back(source(from));
  Node repartition;
  repartition.id = "repartition";
  repartition.inputs = {0};
  repartition.schema = words_schema();
  repartition.op = plan::Repartition{format(FormatKind::kafka), 0};
  query.nodes.push_back(repartition);
  Node aggregate;
  aggregate.id = "aggregate";
  aggregate.inputs = {1};
  aggregate.kind = BatchKind::table;
  aggregate.schema = {{{"word", Type::string()}},
                      {{"total", Type::int64()}, {"count", Type::int64()}}};
  plan::Aggregate op;
  op.calls = {{plan::AggregateKind::sum, 0, Type::int64()},
              {plan::AggregateKind::count_all, -1, Type::int64()}};
  aggregate.op = op;
  query.nodes.push_back(aggregate);
  query.nodes.push_back(sink(to, query.nodes.back(), 2));
  return query;
}

/// Copies one topic to another.
inline plan::Query copy(const std::string& id, const std::string& from, const std::string& to) {
  plan::Query query;
  query.id = id;
  query.statement = "copy of " + from;
  query.nodes.push_back(source(from));
  query.nodes.push_back(sink(to, query.nodes.back(), 0));
  return query;
}

/// Keeps the rows of a topic as a table.
inline plan::Query table_of(const std::string& id, const std::string& from) {
  plan::Query query;
  query.id = id;
  query.statement = "table of " + from;
  query.nodes.push_back(source(from));
  query.nodes.back().kind = BatchKind::table;
  Node table;
  table.id = "table";
  table.inputs = {0};
  table.kind = BatchKind::table;
  table.schema = words_schema();
  table.op = plan::Materialize{};
  query.nodes.push_back(table);
  return query;
}

inline QueryChanges only(plan::Query query) {
  QueryChanges changes;
  changes.add.push_back(std::move(query));
  return changes;
}

inline std::string canonical(const std::string& word) {
  Column key(Type::string());
  key.resize(1);
  key.at<ByteView>(0) = word;
  std::string bytes;
  append_canonical(bytes, key, 0);
  return bytes;
}

/// The values of the first row, joined by commas; "" when there is none.
inline std::string text_of(const Batch& rows) {
  if (rows.rows() == 0) return "";
  std::string text;
  for (size_t c = 1; c < rows.columns.size(); ++c)
    text += (c > 1 ? "," : "") + std::to_string(rows.columns[c].at<int64_t>(0));
  return text;
}

/// A log and a runtime in one thread, turned by hand; the disk outlives them.
class World {
 public:
  explicit World(int threads = 1, uint64_t snapshot_after = 64 << 20, size_t epoch_bytes = 1 << 20)
      : threads_(threads), snapshot_after_(snapshot_after), disk_(io::memory_disk()) {
    limits.bytes_max = epoch_bytes;
    open();
  }

  void open() {
    EmbeddedOptions options{"/d", *disk_, io::system_clock(), random_};
    options.threads = false;
    options.first_segment_bytes = options.segment_bytes = segment_bytes;
    options.epoch_reserve_bytes = segment_bytes / 2;
    log_ = EmbeddedLog::open(std::move(options)).value();
    runtime_ = open_runtime().value();
  }
  Result<std::unique_ptr<Runtime>> open_runtime() {
    RuntimeOptions runtime;
    runtime.faults = faults;
    runtime.application = "app";
    runtime.threads = threads_;
    runtime.snapshot_directory = "/d/snapshots";
    runtime.snapshot_after_bytes = snapshot_after_;
    runtime.background_snapshots = false;
    runtime.limits = limits;
    runtime.on_fatal = [this](const Error& error) { fatal = error.to_string(); };
    return Runtime::open(*log_, *disk_, io::system_clock(), functions_, runtime);
  }
  void close_runtime() { runtime_.reset(); }
  /// On another, empty disk.
  void begin_anew(std::unique_ptr<io::Disk> disk) {
    close_runtime();
    log_.reset();
    disk_ = std::move(disk);
    open();
  }
  /// As if the process were killed.
  void crash() {
    log_->abandon();
    close_runtime();
    log_.reset();
    open();
  }

  void settle() {
    for (int idle = 0; idle < 3;) {
      bool did = runtime_->step();
      did = log_->sync_once() || did;
      idle = did ? 0 : idle + 1;
    }
  }
  Status change(QueryChanges changes) {
    std::optional<Status> result;
    runtime_->change(std::move(changes), [&](Status status) { result = std::move(status); });
    settle();
    return *result;
  }
  Status add(plan::Query query) { return change(only(std::move(query))); }
  Offset append(const std::string& topic, int32_t partition, ByteView key, ByteView value,
                TimeMs time = 1000) {
    RecordBatchBuilder builder;
    builder.add(time, key, value);
    AppendRequest request;
    request.appends.push_back({{log_->topic(topic).value().id, PartitionId(partition)},
                               std::string(builder.finish()),
                               1});
    Offset end;
    log_->append(std::move(request),
                 [&](Result<Appended> done) { end = done.value().base_offsets[0].plus(1); });
    log_->sync_once();
    return end;
  }
  EmbeddedLog& log() { return *log_; }
  Runtime& runtime() { return *runtime_; }
  io::Disk& disk() { return *disk_; }
  /// Bytes that a test looks at.
  void keep(std::vector<std::shared_ptr<const void>> bytes) { kept_.push_back(std::move(bytes)); }
  /// The value of a key in a view, columns joined by commas; "" when there is none.
  std::string look_up(const std::string& view, const std::string& word, Position after = {}) {
    ReadRequest request;
    request.views.push_back({view, canonical(word), {}});
    request.after = std::move(after);
    auto text = std::make_shared<std::string>("waiting");  // the answer may come later
    runtime_->read(std::move(request), [text](Result<ReadAnswer> answer) {
      *text = answer.has_value() ? text_of(*answer->views[0].rows)
                                 : std::string(name_of(answer.error().code()));
    });
    settle();
    return *text;
  }
  /// Takes one turn; false when two views, read together meanwhile, answer differently.
  bool agree(const std::string& a, const std::string& b, const std::string& word) {
    ReadRequest request;
    request.views.push_back({a, canonical(word), {}});
    request.views.push_back({b, canonical(word), {}});
    auto texts = std::make_shared<std::vector<std::string>>();  // the answer may come later
    runtime_->read(std::move(request), [texts](Result<ReadAnswer> answer) {
      if (!answer.has_value()) return;
      for (const ViewRows& view : answer->views) texts->push_back(text_of(*view.rows));
    });
    runtime_->step();
    log_->sync_once();
    return texts->empty() || texts->at(0) == texts->at(1);
  }
  int64_t records(const std::string& topic) {
    TopicInfo info = log_->topic(topic).value();
    int64_t n = 0;
    for (int32_t p = 0; p < info.config.partitions; ++p)
      n += log_->bounds({info.id, PartitionId(p)}).value().durable_end.value;
    return n;
  }
  TopicPartition place(const std::string& topic, int32_t partition) {
    return {log_->topic(topic).value().id, PartitionId(partition)};
  }

  // For the next open().
  uint64_t segment_bytes = 1 << 20;
  EpochLimits limits;
  RuntimeFaults faults;
  std::string fatal;  // why the runtime stopped

 private:
  int threads_;
  uint64_t snapshot_after_;
  std::unique_ptr<io::Disk> disk_;
  io::SeededRandom random_{7};
  plan::FunctionRegistry functions_;
  std::unique_ptr<EmbeddedLog> log_;
  std::unique_ptr<Runtime> runtime_;
  std::vector<std::vector<std::shared_ptr<const void>>> kept_;
};

inline void make_topic(World& world, const std::string& name, int32_t partitions) {
  TopicConfig config;
  config.partitions = partitions;
  ASSERT_TRUE(world.log().create_topic(name, config).has_value());
}

inline QueryStatus status_of(World& world, const std::string& id) {
  QueryStatus found;
  world.runtime().status([&](std::vector<QueryStatus> all) {
    for (QueryStatus& status : all)
      if (status.id == id) found = std::move(status);
  });
  world.settle();
  return found;
}

}  // namespace leat::runtime
