#pragma once
#include <span>
#include <string>
#include <vector>

#include "base/arena.h"
#include "data/column.h"
#include "plan/node.h"

namespace leat::exec {

/// The running values of a group's aggregates as bytes of a state table. Layout: the largest
/// timestamp (8 bytes), then a cell a call, then the bytes of strings, in the order of their cells.
/// All zero is the empty group. Cells, in steps of 8 bytes, little-endian:
///   COUNT, COUNT_DISTINCT         count (8)
///   SUM                           INT, BIGINT: sum (8); DOUBLE: sum (8); DECIMAL: unscaled (16)
///   AVG                           count (8), then sum: DOUBLE (8), else exact (16)
///   MIN, MAX, EARLIEST, LATEST    1 if there is one (8), then the value (8 or 16);
///                                 of STRING and BYTES: its length + 1, or 0 (8)
/// Kept on disk.
class Accumulators {
 public:
  /// `input`: the value columns that the calls' arguments index. `wraps`: integer sums wrap around
  /// instead of failing.
  Accumulators(const std::vector<plan::AggregateCall>& calls, const std::vector<Field>& input,
               bool wraps);

  size_t fixed_bytes() const { return fixed_bytes_; }
  bool has_tails() const { return tails_ > 0; }
  /// Whether adding a row may fail (a sum that does not fit its type).
  bool can_fail() const { return can_fail_; }
  bool counts_only() const { return counts_only_; }
  bool has_distinct() const { return !distinct_.empty(); }

  /// Adds (or takes out) one row to the fixed part of a group, but for distinct counts. `values`
  /// holds the columns that arguments index. Returns the call that failed, or -1; the group is
  /// then half done.
  /// With tails, `tails` has a view for each string cell, which is replaced by a view into the
  /// row.
  int add(char* group, const Column* values, size_t row, ByteView* tails) const;
  int take_out(char* group, const Column* values, size_t row) const;
  std::string name_of_call(int call) const;

  /// A COUNT_DISTINCT call: which column, and where its count stands.
  struct Distinct {
    size_t call;
    size_t argument;
    uint32_t at;
  };
  const std::vector<Distinct>& distinct() const { return distinct_; }

  /// Views of a group's strings, in the order of their cells.
  void read_tails(ByteView group, std::vector<ByteView>& tails) const;
  /// `fixed` with the strings behind it.
  void write_tails(ByteView fixed, const std::vector<ByteView>& tails, std::string& out) const;

  /// Fills columns[first...], one a call, from groups; a null view gives nulls.
  void finalise(std::span<const ByteView> groups, std::vector<Column>& columns, size_t first,
                Arena& arena) const;

 private:
  struct Cell {
    plan::AggregateKind kind;
    Type argument_type;
    Type result;
    size_t argument = 0;
    uint32_t at = 0;
    int tail = -1;
  };
  uint32_t cell_bytes(const Cell& cell) const;
  bool add_sum(const Cell& cell, char* at, const Column& column, size_t row, int sign) const;
  bool add_average(const Cell& cell, char* at, const Column& column, size_t row, int sign) const;
  void choose(const Cell& cell, char* at, const Column& column, size_t row, ByteView* tails) const;
  void finalise_cell(const Cell& cell, std::span<const ByteView> groups, Column& out) const;
  void finalise_tail(const Cell& cell, std::span<const ByteView> groups, Column& out) const;

  std::vector<Cell> cells_;
  std::vector<Distinct> distinct_;
  uint32_t fixed_bytes_ = 8;
  int tails_ = 0;
  bool wraps_;
  bool can_fail_ = false;
  bool counts_only_ = true;
};

}  // namespace leat::exec
