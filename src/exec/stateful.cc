#include "exec/stateful.h"

#include <algorithm>

#include "data/canonical_key.h"
#include "exec/batch_rows.h"

namespace leat::exec {
namespace {

constexpr size_t kWindowBytes = 8;

state::KeyedTable::Options table_options(const plan::Node& node) {
  return {.key_suffix_time = node.window.has_value()};
}

// The bytes of a key of one STRING without NUL in it, as nearly all are: 0x01, text, 0x00 0x01.
bool plain_text(ByteView key, ByteView& text) {
  if (key.size() < 3 || key[0] != 1) return false;
  text = key.substr(1, key.size() - 3);
  return text.find('\0') == ByteView::npos;
}

}  // namespace

bool wants_old_values(const plan::Query& query, int node) {
  for (size_t n = static_cast<size_t>(node) + 1; n < query.nodes.size(); ++n) {
    const plan::Node& consumer = query.nodes[n];
    auto input = std::find(consumer.inputs.begin(), consumer.inputs.end(), node);
    if (input == consumer.inputs.end()) continue;
    if (std::holds_alternative<plan::Sink>(consumer.op)) continue;
    if (std::holds_alternative<plan::StreamTableJoin>(consumer.op)) continue;
    // A step that makes a stream of a table takes what is there now.
    if (std::holds_alternative<plan::Custom>(consumer.op) && consumer.kind == BatchKind::stream)
      continue;
    const auto* project = std::get_if<plan::Project>(&consumer.op);
    if (project && project->key.empty() && !wants_old_values(query, static_cast<int>(n))) continue;
    return true;
  }
  return false;
}

StatefulOperator::StatefulOperator(TaskContext& task, int node)
    : Operator(task, node),
      table_(table_options(description())),
      delta_(table_),
      wants_old_(wants_old_values(*task.query, node)) {
  for (const Field& field : description().schema.key) key_types_.push_back(field.type);
}

void StatefulOperator::Changes::grow() {
  const size_t size = std::max<size_t>(2 * keys.size(), 64);
  keys.resize(size);
  before.resize(size);
  after.resize(size);
  times.resize(size);
}

void StatefulOperator::decode_keys(std::span<const ByteView> keys, Batch& out) {
  const size_t rows = keys.size();
  std::span<const ByteView> plain = keys;
  if (windowed()) {
    const TimeMs size = description().window->size_ms;
    plain_keys_.resize(rows);
    out.window_start.resize(rows);
    out.window_end.resize(rows);
    for (size_t i = 0; i < rows; ++i) {
      plain_keys_[i] = keys[i].substr(0, keys[i].size() - kWindowBytes);
      out.window_start[i] = state::WindowIndex::start_of(keys[i]);
      out.window_end[i] = saturating_add(out.window_start[i], size);
    }
    plain = plain_keys_;
  }
  size_t row = 0;
  if (key_types_.size() == 1 && key_types_[0].kind == TypeKind::string) {
    Column& column = out.columns[0];
    column.reset(key_types_[0]);
    column.resize(rows);
    auto* texts = column.data<ByteView>();
    while (row < rows && plain_text(plain[row], texts[row])) ++row;
    if (row == rows) return;
  }
  key_columns_.clear();
  for (const Type& type : key_types_) key_columns_.emplace_back(type);
  for (ByteView key : plain) {
    auto status = decode_canonical(key, key_types_, out.arena, key_columns_);
    LEAT_ASSERT(status.has_value());  // we wrote it
  }
  for (size_t k = 0; k < key_types_.size(); ++k) std::swap(out.columns[k], key_columns_[k]);
}

void StatefulOperator::decode_rows(const std::vector<ByteView>& keys,
                                   const std::vector<ByteView>& values, Batch& out) {
  out.clear();
  shape(out, BatchKind::table, description().schema);
  decode_keys(keys, out);
  decode_values(values, out.columns, key_types_.size(), out.arena);
  out.present.resize(values.size());
  out.timestamps.resize(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    out.present[i] = values[i].data() != nullptr;
    out.timestamps[i] = out.present[i] ? time_of(values[i]) : 0;
  }
}

Status StatefulOperator::emit_changes(const Batch* cause) {
  if (changes_.size() == 0) return {};
  if (!feeds_anyone()) {
    state.counters.rows_out += changes_.size();
    changes_.clear();
    return {};
  }
  out_.clear();
  shape(out_, BatchKind::table, description().schema);
  const size_t keys = key_types_.size();
  const size_t rows = changes_.size();
  decode_keys({changes_.keys.data(), rows}, out_);
  decode_values({changes_.after.data(), rows}, out_.columns, keys, out_.arena);
  out_.present.resize(rows);
  for (size_t i = 0; i < rows; ++i) out_.present[i] = changes_.after[i].data() != nullptr;
  out_.timestamps.assign(changes_.times.begin(),
                         changes_.times.begin() + static_cast<ptrdiff_t>(rows));
  if (wants_old_) {
    out_.old.resize(description().schema.value.size());
    decode_values({changes_.before.data(), rows}, out_.old, 0, out_.arena);
    out_.old_present.resize(rows);
    for (size_t i = 0; i < rows; ++i) out_.old_present[i] = changes_.before[i].data() != nullptr;
  }
  if (cause != nullptr) {
    for (uint32_t row : changes_.rows) {
      if (!cause->headers.empty()) out_.headers.push_back(cause->headers[row]);
      if (!cause->offsets.empty()) out_.offsets.push_back(cause->offsets[row]);
      if (!cause->partitions.empty()) out_.partitions.push_back(cause->partitions[row]);
    }
  }
  changes_.clear();
  return emit(out_);
}

Status StatefulOperator::emit_net_changes() {
  if (!feeds_anyone()) {
    state.counters.rows_out += table_.changes();
    return {};
  }
  // So many rows of the delta are written at a time: while they are in the first-level cache, and
  // not within the walk, which would no longer wait for several entries at once.
  constexpr size_t kDeltaRows = 64;
  const bool wants_delta = task().wants_deltas;
  const ByteView first = before_first();
  size_t in_delta = changes_.size();
  const auto write_delta = [&] {
    if (wants_delta)
      delta_.add(changes_.keys.data() + in_delta, changes_.after.data() + in_delta,
                 changes_.size() - in_delta);
    in_delta = changes_.size();
  };
  Status status;
  table_.for_each_change([&](ByteView key, ByteView before, ByteView after) {
    if (!status.has_value()) return;
    TimeMs time = after.data() != nullptr ? time_of(after) : time_of_removal(key, before);
    changes_.add(key, before.data() != nullptr ? before : first, after, time);
    if (changes_.size() - in_delta == kDeltaRows) write_delta();
    if (changes_.size() < task().options.batch_rows) return;
    write_delta();
    status = emit_changes();
    in_delta = 0;
  });
  write_delta();
  if (wants_delta) delta_.shown();
  LEAT_CHECK(std::move(status));
  return emit_changes();
}

}  // namespace leat::exec
