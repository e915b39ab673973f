#pragma once
#include "service/application.h"

namespace leat::service {

/// SHOW and LIST.
Result<StatementResult> run_show(Application& app, const sql::bound::Show& show,
                                 const sql::Session& session);
/// DESCRIBE of a stream, table or function; EXTENDED adds the queries and their counters.
Result<StatementResult> run_describe(Application& app, const sql::bound::Describe& describe);
/// EXPLAIN: the plan as a tree, with each node's counters where the query runs.
Result<StatementResult> run_explain(Application& app, const sql::bound::Explain& explain);

/// What every query is doing, waited for.
Result<std::vector<runtime::QueryStatus>> query_status(Application& app);
/// "late 12, dropped 3" behind a node's line; empty where nothing was counted.
std::string describe_counters(const exec::NodeCounters& counters);

}  // namespace leat::service
