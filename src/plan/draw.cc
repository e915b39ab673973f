#include <algorithm>

#include "plan/node.h"

namespace leat::plan {
namespace {

std::string duration(TimeMs ms) {
  struct Unit {
    TimeMs ms;
    const char* name;
  };
  for (Unit unit : {Unit{86'400'000, "day"}, Unit{3'600'000, "hour"}, Unit{60'000, "minute"},
                    Unit{1000, "second"}})
    if (ms != 0 && ms % unit.ms == 0) {
      TimeMs n = ms / unit.ms;
      return std::to_string(n) + " " + unit.name + (n == 1 ? "" : "s");
    }
  return std::to_string(ms) + " ms";
}

std::string window_text(const WindowSpec& window) {
  static constexpr const char* kKinds[] = {"tumbling", "hopping", "session"};
  return std::string(kKinds[static_cast<size_t>(window.kind)]) + " " + duration(window.size_ms) +
         ", grace " + duration(window.grace_ms);
}

std::string formats(const FormatSpec& key, const FormatSpec& value) {
  return " (key " + std::string(name_of(key.kind)) + ", value " + std::string(name_of(value.kind)) +
         ")";
}

std::string names(const std::vector<Field>& fields) {
  std::string out;
  for (const Field& field : fields) out += (out.empty() ? "" : ", ") + field.name;
  return out;
}

std::string call_text(const AggregateCall& call, const Schema& input) {
  static constexpr const char* kNames[] = {"COUNT",
                                           "COUNT",
                                           "COUNT_DISTINCT",
                                           "SUM",
                                           "MIN",
                                           "MAX",
                                           "AVG",
                                           "EARLIEST_BY_OFFSET",
                                           "LATEST_BY_OFFSET"};
  std::string argument = "*";
  if (call.argument >= 0 && static_cast<size_t>(call.argument) < input.value.size())
    argument = input.value[static_cast<size_t>(call.argument)].name;
  return std::string(kNames[static_cast<size_t>(call.kind)]) + "(" + argument + ")";
}

// What a node does, in the words of a statement.
class Describe {
 public:
  Describe(const Node& node, const Schema& input) : node_(node), input_(input) {}

  std::string operator()(const Source& op) const {
    return "read " + std::string(node_.kind == BatchKind::table ? "table " : "stream ") + op.name +
           " from topic " + op.topic + formats(op.key_format, op.value_format);
  }
  std::string operator()(const Materialize&) const { return "keep the last row of each key"; }
  std::string operator()(const Filter& op) const {
    return "where " + to_string(*op.predicate, input_);
  }
  std::string operator()(const Project& op) const {
    std::string out = "select";
    size_t key = op.key.size();
    for (size_t i = 0; i < op.value.size(); ++i) {
      out += i > 0 ? ", " : " ";
      std::string text = to_string(*op.value[i], input_);
      out += text;
      if (i < node_.schema.value.size() && node_.schema.value[i].name != text)
        out += " as " + node_.schema.value[i].name;
    }
    for (size_t i = 0; i < key; ++i)
      out += (i == 0 ? " by " : ", ") + to_string(*op.key[i], input_);
    return out;
  }
  std::string operator()(const Repartition& op) const {
    std::string out = "repartition by " + names(node_.schema.key);
    if (op.partitions > 0) out += " into " + std::to_string(op.partitions);
    return out;
  }
  std::string operator()(const Aggregate& op) const {
    std::string out = "aggregate ";
    for (size_t i = 0; i < op.calls.size(); ++i)
      out += (i > 0 ? ", " : "") + call_text(op.calls[i], input_);
    if (op.fold) out += "by the program's code";
    out += " by " + names(node_.schema.key);
    if (op.window) out += " in windows " + window_text(*op.window);
    if (op.emit_final) out += ", when they close";
    return out;
  }
  std::string operator()(const StreamTableJoin& op) const {
    return op.left ? "left join with a table" : "join with a table";
  }
  std::string operator()(const Sink& op) const {
    return "write to topic " + op.topic + formats(op.key_format, op.value_format);
  }
  std::string operator()(const Custom&) const { return "a step of the program"; }

 private:
  const Node& node_;
  const Schema& input_;
};

class Drawing {
 public:
  Drawing(const Query& query, const std::function<std::string(const Node&)>& annotate)
      : query_(query), annotate_(annotate), drawn_(query.nodes.size(), 0) {}

  std::string all() {
    std::vector<uint8_t> read(query_.nodes.size(), 0);
    for (const Node& node : query_.nodes)
      for (int input : node.inputs) read[static_cast<size_t>(input)] = 1;
    for (size_t i = query_.nodes.size(); i-- > 0;)
      if (!read[i]) draw(i, "", "");
    return std::move(out_);
  }

 private:
  // `lead` stands before the node's own line, `below` before those of its inputs.
  void draw(size_t index, const std::string& lead, const std::string& below) {
    const Node& node = query_.nodes[index];
    static const Schema kNone;
    const Schema& input =
        node.inputs.empty() ? kNone : query_.nodes[static_cast<size_t>(node.inputs[0])].schema;
    out_ += lead + node.id + ": ";
    if (drawn_[index]) {
      out_ += "as above\n";
      return;
    }
    drawn_[index] = 1;
    out_ += std::visit(Describe(node, input), node.op);
    if (annotate_) {
      std::string note = annotate_(node);
      if (!note.empty()) out_ += "  [" + note + "]";
    }
    out_ += "\n";
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      bool last = i + 1 == node.inputs.size();
      draw(static_cast<size_t>(node.inputs[i]), below + (last ? "└─ " : "├─ "),
           below + (last ? "   " : "│  "));
    }
  }

  const Query& query_;
  const std::function<std::string(const Node&)>& annotate_;
  std::vector<uint8_t> drawn_;
  std::string out_;
};
}  // namespace

std::string draw(const Query& query, const std::function<std::string(const Node&)>& annotate) {
  return Drawing(query, annotate).all();
}

}  // namespace leat::plan
