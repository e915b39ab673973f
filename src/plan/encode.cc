#include <nlohmann/json.hpp>

#include "base/text.h"
#include "data/decimal.h"
#include "plan/node.h"
#include "plan/plan_json.h"

// A plan as JSON: {"version", "id", "statement", "nodes": [{"id", "op", ...}]}. Only fields that
// differ from their default are written, so that a later version may add some. decode.cc reads it.

namespace leat::plan {
namespace {

using Json = nlohmann::ordered_json;

Json type_json(const Type& type) {
  if (type.opaque != nullptr || type.nested != nullptr)
    throw BadPlan(Error(ErrorCode::unsupported, "a plan with values of C++ types is not kept"));
  return type.to_string();
}

Json value_json(const Value& value) {
  switch (value.index()) {
    case 1: return std::get<bool>(value);
    case 2: return std::get<int32_t>(value);
    case 3: return std::get<int64_t>(value);
    case 4: {
      // Hexadecimal digits are exact, and JSON has no NaN.
      char text[64];
      snprintf(text, sizeof text, "%a", std::get<double>(value));
      return text;
    }
    case 5: return decimal_to_string(std::get<Int128>(value), 0);
    case 6: return base64_encode(std::get<std::string>(value));
    default: return nullptr;
  }
}

Json expr_json(const Expr& expr) {
  Json out;
  out["kind"] = kExprKinds[static_cast<size_t>(expr.kind)];
  out["type"] = type_json(expr.type);
  if (expr.kind == ExprKind::literal) out["value"] = value_json(expr.value);
  if (expr.kind == ExprKind::column) out["index"] = expr.index;
  if (expr.kind == ExprKind::call) out["function"] = signature(*expr.function);
  for (const auto& arg : expr.args) out["args"].push_back(expr_json(*arg));
  return out;
}

Json exprs_json(const std::vector<ExprPtr>& exprs) {
  Json out = Json::array();
  for (const auto& expr : exprs) out.push_back(expr_json(*expr));
  return out;
}

Json format_json(const FormatSpec& format) {
  Json out;
  out["kind"] = name_of(format.kind);
  if (format.delimiter != ',') out["delimiter"] = static_cast<int>(format.delimiter);
  if (!format.wrap_single) out["wrap_single"] = false;
  return out;
}

Json window_json(const WindowSpec& window) {
  return {{"kind", kWindowKinds[static_cast<size_t>(window.kind)]},
          {"size_ms", window.size_ms},
          {"grace_ms", window.grace_ms},
          {"retention_ms", window.retention_ms}};
}

Json fields_json(const std::vector<Field>& fields) {
  Json out = Json::array();
  for (const Field& field : fields) out.push_back({field.name, type_json(field.type)});
  return out;
}

// Adds what an operator has to say to its node.
struct AddOp {
  Json& out;

  void operator()(const Source& op) {
    out["op"] = "source";
    out["name"] = op.name;
    out["topic"] = op.topic;
    out["key_format"] = format_json(op.key_format);
    out["value_format"] = format_json(op.value_format);
    timestamp(op.timestamp.column, op.timestamp.format);
    if (op.window_size) out["window_size"] = *op.window_size;
    out["policy"] = kPolicies[static_cast<size_t>(op.policy)];
  }
  void operator()(const Materialize&) { out["op"] = "materialize"; }
  void operator()(const Filter& op) {
    out["op"] = "filter";
    out["predicate"] = expr_json(*op.predicate);
  }
  void operator()(const Project& op) {
    out["op"] = "project";
    if (!op.key.empty()) out["key"] = exprs_json(op.key);
    out["value"] = exprs_json(op.value);
    if (op.drops_null_keys) out["drops_null_keys"] = true;
    if (op.drops_key) out["drops_key"] = true;
  }
  void operator()(const Repartition& op) {
    out["op"] = "repartition";
    out["key_format"] = format_json(op.key_format);
    out["partitions"] = op.partitions;
  }
  void operator()(const Aggregate& op) {
    if (op.fold) throw BadPlan(Error(ErrorCode::unsupported, "a plan with code is not kept"));
    out["op"] = "aggregate";
    out["calls"] = Json::array();
    for (const AggregateCall& call : op.calls)
      out["calls"].push_back({{"kind", kAggregates[static_cast<size_t>(call.kind)]},
                              {"argument", call.argument},
                              {"result", type_json(call.result)}});
    if (op.window) out["op_window"] = window_json(*op.window);
    if (op.emit_final) out["emit_final"] = true;
  }
  void operator()(const StreamTableJoin& op) {
    out["op"] = "stream_table_join";
    if (op.left) out["left"] = true;
  }
  void operator()(const Sink& op) {
    out["op"] = "sink";
    out["topic"] = op.topic;
    out["key_format"] = format_json(op.key_format);
    out["value_format"] = format_json(op.value_format);
    timestamp(op.timestamp_column, op.timestamp_format);
  }
  void operator()(const Custom&) {
    throw BadPlan(Error(ErrorCode::unsupported, "a plan with C++ code is not kept",
                        "the program builds it anew each time it starts"));
  }
  void timestamp(int column, const std::string& format) {
    if (column >= 0) out["timestamp_column"] = column;
    if (!format.empty()) out["timestamp_format"] = format;
  }
};

Json node_json(const Node& node) {
  Json out;
  out["id"] = node.id;
  if (!node.inputs.empty()) out["inputs"] = node.inputs;
  if (node.kind == BatchKind::table) out["table"] = true;
  out["keys"] = fields_json(node.schema.key);
  out["values"] = fields_json(node.schema.value);
  if (node.window) out["window"] = window_json(*node.window);
  std::visit(AddOp{out}, node.op);
  return out;
}
}  // namespace

Result<std::string> encode(const Query& query) {
  try {
    Json out;
    out["version"] = kPlanVersion;
    out["id"] = query.id;
    out["statement"] = query.statement;
    out["nodes"] = Json::array();
    for (const Node& node : query.nodes) out["nodes"].push_back(node_json(node));
    return out.dump();
  } catch (const BadPlan& bad) {
    return bad.error;
  } catch (const Json::exception& bad) {
    return Error(ErrorCode::invalid_data,
                 "a name of the plan is not text: " + std::string(bad.what()));
  }
}

}  // namespace leat::plan
