#include "exec/batch_rows.h"

#include <algorithm>
#include <numeric>

namespace leat::exec {
namespace {

template <class T>
void gather(const std::vector<T>& from, const std::vector<uint32_t>& rows, std::vector<T>& to) {
  to.clear();
  if (from.empty()) return;
  to.resize(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) to[i] = from[rows[i]];
}

// Per-row arrays may be absent; when one side has it and the other does not, the gap gets `none`.
template <class T>
void append(const std::vector<T>& from, size_t begin, size_t end, size_t rows_before, T none,
            std::vector<T>& to) {
  if (from.empty() && to.empty()) return;
  to.resize(rows_before, none);
  if (from.empty())
    to.resize(rows_before + (end - begin), none);
  else
    to.insert(to.end(), from.begin() + static_cast<ptrdiff_t>(begin),
              from.begin() + static_cast<ptrdiff_t>(end));
}

void append_columns(const std::vector<Column>& from, size_t begin, size_t end,
                    std::vector<Column>& to) {
  if (to.size() != from.size()) {
    to.clear();
    for (const Column& column : from) to.emplace_back(column.type());
  }
  for (size_t c = 0; c < from.size(); ++c)
    for (size_t row = begin; row < end; ++row) to[c].append_from(from[c], row);
}

}  // namespace

void gather_rows(const Batch& from, const std::vector<uint32_t>& rows, Batch& to) {
  to.clear();
  to.kind = from.kind;
  to.columns.resize(from.columns.size());
  for (size_t c = 0; c < from.columns.size(); ++c) to.columns[c].gather(from.columns[c], rows);
  to.old.resize(from.has_old() ? from.old.size() : 0);
  for (size_t c = 0; c < to.old.size(); ++c) to.old[c].gather(from.old[c], rows);
  gather(from.present, rows, to.present);
  gather(from.old_present, rows, to.old_present);
  gather(from.timestamps, rows, to.timestamps);
  gather(from.window_start, rows, to.window_start);
  gather(from.window_end, rows, to.window_end);
  gather(from.headers, rows, to.headers);
  gather(from.offsets, rows, to.offsets);
  gather(from.partitions, rows, to.partitions);
}

void append_rows(const Batch& from, size_t begin, size_t end, Batch& to) {
  size_t before = to.rows();
  to.kind = from.kind;
  append_columns(from.columns, begin, end, to.columns);
  if (from.has_old()) append_columns(from.old, begin, end, to.old);
  append(from.present, begin, end, before, uint8_t{1}, to.present);
  append(from.old_present, begin, end, before, uint8_t{0}, to.old_present);
  append(from.timestamps, begin, end, before, kNoTime, to.timestamps);
  append(from.window_start, begin, end, before, kNoTime, to.window_start);
  append(from.window_end, begin, end, before, kNoTime, to.window_end);
  append(from.headers, begin, end, before, ByteView(), to.headers);
  append(from.offsets, begin, end, before, int64_t{-1}, to.offsets);
  append(from.partitions, begin, end, before, int32_t{-1}, to.partitions);
}

void take_coordinates(Batch& from, Batch& to) {
  to.present.swap(from.present);
  to.timestamps.swap(from.timestamps);
  to.window_start.swap(from.window_start);
  to.window_end.swap(from.window_end);
  to.headers.swap(from.headers);
  to.offsets.swap(from.offsets);
  to.partitions.swap(from.partitions);
}

void own_bytes(Batch& batch) {
  for (Column& column : batch.columns) column.own_bytes(batch.arena);
  for (Column& column : batch.old) column.own_bytes(batch.arena);
  for (ByteView& headers : batch.headers)
    if (!headers.empty()) headers = batch.arena.copy(headers);
}

size_t bytes_of(const Batch& batch) {
  size_t bytes = batch.rows() * 8 * (batch.columns.size() + batch.old.size());
  for (const Column& column : batch.columns) bytes += column.viewed_bytes();
  for (const Column& column : batch.old) bytes += column.viewed_bytes();
  for (ByteView headers : batch.headers) bytes += headers.size();
  return bytes;
}

void shape(Batch& batch, BatchKind kind, const Schema& schema) {
  batch.kind = kind;
  batch.columns.resize(schema.width());
  for (size_t c = 0; c < schema.width(); ++c)
    if (!(batch.columns[c].type() == schema.at(c).type)) batch.columns[c].reset(schema.at(c).type);
}

std::vector<uint32_t> rows_without(size_t rows, const RowErrors& errors) {
  std::vector<uint32_t> kept;
  kept.reserve(rows - errors.size());
  auto error = errors.begin();
  for (uint32_t row = 0; row < rows; ++row) {
    if (error != errors.end() && error->row == row)
      ++error;
    else
      kept.push_back(row);
  }
  return kept;
}

bool mark_present(const std::vector<Column>& columns, size_t first, size_t count, size_t rows,
                  std::vector<uint8_t>& present) {
  present.assign(rows, count == 0 ? 0 : 1);
  if (count == 0) return rows == 0;
  for (size_t c = first; c < first + count; ++c)
    if (!columns[c].has_nulls()) return true;
  std::fill(present.begin(), present.end(), 0);
  for (size_t c = first; c < first + count; ++c) {
    const uint8_t* valid = columns[c].validity();
    for (size_t row = 0; row < rows; ++row) present[row] |= valid[row];
  }
  return std::find(present.begin(), present.end(), 0) == present.end();
}

}  // namespace leat::exec
