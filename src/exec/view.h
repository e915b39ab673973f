#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/batch.h"
#include "exec/task.h"
#include "plan/node.h"

namespace leat::exec {

/// Reads the table that a query makes: the rows of its last stateful node, through the filters and
/// projections that follow it. Only at an epoch boundary, on the thread that owns the tasks.
class View {
 public:
  /// The view of a query that makes a table; not_found when it makes none. `query` must outlive the
  /// view.
  static Result<std::unique_ptr<View>> of(std::shared_ptr<const plan::Query> query,
                                          const TaskOptions& options);
  /// The table at one node of a query.
  static Result<std::unique_ptr<View>> of(std::shared_ptr<const plan::Query> query, int node,
                                          const TaskOptions& options);

  virtual ~View() = default;
  /// What UNIX_TIMESTAMP() gives in the reads that follow.
  virtual void set_now(TimeMs now) = 0;
  virtual const Schema& schema() const = 0;  // of its rows: key columns, then value columns
  virtual const std::optional<plan::WindowSpec>& window() const = 0;
  /// Subtopology (index into split()) whose tasks hold the state.
  virtual int node() const = 0;  // the stateful node

  struct Range {
    std::string from;               // canonical key bytes, inclusive; empty: from the start
    std::optional<std::string> to;  // exclusive
    size_t limit = SIZE_MAX;        // rows
    bool ordered = false;  // in canonical key order (builds the order index on the first use)
  };
  /// Appends the rows of one key (all its windows, ascending) to `out`; `key` in canonical bytes
  /// without the window.
  virtual Status lookup(Task& task, ByteView key, Batch& out) = 0;
  /// Appends rows and their canonical keys (with window start, when windowed) to `out` and `keys`.
  /// `more` tells whether the limit cut it short.
  virtual Status scan(Task& task, const Range& range, Batch& out, std::vector<std::string>& keys,
                      bool& more) = 0;
};

}  // namespace leat::exec
