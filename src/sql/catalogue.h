#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/text.h"
#include "data/format.h"
#include "data/type.h"
#include "plan/node.h"

namespace leat::sql {

/// How names compare. `folded`: without regard to case, and each keeps the case in which it was
/// first written. `exact`: ksqlDB's rule; the binder has upper-cased what was not quoted.
enum class NameRule : uint8_t { folded, exact };

/// A stream or table: its rows' shape, and how they lie in its topic.
struct SourceDef {
  std::string name;  // as first written
  bool is_table = false;
  Schema schema;
  std::string topic;
  FormatSpec key_format;
  FormatSpec value_format;
  plan::TimestampFrom timestamp;           // index in the schema
  std::optional<plan::WindowSpec> window;  // keys carry a window
  bool read_only = false;                  // CREATE SOURCE STREAM|TABLE: nothing may be inserted
  std::string made_by;                     // id of the query that made it; empty: declared
  std::optional<plan::BadRecordPolicy> errors;  // nullopt: the application's
  int32_t partitions = 0;                       // of the topic, when it is created; 0: not said
  std::optional<int64_t> retention_ms;          // of the topic, when it is created; -1: for ever
  std::string statement;                        // that made it, as written

  /// Id of the query whose view shows this table's rows.
  const std::string& view() const { return made_by.empty() ? name : made_by; }
};

/// A persistent query, for people and for the rules about dropping.
struct QueryDef {
  std::string id;
  bool is_insert = false;                         // INSERT INTO; else it made its sink
  std::string sink;                               // name of the stream or table that it writes
  std::vector<std::string> sources;               // names of those that it reads
  std::string statement;                          // as written
  std::map<std::string, std::string> properties;  // settings (SET) that it was made under
};

/// All streams, tables and persistent queries by name. A plain value: the binder reads it, whoever
/// runs statements changes it. Declared tables have a query of their own that keeps their rows
/// (binder.h: source_table_query), which is not listed here. Cost: logarithmic look-ups.
class Catalogue {
 public:
  explicit Catalogue(NameRule rule = NameRule::folded) : rule_(rule) {}
  NameRule rule() const { return rule_; }

  /// nullptr when there is none. Pointers last until that source is dropped.
  const SourceDef* find(std::string_view name) const;
  /// Errors: already_exists.
  Status add(SourceDef source);
  /// Errors: not_found.
  Status drop(std::string_view name);
  /// In order of name.
  std::vector<const SourceDef*> list() const;
  std::vector<std::string> names() const;
  /// The sources of a topic (several may be declared over one).
  std::vector<const SourceDef*> of_topic(std::string_view topic) const;

  /// Queries by id; ids compare as names do.
  const QueryDef* find_query(std::string_view id) const;
  Status add_query(QueryDef query);
  Status drop_query(std::string_view id);
  std::vector<const QueryDef*> queries() const;

  /// The queries that read or write a source.
  struct Uses {
    std::vector<std::string> readers;
    std::vector<std::string> writers;
  };
  Uses used_by(std::string_view name) const;

  /// All of it as text (one line an entry), and back. Errors of decode: invalid_data.
  std::string encode() const;
  static Result<Catalogue> decode(std::string_view text);

 private:
  template <class T>
  using ByName = std::multimap<std::string, T, IgnoringCase>;
  template <class T>
  const T* lookup(const ByName<T>& all, std::string_view name) const;

  NameRule rule_;
  ByName<SourceDef> sources_;
  ByName<QueryDef> queries_;
};

/// One entry by itself as text, and back: for whoever keeps entries one by one.
std::string encode(const SourceDef& source);
std::string encode(const QueryDef& query);
Result<SourceDef> decode_source(std::string_view text);
Result<QueryDef> decode_query(std::string_view text);

}  // namespace leat::sql
