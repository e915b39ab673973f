#pragma once
#include <span>
#include <vector>

#include "exec/operator.h"

namespace leat::exec {

/// A node that keeps a table: a key's canonical bytes (behind them the window's start, where there
/// are windows) to a value that begins with the largest timestamp that went into it.
class StatefulOperator : public Operator {
 public:
  StatefulOperator(TaskContext& task, int node);

  state::KeyedTable& table() { return table_; }
  bool windowed() const { return description().window.has_value(); }
  /// Windows that start at or above it are not yet to be seen (EMIT FINAL). INT64_MAX: all are.
  virtual TimeMs visible_below() const { return INT64_MAX; }

  /// Fills the value columns (from `first` on) from table values; a null view gives nulls.
  virtual void decode_values(std::span<const ByteView> values, std::vector<Column>& columns,
                             size_t first, Arena& arena) = 0;
  /// Fills the key columns, and the windows of `out` where there are any, from table keys.
  void decode_keys(std::span<const ByteView> keys, Batch& out);
  /// Rows of the table as a batch without old values; null values give rows that are not present.
  void decode_rows(const std::vector<ByteView>& keys, const std::vector<ByteView>& values,
                   Batch& out);

  void add_stores(Stores& stores) override { stores.push_back({store_name(), &table_, &delta_}); }

  static TimeMs time_of(ByteView value) { return load_le<TimeMs>(value.data()); }

 protected:
  /// Changes of the table on their way down. Null views: was not there, is gone.
  struct Changes {
    std::vector<ByteView> keys, before, after;  // the first `count` of each
    std::vector<TimeMs> times;
    size_t count = 0;
    /// With every update going on by itself: the row of the input batch that made each change.
    std::vector<uint32_t> rows;
    size_t size() const { return count; }
    void clear() {
      count = 0;
      rows.clear();
    }
    void add(ByteView key, ByteView was, ByteView is, TimeMs time) {
      if (count == keys.size()) [[unlikely]]
        grow();
      keys[count] = key;
      before[count] = was;
      after[count] = is;
      times[count] = time;
      ++count;
    }

   private:
    void grow();
  };
  /// Passes `changes_` on as rows and forgets them. `cause`: the batch that `rows` refers to.
  Status emit_changes(const Batch* cause = nullptr);
  /// Passes on what the epoch did to the table, a row for each key, in the order of first touches.
  Status emit_net_changes();
  /// The value that a key without one counts as having had.
  virtual ByteView before_first() const { return ByteView(); }
  /// The time of a change that took a key out.
  virtual TimeMs time_of_removal(ByteView /*key*/, ByteView before) const {
    return time_of(before);
  }
  bool every_update() const { return task().options.every_update; }

  Changes changes_;

 private:
  state::KeyedTable table_;
  state::DeltaWriter delta_;
  bool wants_old_;
  Batch out_;
  std::vector<ByteView> plain_keys_;
  std::vector<Column> key_columns_;
  std::vector<Type> key_types_;
};

/// Whether the consumers of a node's rows ask what a table row replaced.
bool wants_old_values(const plan::Query& query, int node);

}  // namespace leat::exec
