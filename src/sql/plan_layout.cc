#include "sql/plan_layout.h"

#include <map>

namespace leat::sql {

using plan::ExprKind;
using plan::ExprPtr;

namespace {

Field field_of(std::string name, const plan::Expr& expr) { return {std::move(name), expr.type}; }

/// Whether any clause reads a column of the scope.
bool reads(const plan::Expr& expr, int column) {
  if (expr.kind == ExprKind::column && expr.index == column) return true;
  for (const ExprPtr& arg : expr.args)
    if (reads(*arg, column)) return true;
  return false;
}

bool reads(const QueryAnalysis& analysis, size_t column) {
  int index = static_cast<int>(column);
  auto any = [&](const std::vector<ExprPtr>& list) {
    for (const ExprPtr& expr : list)
      if (reads(*expr, index)) return true;
    return false;
  };
  for (const SelectColumn& selected : analysis.columns)
    if (reads(*selected.expr, index)) return true;
  return (analysis.where != nullptr && reads(*analysis.where, index)) ||
         (analysis.having != nullptr && reads(*analysis.having, index)) || any(analysis.group_by) ||
         any(analysis.key) || any(analysis.aggregates.arguments);
}

/// Lays out one query. The members are its progress.
class LayoutBuilder {
 public:
  LayoutBuilder(const BindContext& context, const QueryAnalysis& analysis,
                const FormatSpec& key_format)
      : context_(context), analysis_(analysis), key_format_(key_format) {}

  PlanLayout build() {
    if (analysis_.join)
      add_join();
    else
      add_single_source();
    if (analysis_.where != nullptr)
      out_.add("where", out_.top().schema, plan::Filter{placed(analysis_.where)});
    if (analysis_.aggregated) {
      add_aggregation();
    } else {
      for (const ExprPtr& key : analysis_.key) out_.key.push_back(placed(key));
      for (const SelectColumn& column : analysis_.columns)
        out_.columns.push_back(placed(column.expr));
    }
    return std::move(out_);
  }

 private:
  const Scope& scope() const { return analysis_.scope; }

  /// An expression over the scope as one over the last node.
  ExprPtr placed(const ExprPtr& expr) const {
    return without_marks(with_columns(expr, [&](const ExprPtr& column) {
      return places_.at(static_cast<size_t>(column->index));
    }));
  }

  void place(size_t column, int index) {
    places_[column] = plan::column(index, scope().columns[column].type);
  }

  /// Columns of the scope that are carried along for a source.
  std::vector<size_t> carried_columns(size_t source) const {
    std::vector<size_t> out;
    for (size_t i = 0; i < scope().columns.size(); ++i)
      if (scope().columns[i].source == source && scope().columns[i].carried) out.push_back(i);
    return out;
  }

  std::vector<ExprKind> carried_kinds(size_t source) const {
    std::vector<ExprKind> out;
    for (size_t i : carried_columns(source)) out.push_back(*scope().columns[i].carried);
    return out;
  }

  void add_single_source() {
    const SourceDef& def = analysis_.first_source();
    add_source(out_.nodes, context_.session, def, carried_kinds(0));
    int width = static_cast<int>(def.schema.width());
    for (int i = 0; i < width; ++i) place(static_cast<size_t>(i), i);
    for (size_t column : carried_columns(0)) place(column, width++);
  }

  /// The stream's side of a join, keyed by what is joined on. `values` gets the columns of the
  /// scope that its values are, in order.
  int add_stream_side(std::vector<size_t>& values) {
    const JoinShape& join = *analysis_.join;
    const SourceDef& stream = *scope().sources[0].def;
    const SourceDef& table = *scope().sources[1].def;
    add_source(out_.nodes, context_.session, stream);
    size_t keys = stream.schema.key.size();
    bool rekeyed = !(join.stream_column == size_t{0} && keys == 1);
    for (size_t i = rekeyed ? 0 : keys; i < stream.schema.width(); ++i)
      if (join.stream_column != i) values.push_back(i);
    std::vector<size_t> carried = carried_columns(0);
    if (rekeyed || !carried.empty()) {
      plan::Project project;
      Schema schema;
      if (rekeyed) project.key = {join.on};
      schema.key = {field_of(key_name(), *join.on)};
      for (size_t i : values) {
        project.value.push_back(plan::column(static_cast<int>(i), scope().columns[i].type));
        schema.value.push_back({scope().columns[i].name, scope().columns[i].type});
      }
      for (size_t i : carried) {
        project.value.push_back(plan::pseudo(*scope().columns[i].carried));
        schema.value.push_back({scope().columns[i].name, scope().columns[i].type});
        values.push_back(i);
      }
      out_.add("join-key", std::move(schema), std::move(project));
    }
    // Rows must lie where the table's rows of the same key do.
    if (rekeyed || stream.key_format.kind != table.key_format.kind)
      out_.add("repartition", out_.top().schema, plan::Repartition{table.key_format, 0});
    return static_cast<int>(out_.nodes.size()) - 1;
  }

  std::string key_name() const {
    const JoinShape& join = *analysis_.join;
    return scope().prefixed_name(join.stream_column.value_or(join.table_key));
  }

  void add_join() {
    const JoinShape& join = *analysis_.join;
    const SourceDef& table = *scope().sources[1].def;
    std::vector<size_t> values;
    int stream_node = add_stream_side(values);
    // A LEFT join's row without a match has a key, and the table's key column is NULL.
    bool key_copy = join.left && join.stream_column && reads(analysis_, join.table_key);
    int table_node = add_source(out_.nodes, context_.session, table, carried_kinds(1), key_copy);

    size_t first = scope().first_column(1);
    for (size_t i = first + table.schema.key.size(); i < first + table.schema.width(); ++i)
      values.push_back(i);
    for (size_t i : carried_columns(1)) values.push_back(i);
    if (key_copy) values.push_back(join.table_key);

    Schema schema;
    schema.key = {field_of(key_name(), *join.on)};
    place(join.stream_column.value_or(join.table_key), 0);
    if (join.stream_column && !key_copy) place(join.table_key, 0);
    for (size_t i : values) {
      place(i, static_cast<int>(schema.width()));
      schema.value.push_back({scope().prefixed_name(i), scope().columns[i].type});
    }
    plan::Node& node = out_.add("join", std::move(schema), plan::StreamTableJoin{join.left});
    node.inputs = {stream_node, table_node};
    node.kind = BatchKind::stream;
  }

  bool keeps_key() const {
    const Schema& schema = out_.top().schema;
    if (out_.top().window || analysis_.group_by.size() != schema.key.size()) return false;
    for (size_t i = 0; i < schema.key.size(); ++i) {
      ExprPtr key = placed(analysis_.group_by[i]);
      if (key->kind != ExprKind::column || key->index != static_cast<int>(i)) return false;
    }
    return true;
  }

  std::string group_name(size_t group) const {
    for (const SelectColumn& column : analysis_.columns)
      if (same_expr(*column.expr, *analysis_.group_by[group])) return column.name;
    return "KSQL_KEY_" + std::to_string(group);
  }

  void add_grouping() {
    bool same_key = keeps_key();
    plan::Project project{.drops_null_keys = true};
    Schema schema;
    for (size_t i = 0; i < analysis_.group_by.size(); ++i) {
      ExprPtr key = placed(analysis_.group_by[i]);
      schema.key.push_back(field_of(group_name(i), *key));
      if (!same_key) project.key.push_back(std::move(key));
    }
    for (const ExprPtr& argument : analysis_.aggregates.arguments) {
      schema.value.push_back(
          field_of("ARGUMENT_" + std::to_string(schema.value.size()), *argument));
      project.value.push_back(placed(argument));
    }
    out_.add("group-by", std::move(schema), std::move(project)).window.reset();
    if (!same_key)
      out_.add(out_.has_node("repartition") ? "repartition-groups" : "repartition",
               out_.top().schema, plan::Repartition{key_format_, 0});
  }

  void add_aggregation() {
    add_grouping();
    plan::Aggregate aggregate{.window = analysis_.window, .emit_final = analysis_.emit_final};
    Schema schema;
    schema.key = out_.top().schema.key;
    for (const AggregateCalls::Call& call : analysis_.aggregates.calls) {
      aggregate.calls.push_back({call.kind, call.argument, call.result});
      schema.value.push_back({"AGGREGATE_" + std::to_string(schema.value.size()), call.result});
    }
    plan::Node& node = out_.add("aggregate", std::move(schema), std::move(aggregate));
    node.kind = BatchKind::table;
    node.window = analysis_.window;
    if (analysis_.having != nullptr)
      out_.add("having", out_.top().schema, plan::Filter{aggregated(analysis_.having)});
    for (size_t i = 0; i < analysis_.group_by.size(); ++i)
      out_.key.push_back(plan::column(static_cast<int>(i), analysis_.group_by[i]->type));
    for (const SelectColumn& column : analysis_.columns)
      out_.columns.push_back(aggregated(column.expr));
  }

  /// An expression over groups and aggregates as one over the aggregation's rows.
  ExprPtr aggregated(const ExprPtr& expr) const { return without_marks(replaced(expr)); }

  ExprPtr replaced(const ExprPtr& expr) const {
    for (size_t i = 0; i < analysis_.group_by.size(); ++i)
      if (same_expr(*expr, *analysis_.group_by[i]))
        return plan::column(static_cast<int>(i), expr->type);
    if (expr->kind == ExprKind::column)
      return plan::column(
          static_cast<int>(analysis_.group_by.size()) + expr->index - kAggregateColumn, expr->type);
    if (expr->args.empty()) return expr;
    plan::Expr copy = *expr;
    for (ExprPtr& arg : copy.args) arg = replaced(arg);
    return std::make_shared<const plan::Expr>(std::move(copy));
  }

  const BindContext& context_;
  const QueryAnalysis& analysis_;
  const FormatSpec& key_format_;
  PlanLayout out_;
  std::map<size_t, ExprPtr> places_;  // by column of the scope
};

}  // namespace

plan::Node& PlanLayout::add(std::string id, Schema schema, decltype(plan::Node::op) op) {
  plan::Node node;
  node.id = std::move(id);
  node.schema = std::move(schema);
  node.op = std::move(op);
  node.inputs = {static_cast<int>(nodes.size()) - 1};
  node.kind = nodes.back().kind;
  node.window = nodes.back().window;
  nodes.push_back(std::move(node));
  return nodes.back();
}

bool PlanLayout::has_node(std::string_view id) const {
  for (const plan::Node& node : nodes)
    if (node.id == id) return true;
  return false;
}

PlanLayout lay_out(const BindContext& context, const QueryAnalysis& analysis,
                   const FormatSpec& key_format) {
  return LayoutBuilder(context, analysis, key_format).build();
}

int add_source(std::vector<plan::Node>& nodes, const Session& session, const SourceDef& def,
               const std::vector<ExprKind>& carried, bool key_copy) {
  auto append = [&](std::string id, std::vector<int> inputs, Schema schema,
                    decltype(plan::Node::op) op) {
    nodes.push_back({.id = std::move(id),
                     .inputs = std::move(inputs),
                     .kind = def.is_table ? BatchKind::table : BatchKind::stream,
                     .schema = std::move(schema),
                     .window = def.window,
                     .op = std::move(op)});
    return static_cast<int>(nodes.size()) - 1;
  };
  plan::Source source{.name = def.name,
                      .topic = def.topic,
                      .key_format = def.key_format,
                      .value_format = def.value_format,
                      .timestamp = def.timestamp,
                      .policy = def.errors.value_or(session.errors_policy())};
  if (def.window) source.window_size = def.window->size_ms;
  int last = append("source:" + def.name, {}, def.schema, std::move(source));
  if (!def.is_table) return last;
  Schema schema = def.schema;
  if (!carried.empty() || key_copy) {
    plan::Project project;
    for (size_t i = def.schema.key.size(); i < def.schema.width(); ++i)
      project.value.push_back(plan::column(static_cast<int>(i), def.schema.at(i).type));
    for (ExprKind kind : carried) {
      ExprPtr pseudo = plan::pseudo(kind);
      schema.value.push_back({plan::to_string(*pseudo), pseudo->type});
      project.value.push_back(std::move(pseudo));
    }
    if (key_copy) {
      schema.value.push_back(def.schema.key[0]);
      project.value.push_back(plan::column(0, def.schema.key[0].type));
    }
    last = append("carry:" + def.name, {last}, schema, std::move(project));
  }
  return append("table:" + def.name, {last}, std::move(schema), plan::Materialize{});
}

}  // namespace leat::sql
