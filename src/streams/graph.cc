#include "leat/graph.h"

#include <algorithm>

#include "streams/graph_impl.h"
#include "streams/step.h"

namespace leat::streams {
namespace {

constexpr TimeMs kRetentionMin = 24ll * 3600 * 1000;

FormatSpec format_of(const std::vector<Field>& fields) {
  FormatSpec format;
  format.kind = fields.empty() ? FormatKind::none : FormatKind::kafka;
  return format;
}

[[noreturn]] void refuse(const std::string& message, const std::string& hint) {
  throw StreamsError("invalid-argument", message, hint);
}

const char* name_of_step(StepKind kind) {
  switch (kind) {
    case StepKind::filter: return "filter";
    case StepKind::values: return "map-values";
    case StepKind::rows: return "map";
    case StepKind::keys: return "select-key";
    case StepKind::flat: return "flat-map-values";
    case StepKind::flat_rows: return "flat-map";
  }
  return "step";
}

std::string text_of(const Type& type) {
  if (type.opaque == nullptr) return type.to_string();
  return std::string(type.opaque->name) + " of " + std::to_string(type.opaque->size) +
         " bytes, version " + std::to_string(type.opaque->fingerprint);
}

std::string text_of(const Schema& schema) {
  std::string out;
  for (const Field& field : schema.key) out += text_of(field.type) + " -> ";
  for (const Field& field : schema.value) out += text_of(field.type);
  return out;
}

std::string text_of(const std::optional<plan::WindowSpec>& window) {
  if (!window) return {};
  return " in windows of " + std::to_string(window->size_ms) + " ms, grace " +
         std::to_string(window->grace_ms) + " ms";
}

}  // namespace

Graph::Graph() : impl_(std::make_unique<Impl>()) {}
Graph::~Graph() = default;

Type Graph::Impl::type_of(const TypeInfo& info) {
  switch (info.kind) {
    case Kind::int32: return Type::int32();
    case Kind::int64: return Type::int64();
    case Kind::float64: return Type::float64();
    case Kind::text: return Type::string();
    case Kind::bytes: return Type::bytes();
    default: break;
  }
  auto same = std::find_if(traits.begin(), traits.end(), [&](const OpaqueTraits& known) {
    return known.name == info.name && known.size == info.size && known.fingerprint == info.version;
  });
  if (same == traits.end())
    same = traits.insert(traits.end(), {info.name, info.version, info.size, nullptr, nullptr});
  Type type;
  type.kind = TypeKind::opaque;
  type.opaque = &*same;
  return type;
}

Schema Graph::Impl::schema_of(const TypeInfo& key, const TypeInfo& value) {
  if (value.kind == Kind::none) refuse("a stream needs values", "use leat::Bytes for any bytes");
  Schema schema;
  if (key.kind != Kind::none) schema.key.push_back({"KEY", type_of(key)});
  schema.value.push_back({"VALUE", type_of(value)});
  return schema;
}

int Graph::Impl::add(std::string id, std::vector<int> inputs, BatchKind kind, Schema schema,
                     decltype(plan::Node::op) op) {
  plan::Node node;
  node.id = std::move(id);
  node.kind = kind;
  node.schema = std::move(schema);
  if (!inputs.empty()) node.window = at(inputs.front()).window;
  node.inputs = std::move(inputs);
  node.op = std::move(op);
  query.nodes.push_back(std::move(node));
  return static_cast<int>(query.nodes.size()) - 1;
}

void Graph::Impl::take_name(const std::string& name) {
  if (name.empty())
    refuse("a step that keeps state needs a name",
           "name it after what it holds: state is found again by it, and views are read by it");
  if (name.find('/') != std::string::npos) refuse("a name must not hold '/': " + name, {});
  if (!names.insert(name).second)
    refuse("there are two tables of this name: " + name, "names are unique in a topology");
}

std::string Graph::Impl::numbered(const std::string& kind) {
  return kind + "-" + std::to_string(++numbers[kind]);
}

int Graph::Impl::add_source(const std::string& topic, const std::string& id, BatchKind kind,
                            const TypeInfo& key, const TypeInfo& value) {
  if (topic.empty()) refuse("a topic needs a name", {});
  plan::Source source;
  source.name = source.topic = topic;
  Schema schema = schema_of(key, value);
  source.key_format = format_of(schema.key);
  source.value_format = format_of(schema.value);
  return add(id, {}, kind, std::move(schema), source);
}

int Graph::stream(const std::string& topic, const TypeInfo& key, const TypeInfo& value) {
  auto known = impl_->streams.find(topic);
  if (known != impl_->streams.end()) {
    if (!(impl_->at(known->second).schema == impl_->schema_of(key, value)))
      refuse("the topic is read twice with different types: " + topic,
             "read it once, and use the stream twice");
    return known->second;
  }
  int node = impl_->add_source(topic, "stream:" + topic, BatchKind::stream, key, value);
  impl_->streams[topic] = node;
  return node;
}

int Graph::table(const std::string& topic, const TypeInfo& key, const TypeInfo& value,
                 const std::string& name) {
  if (key.kind == Kind::none) refuse("a table needs a key: " + name, {});
  impl_->take_name(name);
  int source = impl_->add_source(topic, "table:" + topic, BatchKind::table, key, value);
  int node =
      impl_->add(name, {source}, BatchKind::table, impl_->at(source).schema, plan::Materialize{});
  impl_->query.views.emplace_back(name, node);
  return node;
}

int Graph::step(int input, StepKind kind, const TypeInfo& key, const TypeInfo& value,
                BatchFunction function) {
  const bool new_key =
      kind == StepKind::rows || kind == StepKind::keys || kind == StepKind::flat_rows;
  const plan::Node& before = impl_->at(input);
  plan::Custom custom;
  custom.step = std::make_shared<Step>(kind, before.schema, std::move(function));
  custom.changes_key = new_key;
  custom.fingerprint = name_of_step(kind);
  int node = impl_->add(impl_->numbered(name_of_step(kind)), {input}, BatchKind::stream,
                        impl_->schema_of(key, value), std::move(custom));
  if (new_key) impl_->query.nodes.back().window.reset();
  return node;
}

int Graph::to_stream(int table) {
  plan::Custom custom{std::make_shared<ToStream>(), false, "to-stream"};
  return impl_->add(impl_->numbered("to-stream"), {table}, BatchKind::stream,
                    impl_->at(table).schema, std::move(custom));
}

int Graph::repartition(int input, const std::string& name) {
  std::string id = name + "-repartition";
  if (int count = ++impl_->numbers[id]; count > 1) id += "-" + std::to_string(count);
  plan::Repartition repartition;
  repartition.key_format = format_of(impl_->at(input).schema.key);
  return impl_->add(id, {input}, BatchKind::stream, impl_->at(input).schema, repartition);
}

int Graph::Impl::add_aggregate(int input, const std::string& name,
                               const std::optional<WindowInfo>& window, plan::Aggregate aggregate,
                               const Type& result) {
  if (at(input).schema.key.empty())
    refuse("records without a key cannot be grouped by it: " + name, "use group_by");
  take_name(name);
  if (window) {
    if (window->size_ms <= 0) refuse("a window must be at least 1 ms long: " + name, {});
    if (window->grace_ms < 0) refuse("grace cannot be negative: " + name, {});
    plan::WindowSpec spec;
    spec.size_ms = window->size_ms;
    spec.grace_ms = window->grace_ms;
    spec.retention_ms = std::max(kRetentionMin, saturating_add(spec.size_ms, spec.grace_ms));
    aggregate.window = spec;
    aggregate.emit_final = window->emit_on_close;
  }
  Schema schema;
  schema.key = at(input).schema.key;
  schema.value.push_back({"VALUE", result});
  auto spec = aggregate.window;
  int node = add(name, {input}, BatchKind::table, std::move(schema), std::move(aggregate));
  query.nodes.back().window = spec;
  query.views.emplace_back(name, node);
  return node;
}

int Graph::count(int input, const std::string& name, const std::optional<WindowInfo>& window) {
  plan::Aggregate aggregate;
  aggregate.calls.push_back({plan::AggregateKind::count_all, -1, Type::int64()});
  return impl_->add_aggregate(input, name, window, std::move(aggregate), Type::int64());
}

int Graph::fold(int input, const std::string& name, const std::optional<WindowInfo>& window,
                const TypeInfo& state, FoldFunctions functions) {
  plan::Aggregate aggregate;
  aggregate.fold = std::make_shared<Fold>(impl_->at(input).schema, std::move(functions));
  return impl_->add_aggregate(input, name, window, std::move(aggregate), impl_->type_of(state));
}

int Graph::join(int stream, int table, bool left, const TypeInfo& value, BatchFunction function) {
  Schema both = impl_->at(stream).schema;
  if (both.key.empty()) refuse("a stream without a key cannot be joined with a table", "use map");
  both.value.push_back({"OTHER", impl_->at(table).schema.value.front().type});
  int found = impl_->add(impl_->numbered("join"), {stream, table}, BatchKind::stream, both,
                         plan::StreamTableJoin{left});
  Schema schema;
  schema.key = both.key;
  schema.value.push_back({"VALUE", impl_->type_of(value)});
  plan::Custom custom{std::make_shared<Step>(StepKind::values, both, std::move(function)), false,
                      "joined"};
  return impl_->add(impl_->numbered("joined"), {found}, BatchKind::stream, std::move(schema),
                    std::move(custom));
}

void Graph::sink(int input, const std::string& topic) {
  if (topic.empty()) refuse("a topic needs a name", {});
  std::string id = "to:" + topic;
  if (int count = ++impl_->numbers[id]; count > 1) id += "-" + std::to_string(count);
  const plan::Node& before = impl_->at(input);
  plan::Sink sink;
  sink.topic = topic;
  sink.key_format = format_of(before.schema.key);
  sink.value_format = format_of(before.schema.value);
  impl_->add(id, {input}, before.kind, before.schema, sink);
}

std::string Graph::Impl::kept() const {
  std::set<std::string> lines;
  for (const plan::Node& node : query.nodes) {
    if (const auto* source = std::get_if<plan::Source>(&node.op)) {
      lines.insert("reads " + source->topic +
                   (node.kind == BatchKind::table ? " as a table: " : " as a stream: ") +
                   text_of(node.schema));
    } else if (std::holds_alternative<plan::Repartition>(node.op)) {
      lines.insert("repartitions " + node.id + ": " + text_of(node.schema));
    } else if (std::holds_alternative<plan::Materialize>(node.op)) {
      lines.insert("keeps table " + node.id + ": " + text_of(node.schema));
    } else if (const auto* aggregate = std::get_if<plan::Aggregate>(&node.op)) {
      lines.insert(std::string(aggregate->fold ? "aggregates " : "counts ") + node.id + ": " +
                   text_of(node.schema) + text_of(aggregate->window) +
                   (aggregate->emit_final ? ", emitted on close" : ""));
    }
  }
  std::string out;
  for (const std::string& line : lines) out += line + "\n";
  return out;
}

plan::Query Graph::Impl::build(plan::BadRecordPolicy policy) const {
  plan::Query built = query;
  built.id = kQueryId;
  built.statement = kept();
  for (plan::Node& node : built.nodes)
    if (auto* source = std::get_if<plan::Source>(&node.op)) source->policy = policy;
  return built;
}

}  // namespace leat::streams
