#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "exec/accumulators.h"
#include "exec/fold_layout.h"
#include "exec/stateful.h"

namespace leat::exec {

/// Groups rows by their whole key, and by tumbling window where there is one. Each row advances
/// stream time first; a row whose window has closed by then (end + grace <= stream time) is late:
/// counted, not used. Of a table, what a row was is taken out before what it is goes in. A row that
/// makes a sum overflow is rejected and changes nothing.
class AggregateOperator final : public StatefulOperator {
 public:
  /// Errors: unsupported (a kind of window), invalid_argument (EMIT FINAL without a window).
  static Result<std::unique_ptr<AggregateOperator>> make(TaskContext& task, int node);

  Status process(Batch& in, size_t port) override;
  Status flush() override;
  void reset() override { lost_.clear(); }

  TimeMs visible_below() const override {
    return aggregate_.emit_final ? state.emitted : INT64_MAX;
  }
  void decode_values(std::span<const ByteView> values, std::vector<Column>& columns, size_t first,
                     Arena& arena) override {
    if (aggregate_.fold)
      fold_.decode(values, columns[first], arena);
    else
      accumulators_.finalise(values, columns, first, arena);
  }
  void add_stores(Stores& stores) override;

 private:
  AggregateOperator(TaskContext& task, int node);
  /// What a group counts as having been before its first row. In Kafka Streams that is the empty
  /// group, where its rows come from a stream: HAVING SUM(x) = 0 lets it pass, and a first row that
  /// does not pass leaves a tombstone.
  ByteView before_first() const override {
    return empty_group_.empty() ? ByteView() : ByteView(empty_group_);
  }
  bool emits_each() const { return every_update() && !aggregate_.emit_final; }
  void select_rows(const Batch& in);
  void make_keys(const Batch& in);
  void find_groups(size_t begin, size_t end);
  void count_rows(const Batch& in);
  void count_rows(const Batch& in, size_t begin, size_t end);
  void update_rows(const Batch& in);
  void update_row(const Batch& in, size_t i);
  int apply(char* group, const Batch& in, uint32_t row, ByteView* tails);
  bool apply_in_place(const Batch& in, size_t i, state::Entry*& entry);
  bool apply_with_tails(const Batch& in, size_t i, state::Entry*& entry);
  void count_distinct(const Batch& in, size_t i, char* group);
  void count_distinct_value(const Accumulators::Distinct& distinct, size_t table, ByteView group,
                            const Column& column, size_t row, int64_t sign, char* count);
  void fail(uint32_t row, int call);
  size_t group_bytes() const {
    return aggregate_.fold ? fold_.fixed_bytes() : accumulators_.fixed_bytes();
  }
  // aggregate_fold.cc
  void fold_rows(const Batch& in);
  void fold_in_place(const Batch& in, size_t begin, size_t end);
  void fold_any_size(const Batch& in, size_t i);

  bool loses_windows() const {
    return task().options.kafka_streams_timing && aggregate_.emit_final;
  }
  void lose_windows(TimeMs before, TimeMs now);
  void drop_lost_windows();
  Status emit_closed_windows();
  void order_by_topic_keys(std::vector<ByteView>& keys, std::vector<ByteView>& values);
  void expire();

  const plan::Aggregate& aggregate_;
  Accumulators accumulators_;
  FoldLayout fold_;  // where code of the program aggregates
  std::vector<std::unique_ptr<state::KeyedTable>> distinct_;  // by COUNT_DISTINCT call
  std::optional<FormatSpec> topic_key_format_;
  std::string empty_group_;  // set where it counts as a former value

  std::vector<std::pair<TimeMs, TimeMs>> lost_;  // starts of windows: from, up to

  Arena arena_;
  std::vector<uint8_t> has_key_, created_;
  std::vector<uint32_t> rows_;  // of the batch that take part
  std::vector<TimeMs> starts_;  // of their windows, by row of the batch
  std::vector<ByteView> all_keys_, keys_;
  std::vector<state::Entry*> entries_;
  std::vector<ByteView> tails_;
  std::vector<char*> places_;
  std::string fixed_, whole_, distinct_key_;
  RowErrors errors_;
};

}  // namespace leat::exec
