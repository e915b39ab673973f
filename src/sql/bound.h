#pragma once
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "data/batch.h"
#include "plan/node.h"
#include "sql/ast.h"
#include "sql/catalogue.h"

// What a statement means against a catalogue: names are resolved, every expression has its type,
// queries are plans. The binder makes these; whoever runs statements carries them out and then
// changes the catalogue.

namespace leat::sql::bound {

/// CREATE STREAM|TABLE over a topic. The topic may not exist yet. A table also starts
/// source_table_query(source).
struct CreateSource {
  SourceDef source;
};

/// A query that runs until it is terminated: CREATE .. AS SELECT, INSERT INTO .. SELECT.
struct CreateQuery {
  plan::Query query;  // ends in a Sink
  QueryDef definition;
  std::optional<SourceDef> result;  // what it creates; nullopt: INSERT INTO
  /// The topic that it writes; to be created for a `result` unless it exists.
  std::string topic;
  int32_t partitions = 0;               // 0: as many as `partitions_of` has
  std::string partitions_of;            // topic of the first source
  std::optional<int64_t> retention_ms;  // -1: for ever
};

/// INSERT INTO .. VALUES. The rows have the columns of the source's schema, all present.
struct InsertValues {
  SourceDef source;
  std::unique_ptr<Batch> rows;  // timestamps: ROWTIME, or kNoTime where none was given
};

/// One column of a query's answer, computed from the rows it is over.
struct OutputColumn {
  std::string name;
  Type type;
  plan::ExprPtr expr;
};

/// A range of times, both ends included.
struct TimeRange {
  TimeMs min = INT64_MIN;
  TimeMs max = INT64_MAX;
};

/// SELECT without EMIT from a table: an answer from its view as of now. `predicate` is the whole
/// WHERE; keys, range and window bounds only tell where to look.
struct PullQuery {
  SourceDef source;
  std::string view;  // id of the query whose view is read
  /// Canonical keys (data/canonical_key.h) without the window: those to look up; nullopt: `from`,
  /// `to`. No key at all when WHERE cannot be true.
  std::optional<std::vector<std::string>> keys;
  std::string from;               // canonical, included; empty: from the start
  std::optional<std::string> to;  // canonical, excluded
  TimeRange window_start;
  TimeRange window_end;
  plan::ExprPtr predicate;  // over the source's schema; nullptr: none
  std::vector<OutputColumn> columns;
  std::optional<int64_t> limit;
};

/// SELECT .. EMIT CHANGES|FINAL: the rows of a query as they come, computed from those of the
/// plan's last node. With `bounded` (SELECT without EMIT from a stream) the answer ends where its
/// inputs' ends were at the start; it begins at their starts.
struct PushQuery {
  plan::Query query;  // without a Sink; id empty
  std::vector<std::string> sources;
  std::vector<OutputColumn> columns;
  std::optional<int64_t> limit;
  bool bounded = false;
};

/// DROP STREAM|TABLE of something that nobody else uses.
struct DropSource {
  SourceDef source;
  bool delete_topic = false;
  std::optional<std::string> query;  // the one that made it, and ends with it
};

/// Nothing is to be done: IF [NOT] EXISTS, and so it is. `message` says why.
struct Nothing {
  std::string message;
};

/// TERMINATE.
struct Terminate {
  std::vector<std::string> queries;  // ids
};

struct Show {
  ShowWhat what = ShowWhat::streams;
  bool all = false;
  bool extended = false;
};

/// DESCRIBE; the name is that of the catalogue, or of a function.
struct Describe {
  DescribeWhat what = DescribeWhat::source;
  std::string name;
  bool extended = false;
};

/// EXPLAIN of a running query, or of a statement.
struct Explain {
  std::optional<std::string> id;
  std::variant<std::monostate, CreateQuery, PullQuery, PushQuery> statement;
};

/// PRINT of a topic; whether it exists is for whoever runs it to say.
struct Print {
  std::string topic;
  bool from_beginning = false;
  int64_t interval = 1;
  std::optional<int64_t> limit;
};

/// SET, with the setting's own name; the value is one of its.
struct SetProperty {
  std::string name;
  std::string value;
  bool system = false;
};
struct UnsetProperty {
  std::string name;
};
struct DefineVariable {
  std::string name;
  std::string value;
};
struct UndefineVariable {
  std::string name;
};

/// ASSERT VALUES: the next record of the source's topic has these values; ASSERT NULL VALUES: it is
/// a tombstone of this key.
struct AssertValues {
  SourceDef source;
  bool tombstone = false;
  std::unique_ptr<Batch> row;     // one row over the source's schema
  std::vector<uint8_t> compared;  // by column of the schema: was written
  std::optional<TimeMs> rowtime;
  std::optional<TimeMs> window_start;
  std::optional<TimeMs> window_end;
};

/// ASSERT STREAM|TABLE: what differs from what was said, in words; empty: it holds.
struct AssertSource {
  std::string name;
  std::vector<std::string> differences;
};

using Statement =
    std::variant<CreateSource, CreateQuery, InsertValues, PullQuery, PushQuery, DropSource, Nothing,
                 Terminate, Show, Describe, Explain, Print, SetProperty, UnsetProperty,
                 DefineVariable, UndefineVariable, AssertValues, AssertSource>;

}  // namespace leat::sql::bound
