#include <algorithm>

#include "base/text.h"
#include "sql/bind_statement.h"
#include "sql/binder.h"
#include "sql/known_functions.h"

// Statements without rows: DROP, TERMINATE, SHOW, DESCRIBE, EXPLAIN, PRINT, SET and DEFINE, and
// those that are not here yet.

namespace leat::sql {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

Error unknown_query(const BindContext& context, const Identifier& id) {
  std::vector<std::string> ids;
  for (const QueryDef* query : context.catalogue.queries()) ids.push_back(query->id);
  auto near = nearest(context.name(id), ids);
  return context.error(ErrorCode::not_found, id.span, "there is no query " + context.name(id),
                       near ? "did you mean " + *near + "?" : "SHOW QUERIES lists them");
}

Result<std::string> query_named(const BindContext& context, const Identifier& id) {
  if (const QueryDef* query = context.catalogue.find_query(context.name(id))) return query->id;
  // ksqlDB's ids have the name inside: CTAS_TOTALS_3.
  return unknown_query(context, id);
}

Result<std::string> function_named(const BindContext& context, const Identifier& name) {
  std::string upper = to_upper(name.text);
  if (context.functions.has(upper) || aggregate_named(upper) || upper == "COALESCE" ||
      upper == "IFNULL" || upper == "AS_VALUE")
    return upper;
  std::vector<std::string> names;
  for (const plan::Function* function : context.functions.all()) names.push_back(function->name);
  auto near = nearest(upper, names);
  return context.error(ErrorCode::not_found, name.span, "there is no function " + upper,
                       near ? "did you mean " + *near + "?" : "SHOW FUNCTIONS lists them");
}

}  // namespace

Result<bound::Statement> bind_statement(const BindContext& context, const DropSource& drop) {
  bool table = drop.kind == SourceKind::table;
  if (drop.if_exists && context.catalogue.find(context.name(drop.name)) == nullptr)
    return bound::Nothing{"there is no " + std::string(table ? "table " : "stream ") +
                          context.name(drop.name)};
  LEAT_TRY(const SourceDef* source, context.source(drop.name));
  if (source->is_table != table)
    return context.invalid(drop.name.span,
                           source->name + " is " + std::string(kind_word(source->is_table)),
                           std::string("write DROP ") + (table ? "STREAM" : "TABLE"));
  Catalogue::Uses uses = context.catalogue.used_by(source->name);
  std::erase(uses.writers, source->made_by);
  if (!uses.readers.empty() || !uses.writers.empty()) {
    std::string by;
    if (!uses.readers.empty()) by = "read by " + joined(uses.readers);
    if (!uses.writers.empty())
      by += (by.empty() ? "written by " : ", written by ") + joined(uses.writers);
    return context.error(ErrorCode::conflict, drop.name.span, source->name + " is in use: " + by,
                         "TERMINATE or DROP these first");
  }
  bound::DropSource out{*source, drop.delete_topic, std::nullopt};
  if (!source->made_by.empty() && context.catalogue.find_query(source->made_by) != nullptr)
    out.query = source->made_by;
  return out;
}

Result<bound::Statement> bind_statement(const BindContext& context, const ControlQuery& control) {
  if (control.action != QueryAction::terminate)
    return context.unsupported(context.statement.span,
                               control.action == QueryAction::pause ? "PAUSE is" : "RESUME is");
  bound::Terminate out;
  if (control.id) {
    LEAT_TRY(std::string id, query_named(context, *control.id));
    out.queries.push_back(std::move(id));
  } else {
    for (const QueryDef* query : context.catalogue.queries()) out.queries.push_back(query->id);
  }
  return out;
}

Result<bound::Statement> bind_statement(const BindContext& context, const Show& show) {
  switch (show.what) {
    case ShowWhat::types: return context.unsupported(context.statement.span, "custom types are");
    case ShowWhat::connectors:
    case ShowWhat::source_connectors:
    case ShowWhat::sink_connectors:
    case ShowWhat::connector_plugins:
      return context.unsupported(context.statement.span, "connectors are");
    default: return bound::Show{show.what, show.all, show.extended};
  }
}

Result<bound::Statement> bind_statement(const BindContext& context, const Describe& describe) {
  bound::Describe out{describe.what, {}, describe.extended};
  switch (describe.what) {
    case DescribeWhat::source: {
      LEAT_TRY(const SourceDef* source, context.source(describe.name));
      out.name = source->name;
      break;
    }
    case DescribeWhat::function: {
      LEAT_TRY(out.name, function_named(context, describe.name));
      break;
    }
    case DescribeWhat::connector:
      return context.unsupported(context.statement.span, "connectors are");
    case DescribeWhat::all_streams:
    case DescribeWhat::all_tables: break;
  }
  return out;
}

Result<bound::Statement> bind_statement(const BindContext& context, const Explain& explain) {
  bound::Explain out;
  if (explain.id) {
    // A name is also that of a stream or table whose query is meant.
    const SourceDef* source = context.catalogue.find(context.name(*explain.id));
    if (source != nullptr && (source->is_table || !source->made_by.empty())) {
      out.id = source->view();
    } else {
      LEAT_TRY(out.id, query_named(context, *explain.id));
    }
    return out;
  }
  LEAT_TRY(bound::Statement inner,
           bind(*explain.statement, context.catalogue, context.session, context.functions));
  if (auto* create = std::get_if<bound::CreateQuery>(&inner))
    out.statement = std::move(*create);
  else if (auto* pull = std::get_if<bound::PullQuery>(&inner))
    out.statement = std::move(*pull);
  else if (auto* push = std::get_if<bound::PushQuery>(&inner))
    out.statement = std::move(*push);
  else
    return context.invalid(
        explain.statement->span,
        "this statement has no plan: " + std::string(kind_of(*explain.statement)),
        "EXPLAIN shows queries");
  return out;
}

Result<bound::Statement> bind_statement(const BindContext& context, const Print& print) {
  if (print.interval && *print.interval < 1)
    return context.invalid(context.statement.span, "INTERVAL must be at least 1");
  return bound::Print{print.topic.text, print.from_beginning, print.interval.value_or(1),
                      print.limit};
}

Result<bound::Statement> bind_statement(const BindContext& context, const SetProperty& set) {
  Session session = context.session;
  auto done = session.set(set.name, set.value);
  if (!done) {
    bool name_known = find_setting(set.name) != nullptr;
    return context.at(name_known ? set.value_span : set.name_span, done.error());
  }
  std::string name(find_setting(set.name)->name);
  std::string value = session.properties[name];
  return bound::SetProperty{std::move(name), std::move(value), set.system};
}

Result<bound::Statement> bind_statement(const BindContext& context, const UnsetProperty& unset) {
  Session session = context.session;
  auto done = session.unset(unset.name);
  if (!done) return context.at(unset.name_span, done.error());
  return bound::UnsetProperty{std::string(find_setting(unset.name)->name)};
}

Result<bound::Statement> bind_statement(const BindContext&, const DefineVariable& define) {
  return bound::DefineVariable{define.name.text, define.value};
}

Result<bound::Statement> bind_statement(const BindContext& context,
                                        const UndefineVariable& undefine) {
  if (!context.session.variables.contains(undefine.name.text))
    return context.error(ErrorCode::not_found, undefine.name.span,
                         "there is no variable " + undefine.name.text, "SHOW VARIABLES lists them");
  return bound::UndefineVariable{undefine.name.text};
}

Result<bound::Statement> bind_statement(const BindContext& context, const AlterSource& alter) {
  return context.unsupported(alter.name.span, "ALTER STREAM and ALTER TABLE are");
}

Result<bound::Statement> bind_statement(const BindContext& context, const CreateType& create) {
  return context.unsupported(create.name.span, "custom types (CREATE TYPE) are");
}

Result<bound::Statement> bind_statement(const BindContext& context, const DropType& drop) {
  return context.unsupported(drop.name.span, "custom types (DROP TYPE) are");
}

Result<bound::Statement> bind_statement(const BindContext& context, const CreateConnector& create) {
  return context.unsupported(create.name.span, "connectors are");
}

Result<bound::Statement> bind_statement(const BindContext& context, const DropConnector& drop) {
  return context.unsupported(drop.name.span, "connectors are");
}

Result<bound::Statement> bind_statement(const BindContext& context, const RunScript&) {
  return context.unsupported(context.statement.span, "RUN SCRIPT is",
                             "leat run takes several files");
}

Result<bound::Statement> bind_statement(const BindContext& context, const AssertTopic& assert_) {
  return context.unsupported(assert_.topic.span, "ASSERT TOPIC is");
}

Result<bound::Statement> bind_statement(const BindContext& context, const AssertSchema&) {
  return context.unsupported(context.statement.span, "ASSERT SCHEMA is");
}

}  // namespace leat::sql
