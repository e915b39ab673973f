#include "sql/bind_statement.h"
#include "sql/row_values.h"
#include "sql/typing.h"
#include "sql/with_options.h"

// The statements of tests.

namespace leat::sql {
namespace {

/// Collects what differs between a source and what was said of it.
class Differences {
 public:
  void compare(std::string_view what, const std::string& expected, const std::string& actual) {
    if (expected != actual)
      list_.push_back(std::string(what) + " is " + actual + ", not " + expected);
  }
  std::vector<std::string> take() { return std::move(list_); }

 private:
  std::vector<std::string> list_;
};

Result<Schema> asserted_schema(const BindContext& context,
                               const std::vector<ColumnDefinition>& columns) {
  Schema schema;
  for (const ColumnDefinition& column : columns) {
    LEAT_TRY(Type type, bind_type(context, column.type));
    bool key = column.role == ColumnRole::key || column.role == ColumnRole::primary_key;
    (key ? schema.key : schema.value).push_back({context.name(column.name), std::move(type)});
  }
  return schema;
}

std::string window_name(const std::optional<plan::WindowSpec::Kind>& kind) {
  if (!kind) return "none";
  return *kind == plan::WindowSpec::Kind::tumbling  ? "TUMBLING"
         : *kind == plan::WindowSpec::Kind::hopping ? "HOPPING"
                                                    : "SESSION";
}

void compare_options(const WithOptions& with, const SourceDef& actual, Differences& out) {
  if (with.topic) out.compare("KAFKA_TOPIC", *with.topic, actual.topic);
  if (with.key_format)
    out.compare("KEY_FORMAT", std::string(name_of(*with.key_format)),
                std::string(name_of(actual.key_format.kind)));
  if (with.value_format)
    out.compare("VALUE_FORMAT", std::string(name_of(*with.value_format)),
                std::string(name_of(actual.value_format.kind)));
  if (with.key_delimiter)
    out.compare("KEY_DELIMITER", {*with.key_delimiter}, {actual.key_format.delimiter});
  if (with.value_delimiter)
    out.compare("VALUE_DELIMITER", {*with.value_delimiter}, {actual.value_format.delimiter});
  if (with.wrap_single)
    out.compare("WRAP_SINGLE_VALUE", *with.wrap_single ? "true" : "false",
                actual.value_format.wrap_single ? "true" : "false");
  if (with.window_type || with.window_size) {
    std::optional<plan::WindowSpec::Kind> kind;
    if (actual.window) kind = actual.window->kind;
    if (with.window_type)
      out.compare("WINDOW_TYPE", window_name(with.window_type), window_name(kind));
    if (with.window_size)
      out.compare("WINDOW_SIZE", std::to_string(*with.window_size),
                  std::to_string(actual.window ? actual.window->size_ms : 0));
  }
  if (with.timestamp) {
    int column = actual.timestamp.column;
    out.compare("TIMESTAMP", *with.timestamp,
                column < 0 ? "not set" : actual.schema.at(static_cast<size_t>(column)).name);
  }
}

}  // namespace

Result<bound::Statement> bind_statement(const BindContext& context, const AssertValues& assert_) {
  LEAT_TRY(const SourceDef* source, context.source(assert_.name));
  LEAT_TRY(auto columns, bind_row_columns(context, *source, assert_.columns, true));
  // Without names the values of a tombstone are those of the key.
  if (assert_.tombstone && assert_.columns.empty()) {
    std::erase_if(columns, [&](const RowColumn& column) {
      return column.index >= source->schema.key.size();
    });
  }
  LEAT_TRY(RowValues row, bind_row(context, *source, columns, assert_.values, assert_.name.span,
                                   assert_.tombstone ? "KEY" : "VALUES"));
  bound::AssertValues out;
  out.source = *source;
  out.tombstone = assert_.tombstone;
  out.row = make_batch(*source);
  append_row(*out.row, row);
  out.row->present[0] = assert_.tombstone ? 0 : 1;
  out.compared = std::move(row.given);
  out.rowtime = row.rowtime;
  out.window_start = row.window_start;
  out.window_end = row.window_end;
  return out;
}

Result<bound::Statement> bind_statement(const BindContext& context, const AssertSource& assert_) {
  LEAT_TRY(const SourceDef* actual, context.source(assert_.name));
  LEAT_TRY(WithOptions with, bind_with(context, assert_.properties, WithOf::create));
  if (with.timestamp) with.timestamp = context.name(*with.timestamp);
  Differences differences;
  bool table = assert_.kind == SourceKind::table;
  differences.compare(actual->name, std::string(kind_word(table)),
                      std::string(kind_word(actual->is_table)));
  if (!assert_.columns.empty()) {
    LEAT_TRY(Schema schema, asserted_schema(context, assert_.columns));
    differences.compare("the schema", schema.to_string(table), actual->schema.to_string(table));
  }
  compare_options(with, *actual, differences);
  return bound::AssertSource{actual->name, differences.take()};
}

}  // namespace leat::sql
