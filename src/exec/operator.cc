#include "exec/operator.h"

#include <numeric>

#include "exec/batch_rows.h"
#include "exec/source.h"

namespace leat::exec {

namespace {

// Whether each row of a node has a key, though all its columns may be null: a key of several
// columns that was computed is a record of nulls, where one that was read, or one column, is none.
bool is_always_keyed(const plan::Query& query, int node) {
  const plan::Node& at = query.nodes[static_cast<size_t>(node)];
  if (at.inputs.empty()) return false;
  const auto* project = std::get_if<plan::Project>(&at.op);
  if (project && !project->key.empty()) return project->key.size() > 1;
  return is_always_keyed(query, at.inputs.front());
}

}  // namespace

Operator::Operator(TaskContext& task, int node)
    : task_(task), node_(node), always_keyed_(is_always_keyed(*task.query, node)) {}

bool Operator::mark_keys(const Batch& in, std::vector<uint8_t>& has_key) const {
  const size_t keys = description().schema.key.size();
  if (!always_keyed_ || keys == 0) return mark_present(in.columns, 0, keys, in.rows(), has_key);
  has_key.assign(in.rows(), 1);
  // Encoders take a key of nulls for none unless they are told.
  for (size_t k = 0; k < keys; ++k)
    if (!in.columns[k].has_nulls()) return true;
  return in.rows() == 0;
}

std::string Operator::store_name(std::string_view part) const {
  std::string name = task_.query->id + "/" + description().id;
  if (!part.empty()) (name += ".") += part;
  return name + "/" + std::to_string(task_.partition.value);
}

Status Operator::emit(Batch& batch) {
  if (batch.rows() == 0) return {};
  state.counters.rows_out += batch.rows();
  // A consumer may change what it gets: all but the last are given a copy.
  for (size_t i = 0; i + 1 < consumers_.size(); ++i) {
    std::vector<uint32_t> all(batch.rows());
    std::iota(all.begin(), all.end(), 0);
    Batch copy;
    gather_rows(batch, all, copy);
    consumers_[i].first->state.counters.rows_in += copy.rows();
    LEAT_CHECK(consumers_[i].first->process(copy, consumers_[i].second));
  }
  if (consumers_.empty()) {
    collect(batch);
    return {};
  }
  auto& [consumer, port] = consumers_.back();
  consumer->state.counters.rows_in += batch.rows();
  return consumer->process(batch, port);
}

// Rows that leave the plan at its last node, for a reader that runs the task itself.
void Operator::collect(const Batch& batch) {
  if (!task_.options.collect_last || node_ + 1 != static_cast<int>(task_.query->nodes.size()))
    return;
  std::vector<uint32_t> all(batch.rows());
  std::iota(all.begin(), all.end(), 0);
  auto copy = std::make_unique<Batch>();
  gather_rows(batch, all, *copy);
  own_bytes(*copy);
  task_.out->collected.push_back(std::move(copy));
}

Status Operator::reject(const Batch& batch, RowErrors& errors) {
  state.counters.errors += errors.size();
  auto policy = origin_.source ? origin_.source->policy : plan::BadRecordPolicy::dead_letter;
  for (RowError& bad : errors) {
    if (policy == plan::BadRecordPolicy::skip) continue;
    int64_t offset = batch.offsets.empty() ? -1 : batch.offsets[bad.row];
    int32_t partition = batch.partitions.empty() ? -1 : batch.partitions[bad.row];
    if (policy == plan::BadRecordPolicy::fail) {
      std::string where = description().id;
      if (origin_.source)
        where += ": topic " + origin_.source->topic + " partition " + std::to_string(partition) +
                 " offset " + std::to_string(offset);
      return std::move(bad.error).with_context(where);
    }
    DeadLetter& letter = task_.out->dead_letters.emplace_back(
        DeadLetter{.code = bad.error.code(), .message = bad.error.message()});
    letter.stage = description().id;
    letter.partition = partition;
    letter.offset = offset;
    letter.timestamp = batch.timestamps[bad.row];
    if (origin_.source) letter.topic = origin_.source->topic;
    if (origin_.here) origin_.here->describe(partition, offset, letter);
  }
  return {};
}

Status Operator::charge(size_t bytes) {
  TaskOutput& out = *task_.out;
  out.bytes += bytes;
  if (task_.output_bytes_max == 0 || out.bytes <= task_.output_bytes_max) return {};
  out.exploded = true;
  return Error(ErrorCode::resource_exhausted, "the epoch makes more than " +
                                                  std::to_string(task_.output_bytes_max) +
                                                  " bytes: " + description().id);
}

}  // namespace leat::exec
