#pragma once
#include <memory>
#include <string>
#include <vector>

#include "runtime/lane.h"
#include "runtime/workers.h"
#include "service/application.h"

namespace leat::service {

/// A query of one reader, for as long as it reads: rows as they become durable. It has tasks and
/// state of its own and writes nothing. Owned by one thread at a time.
class PushQuery {
 public:
  virtual ~PushQuery() = default;
  /// Appends rows that are there now to `out` (whose columns are made when it has none); none:
  /// nothing new yet. Errors: a row that cannot be computed, or a topic that has gone.
  virtual Status poll(Batch& out) = 0;
  /// Whether there will be no more rows: the limit, or the end of a bounded query.
  virtual bool finished() const = 0;
};

/// Starts SELECT .. EMIT CHANGES, or the bounded SELECT over a stream, as `session` has it
/// (auto.offset.reset, table.updates).
Result<StatementResult> start_push_query(Application& app, const sql::bound::PushQuery& query,
                                         const sql::Session& session);
/// Starts PRINT: the records of a topic as text.
Result<StatementResult> start_print(Application& app, const sql::bound::Print& print);

}  // namespace leat::service
