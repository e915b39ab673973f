// Aggregates whose function is code of a C++ program.
#include <algorithm>

#include "data/opaque.h"
#include "exec/aggregate.h"

namespace leat::exec {

void FoldLayout::decode(std::span<const ByteView> groups, Column& out, Arena& arena) const {
  out.reset(type_);
  out.resize(groups.size());
  for (size_t i = 0; i < groups.size(); ++i) {
    const ByteView state = groups[i].data() == nullptr ? ByteView() : state_of(groups[i]);
    if (state.data() == nullptr) {
      out.set_null(i);
      continue;
    }
    switch (type_.kind) {
      case TypeKind::int32: out.at<int32_t>(i) = load_le<int32_t>(state.data()); break;
      case TypeKind::int64: out.at<int64_t>(i) = load_le<int64_t>(state.data()); break;
      case TypeKind::float64: out.at<double>(i) = load_le<double>(state.data()); break;
      case TypeKind::opaque: {
        auto held = decode_opaque(*type_.opaque, state, arena);
        LEAT_ASSERT(held.has_value());  // we wrote it
        out.at<ByteView>(i) = *held;
        break;
      }
      default: out.at<ByteView>(i) = state; break;
    }
  }
}

void AggregateOperator::fold_rows(const Batch& in) {
  if (fold_.in_place() && !emits_each()) return fold_in_place(in, 0, rows_.size());
  for (size_t i = 0; i < rows_.size(); ++i) {
    state::Entry*& entry = entries_[i];
    entry = table().resolve(entry);
    if (!entry->live()) {
      // The row that made the group failed, and the group went with it.
      whole_.assign(fold_.fixed_bytes(), '\0');
      entry = table().assign(entry, whole_);
      created_[i] = 1;
    }
    ByteView before;
    if (emits_each() && !created_[i]) before = arena_.copy(entry->value_bytes());
    const size_t failed = errors_.size();
    if (fold_.in_place())
      fold_in_place(in, i, i + 1);
    else
      fold_any_size(in, i);
    if (!emits_each() || errors_.size() != failed) continue;
    ByteView after = arena_.copy(entries_[i]->value_bytes());
    changes_.add(keys_[i], before, after, time_of(after));
    changes_.rows.push_back(rows_[i]);
  }
}

// Nothing moves between the touches and the end of the fold: all groups of the batch are there.
void AggregateOperator::fold_in_place(const Batch& in, size_t begin, size_t end) {
  places_.resize(end - begin);
  for (size_t i = begin; i < end; ++i) places_[i - begin] = table().touch(entries_[i]) + 8;
  const size_t first_error = errors_.size();
  aggregate_.fold->fold(in, std::span(rows_).subspan(begin, end - begin), places_.data(), errors_);
  auto error = errors_.begin() + static_cast<ptrdiff_t>(first_error);
  for (size_t i = begin; i < end; ++i) {
    if (error != errors_.end() && error->row == rows_[i]) {
      ++error;
      continue;
    }
    char* group = places_[i - begin] - 8;
    store_le(group, std::max(load_le<TimeMs>(group), in.timestamps[rows_[i]]));
  }
  if (errors_.size() == first_error) return;
  for (size_t i = begin; i < end; ++i)
    if (entries_[i]->live() && !FoldLayout::has_state(entries_[i]->value_bytes()))
      table().erase(entries_[i]);
}

void AggregateOperator::fold_any_size(const Batch& in, size_t i) {
  state::Entry*& entry = entries_[i];
  const ByteView group = entry->value_bytes();
  const ByteView before = FoldLayout::state_of(group);
  if (!aggregate_.fold->fold_one(in, rows_[i], before, fixed_, errors_)) {
    if (before.data() == nullptr) table().erase(entry);
    return;
  }
  const TimeMs time = std::max(time_of(group), in.timestamps[rows_[i]]);
  whole_.clear();
  append_le(whole_, time);
  append_le(whole_, uint64_t{fixed_.size() + 1});
  whole_ += fixed_;
  entry = table().assign(entry, whole_);
}

}  // namespace leat::exec
