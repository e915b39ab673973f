#include "exec/task.h"

#include <algorithm>
#include <set>

#include "base/crc32c.h"
#include "exec/aggregate.h"
#include "exec/custom.h"
#include "exec/exchange.h"
#include "exec/filter.h"
#include "exec/materialize.h"
#include "exec/project.h"
#include "exec/repartition.h"
#include "exec/sink.h"
#include "exec/source.h"
#include "exec/stream_table_join.h"
#include "exec/task_impl.h"

namespace leat::exec {
namespace {

bool is_repartition(const plan::Node& node) {
  return std::holds_alternative<plan::Repartition>(node.op);
}

bool is_join(const plan::Node& node) {
  return std::holds_alternative<plan::StreamTableJoin>(node.op);
}

// The sources and repartitions that a node's rows come from, within its subtopology.
void collect_leaves(const plan::Query& query, int node, std::set<int>& leaves) {
  const plan::Node& at = query.nodes[static_cast<size_t>(node)];
  if (at.inputs.empty() || is_repartition(at)) {
    leaves.insert(node);
    return;
  }
  for (int input : at.inputs) collect_leaves(query, input, leaves);
}

}  // namespace

void TaskOutput::clear() {
  exchanged.clear();
  for (auto& [node, builders] : sunk)
    for (RecordBatchBuilder& builder : builders) builder.clear();
  full.clear();
  bytes = 0;
  exploded = false;
  table_rows = table_changes = 0;
  dead_letters.clear();
  deltas.clear();
  collected.clear();
}

Result<std::unique_ptr<Task>> Task::make(
    std::shared_ptr<const plan::Query> query, const plan::Subtopology& part, PartitionId partition,
    const TaskOptions& options,
    const std::function<Result<int32_t>(const std::string&)>& partitions_of) {
  auto task = std::make_unique<OperatorTask>(std::move(query), part, partition, options);
  LEAT_CHECK(task->build(partitions_of));
  return std::unique_ptr<Task>(std::move(task));
}

OperatorTask::OperatorTask(std::shared_ptr<const plan::Query> query, const plan::Subtopology& part,
                           PartitionId partition, const TaskOptions& options)
    : context_{std::move(query), partition, options}, part_(part) {
  // Sources and repartitions keep their names when a plan is rewritten.
  int first = part_.nodes.front();
  for (int node : part_.nodes) {
    if (!context_.node(node).inputs.empty()) continue;
    first = node;
    break;
  }
  if (!context_.node(first).inputs.empty() && !part_.repartitions.empty())
    first = part_.repartitions.front();
  meta_name_ = context_.query->id + "/meta." + context_.node(first).id + "/" +
               std::to_string(partition.value);
}

Status OperatorTask::build(
    const std::function<Result<int32_t>(const std::string&)>& partitions_of) {
  for (int node : part_.nodes) {
    LEAT_TRY(operators_[node], make_operator(node, partitions_of));
  }
  for (int node : part_.repartitions)
    exchanges_[node] = std::make_unique<ExchangeOperator>(context_, node);
  connect();
  find_origins();
  run_alone_where_order_matters();
  stores_.push_back({meta_name_, &meta_});
  for (auto& [node, op] : operators_) op->add_stores(stores_);
  for (Operator::Store& store : stores_) {
    if (store.delta != nullptr) continue;
    deltas_.push_back(std::make_unique<state::DeltaWriter>(*store.table));
    store.delta = deltas_.back().get();
  }
  load_states();
  return {};
}

Result<std::unique_ptr<Operator>> OperatorTask::make_operator(
    int node, const std::function<Result<int32_t>(const std::string&)>& partitions_of) {
  const plan::Node& at = context_.node(node);
  auto upcast = [](auto op) { return std::unique_ptr<Operator>(std::move(op)); };
  if (std::holds_alternative<plan::Source>(at.op)) {
    LEAT_TRY(auto op,
             SourceOperator::make(context_, node, plan::needed_columns(*context_.query, node)));
    return upcast(std::move(op));
  }
  if (std::holds_alternative<plan::Materialize>(at.op))
    return upcast(std::make_unique<MaterializeOperator>(context_, node));
  if (std::holds_alternative<plan::Filter>(at.op))
    return upcast(std::make_unique<FilterOperator>(context_, node));
  if (std::holds_alternative<plan::Project>(at.op))
    return upcast(std::make_unique<ProjectOperator>(context_, node));
  if (std::holds_alternative<plan::Custom>(at.op))
    return upcast(std::make_unique<CustomOperator>(context_, node));
  if (std::holds_alternative<plan::Aggregate>(at.op)) {
    LEAT_TRY(auto op, AggregateOperator::make(context_, node));
    return upcast(std::move(op));
  }
  if (std::holds_alternative<plan::StreamTableJoin>(at.op)) {
    LEAT_TRY(auto op, StreamTableJoinOperator::make(context_, node,
                                                    [this](int table) { return stateful(table); }));
    return upcast(std::move(op));
  }
  if (const auto* repartition = std::get_if<plan::Repartition>(&at.op)) {
    LEAT_ASSERT(repartition->partitions > 0);  // split() has settled it
    LEAT_TRY(auto op, RepartitionOperator::make(context_, node, repartition->partitions));
    return upcast(std::move(op));
  }
  const auto& sink = std::get<plan::Sink>(at.op);
  LEAT_TRY(int32_t partitions, partitions_of(sink.topic));
  LEAT_TRY(auto op, SinkOperator::make(context_, node, partitions));
  return upcast(std::move(op));
}

// Rows are not computed for nobody: a table that is only looked up by a join passes nothing on.
bool OperatorTask::rows_are_used(int node) const {
  const plan::Node& at = context_.node(node);
  if (std::holds_alternative<plan::Sink>(at.op) || is_repartition(at)) return true;
  if (std::holds_alternative<plan::Materialize>(at.op) ||
      std::holds_alternative<plan::Aggregate>(at.op))
    return true;
  if (context_.options.collect_last && node + 1 == static_cast<int>(context_.query->nodes.size()))
    return true;
  for (int consumer : part_.nodes) {
    const plan::Node& other = context_.node(consumer);
    for (size_t port = 0; port < other.inputs.size(); ++port)
      if (other.inputs[port] == node && !(is_join(other) && port == 1) && rows_are_used(consumer))
        return true;
  }
  return false;
}

void OperatorTask::connect() {
  for (auto& [node, op] : operators_) {
    const plan::Node& at = context_.node(node);
    if (!rows_are_used(node)) continue;
    for (size_t port = 0; port < at.inputs.size(); ++port) {
      if (is_join(at) && port == 1) continue;
      int input = at.inputs[port];
      auto here = operators_.find(input);
      auto sent = exchanges_.find(input);
      if (sent != exchanges_.end())
        sent->second->feed(*op, port);
      else if (here != operators_.end())
        here->second->feed(*op, port);
    }
  }
}

void OperatorTask::find_origins() {
  auto origin_of = [&](int node) {
    Origin origin;
    while (!context_.node(node).inputs.empty()) node = context_.node(node).inputs.front();
    origin.source = std::get_if<plan::Source>(&context_.node(node).op);
    auto here = operators_.find(node);
    if (here != operators_.end()) origin.here = dynamic_cast<SourceOperator*>(here->second.get());
    return origin;
  };
  for (auto& [node, op] : operators_) op->set_origin(origin_of(node));
}

// A join whose sides come from one input must see each row's change of the table before the row.
void OperatorTask::run_alone_where_order_matters() {
  for (int node : part_.nodes) {
    const plan::Node& at = context_.node(node);
    if (!is_join(at)) continue;
    std::set<int> left, right;
    collect_leaves(*context_.query, at.inputs[0], left);
    collect_leaves(*context_.query, at.inputs[1], right);
    for (int leaf : left)
      if (right.contains(leaf)) context_.options.batch_rows = 1;
  }
}

std::vector<std::unique_ptr<InputRun>> OperatorTask::open_runs(TaskInput& input) {
  struct Place {
    int node;
    int32_t run;
    std::unique_ptr<InputRun> rows;
  };
  std::vector<Place> places;
  for (const SourceRecords& records : input.sources) {
    auto& source = static_cast<SourceOperator&>(*operators_.at(records.node));
    places.push_back({records.node, records.partition.value,
                      std::make_unique<SourceRun>(source, records, context_.options.batch_rows)});
  }
  for (const ExchangedRows& rows : input.exchanged) {
    std::map<int32_t, std::unique_ptr<ExchangeRun>> by_sender;
    for (size_t i = 0; i < rows.batches.size(); ++i) {
      auto& run = by_sender[i < rows.senders.size() ? rows.senders[i] : 0];
      if (!run) run = std::make_unique<ExchangeRun>(*exchanges_.at(rows.node), 0);
      run->add(rows.batches[i]);
    }
    for (auto& [sender, run] : by_sender) places.push_back({rows.node, sender, std::move(run)});
  }
  std::stable_sort(places.begin(), places.end(), [](const Place& a, const Place& b) {
    return std::tie(a.node, a.run) < std::tie(b.node, b.run);
  });
  std::vector<std::unique_ptr<InputRun>> runs;
  for (Place& place : places) runs.push_back(std::move(place.rows));
  return runs;
}

Status OperatorTask::run(TaskInput& input, TaskOutput& out) {
  context_.out = &out;
  context_.now = input.now;
  context_.output_bytes_max = input.output_bytes_max;
  context_.wants_deltas = input.wants_deltas;
  auto runs = open_runs(input);
  LEAT_CHECK(merge_runs(runs, context_.options.batch_rows));
  for (auto& [node, op] : operators_) LEAT_CHECK(op->flush());
  for (auto& [node, op] : operators_) op->reset();
  for (const Operator::Store& store : stores_) out.table_changes += store.table->changes();
  save_states();
  if (input.wants_deltas) write_deltas();
  context_.out = nullptr;
  return {};
}

void OperatorTask::write_deltas() {
  for (Operator::Store& store : stores_) {
    if (store.table->changes() == 0) continue;
    Blob bytes = store.delta->finish();
    // Changes that came to nothing (a key that was made and removed, or was never there) are none.
    if (bytes.empty()) continue;
    const uint32_t crc = crc32c(bytes);
    context_.out->deltas.push_back(
        {store.name, std::move(bytes), crc, store.delta->unpacked_bytes()});
  }
}

std::vector<std::pair<std::string, state::KeyedTable*>> OperatorTask::stores() {
  std::vector<std::pair<std::string, state::KeyedTable*>> all;
  for (const Operator::Store& store : stores_) all.emplace_back(store.name, store.table);
  return all;
}

void OperatorTask::save_states() {
  std::string bytes;
  for (auto& [node, op] : operators_) {
    bytes.clear();
    encode(op->state, bytes);
    std::string& saved = saved_[node];
    if (bytes == saved) continue;
    meta_.put(context_.node(node).id, bytes);
    saved = bytes;
  }
}

void OperatorTask::load_states() {
  for (auto& [node, op] : operators_) {
    op->state = NodeState();
    saved_[node].clear();
    encode(op->state, saved_[node]);
    const state::Entry* entry = meta_.find(context_.node(node).id);
    if (entry == nullptr) continue;
    auto state = decode_node_state(entry->value_bytes());
    LEAT_ASSERT(state.has_value());  // deltas and snapshots carry checksums
    op->state = *state;
    saved_[node] = entry->value_bytes();
  }
  forget_stream_times();
}

void OperatorTask::recovered() {
  load_states();
  if (!context_.options.kafka_streams_timing) return;
  for (const auto& [node, op] : operators_)
    if (std::holds_alternative<plan::Aggregate>(context_.node(node).op))
      found_[node] = saved_[node];
  forget_stream_times();
}

// As long as nothing newer was saved: an epoch that is undone brings the old state back.
void OperatorTask::forget_stream_times() {
  for (const auto& [node, state] : found_)
    if (saved_[node] == state) operators_.at(node)->state.time = kNoTime;
}

void OperatorTask::commit() {
  for (Operator::Store& store : stores_) store.table->commit();
}

void OperatorTask::rollback() {
  for (Operator::Store& store : stores_) {
    store.table->rollback();
    store.delta->begin();
  }
  for (auto& [node, op] : operators_) op->reset();
  load_states();
  context_.out = nullptr;
}

std::map<int, NodeCounters> OperatorTask::counters() const {
  std::map<int, NodeCounters> counters;
  for (const auto& [node, op] : operators_) counters[node] = op->state.counters;
  return counters;
}

StatefulOperator* OperatorTask::stateful(int node) const {
  auto found = operators_.find(node);
  return found == operators_.end() ? nullptr : dynamic_cast<StatefulOperator*>(found->second.get());
}

}  // namespace leat::exec
