#include "exec/aggregate.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "data/canonical_key.h"

#include "exec/batch_rows.h"
#include "exec/table_keys.h"
#include "exec/windows.h"

namespace leat::exec {

Result<std::unique_ptr<AggregateOperator>> AggregateOperator::make(TaskContext& task, int node) {
  const plan::Node& at = task.node(node);
  const auto& aggregate = std::get<plan::Aggregate>(at.op);
  if (aggregate.window && aggregate.window->kind != plan::WindowSpec::Kind::tumbling)
    return Error(ErrorCode::unsupported, "only TUMBLING windows are supported yet: " + at.id);
  if (aggregate.window && aggregate.window->size_ms <= 0)
    return Error(ErrorCode::invalid_argument, "a window must be at least 1 ms long: " + at.id);
  if (aggregate.emit_final && !aggregate.window)
    return Error(ErrorCode::invalid_argument, "EMIT FINAL needs a window: " + at.id);
  if (aggregate.fold && task.node(at.inputs.front()).kind == BatchKind::table)
    return Error(ErrorCode::unsupported,
                 "code of a program aggregates streams only, not a table: " + at.id);
  return std::unique_ptr<AggregateOperator>(new AggregateOperator(task, node));
}

AggregateOperator::AggregateOperator(TaskContext& task, int node)
    : StatefulOperator(task, node),
      aggregate_(std::get<plan::Aggregate>(description().op)),
      accumulators_(aggregate_.calls, task.node(description().inputs.front()).schema.value,
                    task.options.ksqldb),
      fold_(aggregate_.fold ? aggregate_.fold->state_bytes() : 0,
            aggregate_.fold ? description().schema.value.front().type : Type()) {
  for (size_t i = 0; i < accumulators_.distinct().size(); ++i)
    distinct_.push_back(std::make_unique<state::KeyedTable>(
        state::KeyedTable::Options{.key_suffix_time = windowed()}));
  if (aggregate_.fold) return;
  if (task.options.ksqldb && task.node(description().inputs.front()).kind == BatchKind::stream)
    empty_group_.assign(accumulators_.fixed_bytes(), '\0');
  if (task.options.ksqldb && aggregate_.emit_final)
    topic_key_format_ = key_format_of_sink(*task.query, node);
}

void AggregateOperator::add_stores(Stores& stores) {
  StatefulOperator::add_stores(stores);
  for (size_t i = 0; i < distinct_.size(); ++i) {
    auto call = "distinct" + std::to_string(accumulators_.distinct()[i].call);
    stores.push_back({store_name(call), distinct_[i].get()});
  }
}

Status AggregateOperator::process(Batch& in, size_t) {
  select_rows(in);
  if (rows_.empty()) return {};
  task().out->table_rows += rows_.size();
  make_keys(in);
  errors_.clear();
  if (accumulators_.counts_only() && !aggregate_.fold && in.kind == BatchKind::stream &&
      !emits_each()) {
    count_rows(in);
    return {};
  }
  find_groups(0, rows_.size());
  if (aggregate_.fold)
    fold_rows(in);
  else
    update_rows(in);
  if (!errors_.empty()) LEAT_CHECK(reject(in, errors_));
  return emits_each() ? emit_changes(&in) : Status();
}

// Fills rows_ (and starts_, of those rows): rows with a key that are neither late nor, un-windowed,
// without a value.
void AggregateOperator::select_rows(const Batch& in) {
  rows_.clear();
  starts_.clear();
  const bool all_keyed = mark_keys(in, has_key_);
  const bool is_table = in.kind == BatchKind::table;
  const bool opens_windows = aggregate_.window && !is_table;
  if (opens_windows) starts_.resize(in.rows());
  TimeMs time = state.time;
  const TimeMs size = aggregate_.window ? aggregate_.window->size_ms : 0;
  TimeMs start = 0, end = 0;  // of the latest row's window, which is mostly the next one's too
  rows_.resize(in.rows());
  size_t kept = 0;
  for (uint32_t row = 0; row < in.rows(); ++row) {
    const bool has_value = in.present[row] || (in.has_old() && in.old_present[row]);
    if ((!all_keyed && !has_key_[row]) || (!has_value && !aggregate_.window)) {
      ++state.counters.dropped;
      continue;
    }
    const TimeMs ts = in.timestamps[row];
    if (loses_windows() && ts > time) lose_windows(time, ts);
    time = std::max(time, ts);
    if (opens_windows) {
      if (ts < start || ts >= end) {
        start = window_start(ts, size);
        end = saturating_add(start, size);
      }
      if (is_closed(start, *aggregate_.window, time)) {
        ++state.counters.late;
        continue;
      }
      starts_[row] = start;
    }
    rows_[kept++] = row;
  }
  rows_.resize(kept);
  state.time = time;
}

// Fills keys_ for rows_.
void AggregateOperator::make_keys(const Batch& in) {
  arena_.reset();
  const size_t n = rows_.size();
  table_keys(in, description().schema.key.size(), starts_.empty() ? nullptr : &starts_, arena_,
             all_keys_);
  if (n == in.rows()) {
    keys_.swap(all_keys_);
  } else {
    keys_.resize(n);
    for (size_t i = 0; i < n; ++i) keys_[i] = all_keys_[rows_[i]];
  }
  entries_.resize(n);
  created_.resize(n);
}

// Fills entries_ and created_ for the rows [begin, end) of rows_.
void AggregateOperator::find_groups(size_t begin, size_t end) {
  table().find_or_insert_batch(keys_.data() + begin, end - begin, group_bytes(),
                               entries_.data() + begin, created_.data() + begin);
}

// COUNT(*) alone, by far the most common: nothing can fail, nothing moves. So few groups at a time
// that they are still in the first-level cache when they are counted.
void AggregateOperator::count_rows(const Batch& in) {
  constexpr size_t kChunk = 128;
  for (size_t begin = 0; begin < rows_.size(); begin += kChunk) {
    const size_t end = std::min(begin + kChunk, rows_.size());
    find_groups(begin, end);
    count_rows(in, begin, end);
  }
}

void AggregateOperator::count_rows(const Batch& in, size_t begin, size_t end) {
  const size_t calls = aggregate_.calls.size();
  for (size_t i = begin; i < end; ++i) {
    char* group = table().touch(entries_[i]);
    const TimeMs ts = in.timestamps[rows_[i]];
    if (created_[i] || ts > load_le<TimeMs>(group)) store_le(group, ts);
    for (size_t call = 0; call < calls; ++call) {
      char* count = group + 8 + 8 * call;
      store_le(count, load_le<int64_t>(count) + 1);
    }
  }
}

void AggregateOperator::update_rows(const Batch& in) {
  for (size_t i = 0; i < rows_.size(); ++i) update_row(in, i);
}

void AggregateOperator::update_row(const Batch& in, size_t i) {
  state::Entry* entry = table().resolve(entries_[i]);
  if (!entry->live()) {
    // The row that made the group was rejected, and the group with it.
    whole_.assign(accumulators_.fixed_bytes(), '\0');
    entry = table().assign(entry, whole_);
    created_[i] = 1;
  }
  ByteView before;
  if (emits_each()) before = created_[i] ? before_first() : arena_.copy(entry->value_bytes());
  const bool applied =
      accumulators_.has_tails() ? apply_with_tails(in, i, entry) : apply_in_place(in, i, entry);
  if (!applied) {
    if (created_[i]) table().erase(entry);
    return;
  }
  if (!emits_each()) return;
  ByteView after = arena_.copy(entry->value_bytes());
  changes_.add(keys_[i], before, after, time_of(after));
  changes_.rows.push_back(rows_[i]);
}

// Returns the call that failed, or -1.
int AggregateOperator::apply(char* group, const Batch& in, uint32_t row, ByteView* tails) {
  int failed = -1;
  if (in.kind == BatchKind::table && in.has_old() && in.old_present[row])
    failed = accumulators_.take_out(group, in.old.data(), row);
  const Column* values = in.columns.data() + description().schema.key.size();
  const bool adds = in.kind == BatchKind::stream || in.present[row];
  if (failed < 0 && adds) failed = accumulators_.add(group, values, row, tails);
  return failed;
}

// What can fail is worked out aside: a row that does has not touched its group.
bool AggregateOperator::apply_in_place(const Batch& in, size_t i, state::Entry*& entry) {
  const uint32_t row = rows_[i];
  char* group = nullptr;
  if (accumulators_.can_fail()) {
    fixed_.assign(entry->value(), accumulators_.fixed_bytes());
    if (int failed = apply(fixed_.data(), in, row, nullptr); failed >= 0) {
      fail(row, failed);
      return false;
    }
    group = table().touch(entry);
    std::memcpy(group, fixed_.data(), fixed_.size());
  } else {
    group = table().touch(entry);
    apply(group, in, row, nullptr);
  }
  if (accumulators_.has_distinct()) count_distinct(in, i, group);
  const TimeMs ts = in.timestamps[row];
  if (created_[i] || ts > time_of(ByteView(group, 8))) store_le(group, ts);
  return true;
}

// Strings change the size of the group: it is worked out aside and put back whole.
bool AggregateOperator::apply_with_tails(const Batch& in, size_t i, state::Entry*& entry) {
  const uint32_t row = rows_[i];
  fixed_.assign(entry->value(), accumulators_.fixed_bytes());
  accumulators_.read_tails(entry->value_bytes(), tails_);
  if (int failed = apply(fixed_.data(), in, row, tails_.data()); failed >= 0) {
    fail(row, failed);
    return false;
  }
  if (accumulators_.has_distinct()) count_distinct(in, i, fixed_.data());
  const TimeMs ts = in.timestamps[row];
  if (created_[i] || ts > time_of(fixed_)) store_le(fixed_.data(), ts);
  accumulators_.write_tails(fixed_, tails_, whole_);
  entry = table().assign(entry, whole_);
  return true;
}

void AggregateOperator::fail(uint32_t row, int call) {
  errors_.push_back({row, Error(ErrorCode::out_of_range,
                                "the aggregate overflows: " + accumulators_.name_of_call(call),
                                "cast its argument to a wider type")});
}

void AggregateOperator::count_distinct(const Batch& in, size_t i, char* group) {
  const uint32_t row = rows_[i];
  const Column* values = in.columns.data() + description().schema.key.size();
  const auto& calls = accumulators_.distinct();
  for (size_t d = 0; d < calls.size(); ++d) {
    char* count = group + calls[d].at;
    if (in.kind == BatchKind::table && in.has_old() && in.old_present[row])
      count_distinct_value(calls[d], d, keys_[i], in.old[calls[d].argument], row, -1, count);
    if (in.kind == BatchKind::stream || in.present[row])
      count_distinct_value(calls[d], d, keys_[i], values[calls[d].argument], row, 1, count);
  }
}

void AggregateOperator::count_distinct_value(const Accumulators::Distinct&, size_t table_index,
                                             ByteView group, const Column& column, size_t row,
                                             int64_t sign, char* count) {
  if (column.is_null(row)) return;
  // The group's key, the value, and the window's start at the end, where expiry looks for it.
  const size_t suffix = windowed() ? 8 : 0;
  distinct_key_.assign(group.substr(0, group.size() - suffix));
  append_canonical(distinct_key_, column, row);
  distinct_key_.append(group.substr(group.size() - suffix));
  state::KeyedTable& seen = *distinct_[table_index];
  bool created = false;
  state::Entry* entry = seen.find_or_insert(distinct_key_, 8, created);
  char* times = seen.touch(entry);
  const int64_t now = load_le<int64_t>(times) + sign;
  store_le(times, now);
  if (created && sign > 0) store_le(count, load_le<int64_t>(count) + 1);
  if (now > 0) return;
  seen.erase(entry);
  if (!created) store_le(count, load_le<int64_t>(count) - 1);
}

Status AggregateOperator::flush() {
  if (aggregate_.emit_final) {
    drop_lost_windows();
    LEAT_CHECK(emit_closed_windows());
  } else if (!every_update()) {
    LEAT_CHECK(emit_net_changes());
  }
  expire();
  return {};
}

// A row that takes stream time from `before` to `now` closes windows; those of them whose retention
// is over as well are gone before they are emitted.
void AggregateOperator::lose_windows(TimeMs before, TimeMs now) {
  const plan::WindowSpec& window = *aggregate_.window;
  const TimeMs from = before == kNoTime ? INT64_MIN : first_open_start(window, before);
  const TimeMs to = std::min(first_open_start(window, now), first_kept_start(window, now) - 1);
  if (from < to) lost_.push_back({from, to});
}

void AggregateOperator::drop_lost_windows() {
  for (auto [from, to] : lost_)
    table().for_each_window(from, to, state::KeyedTable::WindowOrder::any,
                            [&](state::Entry& entry) { table().erase(&entry); });
  lost_.clear();
}

// Windows close in the order of their starts, so that the order at the end of the epoch is the
// order in which single records would have closed them. What is closed can no longer change.
Status AggregateOperator::emit_closed_windows() {
  if (state.time == kNoTime) return {};
  const TimeMs closed_below = first_open_start(*aggregate_.window, state.time);
  if (closed_below <= state.emitted) return {};
  std::vector<ByteView> keys, values;
  table().for_each_window(state.emitted, closed_below, state::KeyedTable::WindowOrder::by_key,
                          [&](state::Entry& entry) {
                            keys.push_back(entry.key());
                            values.push_back(entry.value_bytes());
                          });
  if (topic_key_format_) order_by_topic_keys(keys, values);
  state.emitted = closed_below;
  for (size_t i = 0; i < keys.size(); ++i) {
    changes_.add(keys[i], ByteView(), values[i], time_of(values[i]));
    if (changes_.size() >= task().options.batch_rows) LEAT_CHECK(emit_changes());
  }
  return emit_changes();
}

void AggregateOperator::order_by_topic_keys(std::vector<ByteView>& keys,
                                            std::vector<ByteView>& values) {
  Batch rows;
  shape(rows, BatchKind::table, description().schema);
  decode_keys(keys, rows);
  const auto& fields = description().schema.key;
  auto encoder = make_encoder(*topic_key_format_, fields, true);
  if (!encoder.has_value()) return;
  std::vector<const Column*> columns;
  for (size_t k = 0; k < fields.size(); ++k) columns.push_back(&rows.columns[k]);
  EncodedRows encoded;
  RowErrors errors;
  (*encoder)->encode(columns, keys.size(), nullptr, encoded, errors);
  std::vector<size_t> order(keys.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    if (rows.window_start[a] != rows.window_start[b])
      return rows.window_start[a] < rows.window_start[b];
    return encoded.row(a) < encoded.row(b);
  });
  std::vector<ByteView> old_keys = keys, old_values = values;
  for (size_t i = 0; i < order.size(); ++i) {
    keys[i] = old_keys[order[i]];
    values[i] = old_values[order[i]];
  }
}

// After everything was passed on: what has expired was seen first.
void AggregateOperator::expire() {
  if (!aggregate_.window || state.time == kNoTime) return;
  const TimeMs bound = first_kept_start(*aggregate_.window, state.time);
  table().expire_below(bound);
  for (auto& seen : distinct_) seen->expire_below(bound);
}

}  // namespace leat::exec
