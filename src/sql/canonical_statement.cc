#include "sql/binder.h"

// What a query is, as text: one s-expression a node, in the plan's order. How records that fail are
// dealt with and how many partitions a topic gets are not part of it.

namespace leat::sql {
namespace {

void append_schema(std::string& out, const Schema& schema) {
  out += " (" + schema.to_string() + ")";
}

void append_format(std::string& out, const FormatSpec& format) {
  out += " " + std::string(name_of(format.kind));
  if (format.kind == FormatKind::delimited) out += std::string("[") + format.delimiter + "]";
  if (format.kind == FormatKind::json && !format.wrap_single) out += "[bare]";
}

void append_exprs(std::string& out, const std::vector<plan::ExprPtr>& exprs) {
  out += " (";
  for (size_t i = 0; i < exprs.size(); ++i)
    out += (i == 0 ? "" : ", ") + plan::to_string(*exprs[i]);
  out += ")";
}

void append_window(std::string& out, const plan::WindowSpec& window) {
  out += " (window " + std::to_string(static_cast<int>(window.kind)) + " size " +
         std::to_string(window.size_ms) + " grace " + std::to_string(window.grace_ms) +
         " retention " + std::to_string(window.retention_ms) + ")";
}

void append_timestamp(std::string& out, int column, const std::string& format) {
  if (column >= 0) out += " (timestamp $" + std::to_string(column) + " '" + format + "')";
}

std::string_view kind_text(plan::AggregateKind kind) {
  switch (kind) {
    case plan::AggregateKind::count_all: return "count-all";
    case plan::AggregateKind::count: return "count";
    case plan::AggregateKind::count_distinct: return "count-distinct";
    case plan::AggregateKind::sum: return "sum";
    case plan::AggregateKind::min: return "min";
    case plan::AggregateKind::max: return "max";
    case plan::AggregateKind::avg: return "avg";
    case plan::AggregateKind::earliest: return "earliest";
    case plan::AggregateKind::latest: return "latest";
  }
  return "?";
}

/// Appends an operator's own part of its node.
struct OperatorText {
  std::string& out;

  void operator()(const plan::Source& source) const {
    out += "source " + source.topic;
    append_format(out, source.key_format);
    append_format(out, source.value_format);
    append_timestamp(out, source.timestamp.column, source.timestamp.format);
    if (source.window_size) out += " (window size " + std::to_string(*source.window_size) + ")";
  }
  void operator()(const plan::Materialize&) const { out += "materialize"; }
  void operator()(const plan::Filter& filter) const {
    out += "filter " + plan::to_string(*filter.predicate);
  }
  void operator()(const plan::Project& project) const {
    out += "project";
    if (project.drops_key) out += " drops-key";
    if (project.drops_null_keys) out += " drops-null-keys";
    if (!project.key.empty()) append_exprs(out, project.key);
    append_exprs(out, project.value);
  }
  void operator()(const plan::Repartition& repartition) const {
    out += "repartition";
    append_format(out, repartition.key_format);
  }
  void operator()(const plan::Aggregate& aggregate) const {
    out += "aggregate (";
    for (const plan::AggregateCall& call : aggregate.calls) {
      if (out.back() != '(') out += ", ";
      out += std::string(kind_text(call.kind)) + " " + std::to_string(call.argument) + " " +
             call.result.to_string();
    }
    out += ")";
    if (aggregate.window) append_window(out, *aggregate.window);
    if (aggregate.emit_final) out += " final";
  }
  void operator()(const plan::StreamTableJoin& join) const {
    out += join.left ? "left-join" : "inner-join";
  }
  void operator()(const plan::Sink& sink) const {
    out += "sink " + sink.topic;
    append_format(out, sink.key_format);
    append_format(out, sink.value_format);
    append_timestamp(out, sink.timestamp_column, sink.timestamp_format);
  }
  void operator()(const plan::Custom& custom) const { out += "custom " + custom.fingerprint; }
};

}  // namespace

std::string canonical_statement(const plan::Query& query) {
  std::string out = "(query " + query.id;
  for (const plan::Node& node : query.nodes) {
    out += "\n (" + node.id + (node.kind == BatchKind::table ? " table" : " stream") + " <-";
    for (int input : node.inputs) out += " " + query.nodes[static_cast<size_t>(input)].id;
    out += " ";
    std::visit(OperatorText{out}, node.op);
    append_schema(out, node.schema);
    out += ")";
  }
  return out + ")";
}

}  // namespace leat::sql
