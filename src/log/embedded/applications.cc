#include "log/embedded/applications.h"

namespace leat::log {

void Application::apply(const CommitSection& commit, Lsn at) {
  durable = commit.epoch;
  ordered = std::max(ordered, durable);
  lsn = at;
  for (const InputPosition& input : commit.inputs) {
    if (input.next.value < 0) {
      inputs.erase({input.reader, input.partition});
    } else {
      inputs[{input.reader, input.partition}] = input.next;
    }
  }
  for (const MetadataChange& change : commit.metadata) {
    if (change.value.empty()) {
      metadata.erase(change.key);
    } else {
      metadata[change.key] = change.value;
    }
  }
}

ApplicationState Application::state() const {
  ApplicationState state;
  state.epoch = durable;
  state.lsn = lsn;
  state.trimmed = trimmed;
  for (const auto& [who, next] : inputs) state.inputs.push_back({who.first, who.second, next});
  for (const auto& [key, value] : metadata) state.metadata.push_back({key, value});
  return state;
}

}  // namespace leat::log
