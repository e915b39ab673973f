#include "exec/evaluate_rows.h"

#include <algorithm>
#include <cstring>

#include "data/decimal.h"

namespace leat::exec {
namespace {

using Pool = std::vector<std::unique_ptr<Column>>;

// A cache of memory and nothing else: no result depends on what is in it.
Pool& pool() {
  static thread_local Pool columns;
  return columns;
}

template <class T>
void fill(Column& out, T value) {
  std::fill_n(out.data<T>(), out.size(), value);
}

template <class T>
void scatter_values(const Column& value, const std::vector<uint32_t>& rows, Column& out) {
  const T* from = value.data<T>();
  T* to = out.data<T>();
  for (size_t i = 0; i < rows.size(); ++i) to[rows[i]] = from[i];
}

template <class T>
void copy_values(const Column& from, const std::vector<uint32_t>& rows, Column& out) {
  const T* in = from.data<T>();
  T* to = out.data<T>();
  for (uint32_t row : rows) to[row] = in[row];
}

// Calls `f` with a type of the width of the column's values.
template <class F>
void with_width(const Column& column, F f) {
  switch (value_size(column.type().kind)) {
    case 1: return f(uint8_t{});
    case 4: return f(int32_t{});
    case 8: return f(int64_t{});
    default: return f(Int128{});
  }
}

template <class T>
void pick(const std::vector<T>* from, const std::vector<uint32_t>& rows, std::vector<T>& held,
          const std::vector<T>*& out) {
  if (from == nullptr || from->empty()) return;
  held.resize(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) held[i] = (*from)[rows[i]];
  out = &held;
}

template <class T>
void copy_coordinates(const std::vector<T>* from, Column& out) {
  if (from == nullptr || from->empty()) return out.set_all_null();
  if (out.size() > 0) std::memcpy(out.data<T>(), from->data(), out.size() * sizeof(T));
}
}  // namespace

ScratchColumn::ScratchColumn() {
  Pool& columns = pool();
  if (columns.empty()) {
    column_ = std::make_unique<Column>();
  } else {
    column_ = std::move(columns.back());
    columns.pop_back();
  }
}

ScratchColumn::~ScratchColumn() {
  if (column_ != nullptr) pool().push_back(std::move(column_));
}

RowSubset::RowSubset(const EvalInput& input, const std::vector<uint32_t>& rows,
                     const plan::Expr& expr) {
  input_.rows = rows.size();
  input_.columns.assign(input.columns.size(), nullptr);
  std::vector<uint8_t> used(input.columns.size(), 0);
  plan::collect_columns(expr, used);
  for (size_t i = 0; i < used.size(); ++i) {
    if (!used[i]) continue;
    columns_.emplace_back();
    columns_.back()->gather(*input.columns[i], rows);
    input_.columns[i] = &*columns_.back();
  }
  pick(input.timestamps, rows, timestamps_, input_.timestamps);
  pick(input.offsets, rows, offsets_, input_.offsets);
  pick(input.partitions, rows, partitions_, input_.partitions);
  pick(input.window_start, rows, window_start_, input_.window_start);
  pick(input.window_end, rows, window_end_, input_.window_end);
}

void fill_literal(const plan::Expr& literal, Column& out) {
  switch (literal.value.index()) {
    case 0: return out.set_all_null();
    case 1: return fill<uint8_t>(out, std::get<bool>(literal.value));
    case 2: return fill(out, std::get<int32_t>(literal.value));
    case 3: return fill(out, std::get<int64_t>(literal.value));
    case 4: return fill(out, std::get<double>(literal.value));
    case 5: return fill(out, std::get<Int128>(literal.value));
    default: return fill<ByteView>(out, std::get<std::string>(literal.value));
  }
}

void repeat_value(const Column& value, Column& out) {
  if (value.is_null(0)) return out.set_all_null();
  with_width(out, [&](auto width) {
    using T = decltype(width);
    fill<T>(out, value.at<T>(0));
  });
}

void copy_column(const Column& from, Column& out) {
  if (out.size() == 0) return;
  std::memcpy(out.data<char>(), from.data<char>(), out.size() * value_size(out.type().kind));
  if (from.has_nulls()) std::memcpy(out.writable_validity(), from.validity(), out.size());
}

void copy_numbers(const std::vector<int64_t>* from, Column& out) { copy_coordinates(from, out); }
void copy_numbers(const std::vector<int32_t>* from, Column& out) { copy_coordinates(from, out); }

void null_where_null(const Column& arg, Column& out) {
  const uint8_t* valid = arg.validity();
  if (valid == nullptr || out.size() == 0) return;
  uint8_t* to = out.writable_validity();
  for (size_t i = 0; i < out.size(); ++i) to[i] &= valid[i];
}

void scatter(const Column& value, const std::vector<uint32_t>& rows, Column& out) {
  with_width(out, [&](auto width) { scatter_values<decltype(width)>(value, rows, out); });
  if (!value.has_nulls() && !out.has_nulls()) return;
  uint8_t* valid = out.writable_validity();
  for (size_t i = 0; i < rows.size(); ++i) valid[rows[i]] = !value.is_null(i);
}

void copy_rows(const Column& from, const std::vector<uint32_t>& rows, Column& out) {
  with_width(out, [&](auto width) { copy_values<decltype(width)>(from, rows, out); });
  if (!from.has_nulls() && !out.has_nulls()) return;
  uint8_t* valid = out.writable_validity();
  for (uint32_t row : rows) valid[row] = !from.is_null(row);
}

void combine_logic(uint8_t decided, bool null_decides, const Column& operand, Column& out) {
  uint8_t* r = out.data<uint8_t>();
  const uint8_t* b = operand.data<uint8_t>();
  size_t rows = out.size();
  if (!out.has_nulls() && !operand.has_nulls()) {
    if (decided)
      for (size_t i = 0; i < rows; ++i) r[i] |= b[i];
    else
      for (size_t i = 0; i < rows; ++i) r[i] &= b[i];
    return;
  }
  uint8_t* valid = out.writable_validity();
  for (size_t i = 0; i < rows; ++i) {
    bool null_a = valid[i] == 0;
    bool null_b = operand.is_null(i);
    if (!null_a && r[i] == decided) continue;
    if (null_a && null_decides) continue;
    bool is_decided = !null_b && b[i] == decided;
    r[i] = is_decided ? decided : !decided;
    valid[i] = is_decided || (!null_a && !null_b);
  }
}

}  // namespace leat::exec
