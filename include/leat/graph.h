#pragma once
#include <memory>
#include <optional>
#include <string>

#include "leat/rows.h"

/// The plan behind a topology, without its types. Not for users.
namespace leat::streams {

struct WindowInfo {
  int64_t size_ms = 0;
  int64_t grace_ms = 0;
  bool emit_on_close = false;
};

enum class StepKind : uint8_t {
  filter,    // gives `from`
  values,    // gives `from` and values, at most one row a row
  rows,      // gives `from`, keys and values, at most one row a row
  keys,      // gives `from` and keys, at most one row a row
  flat,      // gives `from` and values, any number of rows
  flat_rows  // gives `from`, keys and values, any number of rows
};

/// Nodes by number, in the order in which they were made. Throws StreamsError for what can never
/// run: a name that is empty or taken, a topic without a name.
class Graph {
 public:
  Graph();
  ~Graph();
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;

  int stream(const std::string& topic, const TypeInfo& key, const TypeInfo& value);
  int table(const std::string& topic, const TypeInfo& key, const TypeInfo& value,
            const std::string& name);
  int step(int input, StepKind kind, const TypeInfo& key, const TypeInfo& value,
           BatchFunction function);
  int to_stream(int table);
  int repartition(int input, const std::string& name);
  int count(int input, const std::string& name, const std::optional<WindowInfo>& window);
  int fold(int input, const std::string& name, const std::optional<WindowInfo>& window,
           const TypeInfo& state, FoldFunctions functions);
  int join(int stream, int table, bool left, const TypeInfo& value, BatchFunction function);
  void sink(int input, const std::string& topic);

  struct Impl;
  Impl& impl() { return *impl_; }
  const Impl& impl() const { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace leat::streams
