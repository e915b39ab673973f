#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/batch.h"
#include "exec/view.h"
#include "runtime/position.h"

namespace leat::runtime {

/// One view to read: one key, or a range.
struct ViewRead {
  std::string view;                // id of the query that makes it
  std::optional<std::string> key;  // canonical bytes, without the window
  exec::View::Range range;         // when there is no key
};

/// Rows of one view. `keys` (canonical, window start behind when windowed) go with the rows of
/// `rows` in order; filled for ranges only.
struct ViewRows {
  std::unique_ptr<Batch> rows;
  std::vector<std::string> keys;
  bool more = false;  // the limit cut it short
  /// For following the view's changes from here on: the ends of the partitions of the topic that
  /// they go to.
  Position changes;
};

/// Several views as of one position.
struct ReadRequest {
  std::vector<ViewRead> views;
  Position after;           // not before this was taken in
  int64_t deadline_ns = 0;  // on the monotonic clock, for `after`; 0: none
};
struct ReadAnswer {
  Position position;
  std::vector<ViewRows> views;
};
using ReadDone = std::function<void(Result<ReadAnswer>)>;

}  // namespace leat::runtime
