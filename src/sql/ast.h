#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "sql/source_text.h"

// What a statement says, as written: nothing is resolved, no type is known, no name is folded. The
// whole language is here, also the parts that the binder has to refuse by name. Every node is a
// plain value (copying copies the subtree) and knows its place in the text.

namespace leat::sql {

/// Owns a child of a recursive type and copies it with its parent. Empty by default; where a node
/// does not say "may be empty", the parser filled it.
template <class T>
class Box {
 public:
  Box() = default;
  Box(T value)  // NOLINT(google-explicit-constructor)
      : value_(std::make_unique<T>(std::move(value))) {}
  Box(const Box& other) : value_(other.value_ ? std::make_unique<T>(*other.value_) : nullptr) {}
  Box(Box&&) noexcept = default;
  Box& operator=(const Box& other) { return *this = Box(other); }
  Box& operator=(Box&&) noexcept = default;
  ~Box() = default;

  explicit operator bool() const { return value_ != nullptr; }
  T& operator*() { return *value_; }
  const T& operator*() const { return *value_; }
  T* operator->() { return value_.get(); }
  const T* operator->() const { return value_.get(); }

 private:
  std::unique_ptr<T> value_;
};

/// A name as written, without its quotes. Unquoted names are written in any case; what that means
/// is the binder's business.
struct Identifier {
  std::string text;
  bool quoted = false;
  SourceSpan span;
};

// ---------------------------------------------------------------------------------- expressions

struct Expr;
struct TypeName;

enum class LiteralKind : uint8_t { null, boolean, integer, decimal, floating, string };

/// A constant. A minus sign directly before a number belongs to it.
struct Literal {
  LiteralKind kind = LiteralKind::null;
  bool boolean = false;
  int64_t integer = 0;
  double floating = 0;
  /// string: its value without quotes. Numbers: as written, with the sign ("-1.10", "1e3").
  std::string text;
};

/// `DATE '2024-01-01'`: a type's name in front of a string.
struct TypedString {
  Identifier type;
  std::string text;
};

/// `name`, `source.name`. Also a lambda's variable, a pseudo column or a unit of time given to a
/// function (see as_time_unit).
struct ColumnRef {
  std::optional<Identifier> source;
  Identifier name;
};

/// `base->field`.
struct FieldAccess {
  Box<Expr> base;
  Identifier field;
};

/// `base[index]`.
struct Subscript {
  Box<Expr> base;
  Box<Expr> index;
};

enum class UnaryOp : uint8_t { plus, minus, not_ };
struct Unary {
  UnaryOp op;
  Box<Expr> operand;
};

enum class BinaryOp : uint8_t {
  or_,
  and_,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  is_distinct,      // IS DISTINCT FROM
  is_not_distinct,  // IS NOT DISTINCT FROM
  concat,           // ||
  add,
  subtract,
  multiply,
  divide,
  modulo,
};
struct Binary {
  BinaryOp op;
  Box<Expr> left;
  Box<Expr> right;
};

/// `operand IS [NOT] NULL`.
struct IsNull {
  Box<Expr> operand;
  bool negated = false;
};

/// `operand [NOT] BETWEEN low AND high`.
struct Between {
  Box<Expr> operand;
  Box<Expr> low;
  Box<Expr> high;
  bool negated = false;
};

/// `operand [NOT] IN (list)`; the list is not empty.
struct InList {
  Box<Expr> operand;
  std::vector<Expr> list;
  bool negated = false;
};

/// `operand [NOT] LIKE pattern [ESCAPE 'c']`.
struct Like {
  Box<Expr> operand;
  Box<Expr> pattern;
  std::optional<std::string> escape;
  bool negated = false;
};

/// `CASE [operand] WHEN .. THEN .. [ELSE ..] END`. With an operand the WHENs are compared with it,
/// without one they are conditions.
struct CaseWhen;
struct Case {
  Box<Expr> operand;  // may be empty
  std::vector<CaseWhen> whens;
  Box<Expr> otherwise;  // may be empty
};

/// `CAST(operand AS type)`.
struct Cast {
  Box<Expr> operand;
  Box<TypeName> type;
};

/// `name(a, b)`, `name(*)`. Arguments may be Lambdas.
struct Call {
  Identifier name;
  std::vector<Expr> arguments;
  bool star = false;
};

/// `x => body`, `(x, y) => body`. Stands only among the arguments of a call.
struct Lambda {
  std::vector<Identifier> parameters;
  Box<Expr> body;
};

/// `ARRAY[a, b]`.
struct ArrayConstructor {
  std::vector<Expr> elements;
};

/// `MAP(k := v, ..)`.
struct MapConstructor {
  std::vector<std::pair<Expr, Expr>> entries;
};

/// `STRUCT(f := v, ..)`.
struct StructConstructor {
  std::vector<std::pair<Identifier, Expr>> fields;
};

/// `operand AT TIME ZONE 'zone'`.
struct AtTimeZone {
  Box<Expr> operand;
  std::string zone;
};

struct Expr {
  using Node = std::variant<Literal, TypedString, ColumnRef, FieldAccess, Subscript, Unary, Binary,
                            IsNull, Between, InList, Like, Case, Cast, Call, Lambda,
                            ArrayConstructor, MapConstructor, StructConstructor, AtTimeZone>;
  Node node;
  SourceSpan span;  // with the parentheses around it
  /// How many nodes lie one below the other, this one included; the parser allows
  /// kExpressionHeightMax, so that whoever walks the tree may recurse.
  uint16_t height = 1;
};
inline constexpr int kExpressionHeightMax = 1000;

struct CaseWhen {
  Expr when;
  Expr then;
};

// ---------------------------------------------------------------------------------------- types

enum class TypeShape : uint8_t { named, array, map, struct_ };

/// An integer, or nothing for the word STRING (`VARCHAR(STRING)` is in the grammar).
using TypeParameter = std::optional<int64_t>;

/// A type as written: `INT`, `DECIMAL(4, 2)`, `ARRAY<INT>` (also `INT ARRAY`), `MAP<STRING, INT>`,
/// `STRUCT<a INT, b INT>`, a custom type's name.
struct TypeName {
  TypeShape shape = TypeShape::named;
  Identifier name;                        // named
  std::vector<TypeParameter> parameters;  // named
  std::vector<TypeName> children;         // array: element · map: key, value · struct: fields
  std::vector<Identifier> fields;         // struct: one name a child
  SourceSpan span;
};

// -------------------------------------------------------------------------------------- queries

enum class TimeUnit : uint8_t { year, month, day, hour, minute, second, millisecond };

/// `10 SECONDS`. Singular and plural are the same.
struct Duration {
  int64_t count = 0;
  TimeUnit unit = TimeUnit::millisecond;
  SourceSpan span;
  /// In milliseconds; nullopt for years and months (which have no fixed length) and on overflow.
  std::optional<int64_t> millis() const;
};

/// `expr [AS alias]`, `*`, `source.*` or `struct_expr->*`.
struct SelectItem {
  enum class Kind : uint8_t { expression, all, all_of_source, all_of_struct };
  Kind kind = Kind::expression;
  Box<Expr> expr;                    // expression, all_of_struct
  std::optional<Identifier> alias;   // expression
  std::optional<Identifier> source;  // all_of_source
  SourceSpan span;
};

/// `name [AS alias]` in FROM and JOIN.
struct Relation {
  Identifier name;
  std::optional<Identifier> alias;
  SourceSpan span;
};

enum class JoinKind : uint8_t { inner, left, right, full };

/// `WITHIN d` or `WITHIN (before, after)`, then `[GRACE PERIOD d]`.
struct Within {
  Duration before;
  Duration after;  // the same as `before` when only one is written
  bool symmetric = true;
  std::optional<Duration> grace;
  SourceSpan span;
};

/// One `[kind] JOIN relation [WITHIN ..] ON condition`. Joins associate to the left.
struct Join {
  JoinKind kind = JoinKind::inner;
  Relation relation;
  std::optional<Within> within;
  Expr on;
  SourceSpan span;
};

/// `[name] TUMBLING (..)`, `HOPPING (..)`, `SESSION (..)`.
struct Window {
  enum class Kind : uint8_t { tumbling, hopping, session };
  Kind kind = Kind::tumbling;
  std::optional<Identifier> name;
  Duration size;                    // tumbling, hopping: SIZE · session: the gap of inactivity
  std::optional<Duration> advance;  // hopping
  std::optional<Duration> retention;
  std::optional<Duration> grace;
  SourceSpan span;
};

/// EMIT of a query. A query without one is a pull query, or the SELECT of a persistent query.
enum class Emit : uint8_t { none, changes, final_ };

/// A SELECT. Clauses that were not written are empty.
struct Query {
  std::vector<SelectItem> items;
  Relation from;
  std::vector<Join> joins;
  std::optional<Window> window;
  std::optional<Expr> where;
  std::optional<std::vector<Expr>> group_by;      // `GROUP BY ()` is written, and empty
  std::optional<std::vector<Expr>> partition_by;  // PARTITION BY NULL is one null literal
  std::optional<Expr> having;
  Emit emit = Emit::none;
  std::optional<int64_t> limit;
  SourceSpan span;
  // Of the clause as a whole, for errors about it.
  SourceSpan group_by_span;
  SourceSpan partition_by_span;
  SourceSpan emit_span;
  SourceSpan limit_span;
};

// ----------------------------------------------------------------------------------- statements

enum class SourceKind : uint8_t { stream, table };

enum class ColumnRole : uint8_t { value, key, primary_key, headers, header };

/// `name type [KEY | PRIMARY KEY | HEADERS | HEADER('k')]`.
struct ColumnDefinition {
  Identifier name;
  TypeName type;
  ColumnRole role = ColumnRole::value;
  std::string header;  // header: its key
  SourceSpan span;
};

/// One `name = literal` of a WITH list. A name in string quotes counts as quoted.
struct Property {
  Identifier name;
  Literal value;
  SourceSpan value_span;
};

/// `CREATE [OR REPLACE] [SOURCE] STREAM|TABLE [IF NOT EXISTS] name [(columns)] [WITH (..)]`.
struct CreateSource {
  SourceKind kind = SourceKind::stream;
  bool or_replace = false;
  bool read_only = false;  // SOURCE
  bool if_not_exists = false;
  Identifier name;
  std::vector<ColumnDefinition> columns;  // empty: none written
  std::vector<Property> properties;
};

/// `CREATE [OR REPLACE] STREAM|TABLE [IF NOT EXISTS] name [WITH (..)] AS SELECT ..`.
struct CreateAsSelect {
  SourceKind kind = SourceKind::stream;
  bool or_replace = false;
  bool if_not_exists = false;
  Identifier name;
  std::vector<Property> properties;
  Query query;
};

/// `INSERT INTO name [WITH (..)] SELECT ..`.
struct InsertSelect {
  Identifier name;
  std::vector<Property> properties;
  Query query;
};

/// `INSERT INTO name [(columns)] VALUES (..), ..`. (Several rows are ours; ksqlDB has one.)
struct InsertValues {
  Identifier name;
  std::vector<Identifier> columns;  // empty: none written
  std::vector<std::vector<Expr>> rows;
  std::vector<SourceSpan> row_spans;
};

/// A SELECT by itself: a push query with EMIT, else a pull query.
struct Select {
  Query query;
};

/// `DROP STREAM|TABLE [IF EXISTS] name [DELETE TOPIC]`.
struct DropSource {
  SourceKind kind = SourceKind::stream;
  bool if_exists = false;
  Identifier name;
  bool delete_topic = false;
};

/// `ALTER STREAM|TABLE name ADD [COLUMN] name type, ..`.
struct AlterSource {
  SourceKind kind = SourceKind::stream;
  Identifier name;
  std::vector<ColumnDefinition> added;
};

/// `CREATE TYPE [IF NOT EXISTS] name AS type`.
struct CreateType {
  bool if_not_exists = false;
  Identifier name;
  TypeName type;
};

/// `DROP TYPE [IF EXISTS] name`.
struct DropType {
  bool if_exists = false;
  Identifier name;
};

/// `CREATE SOURCE|SINK CONNECTOR [IF NOT EXISTS] name WITH (..)`.
struct CreateConnector {
  bool sink = false;
  bool if_not_exists = false;
  Identifier name;
  std::vector<Property> properties;
};

/// `DROP CONNECTOR [IF EXISTS] name`.
struct DropConnector {
  bool if_exists = false;
  Identifier name;
};

enum class QueryAction : uint8_t { terminate, pause, resume };

/// `TERMINATE|PAUSE|RESUME id|ALL`.
struct ControlQuery {
  QueryAction action = QueryAction::terminate;
  std::optional<Identifier> id;  // nullopt: ALL
};

/// `EXPLAIN id` or `EXPLAIN statement`.
struct Statement;
struct Explain {
  std::optional<Identifier> id;
  Box<Statement> statement;  // empty when there is an id
};

enum class ShowWhat : uint8_t {
  streams,
  tables,
  topics,
  queries,
  functions,
  types,
  properties,
  variables,
  connectors,
  source_connectors,
  sink_connectors,
  connector_plugins,
};

/// `SHOW|LIST what [EXTENDED]`.
struct Show {
  ShowWhat what = ShowWhat::streams;
  bool all = false;  // ALL TOPICS: internal ones too
  bool extended = false;
};

enum class DescribeWhat : uint8_t { source, all_streams, all_tables, function, connector };

/// `DESCRIBE name [EXTENDED]`, `DESCRIBE STREAMS|TABLES [EXTENDED]`, `DESCRIBE FUNCTION|CONNECTOR
/// name`.
struct Describe {
  DescribeWhat what = DescribeWhat::source;
  Identifier name;  // source, function, connector
  bool extended = false;
};

/// `PRINT topic [FROM BEGINNING] [INTERVAL|SAMPLE n] [LIMIT n]`. A topic in string quotes counts as
/// quoted.
struct Print {
  Identifier topic;
  bool from_beginning = false;
  std::optional<int64_t> interval;
  std::optional<int64_t> limit;
};

/// `SET 'name' = 'value'`; `ALTER SYSTEM 'name' = 'value'` sets it for everybody.
struct SetProperty {
  std::string name;
  std::string value;
  bool system = false;
  SourceSpan name_span;
  SourceSpan value_span;
};

/// `UNSET 'name'`.
struct UnsetProperty {
  std::string name;
  SourceSpan name_span;
};

/// `DEFINE name = 'value'`: what substitute() puts for ${name} in later statements.
struct DefineVariable {
  Identifier name;
  std::string value;
};

/// `UNDEFINE name`.
struct UndefineVariable {
  Identifier name;
};

/// `RUN SCRIPT 'file'`.
struct RunScript {
  std::string file;
};

/// `ASSERT [NOT EXISTS] TOPIC name [WITH (..)] [TIMEOUT d]`.
struct AssertTopic {
  bool exists = true;
  Identifier topic;
  std::vector<Property> properties;
  std::optional<Duration> timeout;
};

/// `ASSERT [NOT EXISTS] SCHEMA [SUBJECT name] [ID n] [TIMEOUT d]`.
struct AssertSchema {
  bool exists = true;
  std::optional<Identifier> subject;
  std::optional<int64_t> id;
  std::optional<Duration> timeout;
};

/// Tests only: `ASSERT VALUES name [(columns)] VALUES (..)`, the next record; and
/// `ASSERT NULL VALUES name [(columns)] KEY (..)`, a tombstone.
struct AssertValues {
  bool tombstone = false;
  Identifier name;
  std::vector<Identifier> columns;
  std::vector<Expr> values;
};

/// Tests only: `ASSERT STREAM|TABLE name [(columns)] [WITH (..)]`.
struct AssertSource {
  SourceKind kind = SourceKind::stream;
  Identifier name;
  std::vector<ColumnDefinition> columns;
  std::vector<Property> properties;
};

/// One statement and the exact text it came from (without the semicolon).
struct Statement {
  using Node = std::variant<CreateSource, CreateAsSelect, InsertSelect, InsertValues, Select,
                            DropSource, AlterSource, CreateType, DropType, CreateConnector,
                            DropConnector, ControlQuery, Explain, Show, Describe, Print,
                            SetProperty, UnsetProperty, DefineVariable, UndefineVariable, RunScript,
                            AssertTopic, AssertSchema, AssertValues, AssertSource>;
  Node node;
  /// All spans in the statement count in the text that was given to the parser, of which `text` is
  /// the part [span.begin, span.end).
  SourceSpan span;
  std::string text;
};

/// What a statement is, for messages: "CREATE STREAM AS SELECT", "PAUSE", "ASSERT SCHEMA".
std::string_view kind_of(const Statement& statement);

/// The unit of time that `expr` spells, when it is an unquoted, unqualified name such as DAYS: how
/// functions like TIMESTAMPADD take their unit. (A column can have the same name.)
std::optional<TimeUnit> as_time_unit(const Expr& expr);
/// "SECOND" or "seconds" to TimeUnit::second.
std::optional<TimeUnit> time_unit_of(std::string_view word);
/// The plural word: "SECONDS".
std::string_view name_of(TimeUnit unit);

/// The expressions directly below `expr`, in the order in which they are written.
std::vector<const Expr*> children(const Expr& expr);

}  // namespace leat::sql
