#include "data/batch.h"

namespace leat {
namespace {
template <class T>
void keep_rows(std::vector<T>& values, const std::vector<uint32_t>& rows) {
  if (values.empty()) return;
  for (size_t i = 0; i < rows.size(); ++i) values[i] = values[rows[i]];
  values.resize(rows.size());
}
}  // namespace

void Batch::clear() {
  for (Column& column : columns) column.resize(0);
  for (Column& column : old) column.resize(0);
  present.clear();
  old_present.clear();
  timestamps.clear();
  window_start.clear();
  window_end.clear();
  headers.clear();
  offsets.clear();
  partitions.clear();
  arena.reset();
  anchors.clear();
}

void Batch::keep(const std::vector<uint32_t>& rows) {
  if (rows.size() == this->rows()) return;
  for (Column& column : columns) column.keep(rows);
  if (has_old())
    for (Column& column : old) column.keep(rows);
  keep_rows(present, rows);
  keep_rows(old_present, rows);
  keep_rows(timestamps, rows);
  keep_rows(window_start, rows);
  keep_rows(window_end, rows);
  keep_rows(headers, rows);
  keep_rows(offsets, rows);
  keep_rows(partitions, rows);
}

}  // namespace leat
