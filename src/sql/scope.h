#pragma once
#include <string>
#include <vector>

#include "plan/expr.h"
#include "sql/bind_context.h"

namespace leat::sql {

/// What a clause of a query may refer to. While a query is bound, a column is known by its place in
/// Scope::columns ("virtual" index); which column of which node that becomes is settled when the
/// plan is laid out, after everything has been bound and it is known what is used.
struct ScopeColumn {
  size_t source = 0;  // index into Scope::sources
  std::string name;
  Type type;
  /// A pseudo column of a row that is gone once later rows are computed (a table's ROWTIME, either
  /// side's ROWPARTITION and ROWOFFSET in a join): carried along as a value. Not in `*`.
  std::optional<plan::ExprKind> carried;
};

struct ScopeSource {
  std::string alias;
  const SourceDef* def = nullptr;
};

/// How a clause sees WINDOWSTART and WINDOWEND.
enum class WindowBounds : uint8_t {
  of_source,      // there if the source's keys are windowed
  of_result,      // the SELECT of a windowed aggregation
  out_of_bounds,  // other clauses of a windowed aggregation
};

class Scope {
 public:
  std::vector<ScopeSource> sources;
  std::vector<ScopeColumn> columns;
  /// A pull query: rows come from a view, with their times and without the rest of where they came
  /// from.
  bool of_view = false;

  /// Adds a source and its columns, key columns first.
  void add(std::string alias, const SourceDef& def);

  bool is_join() const { return sources.size() > 1; }
  /// Columns [first, last) of a source, without those that are carried.
  size_t first_column(size_t source) const;
  size_t column_count(size_t source) const { return sources[source].def->schema.width(); }

  /// The expression that a name stands for. Errors: not_found with the nearest name,
  /// invalid_argument where it is ambiguous or has no meaning here.
  Result<plan::ExprPtr> resolve(const BindContext& context, const ColumnRef& reference,
                                const SourceSpan& span, WindowBounds bounds);
  /// Index into sources. Errors: not_found.
  Result<size_t> source_named(const BindContext& context, const Identifier& name) const;
  /// The name of a column in a result: its own, or with its source in front when another source
  /// has the same.
  std::string output_name(const BindContext& context, size_t column) const;
  /// With its source in front: what `*` gives over a join.
  std::string prefixed_name(size_t column) const;

 private:
  Result<plan::ExprPtr> resolve_pseudo(const BindContext& context, std::string_view name,
                                       std::optional<size_t> source, const SourceSpan& span,
                                       WindowBounds bounds);
  Error unknown_column(const BindContext& context, std::string_view name,
                       std::optional<size_t> source, const SourceSpan& span) const;
  plan::ExprPtr carry(size_t source, plan::ExprKind pseudo);
};

}  // namespace leat::sql
