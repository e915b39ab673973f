#include <algorithm>

#include "base/text.h"
#include "sql/bind_statement.h"
#include "sql/binder.h"
#include "sql/plan_layout.h"
#include "sql/query_analysis.h"
#include "sql/with_options.h"

// Queries that run for good: CREATE .. AS SELECT and INSERT INTO .. SELECT.

namespace leat::sql {

using plan::ExprKind;
using plan::ExprPtr;

namespace {

/// Which SELECT columns are the result's key columns, in key order, and which its values.
struct Projection {
  std::vector<size_t> key;
  std::vector<size_t> value;
};

std::string key_text(const QueryAnalysis& analysis, const plan::Expr& key) {
  if (key.kind == ExprKind::column && key.index < static_cast<int>(analysis.scope.columns.size()))
    return analysis.scope.columns[static_cast<size_t>(key.index)].name;
  return plan::to_string(key);
}

/// Errors: a key column that is missing, or there twice; a result without values.
Result<Projection> split_projection(const BindContext& context, const Query& query,
                                    const QueryAnalysis& analysis) {
  Projection out;
  std::vector<uint8_t> is_key(analysis.columns.size(), 0);
  std::string missing;
  for (const ExprPtr& key : analysis.key) {
    std::optional<size_t> found;
    for (size_t i = 0; i < analysis.columns.size(); ++i) {
      if (!same_expr(*analysis.columns[i].expr, *key)) continue;
      if (found)
        return context.invalid(analysis.columns[i].span,
                               "the key column " + key_text(analysis, *key) +
                                   " is selected twice: as " + analysis.columns[*found].name +
                                   " and " + analysis.columns[i].name,
                               "AS_VALUE(..) copies a key column into the value");
      found = i;
      is_key[i] = 1;
    }
    if (found)
      out.key.push_back(*found);
    else
      missing += (missing.empty() ? "" : ", ") + key_text(analysis, *key);
  }
  if (!missing.empty())
    return context.invalid(query.items.front().span,
                           "the SELECT has to have the key of its result: " + missing,
                           "add it to the SELECT");
  if (!std::is_sorted(out.key.begin(), out.key.end()) &&
      context.session.get("ksql.new.query.planner.enabled") == "true")
    return context.unsupported(query.items.front().span,
                               "key columns in the order of the SELECT (ksqlDB's new planner) are");
  for (size_t i = 0; i < analysis.columns.size(); ++i)
    if (!is_key[i]) out.value.push_back(i);
  if (out.value.empty())
    return context.invalid(query.span, "the SELECT has no columns but its key",
                           "AS_VALUE(..) copies a key column into the value");
  return out;
}

Schema schema_of(const QueryAnalysis& analysis, const Projection& projection) {
  Schema schema;
  for (size_t i : projection.key)
    schema.key.push_back({analysis.columns[i].name, analysis.columns[i].expr->type});
  for (size_t i : projection.value)
    schema.value.push_back({analysis.columns[i].name, analysis.columns[i].expr->type});
  return schema;
}

/// The format that a result's key is written in: the first source's, unless the statement says.
Result<FormatSpec> key_format_of(const BindContext& context, const WithOptions& with,
                                 const QueryAnalysis& analysis) {
  FormatSpec format = analysis.first_source().key_format;
  if (with.key_format) {
    format = FormatSpec{.kind = *with.key_format};
  } else if (analysis.key_dropped) {
    format = FormatSpec{.kind = FormatKind::none};
  } else if (format.kind == FormatKind::none && !analysis.key.empty()) {
    LEAT_TRY(format.kind,
             bind_format(context, {}, context.session.get("ksql.persistence.default.format.key")));
  }
  return format;
}

FormatSpec value_format_of(const WithOptions& with, const QueryAnalysis& analysis) {
  if (with.value_format) return FormatSpec{.kind = *with.value_format};
  FormatSpec format = analysis.first_source().value_format;
  format.wrap_single = true;
  return format;
}

bool is_column(const plan::Expr& expr, size_t index) {
  return expr.kind == ExprKind::column && expr.index == static_cast<int>(index);
}

/// Adds the SELECT, and what PARTITION BY needs.
void add_projection(PlanLayout& layout, const QueryAnalysis& analysis, const Projection& projection,
                    const Schema& schema, const FormatSpec& key_format) {
  plan::Project project;
  bool identity = !analysis.repartitioned && !analysis.key_dropped && schema == layout.top().schema;
  for (size_t i = 0; i < projection.value.size(); ++i) {
    project.value.push_back(layout.columns[projection.value[i]]);
    identity = identity && is_column(*project.value.back(), schema.key.size() + i);
  }
  if (identity) return;
  if (analysis.repartitioned) project.key = layout.key;
  project.drops_key = analysis.key_dropped;
  plan::Node& node = layout.add("select", schema, std::move(project));
  if (!analysis.repartitioned && !analysis.key_dropped) return;
  node.window.reset();
  if (analysis.repartitioned)
    layout.add(layout.has_node("repartition") ? "repartition-result" : "repartition", schema,
               plan::Repartition{key_format, 0});
}

struct SinkParts {
  std::string topic;
  FormatSpec key_format;
  FormatSpec value_format;
  plan::TimestampFrom timestamp;
};

plan::Query finish(PlanLayout layout, std::string id, const SinkParts& sink) {
  Schema schema = layout.top().schema;
  layout.add("sink", std::move(schema),
             plan::Sink{sink.topic, sink.key_format, sink.value_format, sink.timestamp.column,
                        sink.timestamp.format});
  plan::Query query;
  query.id = std::move(id);
  query.nodes = std::move(layout.nodes);
  query.statement = canonical_statement(query);
  return query;
}

QueryDef definition_of(const BindContext& context, const QueryAnalysis& analysis, std::string id,
                       std::string sink) {
  QueryDef out;
  out.id = std::move(id);
  out.sink = std::move(sink);
  for (const ScopeSource& source : analysis.scope.sources) out.sources.push_back(source.def->name);
  out.statement = context.statement.text;
  out.properties.insert(context.session.properties.begin(), context.session.properties.end());
  return out;
}

Status check_verb(const BindContext& context, const CreateAsSelect& create,
                  const QueryAnalysis& analysis) {
  bool table = create.kind == SourceKind::table;
  if (table == analysis.makes_table()) return {};
  if (table)
    return context.invalid(create.name.span, "this SELECT makes a stream, not a table",
                           "write CREATE STREAM, or GROUP BY the rows");
  return context.invalid(
      create.name.span,
      std::string("this SELECT makes a table, not a stream: ") +
          (analysis.aggregated ? "it has a GROUP BY"
                               : "it reads the table " + analysis.first_source().name),
      "write CREATE TABLE");
}

std::string default_topic(const BindContext& context, const std::string& name) {
  if (!context.ksqldb) return name;
  return std::string(context.session.get("ksql.output.topic.name.prefix")) + to_upper(name);
}

/// The stream or table that CREATE .. AS SELECT makes.
Result<SourceDef> result_of(const BindContext& context, const CreateAsSelect& create,
                            const WithOptions& with, const QueryAnalysis& analysis, Schema schema) {
  const SourceSpan& span = create.name.span;
  SourceDef out;
  out.name = context.name(create.name);
  out.is_table = analysis.makes_table();
  out.schema = std::move(schema);
  out.topic = with.topic.value_or(default_topic(context, out.name));
  LEAT_CHECK(check_topic_name(context, with.span("KAFKA_TOPIC", span), out.topic));
  LEAT_TRY(out.key_format, key_format_of(context, with, analysis));
  out.value_format = value_format_of(with, analysis);
  LEAT_CHECK(apply_delimiters(context, with, out.key_format, out.value_format));
  LEAT_CHECK(
      check_format(context, with.span("KEY_FORMAT", span), out.key_format, out.schema.key, true));
  LEAT_CHECK(check_format(context, with.span("VALUE_FORMAT", span), out.value_format,
                          out.schema.value, false));
  LEAT_CHECK(apply_wrapping(context, with, out.schema.value, out.value_format));
  LEAT_TRY(out.timestamp, bind_timestamp(context, with, out.schema));
  out.window = analysis.result_window();
  out.made_by = out.name;
  out.partitions = with.partitions.value_or(0);
  out.retention_ms = with.retention_ms;
  out.statement = context.statement.text;
  return out;
}

std::string first_difference(const Schema& result, const Schema& target,
                             const BindContext& context) {
  auto compare = [&](const std::vector<Field>& a, const std::vector<Field>& b,
                     std::string_view side) -> std::string {
    for (size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
      if (i >= a.size()) return "its " + std::string(side) + " lacks " + b[i].name;
      if (i >= b.size()) return "its " + std::string(side) + " has " + a[i].name + " besides";
      if (!context.same(a[i].name, b[i].name))
        return a[i].name + " stands where " + b[i].name + " belongs";
      if (a[i].type != b[i].type)
        return a[i].name + " is " + a[i].type.to_string() + " where " + b[i].type.to_string() +
               " belongs";
    }
    return {};
  };
  std::string key = compare(result.key, target.key, "key");
  return key.empty() ? compare(result.value, target.value, "value") : key;
}

/// The id of an INSERT INTO .. SELECT.
Result<std::string> insert_id(const BindContext& context, const InsertSelect& insert,
                              const WithOptions& with) {
  auto taken = [&](std::string_view id) {
    return context.catalogue.find_query(id) != nullptr || context.catalogue.find(id) != nullptr;
  };
  if (with.query_id) {
    if (taken(*with.query_id))
      return context.error(ErrorCode::already_exists, with.span("QUERY_ID", insert.name.span),
                           "the name " + *with.query_id + " is taken");
    return *with.query_id;
  }
  if (!context.ksqldb)
    return context.invalid(
        insert.name.span, "this query needs a name, by which it is found again",
        "INSERT INTO " + insert.name.text + " WITH (QUERY_ID='my_query') SELECT ..");
  for (int n = 0;; ++n) {
    std::string id = "INSERTQUERY_" + std::to_string(n);
    if (!taken(id)) return id;
  }
}

}  // namespace

Result<bound::Statement> bind_statement(const BindContext& context, const CreateAsSelect& create) {
  const SourceSpan& span = create.name.span;
  if (create.or_replace) return context.unsupported(span, "CREATE OR REPLACE is");
  std::string name = context.name(create.name);
  LEAT_CHECK(check_new_name(context, span, name));
  if (const SourceDef* other = context.catalogue.find(name)) {
    if (create.if_not_exists && other->is_table == (create.kind == SourceKind::table))
      return bound::Nothing{std::string(kind_word(other->is_table)) + " " + other->name +
                            " exists"};
    return context.error(ErrorCode::already_exists, span,
                         std::string(kind_word(other->is_table)) + " " + other->name + " exists",
                         "DROP it first, or choose another name");
  }
  if (context.catalogue.find_query(name) != nullptr)
    return context.error(ErrorCode::already_exists, span, "a query has the name " + name,
                         "choose another name");
  LEAT_TRY(WithOptions with, bind_with(context, create.properties, WithOf::create_as));
  LEAT_TRY(QueryAnalysis analysis, analyse(context, create.query, QueryUse::persistent));
  LEAT_CHECK(check_verb(context, create, analysis));
  LEAT_TRY(Projection projection, split_projection(context, create.query, analysis));
  LEAT_TRY(SourceDef result,
           result_of(context, create, with, analysis, schema_of(analysis, projection)));

  PlanLayout layout = lay_out(context, analysis, result.key_format);
  add_projection(layout, analysis, projection, result.schema, result.key_format);
  bound::CreateQuery out;
  out.topic = result.topic;
  out.partitions = result.partitions;
  out.partitions_of = analysis.first_source().topic;
  out.retention_ms = result.retention_ms;
  out.definition = definition_of(context, analysis, name, result.name);
  out.query = finish(std::move(layout), name,
                     {result.topic, result.key_format, result.value_format, result.timestamp});
  out.result = std::move(result);
  return out;
}

Result<bound::Statement> bind_statement(const BindContext& context, const InsertSelect& insert) {
  LEAT_TRY(const SourceDef* target, context.source(insert.name));
  const SourceSpan& span = insert.name.span;
  if (target->is_table)
    return context.invalid(span,
                           "rows are inserted into streams, and " + target->name + " is a table");
  if (target->read_only)
    return context.invalid(span, target->name + " is a SOURCE STREAM: it can only be read");
  LEAT_TRY(WithOptions with, bind_with(context, insert.properties, WithOf::insert));
  LEAT_TRY(QueryAnalysis analysis, analyse(context, insert.query, QueryUse::persistent));
  if (analysis.makes_table())
    return context.invalid(insert.query.span,
                           "this SELECT makes a table, and " + target->name + " is a stream");
  LEAT_TRY(Projection projection, split_projection(context, insert.query, analysis));
  Schema schema = schema_of(analysis, projection);
  if (std::string difference = first_difference(schema, target->schema, context);
      !difference.empty())
    return context.invalid(insert.query.items.front().span,
                           "the SELECT does not fit " + target->name + ": " + difference,
                           target->name + " has " + target->schema.to_string());
  bool windowed = analysis.result_window().has_value();
  if (windowed != target->window.has_value())
    return context.invalid(
        span, windowed ? "the SELECT's keys have windows, those of " + target->name + " have not"
                       : "the keys of " + target->name + " have windows, the SELECT's have not");
  LEAT_TRY(std::string id, insert_id(context, insert, with));

  PlanLayout layout = lay_out(context, analysis, target->key_format);
  add_projection(layout, analysis, projection, schema, target->key_format);
  bound::CreateQuery out;
  out.topic = target->topic;
  out.partitions_of = analysis.first_source().topic;
  out.definition = definition_of(context, analysis, id, target->name);
  out.definition.is_insert = true;
  out.query = finish(std::move(layout), id,
                     {target->topic, target->key_format, target->value_format, target->timestamp});
  return out;
}

}  // namespace leat::sql
