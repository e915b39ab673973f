#include "sql/scope.h"

#include "base/text.h"

namespace leat::sql {

using plan::ExprKind;
using plan::ExprPtr;

namespace {

std::optional<ExprKind> pseudo_named(std::string_view name) {
  if (equals_ignoring_case(name, "ROWTIME")) return ExprKind::rowtime;
  if (equals_ignoring_case(name, "ROWPARTITION")) return ExprKind::rowpartition;
  if (equals_ignoring_case(name, "ROWOFFSET")) return ExprKind::rowoffset;
  if (equals_ignoring_case(name, "WINDOWSTART")) return ExprKind::window_start;
  if (equals_ignoring_case(name, "WINDOWEND")) return ExprKind::window_end;
  return std::nullopt;
}

bool is_window_bound(ExprKind kind) {
  return kind == ExprKind::window_start || kind == ExprKind::window_end;
}

}  // namespace

void Scope::add(std::string alias, const SourceDef& def) {
  size_t source = sources.size();
  sources.push_back({std::move(alias), &def});
  for (size_t i = 0; i < def.schema.width(); ++i) {
    const Field& field = def.schema.at(i);
    columns.push_back({source, field.name, field.type, std::nullopt});
  }
}

size_t Scope::first_column(size_t source) const {
  size_t first = 0;
  for (size_t i = 0; i < source; ++i) first += column_count(i);
  return first;
}

Result<size_t> Scope::source_named(const BindContext& context, const Identifier& name) const {
  std::string wanted = context.name(name);
  std::vector<std::string> aliases;
  for (size_t i = 0; i < sources.size(); ++i) {
    if (context.same(sources[i].alias, wanted)) return i;
    aliases.push_back(sources[i].alias);
  }
  auto near = nearest(wanted, aliases);
  return context.error(ErrorCode::not_found, name.span,
                       wanted + " is no source of this query, nor an alias of one",
                       "its sources are " + aliases[0] +
                           (aliases.size() > 1 ? " and " + aliases[1] : std::string()) +
                           (near ? "; did you mean " + *near + "?" : std::string()));
}

Result<ExprPtr> Scope::resolve(const BindContext& context, const ColumnRef& reference,
                               const SourceSpan& span, WindowBounds bounds) {
  std::optional<size_t> source;
  if (reference.source) {
    LEAT_TRY(source, source_named(context, *reference.source));
  }
  std::string wanted = context.name(reference.name);
  std::optional<size_t> found;
  for (size_t i = 0; i < columns.size(); ++i) {
    const ScopeColumn& column = columns[i];
    if (column.carried || (source && column.source != *source) ||
        !context.same(column.name, wanted))
      continue;
    if (found)
      return context.invalid(span, "column " + wanted + " is ambiguous",
                             "write " + sources[columns[*found].source].alias + "." + wanted +
                                 " or " + sources[column.source].alias + "." + wanted);
    found = i;
  }
  if (found) return plan::column(static_cast<int>(*found), columns[*found].type);
  return resolve_pseudo(context, wanted, source, span, bounds);
}

Result<ExprPtr> Scope::resolve_pseudo(const BindContext& context, std::string_view name,
                                      std::optional<size_t> source, const SourceSpan& span,
                                      WindowBounds bounds) {
  auto pseudo = pseudo_named(name);
  if (!pseudo) return unknown_column(context, name, source, span);
  size_t of = source.value_or(0);
  const SourceDef& def = *sources[of].def;
  if (is_window_bound(*pseudo)) {
    if (bounds == WindowBounds::of_result) return plan::pseudo(*pseudo);
    if (bounds == WindowBounds::out_of_bounds)
      return context.invalid(
          span, to_upper(name) + " of a windowed aggregation can only be used in its SELECT");
    if (!def.window)
      return context.invalid(
          span,
          to_upper(name) + " is known of windowed rows only, and those of " + def.name + " are not",
          "add a WINDOW to the query");
    return plan::pseudo(*pseudo);
  }
  if (of_view) {
    if (*pseudo == ExprKind::rowtime) return plan::pseudo(*pseudo);
    return context.invalid(span,
                           to_upper(name) + " is not kept: a query without EMIT cannot read it");
  }
  // The rows of a join have the stream's time; all else belongs to rows that came before.
  bool stays = !def.is_table && (!is_join() || *pseudo == ExprKind::rowtime);
  return stays ? plan::pseudo(*pseudo) : carry(of, *pseudo);
}

ExprPtr Scope::carry(size_t source, ExprKind pseudo) {
  for (size_t i = 0; i < columns.size(); ++i)
    if (columns[i].source == source && columns[i].carried == pseudo)
      return plan::column(static_cast<int>(i), columns[i].type);
  ExprPtr expr = plan::pseudo(pseudo);
  columns.push_back({source, plan::to_string(*expr), expr->type, pseudo});
  return plan::column(static_cast<int>(columns.size() - 1), expr->type);
}

Error Scope::unknown_column(const BindContext& context, std::string_view name,
                            std::optional<size_t> source, const SourceSpan& span) const {
  std::vector<std::string> names;
  std::string of;
  for (size_t i = 0; i < sources.size(); ++i)
    if (!source || i == *source) of += (of.empty() ? "" : " or ") + sources[i].alias;
  for (const ScopeColumn& column : columns)
    if (!column.carried && (!source || column.source == *source)) names.push_back(column.name);
  auto near = nearest(name, names);
  std::string hint;
  if (near) {
    bool only_case = equals_ignoring_case(*near, name);
    hint = only_case ? "names in quotes keep their case: did you mean `" + *near + "`?"
                     : "did you mean " + *near + "?";
  } else {
    for (const std::string& known : names) hint += (hint.empty() ? "" : ", ") + known;
    hint = "there are " + hint;
  }
  return context.error(ErrorCode::not_found, span,
                       "there is no column " + std::string(name) + " in " + of, std::move(hint));
}

std::string Scope::prefixed_name(size_t column) const {
  return sources[columns[column].source].alias + "_" + columns[column].name;
}

std::string Scope::output_name(const BindContext& context, size_t column) const {
  for (size_t i = 0; i < columns.size(); ++i)
    if (i != column && !columns[i].carried && columns[i].source != columns[column].source &&
        context.same(columns[i].name, columns[column].name))
      return prefixed_name(column);
  return columns[column].name;
}

}  // namespace leat::sql
