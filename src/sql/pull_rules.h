#pragma once
#include "sql/bind_context.h"
#include "sql/query_analysis.h"

namespace leat::sql {

/// What ksqlDB refuses in a query without EMIT and Leat by itself answers: the place of a row
/// (ROWPARTITION, ROWOFFSET), a declared table that no query keeps, keys of another type in IN.
/// Called under compatibility = 'ksqldb'. Errors: invalid_argument.
Status check_pull_as_ksqldb(const BindContext& context, const Query& query,
                            const QueryAnalysis& analysis);

}  // namespace leat::sql
