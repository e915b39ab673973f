#include "exec/materialize.h"

#include <algorithm>

#include "exec/batch_rows.h"
#include "exec/table_keys.h"

namespace leat::exec {

Status MaterializeOperator::process(Batch& in, size_t) {
  if (!mark_keys(in, has_key_)) {
    std::vector<uint32_t> kept;
    for (uint32_t row = 0; row < in.rows(); ++row)
      if (has_key_[row]) kept.push_back(row);
    state.counters.dropped += in.rows() - kept.size();
    in.keep(kept);
  }
  if (in.rows() == 0) return {};
  task().out->table_rows += in.rows();
  for (TimeMs ts : in.timestamps) state.advance(ts);
  arena_.reset();
  table_keys(in, description().schema.key.size(), windowed() ? &in.window_start : nullptr, arena_,
             keys_);
  codec_.encode(in.columns, description().schema.key.size(), in.timestamps, in.present, arena_,
                rows_);
  return store(in);
}

Status MaterializeOperator::flush() {
  if (every_update()) return {};
  LEAT_CHECK(emit_net_changes());
  gone_at_.clear();
  return {};
}

Status MaterializeOperator::store(Batch& in) {
  entries_.resize(in.rows());
  created_.resize(in.rows());
  // Made with the size that they will most likely need, so that few are moved.
  auto present = std::find(in.present.begin(), in.present.end(), 1) - in.present.begin();
  size_t likely =
      static_cast<size_t>(present) < rows_.size() ? rows_[static_cast<size_t>(present)].size() : 0;
  table().find_or_insert_batch(keys_.data(), in.rows(), likely, entries_.data(), created_.data());
  for (size_t row = 0; row < in.rows(); ++row) {
    state::Entry* entry = table().resolve(entries_[row]);
    const bool was_there = entry->live() && !created_[row];
    const bool is_there = rows_[row].data() != nullptr;
    if (every_update()) {
      ByteView before = was_there ? arena_.copy(entry->value_bytes()) : ByteView();
      changes_.add(keys_[row], before, rows_[row], in.timestamps[row]);
      changes_.rows.push_back(static_cast<uint32_t>(row));
    }
    if (is_there)
      table().assign(entry, rows_[row]);
    else if (entry->live())
      table().erase(entry);
    if (!is_there && was_there && !every_update())
      gone_at_[std::string(keys_[row])] = in.timestamps[row];
  }
  return every_update() ? emit_changes(&in) : Status();
}

}  // namespace leat::exec
