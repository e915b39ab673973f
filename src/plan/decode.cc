#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "data/decimal.h"
#include "plan/node.h"
#include "plan/plan_json.h"

// Reads what encode.cc writes.

namespace leat::plan {
namespace {

using Json = nlohmann::json;

[[noreturn]] void bad(std::string message, std::string hint = {}) {
  throw BadPlan(Error(ErrorCode::invalid_data, std::move(message), std::move(hint)));
}

// The enumerator that a word stands for.
template <class Enum, size_t n>
Enum named(const std::array<std::string_view, n>& words, const Json& json) {
  const auto& word = json.get_ref<const std::string&>();
  auto found = std::find(words.begin(), words.end(), word);
  if (found == words.end()) bad("unknown word in a plan: " + word);
  return static_cast<Enum>(found - words.begin());
}

template <class T>
T get_or(const Json& json, const char* field, T otherwise) {
  auto found = json.find(field);
  return found == json.end() ? otherwise : found->get<T>();
}

Type type_of(const Json& json) {
  const auto& text = json.get_ref<const std::string&>();
  for (const Type& type : {Type::boolean(), Type::int32(), Type::int64(), Type::float64(),
                           Type::string(), Type::bytes(), Type::timestamp()})
    if (type.to_string() == text) return type;
  int precision = 0;
  int scale = 0;
  if (sscanf(text.c_str(), "DECIMAL(%d, %d)", &precision, &scale) != 2 || precision < 1 ||
      precision > kDecimalPrecisionMax || scale < 0 || scale > precision)
    bad("unknown type in a plan: " + text);
  return Type::decimal(precision, scale);
}

Value value_of(const Json& json, const Type& type) {
  if (json.is_null()) return {};
  switch (type.kind) {
    case TypeKind::boolean: return json.get<bool>();
    case TypeKind::int32: return json.get<int32_t>();
    case TypeKind::int64:
    case TypeKind::timestamp: return json.get<int64_t>();
    case TypeKind::float64: return std::strtod(json.get_ref<const std::string&>().c_str(), nullptr);
    case TypeKind::decimal: {
      auto decimal = parse_decimal(json.get_ref<const std::string&>());
      if (!decimal || decimal->scale != 0) bad("not a DECIMAL in a plan: " + json.dump());
      return decimal->unscaled;
    }
    default: {
      auto bytes = base64_decode(json.get_ref<const std::string&>());
      if (!bytes) bad("not base64 in a plan: " + json.dump());
      return *bytes;
    }
  }
}

FormatSpec format_of(const Json& json) {
  FormatSpec out;
  auto kind = format_named(json.at("kind").get<std::string>());
  if (!kind) bad("unknown format in a plan: " + json.at("kind").dump());
  out.kind = *kind;
  out.delimiter = static_cast<char>(get_or(json, "delimiter", static_cast<int>(',')));
  out.wrap_single = get_or(json, "wrap_single", true);
  return out;
}

WindowSpec window_of(const Json& json) {
  return {.kind = named<WindowSpec::Kind>(kWindowKinds, json.at("kind")),
          .size_ms = json.at("size_ms"),
          .grace_ms = json.at("grace_ms"),
          .retention_ms = json.at("retention_ms")};
}

std::vector<Field> fields_of(const Json& json) {
  std::vector<Field> out;
  for (const Json& field : json) out.push_back({field.at(0), type_of(field.at(1))});
  return out;
}

class Decoder {
 public:
  explicit Decoder(const FunctionRegistry& functions) : functions_(functions) {}

  Query query(const Json& json) {
    int version = json.at("version");
    if (version != kPlanVersion)
      bad("a plan of another version: " + std::to_string(version),
          "it was written by a later program");
    Query out;
    out.id = json.at("id");
    out.statement = json.at("statement");
    for (const Json& node : json.at("nodes")) out.nodes.push_back(node_of(node, out));
    return out;
  }

 private:
  ExprPtr expr(const Json& json) {
    Expr out{.kind = named<ExprKind>(kExprKinds, json.at("kind")),
             .type = type_of(json.at("type"))};
    if (out.kind == ExprKind::literal) out.value = value_of(json.at("value"), out.type);
    if (out.kind == ExprKind::column) {
      out.index = json.at("index");
      if (out.index < 0 || static_cast<size_t>(out.index) >= width_)
        bad("a plan reads a column that is not there: " + std::to_string(out.index));
    }
    if (out.kind == ExprKind::call) {
      const auto& name = json.at("function").get_ref<const std::string&>();
      out.function = functions_.find(name);
      if (out.function == nullptr)
        bad("a plan calls a function that is not there: " + name,
            "it was made by a program that had it");
    }
    if (auto args = json.find("args"); args != json.end())
      for (const Json& arg : *args) out.args.push_back(expr(arg));
    return std::make_shared<const Expr>(std::move(out));
  }

  std::vector<ExprPtr> exprs(const Json& json, const char* field) {
    std::vector<ExprPtr> out;
    if (auto found = json.find(field); found != json.end())
      for (const Json& element : *found) out.push_back(expr(element));
    return out;
  }

  Node node_of(const Json& json, const Query& so_far) {
    Node out;
    out.id = json.at("id");
    out.inputs = get_or(json, "inputs", std::vector<int>{});
    for (int input : out.inputs)
      if (input < 0 || static_cast<size_t>(input) >= so_far.nodes.size())
        bad("a plan's node has an input that is not before it: " + out.id);
    width_ =
        out.inputs.empty() ? 0 : so_far.nodes[static_cast<size_t>(out.inputs[0])].schema.width();
    if (get_or(json, "table", false)) out.kind = BatchKind::table;
    out.schema = {fields_of(json.at("keys")), fields_of(json.at("values"))};
    if (json.contains("window")) out.window = window_of(json["window"]);
    read_op(json, out);
    return out;
  }

  void read_op(const Json& json, Node& out) {
    const auto& op = json.at("op").get_ref<const std::string&>();
    if (op == "source") {
      out.op = source(json);
    } else if (op == "materialize") {
      out.op = Materialize{};
    } else if (op == "filter") {
      out.op = Filter{expr(json.at("predicate"))};
    } else if (op == "project") {
      out.op = Project{exprs(json, "key"), exprs(json, "value"),
                       get_or(json, "drops_null_keys", false), get_or(json, "drops_key", false)};
    } else if (op == "repartition") {
      out.op = Repartition{format_of(json.at("key_format")), json.at("partitions")};
    } else if (op == "aggregate") {
      out.op = aggregate(json);
    } else if (op == "stream_table_join") {
      out.op = StreamTableJoin{get_or(json, "left", false)};
    } else if (op == "sink") {
      out.op = Sink{json.at("topic"), format_of(json.at("key_format")),
                    format_of(json.at("value_format")), get_or(json, "timestamp_column", -1),
                    get_or(json, "timestamp_format", std::string())};
    } else {
      bad("unknown operator in a plan: " + op, "it was written by a later program");
    }
  }

  static Source source(const Json& json) {
    Source op{.name = json.at("name"),
              .topic = json.at("topic"),
              .key_format = format_of(json.at("key_format")),
              .value_format = format_of(json.at("value_format")),
              .timestamp = {get_or(json, "timestamp_column", -1),
                            get_or(json, "timestamp_format", std::string())},
              .policy = named<BadRecordPolicy>(kPolicies, json.at("policy"))};
    if (json.contains("window_size")) op.window_size = json["window_size"].get<TimeMs>();
    return op;
  }

  static Aggregate aggregate(const Json& json) {
    Aggregate op;
    for (const Json& call : json.at("calls"))
      op.calls.push_back({named<AggregateKind>(kAggregates, call.at("kind")), call.at("argument"),
                          type_of(call.at("result"))});
    if (json.contains("op_window")) op.window = window_of(json["op_window"]);
    op.emit_final = get_or(json, "emit_final", false);
    return op;
  }

  const FunctionRegistry& functions_;
  size_t width_ = 0;  // of the input of the node being read
};
}  // namespace

Result<Query> decode(std::string_view text, const FunctionRegistry& functions) {
  try {
    return Decoder(functions).query(Json::parse(text));
  } catch (const BadPlan& bad_plan) {
    return bad_plan.error;
  } catch (const Json::exception& bad_json) {
    return Error(ErrorCode::invalid_data, "not a plan: " + std::string(bad_json.what()));
  }
}

}  // namespace leat::plan
