#include "sql/ast.h"

#include <array>

#include "base/text.h"

namespace leat::sql {
namespace {

struct UnitWord {
  std::string_view singular;
  std::string_view plural;
  TimeUnit unit;
  int64_t millis;  // 0: no fixed length
};

constexpr std::array<UnitWord, 7> kUnits = {{
    {"YEAR", "YEARS", TimeUnit::year, 0},
    {"MONTH", "MONTHS", TimeUnit::month, 0},
    {"DAY", "DAYS", TimeUnit::day, 86'400'000},
    {"HOUR", "HOURS", TimeUnit::hour, 3'600'000},
    {"MINUTE", "MINUTES", TimeUnit::minute, 60'000},
    {"SECOND", "SECONDS", TimeUnit::second, 1000},
    {"MILLISECOND", "MILLISECONDS", TimeUnit::millisecond, 1},
}};

const UnitWord& row_of(TimeUnit unit) { return kUnits[static_cast<size_t>(unit)]; }

std::string_view noun(SourceKind kind, std::string_view stream, std::string_view table) {
  return kind == SourceKind::stream ? stream : table;
}

std::string_view show_kind(ShowWhat what) {
  switch (what) {
    case ShowWhat::streams: return "SHOW STREAMS";
    case ShowWhat::tables: return "SHOW TABLES";
    case ShowWhat::topics: return "SHOW TOPICS";
    case ShowWhat::queries: return "SHOW QUERIES";
    case ShowWhat::functions: return "SHOW FUNCTIONS";
    case ShowWhat::types: return "SHOW TYPES";
    case ShowWhat::properties: return "SHOW PROPERTIES";
    case ShowWhat::variables: return "SHOW VARIABLES";
    case ShowWhat::connectors: return "SHOW CONNECTORS";
    case ShowWhat::source_connectors: return "SHOW SOURCE CONNECTORS";
    case ShowWhat::sink_connectors: return "SHOW SINK CONNECTORS";
    case ShowWhat::connector_plugins: return "SHOW CONNECTOR PLUGINS";
  }
  return "SHOW";
}

std::string_view describe_kind(DescribeWhat what) {
  switch (what) {
    case DescribeWhat::source: return "DESCRIBE";
    case DescribeWhat::all_streams: return "DESCRIBE STREAMS";
    case DescribeWhat::all_tables: return "DESCRIBE TABLES";
    case DescribeWhat::function: return "DESCRIBE FUNCTION";
    case DescribeWhat::connector: return "DESCRIBE CONNECTOR";
  }
  return "DESCRIBE";
}

struct KindOf {
  std::string_view operator()(const CreateSource& s) const {
    return noun(s.kind, s.read_only ? "CREATE SOURCE STREAM" : "CREATE STREAM",
                s.read_only ? "CREATE SOURCE TABLE" : "CREATE TABLE");
  }
  std::string_view operator()(const CreateAsSelect& s) const {
    return noun(s.kind, "CREATE STREAM AS SELECT", "CREATE TABLE AS SELECT");
  }
  std::string_view operator()(const InsertSelect&) const { return "INSERT INTO SELECT"; }
  std::string_view operator()(const InsertValues&) const { return "INSERT INTO VALUES"; }
  std::string_view operator()(const Select&) const { return "SELECT"; }
  std::string_view operator()(const DropSource& s) const {
    return noun(s.kind, "DROP STREAM", "DROP TABLE");
  }
  std::string_view operator()(const AlterSource& s) const {
    return noun(s.kind, "ALTER STREAM", "ALTER TABLE");
  }
  std::string_view operator()(const CreateType&) const { return "CREATE TYPE"; }
  std::string_view operator()(const DropType&) const { return "DROP TYPE"; }
  std::string_view operator()(const CreateConnector& s) const {
    return s.sink ? "CREATE SINK CONNECTOR" : "CREATE SOURCE CONNECTOR";
  }
  std::string_view operator()(const DropConnector&) const { return "DROP CONNECTOR"; }
  std::string_view operator()(const ControlQuery& s) const {
    switch (s.action) {
      case QueryAction::terminate: return "TERMINATE";
      case QueryAction::pause: return "PAUSE";
      case QueryAction::resume: return "RESUME";
    }
    return "TERMINATE";
  }
  std::string_view operator()(const Explain&) const { return "EXPLAIN"; }
  std::string_view operator()(const Show& s) const { return show_kind(s.what); }
  std::string_view operator()(const Describe& s) const { return describe_kind(s.what); }
  std::string_view operator()(const Print&) const { return "PRINT"; }
  std::string_view operator()(const SetProperty& s) const {
    return s.system ? "ALTER SYSTEM" : "SET";
  }
  std::string_view operator()(const UnsetProperty&) const { return "UNSET"; }
  std::string_view operator()(const DefineVariable&) const { return "DEFINE"; }
  std::string_view operator()(const UndefineVariable&) const { return "UNDEFINE"; }
  std::string_view operator()(const RunScript&) const { return "RUN SCRIPT"; }
  std::string_view operator()(const AssertTopic&) const { return "ASSERT TOPIC"; }
  std::string_view operator()(const AssertSchema&) const { return "ASSERT SCHEMA"; }
  std::string_view operator()(const AssertValues& s) const {
    return s.tombstone ? "ASSERT NULL VALUES" : "ASSERT VALUES";
  }
  std::string_view operator()(const AssertSource& s) const {
    return noun(s.kind, "ASSERT STREAM", "ASSERT TABLE");
  }
};

struct CollectChildren {
  std::vector<const Expr*>& out;
  void add(const Box<Expr>& child) const {
    if (child) out.push_back(&*child);
  }
  void add(const std::vector<Expr>& list) const {
    for (const Expr& child : list) out.push_back(&child);
  }
  void operator()(const Literal&) const {}
  void operator()(const TypedString&) const {}
  void operator()(const ColumnRef&) const {}
  void operator()(const FieldAccess& e) const { add(e.base); }
  void operator()(const Subscript& e) const { add(e.base), add(e.index); }
  void operator()(const Unary& e) const { add(e.operand); }
  void operator()(const Binary& e) const { add(e.left), add(e.right); }
  void operator()(const IsNull& e) const { add(e.operand); }
  void operator()(const Between& e) const { add(e.operand), add(e.low), add(e.high); }
  void operator()(const InList& e) const { add(e.operand), add(e.list); }
  void operator()(const Like& e) const { add(e.operand), add(e.pattern); }
  void operator()(const Case& e) const {
    add(e.operand);
    for (const CaseWhen& w : e.whens) out.insert(out.end(), {&w.when, &w.then});
    add(e.otherwise);
  }
  void operator()(const Cast& e) const { add(e.operand); }
  void operator()(const Call& e) const { add(e.arguments); }
  void operator()(const Lambda& e) const { add(e.body); }
  void operator()(const ArrayConstructor& e) const { add(e.elements); }
  void operator()(const MapConstructor& e) const {
    for (const auto& [key, value] : e.entries) out.insert(out.end(), {&key, &value});
  }
  void operator()(const StructConstructor& e) const {
    for (const auto& [name, value] : e.fields) out.push_back(&value);
  }
  void operator()(const AtTimeZone& e) const { add(e.operand); }
};

}  // namespace

std::optional<int64_t> Duration::millis() const {
  int64_t unit_ms = row_of(unit).millis;
  int64_t product = 0;
  if (unit_ms == 0 || __builtin_mul_overflow(count, unit_ms, &product)) return std::nullopt;
  return product;
}

std::string_view kind_of(const Statement& statement) {
  return std::visit(KindOf{}, statement.node);
}

std::optional<TimeUnit> time_unit_of(std::string_view word) {
  for (const UnitWord& row : kUnits)
    if (equals_ignoring_case(word, row.singular) || equals_ignoring_case(word, row.plural))
      return row.unit;
  return std::nullopt;
}

std::optional<TimeUnit> as_time_unit(const Expr& expr) {
  const auto* column = std::get_if<ColumnRef>(&expr.node);
  if (column == nullptr || column->source || column->name.quoted) return std::nullopt;
  return time_unit_of(column->name.text);
}

std::string_view name_of(TimeUnit unit) { return row_of(unit).plural; }

std::vector<const Expr*> children(const Expr& expr) {
  std::vector<const Expr*> out;
  std::visit(CollectChildren{out}, expr.node);
  return out;
}

}  // namespace leat::sql
