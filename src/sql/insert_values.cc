#include "sql/bind_statement.h"
#include "sql/row_values.h"
#include "sql/typing.h"

namespace leat::sql {
namespace {

Status check_target(const BindContext& context, const SourceSpan& span, const SourceDef& target) {
  if (target.read_only)
    return context.invalid(span, target.name + " was made with CREATE SOURCE: it can only be read");
  if (target.window)
    return context.invalid(span,
                           "the keys of " + target.name + " have windows: rows cannot be inserted");
  if (target.is_table && !target.made_by.empty())
    return context.invalid(span, "the rows of " + target.name + " are made by a query",
                           "insert into what it reads");
  return check_width(context, span, target.schema);
}

}  // namespace

Result<bound::Statement> bind_statement(const BindContext& context, const InsertValues& insert) {
  LEAT_TRY(const SourceDef* target, context.source(insert.name));
  LEAT_CHECK(check_target(context, insert.name.span, *target));
  LEAT_TRY(auto columns, bind_row_columns(context, *target, insert.columns, false));
  bound::InsertValues out{*target, make_batch(*target)};
  for (size_t i = 0; i < insert.rows.size(); ++i) {
    LEAT_TRY(RowValues row,
             bind_row(context, *target, columns, insert.rows[i], insert.row_spans[i], "VALUES"));
    for (size_t k = 0; k < target->schema.key.size() && target->is_table; ++k)
      if (std::holds_alternative<std::monostate>(row.columns[k]))
        return context.invalid(insert.row_spans[i],
                               "a row of a table needs its key: " + target->schema.key[k].name);
    append_row(*out.rows, row);
  }
  return out;
}

}  // namespace leat::sql
