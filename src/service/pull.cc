// A pull query: find the rows in the view, then what the statement computes from them.
#include "service/application.h"
#include "service/output_rows.h"

namespace leat::service {
namespace {

runtime::ReadRequest where_to_look(const sql::bound::PullQuery& query) {
  runtime::ReadRequest request;
  if (query.keys) {
    for (const std::string& key : *query.keys) request.views.push_back({query.view, key, {}});
    return request;
  }
  runtime::ViewRead read{query.view, std::nullopt, {}};
  read.range.from = query.from;
  read.range.to = query.to;
  read.range.ordered = !query.from.empty() || query.to.has_value();
  request.views.push_back(std::move(read));
  return request;
}

}  // namespace

Result<StatementResult> Application::pull(const sql::bound::PullQuery& query) {
  StatementResult result;
  OutputRules rules{query.predicate, &query.columns, clock_.now_ms(), options_.session.ksqldb()};
  for (const auto& column : query.columns) result.columns.push_back({column.name, column.type});
  result.rows = std::make_unique<Batch>();
  prepare_output(rules, *result.rows);

  runtime::ReadRequest request = where_to_look(query);
  auto answer =
      wait<runtime::ReadAnswer>([&](std::function<void(Result<runtime::ReadAnswer>)> done) {
        runtime_->read(std::move(request), std::move(done));
      });
  if (!answer.has_value()) return std::move(answer).error();
  result.position = answer->position;
  size_t limit = query.limit ? static_cast<size_t>(*query.limit) : SIZE_MAX;
  for (runtime::ViewRows& view : answer->views)
    LEAT_CHECK(append_output(*view.rows, rules, limit, *result.rows));
  return result;
}

}  // namespace leat::service
