#include "exec/table_reader.h"

#include <algorithm>

#include "exec/batch_rows.h"
#include "exec/filter.h"

namespace leat::exec {

Result<TableReader> TableReader::of(const plan::Query& query, int last,
                                    const TaskOptions& options) {
  TableReader reader;
  reader.query_ = &query;
  reader.last_ = last;
  reader.options_.ksqldb = options.ksqldb;
  for (int node = last;;) {
    const plan::Node& at = query.nodes[static_cast<size_t>(node)];
    if (std::holds_alternative<plan::Materialize>(at.op) ||
        std::holds_alternative<plan::Aggregate>(at.op)) {
      reader.base_ = node;
      break;
    }
    const auto* project = std::get_if<plan::Project>(&at.op);
    bool keeps_key = project ? project->key.empty() : std::holds_alternative<plan::Filter>(at.op);
    if (!keeps_key || at.kind != BatchKind::table)
      return Error(ErrorCode::not_found, "no table is kept at " + at.id);
    reader.steps_.push_back(node);
    node = at.inputs.front();
  }
  std::reverse(reader.steps_.begin(), reader.steps_.end());
  return reader;
}

void TableReader::read(StatefulOperator& table, const std::vector<ByteView>& keys,
                       const std::vector<ByteView>& values, Batch& out) {
  table.decode_rows(keys, values, out);
  apply_steps(out);
}

void TableReader::apply_steps(Batch& out) {
  for (int step : steps_) {
    const plan::Node& node = query_->nodes[static_cast<size_t>(step)];
    if (std::holds_alternative<plan::Filter>(node.op))
      filter(node, out);
    else
      project(node, out);
  }
}

void TableReader::filter(const plan::Node& node, Batch& rows) {
  Column result;
  errors_.clear();
  evaluate(*std::get<plan::Filter>(node.op).predicate, EvalInput::new_side(rows), options_,
           rows.arena, errors_, result);
  for (size_t row = 0; row < rows.rows(); ++row)
    if (rows.present[row] && !passes(result, row)) make_absent(rows, row, node.schema.key.size());
}

void TableReader::project(const plan::Node& node, Batch& rows) {
  const auto& exprs = std::get<plan::Project>(node.op).value;
  const size_t keys = node.schema.key.size();
  std::vector<Column> columns(exprs.size());
  for (size_t c = 0; c < exprs.size(); ++c) {
    errors_.clear();
    evaluate(*exprs[c], EvalInput::new_side(rows), options_, rows.arena, errors_, columns[c]);
    for (const RowError& bad : errors_) rows.present[bad.row] = 0;
  }
  rows.columns.resize(keys + exprs.size());
  for (size_t c = 0; c < exprs.size(); ++c) rows.columns[keys + c] = std::move(columns[c]);
  for (size_t row = 0; row < rows.rows(); ++row)
    if (!rows.present[row]) make_absent(rows, row, keys);
}

}  // namespace leat::exec
