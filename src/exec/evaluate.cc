#include "exec/evaluate.h"

#include <algorithm>

#include "base/assert.h"
#include "exec/evaluate_rows.h"
#include "plan/kernels.h"
#include "plan/operators.h"

namespace leat::exec {
namespace {

using plan::Expr;
using plan::ExprKind;

// Whether the expression gives one value for all rows of a batch.
bool is_constant(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::column:
    case ExprKind::rowtime:
    case ExprKind::rowpartition:
    case ExprKind::rowoffset:
    case ExprKind::window_start:
    case ExprKind::window_end: return false;
    case ExprKind::call:
      if (!expr.function->constant_per_batch) return false;
      break;
    default: break;
  }
  return std::all_of(expr.args.begin(), expr.args.end(),
                     [](const auto& arg) { return is_constant(*arg); });
}

// One evaluation of one expression. Errors are collected in the order in which they happen, with
// row numbers of the outermost input.
class Evaluation {
 public:
  Evaluation(const EvalInput& input, const EvalOptions& options, Arena& arena, RowErrors& errors)
      : input_(input), options_(options), arena_(arena), errors_(errors) {}

  void run(const Expr& expr, Column& out) {
    out.reset(expr.type);
    out.resize(input_.rows);
    if (input_.rows > 1 && expr.kind != ExprKind::literal && is_constant(expr))
      return broadcast(expr, out);
    switch (expr.kind) {
      case ExprKind::literal: return fill_literal(expr, out);
      case ExprKind::column: return copy_column(*input_.columns[column_index(expr)], out);
      case ExprKind::rowtime: return copy_numbers(input_.timestamps, out);
      case ExprKind::rowpartition: return copy_numbers(input_.partitions, out);
      case ExprKind::rowoffset: return copy_numbers(input_.offsets, out);
      case ExprKind::window_start: return copy_numbers(input_.window_start, out);
      case ExprKind::window_end: return copy_numbers(input_.window_end, out);
      case ExprKind::call: return run_call(expr, out);
      case ExprKind::cast: return run_cast(expr, out);
      case ExprKind::and_:
      case ExprKind::or_: return run_logic(expr, out);
      case ExprKind::case_: return run_case(expr, out);
      case ExprKind::coalesce: return run_coalesce(expr, out);
    }
  }

 private:
  size_t column_index(const Expr& expr) const {
    auto index = static_cast<size_t>(expr.index);
    LEAT_ASSERT(expr.index >= 0 && index < input_.columns.size());
    return index;
  }

  // The values of an argument: a column of the input as it lies there, anything else computed.
  const Column& operand(const Expr& expr, ScratchColumn& scratch) {
    if (expr.kind == ExprKind::column) return *input_.columns[column_index(expr)];
    run(expr, *scratch);
    return *scratch;
  }

  void broadcast(const Expr& expr, Column& out) {
    EvalInput one = input_;
    one.rows = 1;
    RowErrors failed;
    ScratchColumn value;
    Evaluation(one, options_, arena_, failed).run(expr, *value);
    repeat_value(*value, out);
    if (failed.empty()) return;
    for (size_t i = 0; i < input_.rows; ++i)
      errors_.push_back({static_cast<uint32_t>(i), failed[0].error});
  }

  void report(RowErrors& failed, bool from_function) {
    // A function of ksqlDB that fails gives NULL; an operator or cast that fails makes the whole
    // expression NULL.
    if (options_.ksqldb && from_function) return;
    for (auto& error : failed) errors_.push_back(std::move(error));
  }

  void run_call(const Expr& expr, Column& out) {
    const plan::Function& function = *expr.function;
    std::vector<ScratchColumn> scratch(expr.args.size());
    std::vector<const Column*> args;
    args.reserve(expr.args.size());
    for (size_t i = 0; i < expr.args.size(); ++i)
      args.push_back(&operand(*expr.args[i], scratch[i]));
    if (function.null_in_null_out)
      for (const Column* arg : args) null_where_null(*arg, out);
    RowErrors failed;
    function.kernel(context(expr, failed), args, out);
    if (!failed.empty()) report(failed, !plan::is_operator(function.name));
  }

  void run_cast(const Expr& expr, Column& out) {
    ScratchColumn scratch;
    const Column& in = operand(*expr.args[0], scratch);
    null_where_null(in, out);
    RowErrors failed;
    plan::cast_column(context(expr, failed), in, out);
    if (!failed.empty()) report(failed, false);
  }

  plan::CallContext context(const Expr& expr, RowErrors& failed) const {
    return {.rows = input_.rows,
            .arena = arena_,
            .errors = failed,
            .result = expr.type,
            .ksqldb = options_.ksqldb,
            .now = options_.now};
  }

  // Computes `expr` for the rows named, into the same rows of `out`.
  void run_rows(const Expr& expr, const std::vector<uint32_t>& rows, Column& out) {
    if (rows.empty()) return;
    if (rows.size() == input_.rows) {
      run(expr, out);
      return;
    }
    RowSubset subset(input_, rows, expr);
    ScratchColumn value;
    RowErrors failed;
    Evaluation(subset.input(), options_, arena_, failed).run(expr, *value);
    scatter(*value, rows, out);
    for (auto& error : failed) {
      error.row = rows[error.row];
      errors_.push_back(std::move(error));
    }
  }

  // AND and OR. `decided` is the value that ends the search: FALSE for AND, TRUE for OR. What is
  // left over of NULL and the other value is NULL. ksqlDB does not look past a NULL either.
  void run_logic(const Expr& expr, Column& out) {
    uint8_t decided = expr.kind == ExprKind::or_;
    run(*expr.args[0], out);
    for (size_t k = 1; k < expr.args.size(); ++k) {
      const Expr& arg = *expr.args[k];
      if (plan::is_total(arg)) {
        ScratchColumn scratch;
        combine_logic(decided, options_.ksqldb, operand(arg, scratch), out);
        continue;
      }
      std::vector<uint32_t> open;
      for (uint32_t i = 0; i < input_.rows; ++i) {
        bool null = out.is_null(i);
        if (null ? !options_.ksqldb : out.at<uint8_t>(i) != decided) open.push_back(i);
      }
      ScratchColumn value;
      value->reset(expr.type);
      value->resize(input_.rows);
      std::fill_n(value->data<uint8_t>(), input_.rows, !decided);
      run_rows(arg, open, *value);
      combine_logic(decided, options_.ksqldb, *value, out);
    }
  }

  void run_case(const Expr& expr, Column& out) {
    std::vector<uint32_t> open(input_.rows);
    for (uint32_t i = 0; i < input_.rows; ++i) open[i] = i;
    size_t pairs = expr.args.size() / 2;
    ScratchColumn condition;
    for (size_t k = 0; k < pairs && !open.empty(); ++k) {
      condition->reset(Type::boolean());
      condition->resize(input_.rows);
      run_rows(*expr.args[2 * k], open, *condition);
      std::vector<uint32_t> taken, left;
      for (uint32_t i : open)
        (!condition->is_null(i) && condition->at<uint8_t>(i) != 0 ? taken : left).push_back(i);
      run_branch(*expr.args[2 * k + 1], taken, out);
      open = std::move(left);
    }
    if (expr.args.size() % 2 == 1)
      run_branch(*expr.args.back(), open, out);
    else
      for (uint32_t i : open) out.set_null(i);
  }

  // A result of CASE or COALESCE for some rows. What is cheap is computed for all and copied where
  // it is wanted.
  void run_branch(const Expr& expr, const std::vector<uint32_t>& rows, Column& out) {
    if (rows.empty()) return;
    if (rows.size() == input_.rows || !plan::is_total(expr)) return run_rows(expr, rows, out);
    ScratchColumn scratch;
    copy_rows(operand(expr, scratch), rows, out);
  }

  void run_coalesce(const Expr& expr, Column& out) {
    run(*expr.args[0], out);
    for (size_t k = 1; k < expr.args.size() && out.has_nulls(); ++k) {
      std::vector<uint32_t> open;
      for (uint32_t i = 0; i < input_.rows; ++i)
        if (out.is_null(i)) open.push_back(i);
      run_branch(*expr.args[k], open, out);
    }
  }

  const EvalInput& input_;
  const EvalOptions& options_;
  Arena& arena_;
  RowErrors& errors_;
};

// Sorts by row, the first report of a row first, and keeps that.
void one_per_row(RowErrors& errors) {
  std::stable_sort(errors.begin(), errors.end(),
                   [](const RowError& a, const RowError& b) { return a.row < b.row; });
  auto last = std::unique(errors.begin(), errors.end(),
                          [](const RowError& a, const RowError& b) { return a.row == b.row; });
  errors.erase(last, errors.end());
}
}  // namespace

EvalInput EvalInput::new_side(const Batch& batch) {
  EvalInput in;
  in.rows = batch.rows();
  for (const Column& column : batch.columns) in.columns.push_back(&column);
  in.timestamps = &batch.timestamps;
  in.offsets = &batch.offsets;
  in.partitions = &batch.partitions;
  in.window_start = &batch.window_start;
  in.window_end = &batch.window_end;
  return in;
}

EvalInput EvalInput::old_side(const Batch& batch) {
  EvalInput in = new_side(batch);
  LEAT_ASSERT(batch.columns.size() >= batch.old.size());
  size_t keys = batch.columns.size() - batch.old.size();
  for (size_t i = 0; i < batch.old.size(); ++i) in.columns[keys + i] = &batch.old[i];
  return in;
}

void evaluate(const plan::Expr& expr, const EvalInput& input, const EvalOptions& options,
              Arena& arena, RowErrors& errors, Column& out) {
  RowErrors failed;
  Evaluation(input, options, arena, failed).run(expr, out);
  if (failed.empty()) return;
  for (const RowError& error : failed) out.set_null(error.row);
  if (options.ksqldb) return;
  for (auto& error : failed) errors.push_back(std::move(error));
  one_per_row(errors);
}

}  // namespace leat::exec
