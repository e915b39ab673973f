#pragma once
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/murmur2.h"
#include "exec/task.h"
#include "exec/view.h"
#include "plan/coercion.h"
#include "plan/operators.h"
#include "state/delta.h"

namespace leat::exec::testing {

inline constexpr std::nullopt_t kNull = std::nullopt;

/// Builds plans by hand. Keys are KAFKA, values DELIMITED.
class PlanBuilder {
 public:
  PlanBuilder() {
    plan::register_operators(registry_);
    query_.id = "q";
  }

  int source(const std::string& topic, BatchKind kind, Schema schema) {
    plan::Source op;
    op.name = op.topic = topic;
    op.key_format.kind = FormatKind::kafka;
    op.value_format.kind = FormatKind::delimited;
    return add("source-" + topic, {}, kind, std::move(schema), op);
  }
  int materialize(int input) {
    return add("table", {input}, BatchKind::table, schema(input), plan::Materialize{});
  }
  int filter(int input, plan::ExprPtr predicate) {
    return add("filter", {input}, kind(input), schema(input), plan::Filter{std::move(predicate)});
  }
  int project(int input, std::vector<plan::ExprPtr> key, std::vector<plan::ExprPtr> value,
              bool drops_null_keys = false) {
    Schema out;
    if (key.empty()) out.key = schema(input).key;
    for (auto& e : key) out.key.push_back({"K" + std::to_string(out.key.size()), e->type});
    for (auto& e : value) out.value.push_back({"V" + std::to_string(out.value.size()), e->type});
    return add("project", {input}, kind(input), out,
               plan::Project{std::move(key), std::move(value), drops_null_keys});
  }
  int repartition(int input, int32_t partitions) {
    plan::Repartition op;
    op.key_format.kind = FormatKind::kafka;
    op.partitions = partitions;
    return add("repartition", {input}, kind(input), schema(input), op);
  }
  int aggregate(int input, std::vector<plan::AggregateCall> calls,
                std::optional<plan::WindowSpec> window = {}, bool emit_final = false) {
    Schema out;
    out.key = schema(input).key;
    for (auto& call : calls)
      out.value.push_back({"A" + std::to_string(out.value.size()), call.result});
    int node = add("aggregate", {input}, BatchKind::table, out,
                   plan::Aggregate{calls, window, emit_final});
    at(node).window = window;
    return node;
  }
  int join(int stream, int table, bool left) {
    Schema out = schema(stream);
    for (auto& field : schema(table).value) out.value.push_back(field);
    return add("join", {stream, table}, BatchKind::stream, out, plan::StreamTableJoin{left});
  }
  int sink(int input, const std::string& topic) {
    plan::Sink op;
    op.topic = topic;
    op.key_format.kind = FormatKind::kafka;
    op.value_format.kind = FormatKind::delimited;
    return add("sink", {input}, kind(input), schema(input), op);
  }
  int add(std::string id, std::vector<int> inputs, BatchKind kind, Schema schema, auto op) {
    plan::Node node;
    node.id = std::move(id) + std::to_string(query_.nodes.size());
    node.kind = kind;
    node.schema = std::move(schema);
    if (!inputs.empty()) node.window = at(inputs[0]).window;
    node.inputs = std::move(inputs);
    node.op = std::move(op);
    query_.nodes.push_back(std::move(node));
    return static_cast<int>(query_.nodes.size()) - 1;
  }

  plan::Node& at(int node) { return query_.nodes[static_cast<size_t>(node)]; }
  const Schema& schema(int node) { return at(node).schema; }
  BatchKind kind(int node) { return at(node).kind; }
  plan::ExprPtr col(int node, int index) {
    return plan::column(index, schema(node).at(static_cast<size_t>(index)).type);
  }
  plan::ExprPtr op(std::string_view name, std::vector<plan::ExprPtr> args) {
    return plan::make_call(registry_, name, std::move(args)).value();
  }
  static plan::ExprPtr big(int64_t value) { return plan::literal(Type::int64(), value); }
  std::shared_ptr<const plan::Query> build() { return std::make_shared<const plan::Query>(query_); }

 private:
  plan::FunctionRegistry registry_;
  plan::Query query_;
};

inline Schema schema_of(std::vector<Type> key, std::vector<Type> value) {
  Schema schema;
  for (auto& type : key) schema.key.push_back({"K" + std::to_string(schema.key.size()), type});
  for (auto& type : value)
    schema.value.push_back({"V" + std::to_string(schema.value.size()), type});
  return schema;
}

struct Record {
  std::optional<std::string> key;
  std::optional<std::string> value;
  TimeMs time = 0;
};

/// The bytes of KAFKA's BIGINT.
inline std::string kafka_bigint(int64_t value) {
  std::string out;
  append_be64(out, static_cast<uint64_t>(value));
  return out;
}

/// Contents of stores by name, then by key.
using Contents = std::map<std::string, std::map<std::string, std::string>>;

/// One task with records for its sources. Offsets are counted by source.
class TaskDriver {
 public:
  TaskDriver(std::shared_ptr<const plan::Query> query, TaskOptions options = {},
             std::optional<plan::Subtopology> part = {}, int32_t partition = 0,
             int32_t sink_partitions = 1)
      : query_(std::move(query)) {
    if (!part) {
      part.emplace();
      for (size_t n = 0; n < query_->nodes.size(); ++n) part->nodes.push_back(static_cast<int>(n));
      part->partitions = 1;
    }
    task_ = Task::make(query_, *part, PartitionId(partition), options,
                       [&](const std::string&) -> Result<int32_t> { return sink_partitions; })
                .value();
    task_->recovered();
  }

  Task& task() { return *task_; }
  TaskOutput& output() { return output_; }
  const std::vector<DeadLetter>& dead_letters() const { return letters_; }

  void feed(int source, std::vector<Record> records) {
    auto& waiting = waiting_[source];
    waiting.insert(waiting.end(), records.begin(), records.end());
  }
  void exchange(int node, std::vector<Batch*> batches, std::vector<int32_t> senders = {}) {
    exchanged_.push_back({node, std::move(batches), std::move(senders)});
  }

  /// Runs an epoch over what was fed and returns what was sunk: "key=value@time", with the window
  /// start as "key[start]", null as "-", a partition above 0 in front as "p:". The epoch stays
  /// open.
  std::vector<std::string> run() { return run_some(SIZE_MAX); }
  Status try_run() {
    TaskInput input = take(SIZE_MAX);
    output_.clear();
    return task_->run(input, output_);
  }
  std::vector<std::string> epoch() {
    auto sunk = run();
    commit();
    return sunk;
  }
  /// An epoch for each `records` records of each source.
  std::vector<std::string> epochs_of(size_t records) {
    std::vector<std::string> all;
    while (!waiting_.empty()) {
      for (auto& line : run_some(records)) all.push_back(line);
      commit();
    }
    return all;
  }
  /// Ends the epoch. What its deltas made of the state before must be the state.
  void commit() {
    for (auto& [name, table] : task_->stores()) {
      auto& twin = twins_[name];
      if (!twin) twin = std::make_unique<state::KeyedTable>(table->options());
    }
    for (const TaskOutput::Delta& delta : output_.deltas)
      EXPECT_TRUE(state::apply_delta(delta.bytes, *twins_.at(delta.store)).has_value());
    output_.deltas.clear();
    task_->commit();
    for (auto& [name, table] : task_->stores())
      EXPECT_EQ(entries(*twins_.at(name)), entries(*table)) << name;
  }
  void rollback() {
    task_->rollback();
    offsets_ = offsets_before_;
  }

  Contents contents() {
    Contents contents;
    for (auto& [name, table] : task_->stores()) contents[name] = entries(*table);
    return contents;
  }
  /// Sets the stores of a new task to what another's hold, as recovery does.
  void recover_from(TaskDriver& other) {
    auto from = other.task().stores();
    auto to = task_->stores();
    ASSERT_EQ(from.size(), to.size());
    for (size_t i = 0; i < from.size(); ++i) {
      ASSERT_EQ(from[i].first, to[i].first);
      from[i].second->for_each([&](const state::Entry& entry) {
        ByteView key = entry.key(), value = entry.value_bytes();
        to[i].second->load_batch(&key, &value, 1);
      });
      auto& twin = twins_[to[i].first];
      twin = std::make_unique<state::KeyedTable>(to[i].second->options());
      from[i].second->for_each([&](const state::Entry& entry) {
        ByteView key = entry.key(), value = entry.value_bytes();
        twin->load_batch(&key, &value, 1);
      });
    }
    task_->recovered();
    offsets_ = other.offsets_;
  }
  NodeCounters counters(int node) { return task_->counters().at(node); }

 private:
  static std::map<std::string, std::string> entries(const state::KeyedTable& table) {
    std::map<std::string, std::string> all;
    table.for_each([&](const state::Entry& entry) {
      all[std::string(entry.key())] = std::string(entry.value_bytes());
    });
    return all;
  }

  std::vector<std::string> run_some(size_t records) {
    TaskInput input = take(records);
    output_.clear();
    auto status = task_->run(input, output_);
    EXPECT_TRUE(status.has_value()) << (status ? "" : status.error().to_string());
    for (auto& letter : output_.dead_letters) letters_.push_back(letter);
    return sunk();
  }

  TaskInput take(size_t records) {
    TaskInput input;
    input.wants_deltas = true;
    offsets_before_ = offsets_;
    buffers_.clear();
    for (auto& [node, waiting] : waiting_) {
      size_t count = std::min(records, waiting.size());
      if (count == 0) continue;
      RecordBatchBuilder builder;
      for (size_t i = 0; i < count; ++i) {
        const Record& r = waiting[i];
        builder.add(r.time, r.key ? ByteView(*r.key) : kNullBytes,
                    r.value ? ByteView(*r.value) : kNullBytes);
      }
      Offset from(offsets_[node]);
      buffers_.push_back(std::make_unique<std::string>(builder.finish(from)));
      offsets_[node] += static_cast<int64_t>(count);
      SourceRecords source{
          node, task_->partition(), from, Offset(offsets_[node]), {*buffers_.back()}, {}, {}};
      input.sources.push_back(std::move(source));
      waiting.erase(waiting.begin(), waiting.begin() + static_cast<ptrdiff_t>(count));
    }
    std::erase_if(waiting_, [](const auto& entry) { return entry.second.empty(); });
    input.exchanged = std::move(exchanged_);
    exchanged_.clear();
    return input;
  }

  std::vector<std::string> sunk() {
    std::vector<std::string> lines;
    for (auto& [node, builders] : output_.sunk) {
      const plan::Node& sink = query_->nodes[static_cast<size_t>(node)];
      for (size_t p = 0; p < builders.size(); ++p) {
        if (builders[p].count() == 0) continue;
        RecordColumns records;
        EXPECT_TRUE(decode_records(builders[p].finish(), records).has_value());
        for (size_t i = 0; i < records.size(); ++i)
          lines.push_back((p > 0 ? std::to_string(p) + ":" : "") +
                          line(records, i, sink.window.has_value()));
      }
    }
    return lines;
  }
  static std::string line(const RecordColumns& records, size_t i, bool windowed) {
    std::string key = is_null(records.keys[i]) ? "-" : std::string(records.keys[i]);
    if (windowed && !is_null(records.keys[i])) {
      auto start = static_cast<int64_t>(load_be64(key.data() + key.size() - 8));
      key = key.substr(0, key.size() - 8) + "[" + std::to_string(start) + "]";
    }
    std::string value = is_null(records.values[i]) ? "-" : std::string(records.values[i]);
    return key + "=" + value + "@" + std::to_string(records.timestamps[i]);
  }

  std::shared_ptr<const plan::Query> query_;
  std::unique_ptr<Task> task_;
  TaskOutput output_;
  std::map<std::string, std::unique_ptr<state::KeyedTable>> twins_;  // made of deltas alone
  std::vector<DeadLetter> letters_;
  std::map<int, std::vector<Record>> waiting_;
  std::vector<ExchangedRows> exchanged_;
  std::map<int, int64_t> offsets_, offsets_before_;
  std::vector<std::unique_ptr<std::string>> buffers_;
};

using Lines = std::vector<std::string>;

}  // namespace leat::exec::testing
