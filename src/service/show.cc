#include "service/show.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/text.h"
#include "service/text_table.h"
#include "sql/known_functions.h"

namespace leat::service {
namespace {

using sql::ShowWhat;

std::string format_text(const sql::SourceDef& source) {
  return std::string(name_of(source.key_format.kind)) + " / " +
         std::string(name_of(source.value_format.kind));
}

StatementResult show_sources(Application& app, bool tables) {
  TextTable table({"name", "topic", "key / value format", "windowed"});
  sql::Catalogue catalogue = app.catalogue();
  for (const sql::SourceDef* source : catalogue.list())
    if (source->is_table == tables)
      table.add({source->name, source->topic, format_text(*source), source->window ? "yes" : "no"});
  return table.take();
}

StatementResult show_topics(Application& app, bool all) {
  TextTable table({"topic", "partitions", "records"});
  for (const TopicInfo& topic : app.log().topics()) {
    if (!all && topic.name.starts_with("_leat")) continue;
    int64_t records = 0;
    for (int32_t p = 0; p < topic.config.partitions; ++p) {
      auto bounds = app.log().bounds({topic.id, PartitionId(p)});
      if (bounds.has_value()) records += bounds->durable_end.value - bounds->start.value;
    }
    table.add({topic.name, std::to_string(topic.config.partitions), std::to_string(records)});
  }
  return table.take();
}

std::string state_text(const runtime::QueryStatus& status) {
  if (status.failure) return "failed: " + *status.failure;
  return status.level ? "running" : "catching up";
}

Result<StatementResult> show_queries(Application& app) {
  TextTable table({"query", "sink", "state", "lag", "statement"});
  LEAT_TRY(std::vector<runtime::QueryStatus> all, query_status(app));
  sql::Catalogue catalogue = app.catalogue();
  for (const runtime::QueryStatus& status : all) {
    const sql::QueryDef* query = catalogue.find_query(status.id);
    if (query == nullptr) continue;  // the one that keeps a declared table's rows
    table.add(
        {status.id, query->sink, state_text(status), std::to_string(status.lag), query->statement});
  }
  return table.take();
}

/// Operators are functions too, under names that nobody writes as a call.
bool is_called_by_name(const std::string& name) {
  static constexpr std::array<std::string_view, 4> kOperators = {"BETWEEN", "IN", "LIKE", "NOT"};
  bool word = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || c == '_' || (c >= '0' && c <= '9');
  });
  return word && std::find(kOperators.begin(), kOperators.end(), name) == kOperators.end();
}

StatementResult show_functions(Application& app) {
  std::map<std::string, std::pair<std::string, std::string>> functions;
  for (const plan::Function* function : app.functions().all())
    if (is_called_by_name(function->name))
      functions.insert({function->name, {"scalar", function->description}});
  for (const sql::AggregateFunction& aggregate : sql::aggregates())
    functions.insert(
        {std::string(aggregate.name), {"aggregate", std::string(aggregate.description)}});
  TextTable table({"function", "kind", "about"});
  for (const auto& [name, facts] : functions) table.add({name, facts.first, facts.second});
  return table.take();
}

StatementResult show_properties(const sql::Session& session) {
  TextTable table({"property", "value", "about"});
  for (const sql::Setting& setting : sql::settings())
    if (!setting.of_ksqldb)
      table.add({std::string(setting.name), std::string(session.get(setting.name)),
                 std::string(setting.doc)});
  return table.take();
}

Result<StatementResult> describe_source(Application& app, const std::string& name, bool extended) {
  sql::Catalogue catalogue = app.catalogue();
  const sql::SourceDef* source = catalogue.find(name);
  if (source == nullptr)
    return Error(ErrorCode::not_found, "there is no stream or table of this name: " + name);
  TextTable table({"column", "type", "role"});
  for (size_t i = 0; i < source->schema.width(); ++i) {
    const Field& field = source->schema.at(i);
    bool key = i < source->schema.key.size();
    table.add({field.name, field.type.to_string(),
               key ? (source->is_table ? "primary key" : "key") : ""});
  }
  if (source->window)
    table.add({"WINDOWSTART, WINDOWEND", "BIGINT",
               "window of " + std::to_string(source->window->size_ms) + " ms"});
  if (!extended) return table.take();
  table.add({"topic", source->topic, format_text(*source)});
  LEAT_TRY(std::vector<runtime::QueryStatus> all, query_status(app));
  auto uses = catalogue.used_by(source->name);
  auto add_queries = [&](const std::vector<std::string>& ids, const std::string& role) {
    for (const std::string& id : ids) {
      auto status = std::find_if(all.begin(), all.end(), [&](const auto& s) { return s.id == id; });
      if (status == all.end()) continue;
      exec::NodeCounters sum;
      for (const auto& [node, counters] : status->counters) {
        sum.late += counters.late;
        sum.dropped += counters.dropped;
        sum.errors += counters.errors;
      }
      table.add({"query " + id, state_text(*status), role + describe_counters(sum)});
    }
  };
  add_queries(uses.writers, "writes it");
  add_queries(uses.readers, "reads it");
  return table.take();
}

StatementResult describe_all(Application& app, bool tables) {
  TextTable table({"name", "columns"});
  sql::Catalogue catalogue = app.catalogue();
  for (const sql::SourceDef* source : catalogue.list())
    if (source->is_table == tables)
      table.add({source->name, source->schema.to_string(source->is_table)});
  return table.take();
}

Result<StatementResult> describe_function(Application& app, const std::string& name) {
  TextTable table({"function", "about"});
  for (const plan::Function* function : app.functions().all())
    if (equals_ignoring_case(function->name, name))
      table.add({plan::signature(*function), function->description});
  for (const sql::AggregateFunction& aggregate : sql::aggregates())
    if (equals_ignoring_case(aggregate.name, name))
      table.add({std::string(aggregate.name) + "(x)", std::string(aggregate.description)});
  return table.take();
}

StatementResult as_lines(const std::string& text) {
  TextTable table({"plan"});
  for (size_t begin = 0; begin < text.size();) {
    size_t end = std::min(text.find('\n', begin), text.size());
    table.add({text.substr(begin, end - begin)});
    begin = end + 1;
  }
  return table.take();
}

}  // namespace

std::string describe_counters(const exec::NodeCounters& counters) {
  std::string text;
  if (counters.late > 0) text += ", late " + std::to_string(counters.late);
  if (counters.dropped > 0) text += ", dropped " + std::to_string(counters.dropped);
  if (counters.errors > 0) text += ", errors " + std::to_string(counters.errors);
  return text;
}

Result<std::vector<runtime::QueryStatus>> query_status(Application& app) {
  using All = std::vector<runtime::QueryStatus>;
  return app.wait<All>([&](std::function<void(Result<All>)> done) {
    app.runtime().status([done = std::move(done)](All all) { done(std::move(all)); });
  });
}

Result<StatementResult> run_show(Application& app, const sql::bound::Show& show,
                                 const sql::Session& session) {
  switch (show.what) {
    case ShowWhat::streams: return show_sources(app, false);
    case ShowWhat::tables: return show_sources(app, true);
    case ShowWhat::topics: return show_topics(app, show.all);
    case ShowWhat::queries: return show_queries(app);
    case ShowWhat::functions: return show_functions(app);
    case ShowWhat::properties: return show_properties(session);
    case ShowWhat::variables: {
      TextTable table({"variable", "value"});
      for (const auto& [name, value] : session.variables) table.add({name, value});
      return table.take();
    }
    default: return Error(ErrorCode::unsupported, "this SHOW is not supported yet");
  }
}

Result<StatementResult> run_describe(Application& app, const sql::bound::Describe& describe) {
  switch (describe.what) {
    case sql::DescribeWhat::source: return describe_source(app, describe.name, describe.extended);
    case sql::DescribeWhat::all_streams: return describe_all(app, false);
    case sql::DescribeWhat::all_tables: return describe_all(app, true);
    case sql::DescribeWhat::function: return describe_function(app, describe.name);
    default: return Error(ErrorCode::unsupported, "this DESCRIBE is not supported yet");
  }
}

Result<StatementResult> run_explain(Application& app, const sql::bound::Explain& explain) {
  auto plain = [](const plan::Node&) { return std::string(); };
  if (const auto* create = std::get_if<sql::bound::CreateQuery>(&explain.statement))
    return as_lines(plan::draw(plan::rewrite(create->query), plain));
  if (const auto* push = std::get_if<sql::bound::PushQuery>(&explain.statement))
    return as_lines(plan::draw(push->query, plain));
  if (const auto* pull = std::get_if<sql::bound::PullQuery>(&explain.statement)) {
    std::string how = pull->keys ? std::to_string(pull->keys->size()) + " keys"
                      : pull->from.empty() && !pull->to ? "all rows"
                                                        : "a range of keys";
    return as_lines("Read view " + pull->view + ": " + how);
  }
  auto plans = app.runtime().plans();
  auto plan = plans.find(*explain.id);
  if (plan == plans.end())
    return Error(ErrorCode::not_found, "there is no query of this name: " + *explain.id,
                 "SHOW QUERIES lists them");
  LEAT_TRY(std::vector<runtime::QueryStatus> all, query_status(app));
  auto status =
      std::find_if(all.begin(), all.end(), [&](const auto& s) { return s.id == *explain.id; });
  return as_lines(plan::draw(*plan->second, [&](const plan::Node& node) -> std::string {
    auto index = static_cast<int>(&node - plan->second->nodes.data());
    if (status == all.end() || !status->counters.contains(index)) return "";
    const exec::NodeCounters& counters = status->counters.at(index);
    return "in " + std::to_string(counters.rows_in) + ", out " + std::to_string(counters.rows_out) +
           describe_counters(counters);
  }));
}

}  // namespace leat::service
