#include "service/output_rows.h"

#include "exec/evaluate.h"

namespace leat::service {
namespace {

/// The rows that pass, at most `limit`.
Result<std::vector<uint32_t>> passing(const Batch& in, const OutputRules& rules, size_t limit,
                                      Arena& arena) {
  std::vector<uint32_t> rows;
  Column passes;
  if (rules.predicate) {
    RowErrors errors;
    exec::evaluate(*rules.predicate, exec::EvalInput::new_side(in), {rules.ksqldb, rules.now},
                   arena, errors, passes);
    if (!errors.empty()) return std::move(errors[0].error).with_context("WHERE");
  }
  const bool needs_value = rules.ksqldb && in.kind == BatchKind::stream;
  for (size_t row = 0; row < in.rows() && rows.size() < limit; ++row) {
    if (needs_value && !in.present[row]) continue;
    if (!rules.predicate || (!passes.is_null(row) && passes.at<uint8_t>(row)))
      rows.push_back(static_cast<uint32_t>(row));
  }
  return rows;
}

}  // namespace

void prepare_output(const OutputRules& rules, Batch& out) {
  out.columns.clear();
  for (const auto& column : *rules.columns) out.columns.emplace_back(column.type);
}

Status append_output(const Batch& in, const OutputRules& rules, size_t limit, Batch& out) {
  if (out.rows() >= limit || in.rows() == 0) return {};
  Arena arena;
  LEAT_TRY(std::vector<uint32_t> rows, passing(in, rules, limit - out.rows(), arena));
  if (rows.empty()) return {};
  std::vector<uint8_t> wanted(in.rows(), 0);
  for (uint32_t row : rows) wanted[row] = 1;
  for (size_t c = 0; c < rules.columns->size(); ++c) {
    Column computed;
    RowErrors errors;
    const auto& column = (*rules.columns)[c];
    exec::evaluate(*column.expr, exec::EvalInput::new_side(in), {rules.ksqldb, rules.now}, arena,
                   errors, computed);
    for (RowError& error : errors)
      if (wanted[error.row]) return std::move(error.error).with_context("column " + column.name);
    Column kept;
    kept.gather(computed, rows);
    kept.own_bytes(out.arena);
    for (size_t i = 0; i < kept.size(); ++i) out.columns[c].append_from(kept, i);
  }
  for (uint32_t row : rows) {
    out.timestamps.push_back(in.timestamps[row]);
    out.present.push_back(in.present[row]);
  }
  return {};
}

}  // namespace leat::service
