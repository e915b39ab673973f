#include "exec/windows.h"

namespace leat::exec {

std::optional<FormatSpec> key_format_of_sink(const plan::Query& query, int node) {
  for (size_t n = static_cast<size_t>(node) + 1; n < query.nodes.size(); ++n) {
    const plan::Node& consumer = query.nodes[n];
    if (std::find(consumer.inputs.begin(), consumer.inputs.end(), node) == consumer.inputs.end())
      continue;
    if (const auto* sink = std::get_if<plan::Sink>(&consumer.op)) return sink->key_format;
    if (auto format = key_format_of_sink(query, static_cast<int>(n))) return format;
  }
  return std::nullopt;
}

}  // namespace leat::exec
