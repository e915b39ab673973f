#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "data/batch.h"
#include "data/format.h"
#include "plan/expr.h"

namespace leat::plan {

/// How the key of a windowed table or of a topic with windowed keys is bounded.
struct WindowSpec {
  enum class Kind : uint8_t { tumbling, hopping, session } kind = Kind::tumbling;
  TimeMs size_ms = 0;
  TimeMs grace_ms = 0;
  TimeMs retention_ms = 0;  // of stream time, for reads; at least size + grace
};

/// What to do with a record that cannot be decoded or computed.
enum class BadRecordPolicy : uint8_t { dead_letter, skip, fail };

/// Where the event time of a record is found.
struct TimestampFrom {
  int column = -1;     // index in the schema; -1: the record's own timestamp
  std::string format;  // Java DateTimeFormatter pattern when the column is a STRING; else empty
};

/// Reads the records of a topic as rows.
struct Source {
  std::string name;  // of the declared stream or table
  std::string topic;
  FormatSpec key_format;
  FormatSpec value_format;
  TimestampFrom timestamp;
  std::optional<TimeMs>
      window_size;  // keys are windowed: inner key bytes, then the start, 8 bytes big-endian
  BadRecordPolicy policy = BadRecordPolicy::dead_letter;
};

/// Keeps the last row of each key and tells what it replaced. Input: a table source without old
/// values; rows with a null key are dropped and counted. Stateful.
struct Materialize {};

/// Keeps rows for which `predicate` is true. Of a table: a row that stops passing leaves as a
/// tombstone; one that did not pass before either leaves nothing.
struct Filter {
  ExprPtr predicate;
};

/// Computes new columns. An empty `key` keeps the key columns (and the partitioning); else the key
/// is replaced. Of a table, both old and new values are computed, and a key that differs splits a
/// change into two rows.
struct Project {
  std::vector<ExprPtr> key;
  std::vector<ExprPtr> value;
  bool drops_null_keys = false;  // GROUP BY: rows with a null in the new key, or without a value,
                                 // are dropped and counted
  bool drops_key = false;        // PARTITION BY NULL: `key` is empty and rows have no key any more
};

/// Sends rows to the task of the partition that their key belongs to: murmur2 over the key as
/// `key_format` writes it. Null keys are spread. Keeps timestamps. Cuts the plan into
/// subtopologies.
struct Repartition {
  FormatSpec key_format;
  int32_t partitions = 0;  // 0: as many as the largest source upstream
};

enum class AggregateKind : uint8_t {
  count_all,
  count,
  count_distinct,
  sum,
  min,
  max,
  avg,
  earliest,
  latest
};

/// One aggregate over one value column of the input (or none, for COUNT(*)).
struct AggregateCall {
  AggregateKind kind;
  int argument = -1;  // index of a value column of the input
  Type result;
};

/// An aggregate of the C++ DSL: code of the user that folds rows into the state of their group. A
/// state is bytes: `state_bytes` held in place, or, where that is 0, of any size.
class CustomFold {
 public:
  virtual ~CustomFold() = default;
  virtual size_t state_bytes() const = 0;
  /// In place: folds row rows[i] of `in` into what stands at states[i], in order; rows of one group
  /// have one place. A place begins with 8 bytes, 0 where the group has no state yet and 1 from the
  /// first on, then the state, unaligned. A row that fails is reported (ascending) and leaves the
  /// place as it was.
  virtual void fold(const Batch& in, std::span<const uint32_t> rows, char* const* states,
                    RowErrors& errors) const = 0;
  /// Of any size: makes `after` the state that follows `before` (a null view: none yet). False: the
  /// row failed, and is reported.
  virtual bool fold_one(const Batch& in, uint32_t row, ByteView before, std::string& after,
                        RowErrors& errors) const = 0;
};

/// Groups by the whole key. Output: the key, then one value column per call. Over a table the old
/// value is taken out before the new one goes in. Stateful.
struct Aggregate {
  std::vector<AggregateCall> calls;
  std::optional<WindowSpec> window;
  bool emit_final = false;
  /// Of the C++ DSL, in place of calls: the one value column holds its states. Of streams only.
  std::shared_ptr<const CustomFold> fold;
};

/// Joins a stream (input 0) with a table (input 1) by key. Output: the key, the stream's values,
/// the table's values. Only stream rows trigger. Inner: null keys and rows without a match are
/// dropped. The table side must be materialised.
struct StreamTableJoin {
  bool left = false;
};

/// Writes rows to a topic.
struct Sink {
  std::string topic;
  FormatSpec key_format;
  FormatSpec value_format;
  int timestamp_column = -1;  // index in the schema of a column that becomes the record's timestamp
  std::string timestamp_format;  // Java pattern when that column is a STRING
};

/// A step of the C++ DSL over opaque columns: code of the user, called with whole batches.
class CustomStep {
 public:
  virtual ~CustomStep() = default;
  /// Turns `in` (which it may consume) into `out`. Errors of single rows go to `errors`.
  virtual Status process(Batch& in, Batch& out, RowErrors& errors) const = 0;
};
struct Custom {
  std::shared_ptr<const CustomStep> step;
  bool changes_key = false;
  std::string fingerprint;  // what of it is comparable between two builds
};

/// One operator. `id` is stable within its query: state, metrics and EXPLAIN are named by it.
struct Node {
  std::string id;
  std::vector<int> inputs;  // indexes of nodes before this one
  BatchKind kind = BatchKind::stream;
  Schema schema;
  std::optional<WindowSpec> window;  // the key of this node's rows is windowed
  std::variant<Source, Materialize, Filter, Project, Repartition, Aggregate, StreamTableJoin, Sink,
               Custom>
      op;
};

/// A persistent query: a graph of nodes in topological order (inputs come first).
struct Query {
  std::string id;  // also the name of its state, and of the view when it makes a table
  std::vector<Node> nodes;
  std::string statement;  // canonical text of the bound statement, not rewritten: what "the same
                          // query" means
  /// Tables within the query that can be read by a name of their own (C++ DSL): name, node.
  std::vector<std::pair<std::string, int>> views;
  bool stateful() const;
};

/// Pushes filters below projections and to the stream side of joins, and merges neighbouring
/// projections, where no row could fail elsewhere because of it. Results, names of nodes and state
/// never change.
Query rewrite(Query query);

/// Which columns of the schema of a Source node (by index) anybody reads: what its decoder has to
/// fill. A table that is kept is kept whole.
std::vector<uint8_t> needed_columns(const Query& query, int source);

/// Text form of a whole physical plan, for the catalogue; parse gives the same plan back.
/// Custom steps cannot be persisted (their program builds them anew each start): unsupported.
Result<std::string> encode(const Query& query);
Result<Query> decode(std::string_view text, const FunctionRegistry& functions);

/// Draws the plan as a tree with one line a node, for EXPLAIN; `annotate` may add counters behind a
/// node's line.
std::string draw(const Query& query, const std::function<std::string(const Node&)>& annotate);

/// A connected part of a query whose nodes run in one task per partition. Begins at sources and
/// behind repartitions, ends at sinks and before repartitions.
struct Subtopology {
  std::vector<int>
      nodes;  // indexes into Query::nodes, in order; a Repartition belongs to the part above it
  std::vector<int> repartitions;  // Repartition nodes (of other parts) that feed this part
  int32_t partitions = 0;         // number of tasks
};

/// Cuts a query into subtopologies, upstream before downstream, and settles partition counts.
/// `partitions_of` gives the count of a topic. Errors: invalid_argument when a join's sides are not
/// co-partitioned.
Result<std::vector<Subtopology>> split(
    Query& query, const std::function<Result<int32_t>(const std::string&)>& partitions_of);

}  // namespace leat::plan
