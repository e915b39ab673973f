#pragma once
#include "sql/bound.h"

namespace leat::sql {

/// Finds out of a condition over a table's schema which keys and windows can fulfil it, and sets
/// keys, from, to, window_start and window_end of `out`. They never leave out a row that does.
void find_keys(const plan::Expr& predicate, const Schema& schema, bound::PullQuery& out);

}  // namespace leat::sql
