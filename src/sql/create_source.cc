#include "base/text.h"
#include "sql/bind_statement.h"
#include "sql/typing.h"
#include "sql/with_options.h"

// CREATE [SOURCE] STREAM|TABLE over a topic.

namespace leat::sql {
namespace {

/// The columns as declared, with keys and values apart.
Status bind_columns(const BindContext& context, const std::vector<ColumnDefinition>& columns,
                    bool is_table, SourceDef& out) {
  for (const ColumnDefinition& column : columns) {
    std::string name = context.name(column.name);
    if (column.role == ColumnRole::headers || column.role == ColumnRole::header)
      return context.unsupported(column.span, "HEADERS columns are");
    if (is_reserved_column(name))
      return context.invalid(column.name.span, name + " is the name of a column that every row has",
                             "choose another name");
    bool primary = column.role == ColumnRole::primary_key;
    bool is_key = primary || column.role == ColumnRole::key;
    if (is_key && primary != is_table)
      return context.invalid(
          column.span, is_table ? "the key of a table is written PRIMARY KEY: " + name
                                : "the key of a stream is written KEY, without PRIMARY: " + name);
    for (size_t i = 0; i < out.schema.width(); ++i)
      if (context.same(out.schema.at(i).name, name))
        return context.invalid(column.name.span, "column " + name + " is declared twice");
    LEAT_TRY(Type type, bind_type(context, column.type));
    auto& side = is_key ? out.schema.key : out.schema.value;
    side.push_back({std::move(name), std::move(type)});
  }
  return {};
}

Result<FormatKind> format_or_default(const BindContext& context,
                                     const std::optional<FormatKind>& written,
                                     std::string_view setting, const SourceSpan& span) {
  if (written) return *written;
  std::string_view fallback = context.session.get(setting);
  if (fallback.empty())
    return context.invalid(span, "the statement does not say how values are written",
                           "add VALUE_FORMAT='JSON' to its WITH");
  return bind_format(context, span, fallback);
}

Status bind_formats(const BindContext& context, const WithOptions& with, const SourceSpan& span,
                    SourceDef& out) {
  LEAT_TRY(out.key_format.kind, format_or_default(context, with.key_format,
                                                  "ksql.persistence.default.format.key", span));
  LEAT_TRY(out.value_format.kind, format_or_default(context, with.value_format,
                                                    "ksql.persistence.default.format.value", span));
  LEAT_CHECK(apply_delimiters(context, with, out.key_format, out.value_format));
  LEAT_CHECK(
      check_format(context, with.span("KEY_FORMAT", span), out.key_format, out.schema.key, true));
  LEAT_CHECK(check_format(context, with.span("VALUE_FORMAT", span), out.value_format,
                          out.schema.value, false));
  return apply_wrapping(context, with, out.schema.value, out.value_format);
}

Status bind_window(const BindContext& context, const WithOptions& with, const SourceSpan& span,
                   SourceDef& out) {
  if (!with.window_type && !with.window_size) return {};
  if (!with.window_type || !with.window_size)
    return context.invalid(
        with.window_type ? with.span("WINDOW_TYPE", span) : with.span("WINDOW_SIZE", span),
        "WINDOW_TYPE and WINDOW_SIZE belong together", "write both");
  if (out.schema.key.empty())
    return context.invalid(with.span("WINDOW_TYPE", span), "windowed rows need a key column");
  out.window = plan::WindowSpec{.kind = *with.window_type, .size_ms = *with.window_size};
  return {};
}

}  // namespace

Result<bound::Statement> bind_statement(const BindContext& context, const CreateSource& create) {
  SourceSpan span = create.name.span;
  if (create.or_replace) return context.unsupported(span, "CREATE OR REPLACE is");
  SourceDef out;
  out.name = context.name(create.name);
  out.is_table = create.kind == SourceKind::table;
  LEAT_CHECK(check_new_name(context, span, out.name));
  if (const SourceDef* other = context.catalogue.find(out.name)) {
    if (create.if_not_exists && other->is_table == out.is_table)
      return bound::Nothing{std::string(kind_word(out.is_table)) + " " + other->name + " exists"};
    return context.error(ErrorCode::already_exists, span,
                         std::string(kind_word(other->is_table)) + " " + other->name + " exists",
                         "DROP it first, or choose another name");
  }
  LEAT_TRY(WithOptions with, bind_with(context, create.properties, WithOf::create));
  if (create.columns.empty())
    return context.unsupported(span, "columns that are found out from a schema registry are",
                               "name the columns and their types");
  LEAT_CHECK(bind_columns(context, create.columns, out.is_table, out));
  if (out.is_table && out.schema.key.empty())
    return context.invalid(span, "a table needs a PRIMARY KEY, and " + out.name + " has none",
                           "write PRIMARY KEY behind the column that is the key of its records");
  if (!with.topic && context.ksqldb)
    return context.invalid(span, "the statement does not name its topic",
                           "add KAFKA_TOPIC='name' to its WITH");
  out.topic = with.topic.value_or(out.name);
  LEAT_CHECK(check_topic_name(context, with.span("KAFKA_TOPIC", span), out.topic));
  LEAT_CHECK(bind_formats(context, with, span, out));
  if (out.is_table) LEAT_CHECK(check_width(context, span, out.schema));
  LEAT_CHECK(bind_window(context, with, span, out));
  LEAT_TRY(out.timestamp, bind_timestamp(context, with, out.schema));
  out.read_only = create.read_only;
  out.errors = with.errors;
  out.partitions = with.partitions.value_or(0);
  out.retention_ms = with.retention_ms;
  out.statement = context.statement.text;
  return bound::CreateSource{std::move(out)};
}

}  // namespace leat::sql
