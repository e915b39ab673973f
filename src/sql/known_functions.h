#pragma once
#include <optional>
#include <span>
#include <string_view>

#include "plan/node.h"

namespace leat::sql {

/// An aggregate function.
struct AggregateFunction {
  std::string_view name;
  plan::AggregateKind kind;
  bool undo;  // a table's change can be taken out of it again
  std::string_view description;
};
std::span<const AggregateFunction> aggregates();

/// The aggregate functions that there are. COUNT is AggregateKind::count, with `*` count_all.
std::optional<plan::AggregateKind> aggregate_named(std::string_view name);
std::string_view name_of(plan::AggregateKind kind);
/// Whether a table's change can be taken out of it again.
bool has_undo(plan::AggregateKind kind);

/// Functions of ksqlDB that are not here yet: "aggregate function", "table function", "function";
/// empty: none of it.
std::string_view later_function(std::string_view name);

}  // namespace leat::sql
