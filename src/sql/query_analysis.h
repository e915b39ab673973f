#pragma once
#include <optional>
#include <string>
#include <vector>

#include "plan/node.h"
#include "sql/bind_context.h"
#include "sql/bind_expr.h"
#include "sql/scope.h"

namespace leat::sql {

enum class QueryUse : uint8_t { persistent, push, pull };

/// One column of a SELECT; `*` has been written out.
struct SelectColumn {
  std::string name;
  plan::ExprPtr expr;  // over the scope; of an aggregation also over kAggregateColumn
  SourceSpan span;
};

/// FROM stream JOIN table ON .. = table's key.
struct JoinShape {
  bool left = false;
  plan::ExprPtr on;                     // the stream's side, over the scope
  std::optional<size_t> stream_column;  // of the scope, when `on` is no more than a column
  size_t table_key = 0;                 // column of the scope
};

/// What the clauses of a query mean, each over the scope, before they become nodes.
struct QueryAnalysis {
  Scope scope;
  std::optional<JoinShape> join;
  plan::ExprPtr where;  // nullptr: none
  std::optional<plan::WindowSpec> window;
  bool emit_final = false;

  bool aggregated = false;
  std::vector<plan::ExprPtr> group_by;  // of an aggregation without one: a constant
  AggregateCalls aggregates;
  plan::ExprPtr having;  // nullptr: none

  bool repartitioned = false;  // PARTITION BY that changes the key
  /// The key of the result: columns of the scope, or what GROUP BY and PARTITION BY say.
  std::vector<plan::ExprPtr> key;
  bool key_dropped = false;  // PARTITION BY NULL
  std::vector<SelectColumn> columns;

  /// Whether the result is a table.
  bool makes_table() const;
  const SourceDef& first_source() const { return *scope.sources[0].def; }
  /// The windows of the result's keys.
  std::optional<plan::WindowSpec> result_window() const;
};

/// Errors: as bind().
Result<QueryAnalysis> analyse(const BindContext& context, const Query& query, QueryUse use);

// Parts of analyse(), in files of their own.
Status analyse_sources(const BindContext& context, const Query& query, QueryAnalysis& out);
Status analyse_select(const BindContext& context, const Query& query, QueryUse use,
                      QueryAnalysis& out);

}  // namespace leat::sql
