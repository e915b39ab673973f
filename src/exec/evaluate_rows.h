#pragma once
#include <memory>
#include <vector>

#include "exec/evaluate.h"

namespace leat::exec {

/// An intermediate column, from a pool of the thread: an expression of a few nodes would otherwise
/// allocate as many columns for every batch. What a column held before is unspecified.
class ScratchColumn {
 public:
  ScratchColumn();
  ~ScratchColumn();
  ScratchColumn(ScratchColumn&&) noexcept = default;
  ScratchColumn& operator=(ScratchColumn&&) noexcept = default;
  Column& operator*() const { return *column_; }
  Column* operator->() const { return column_.get(); }

 private:
  std::unique_ptr<Column> column_;
};

/// Some rows of an input, with the columns that one expression reads.
class RowSubset {
 public:
  RowSubset(const EvalInput& input, const std::vector<uint32_t>& rows, const plan::Expr& expr);
  const EvalInput& input() const { return input_; }

 private:
  EvalInput input_;
  std::vector<ScratchColumn> columns_;
  std::vector<TimeMs> timestamps_, window_start_, window_end_;
  std::vector<int64_t> offsets_;
  std::vector<int32_t> partitions_;
};

/// Sets every row of `out` (sized, of its type) to a constant.
void fill_literal(const plan::Expr& literal, Column& out);
/// Sets every row of `out` to row 0 of `value`.
void repeat_value(const Column& value, Column& out);
/// Copies all rows.
void copy_column(const Column& from, Column& out);
/// Copies rows' coordinates; null everywhere when there are none.
void copy_numbers(const std::vector<int64_t>* from, Column& out);
void copy_numbers(const std::vector<int32_t>* from, Column& out);
/// Makes rows of `out` null where `arg` is.
void null_where_null(const Column& arg, Column& out);
/// Copies row i of `value` to row rows[i] of `out`.
void scatter(const Column& value, const std::vector<uint32_t>& rows, Column& out);
/// Copies the rows named to the same rows of `out`.
void copy_rows(const Column& from, const std::vector<uint32_t>& rows, Column& out);
/// One more operand of AND (`decided` FALSE) or OR (`decided` TRUE) into `out`. With
/// `null_decides`, a null on the left stays.
void combine_logic(uint8_t decided, bool null_decides, const Column& operand, Column& out);

}  // namespace leat::exec
