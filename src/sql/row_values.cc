#include "sql/row_values.h"

#include "base/text.h"
#include "plan/coercion.h"
#include "sql/bind_expr.h"
#include "sql/constant.h"

namespace leat::sql {
namespace {

using Kind = RowColumn::Kind;

Result<RowColumn> pseudo_column(const BindContext& context, const Identifier& name,
                                bool asserting) {
  if (equals_ignoring_case(name.text, "ROWTIME")) return RowColumn{Kind::rowtime, 0};
  if (asserting && equals_ignoring_case(name.text, "WINDOWSTART"))
    return RowColumn{Kind::window_start, 0};
  if (asserting && equals_ignoring_case(name.text, "WINDOWEND"))
    return RowColumn{Kind::window_end, 0};
  return context.invalid(name.span, to_upper(name.text) + " cannot be given: the log decides it");
}

Error unknown(const BindContext& context, const SourceDef& source, const Identifier& name) {
  std::vector<std::string> names;
  for (size_t i = 0; i < source.schema.width(); ++i) names.push_back(source.schema.at(i).name);
  auto near = nearest(name.text, names);
  return context.error(ErrorCode::not_found, name.span,
                       "there is no column " + context.name(name) + " in " + source.name,
                       near ? "did you mean " + *near + "?" : std::string());
}

Result<RowColumn> row_column(const BindContext& context, const SourceDef& source,
                             const Identifier& name, bool asserting) {
  std::string wanted = context.name(name);
  for (size_t i = 0; i < source.schema.width(); ++i)
    if (context.same(source.schema.at(i).name, wanted)) return RowColumn{Kind::column, i};
  if (is_reserved_column(wanted)) return pseudo_column(context, name, asserting);
  return unknown(context, source, name);
}

Result<TimeMs> time_of(const BindContext& context, const Expr& expr, const plan::ExprPtr& bound) {
  auto time = constant_for(bound, Type::int64(), context.ksqldb);
  if (!time) time = constant_for(bound, Type::timestamp(), context.ksqldb);
  if (!time || !std::holds_alternative<int64_t>(*time))
    return context.invalid(expr.span, "this is not a time: " + std::string(context.text(expr.span)),
                           "milliseconds since 1970, or such as '2024-05-31T23:59:58'");
  return std::get<int64_t>(*time);
}

}  // namespace

Result<std::vector<RowColumn>> bind_row_columns(const BindContext& context, const SourceDef& source,
                                                const std::vector<Identifier>& names,
                                                bool asserting) {
  std::vector<RowColumn> out;
  if (names.empty()) {
    for (size_t i = 0; i < source.schema.width(); ++i) {
      out.push_back({Kind::column, i});
    }
    return out;
  }
  for (const Identifier& name : names) {
    LEAT_TRY(RowColumn column, row_column(context, source, name, asserting));
    for (const RowColumn& other : out)
      if (other.kind == column.kind && other.index == column.index)
        return context.invalid(name.span, "column " + context.name(name) + " is named twice");
    out.push_back(column);
  }
  return out;
}

Result<RowValues> bind_row(const BindContext& context, const SourceDef& source,
                           const std::vector<RowColumn>& columns, const std::vector<Expr>& values,
                           const SourceSpan& span, std::string_view clause) {
  if (values.size() != columns.size())
    return context.invalid(span, std::to_string(columns.size()) + " columns, and " +
                                     std::to_string(values.size()) + " values");
  RowValues out;
  out.columns.resize(source.schema.width());
  out.given.resize(source.schema.width(), 0);
  ExprBinder binder(context, nullptr, clause);
  for (size_t i = 0; i < values.size(); ++i) {
    LEAT_TRY(plan::ExprPtr bound, binder.bind(values[i]));
    switch (columns[i].kind) {
      case Kind::rowtime: {
        LEAT_TRY(out.rowtime, time_of(context, values[i], bound));
        break;
      }
      case Kind::window_start: {
        LEAT_TRY(out.window_start, time_of(context, values[i], bound));
        break;
      }
      case Kind::window_end: {
        LEAT_TRY(out.window_end, time_of(context, values[i], bound));
        break;
      }
      case Kind::column: {
        const Field& field = source.schema.at(columns[i].index);
        auto value = constant_for(bound, field.type, context.ksqldb);
        if (!value)
          return context.invalid(values[i].span,
                                 "column " + field.name + " (" + field.type.to_string() +
                                     "): " + value.error().message(),
                                 value.error().hint());
        out.columns[columns[i].index] = *std::move(value);
        out.given[columns[i].index] = 1;
        break;
      }
    }
  }
  return out;
}

std::unique_ptr<Batch> make_batch(const SourceDef& source) {
  auto batch = std::make_unique<Batch>();
  batch->kind = source.is_table ? BatchKind::table : BatchKind::stream;
  for (size_t i = 0; i < source.schema.width(); ++i)
    batch->columns.emplace_back(source.schema.at(i).type);
  return batch;
}

void append_row(Batch& batch, const RowValues& row) {
  for (size_t i = 0; i < batch.columns.size(); ++i)
    append_value(batch.columns[i], row.columns[i], batch.arena);
  batch.present.push_back(1);
  batch.timestamps.push_back(row.rowtime.value_or(kNoTime));
}

}  // namespace leat::sql
