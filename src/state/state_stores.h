#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "log/log.h"
#include "state/keyed_table.h"

namespace leat::state {

/// The state stores of one task by name, "<query>/<node>/<partition>" as in StateDelta::store. All
/// stores share the task's epochs. One owner thread.
class StateStores {
 public:
  /// The store `name`, made with `options` when there is none. The reference stays good until
  /// drop. Asking again with other options is a bug (asserted).
  KeyedTable& open(std::string_view name, const KeyedTable::Options& options = {});
  /// nullptr when there is none.
  KeyedTable* find(std::string_view name) const;
  /// Forgets a store and its contents.
  void drop(std::string_view name);
  /// By name.
  const std::map<std::string, std::unique_ptr<KeyedTable>, std::less<>>& all() const {
    return stores_;
  }

  /// Appends one StateDelta for each store that the open epoch changed, by name.
  void encode_deltas(std::vector<StateDelta>& out) const;
  /// Applies a delta read back from a commit. Errors: not_found (no such store: the caller decides
  /// whether it belongs to another task), invalid_data.
  Status apply(ByteView store, ByteView delta);
  void commit();
  void rollback();
  /// Drops all contents; the stores stay.
  void clear();

  size_t changes() const;
  size_t memory_bytes() const;

 private:
  std::map<std::string, std::unique_ptr<KeyedTable>, std::less<>> stores_;
};

}  // namespace leat::state
