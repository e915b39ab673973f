#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "leat/graph.h"
#include "leat/loops.h"

namespace leat {

/// Tumbling windows: [0, size), [size, 2 size), ... A record counts in the window of its timestamp
/// until stream time has reached the window's end plus `grace`; then it is late.
struct TimeWindows {
  std::chrono::milliseconds size{0};
  std::chrono::milliseconds grace{0};
  static TimeWindows of_size_with_no_grace(std::chrono::milliseconds size) { return {size, {}}; }
  static TimeWindows of_size_and_grace(std::chrono::milliseconds size,
                                       std::chrono::milliseconds grace) {
    return {size, grace};
  }
};

template <class K, class V>
class Table;
template <class K, class V>
class GroupedStream;
template <class K, class V>
class WindowedStream;

/// Records that stand for themselves, of key K and value V. A handle: cheap to copy, good as long
/// as its topology or a copy of the handle lives. Functions take (key, value) or the value alone;
/// they run on several threads, on whole batches, and must depend on their arguments alone. A
/// record for which one throws becomes a dead letter. Records without a value (tombstones) pass
/// map_values untouched and end at every other step.
template <class K, class V>
class Stream {
 public:
  using key_type = K;
  using value_type = V;

  /// Keeps records for which f is true.
  template <class F>
  Stream filter(F f) const {
    return same(streams::StepKind::filter, streams::filter_loop<K, V>(std::move(f), true));
  }
  template <class F>
  Stream filter_not(F f) const {
    return same(streams::StepKind::filter, streams::filter_loop<K, V>(std::move(f), false));
  }
  /// A new value for each record, under its key.
  template <class F>
  auto map_values(F f) const {
    using R = streams::plain_t<streams::result_t<F, K, V>>;
    return next<K, R>(streams::StepKind::values, streams::values_loop<K, V>(std::move(f)),
                      rekeyed_);
  }
  /// A new key and value for each record, as a std::pair.
  template <class F>
  auto map(F f) const {
    using P = streams::PairOf<K, V, F>;
    return next<typename P::key, typename P::value>(streams::StepKind::rows,
                                                    streams::rows_loop<K, V>(std::move(f)), true);
  }
  /// A new key for each record.
  template <class F>
  auto select_key(F f) const {
    using R = streams::plain_t<streams::result_t<F, K, V>>;
    return next<R, V>(streams::StepKind::keys, streams::keys_loop<K, V>(std::move(f)), true);
  }
  /// Any number of values for each record (whatever range f returns), under its key.
  template <class F>
  auto flat_map_values(F f) const {
    using R = streams::plain_t<streams::element_t<streams::result_t<F, K, V>>>;
    return next<K, R>(streams::StepKind::flat, streams::flat_loop<K, V>(std::move(f)), rekeyed_);
  }
  /// Any number of records for each record (whatever range of std::pair f returns).
  template <class F>
  auto flat_map(F f) const {
    using P = streams::FlatPairOf<K, V, F>;
    return next<typename P::key, typename P::value>(
        streams::StepKind::flat_rows, streams::flat_rows_loop<K, V>(std::move(f)), true);
  }

  GroupedStream<K, V> group_by_key() const {
    static_assert(std::is_same_v<typename streams::KeyType<K>::type, K>,
                  "windowed keys are grouped by a key of your own: group_by");
    return {graph_, node_, rekeyed_};
  }
  /// Groups by what f makes of a record: select_key, then group_by_key.
  template <class F>
  auto group_by(F f) const {
    return select_key(std::move(f)).group_by_key();
  }

  /// For each record the table's row of its key, as it stands then: f(value, table's value).
  /// Records without a match are dropped.
  template <class T, class F>
  auto join(const Table<K, T>& table, F f) const {
    using R = typename streams::Joined<V, T, F, false>::type;
    return joined<R>(table, streams::join_loop<V, T, F, false>(std::move(f)), false);
  }
  /// The same with every record: f(value, pointer to the table's value or nullptr).
  template <class T, class F>
  auto left_join(const Table<K, T>& table, F f) const {
    using R = typename streams::Joined<V, T, F, true>::type;
    return joined<R>(table, streams::join_loop<V, T, F, true>(std::move(f)), true);
  }

  /// Writes the records to a topic (made if it is not there, with as many partitions as the
  /// stream).
  void to(const std::string& topic) const { graph_->sink(node_, topic); }

 private:
  template <class, class>
  friend class Stream;
  template <class, class>
  friend class Table;
  friend class Topology;

  Stream(std::shared_ptr<streams::Graph> graph, int node, bool rekeyed)
      : graph_(std::move(graph)), node_(node), rekeyed_(rekeyed) {}
  Stream same(streams::StepKind kind, streams::BatchFunction f) const {
    return next<K, V>(kind, std::move(f), rekeyed_);
  }
  template <class K2, class V2>
  Stream<K2, V2> next(streams::StepKind kind, streams::BatchFunction f, bool rekeyed) const {
    int node =
        graph_->step(node_, kind, streams::kKeyInfo<K2>, streams::Trait<V2>::kInfo, std::move(f));
    return {graph_, node, rekeyed};
  }
  template <class R, class T>
  Stream<K, R> joined(const Table<K, T>& table, streams::BatchFunction f, bool left) const {
    int stream = rekeyed_ ? graph_->repartition(node_, table.name() + "-join") : node_;
    int node = graph_->join(stream, table.node_, left, streams::Trait<R>::kInfo, std::move(f));
    return {graph_, node, false};
  }

  std::shared_ptr<streams::Graph> graph_;
  int node_;
  bool rekeyed_;  // the key is not the one that records were partitioned by
};

/// The latest value of each key, kept under a name; read it with App::view or join streams with it.
template <class K, class V>
class Table {
 public:
  using key_type = K;
  using value_type = V;

  /// The changes of the table: within an epoch one a key, the last.
  Stream<K, V> to_stream() const { return {graph_, graph_->to_stream(node_), false}; }
  void to(const std::string& topic) const { graph_->sink(node_, topic); }
  const std::string& name() const { return name_; }

 private:
  template <class, class>
  friend class Stream;
  template <class, class>
  friend class GroupedStream;
  template <class, class>
  friend class WindowedStream;
  friend class Topology;

  Table(std::shared_ptr<streams::Graph> graph, int node, std::string name)
      : graph_(std::move(graph)), node_(node), name_(std::move(name)) {}

  std::shared_ptr<streams::Graph> graph_;
  int node_;
  std::string name_;
};

/// A stream by key, about to be aggregated. Records without a key or a value are dropped and
/// counted. Every aggregate is named by the user: the name finds its state again after a restart,
/// and reads it.
template <class K, class V>
class GroupedStream {
 public:
  Table<K, int64_t> count(const std::string& name) const {
    return {graph_, graph_->count(input(name), name, {}), name};
  }
  /// The state of a group begins as `init` (a value, or a function that makes one). f(key, value,
  /// state) returns the next state or, returning nothing, changes a state that it takes by
  /// reference.
  template <class Init, class F>
  auto aggregate(Init init, F f, const std::string& name) const {
    return fold(std::move(init), std::move(f), name, {});
  }
  /// f(state, value) gives the next state; the first value of a group is its first state.
  template <class F>
  Table<K, V> reduce(F f, const std::string& name) const {
    auto functions = streams::fold_loop<V>(streams::ReduceNext<V, F>{std::move(f)});
    return {graph_,
            graph_->fold(input(name), name, {}, streams::Trait<V>::kInfo, std::move(functions)),
            name};
  }
  WindowedStream<K, V> windowed_by(TimeWindows windows) const { return {*this, windows}; }

 private:
  template <class, class>
  friend class Stream;
  template <class, class>
  friend class WindowedStream;
  GroupedStream(std::shared_ptr<streams::Graph> graph, int node, bool rekeyed)
      : graph_(std::move(graph)), node_(node), rekeyed_(rekeyed) {}

  template <class Init>
  static auto state_of(const Init& init) {
    if constexpr (std::is_invocable_v<const Init&>)
      return std::type_identity<streams::plain_t<decltype(init())>>{};
    else
      return std::type_identity<streams::plain_t<Init>>{};
  }
  template <class Init, class F>
  auto fold(Init init, F f, const std::string& name,
            const std::optional<streams::WindowInfo>& window) const {
    using S = typename decltype(state_of(init))::type;
    auto functions = streams::fold_loop<S>(
        streams::AggregateNext<K, V, S, Init, F>{std::move(init), std::move(f)});
    int node =
        graph_->fold(input(name), name, window, streams::Trait<S>::kInfo, std::move(functions));
    return Table<K, S>(graph_, node, name);
  }
  int input(const std::string& name) const {
    return rekeyed_ ? graph_->repartition(node_, name) : node_;
  }

  std::shared_ptr<streams::Graph> graph_;
  int node_;
  bool rekeyed_;
};

/// A grouped stream by key and window. Results are tables by windowed key.
template <class K, class V>
class WindowedStream {
 public:
  /// Emits a window once, when it has closed, in place of each change.
  WindowedStream emit_on_window_close() const {
    WindowedStream copy = *this;
    copy.window_.emit_on_close = true;
    return copy;
  }
  Table<Windowed<K>, int64_t> count(const std::string& name) const {
    const auto& g = grouped_;
    return {g.graph_, g.graph_->count(g.input(name), name, window_), name};
  }
  template <class Init, class F>
  auto aggregate(Init init, F f, const std::string& name) const {
    auto table = grouped_.fold(std::move(init), std::move(f), name, window_);
    using S = typename decltype(table)::value_type;
    return Table<Windowed<K>, S>(table.graph_, table.node_, name);
  }
  template <class F>
  Table<Windowed<K>, V> reduce(F f, const std::string& name) const {
    const auto& g = grouped_;
    auto functions = streams::fold_loop<V>(streams::ReduceNext<V, F>{std::move(f)});
    return {g.graph_,
            g.graph_->fold(g.input(name), name, window_, streams::Trait<V>::kInfo,
                           std::move(functions)),
            name};
  }

 private:
  friend class GroupedStream<K, V>;
  WindowedStream(GroupedStream<K, V> grouped, TimeWindows windows)
      : grouped_(std::move(grouped)), window_{windows.size.count(), windows.grace.count(), false} {}
  GroupedStream<K, V> grouped_;
  streams::WindowInfo window_;
};

/// What a program does with its topics, built step by step: a builder, and what App and TestDriver
/// run. Names of topics and tables are the user's; the order of unnamed steps does not matter to
/// what is kept. Building throws StreamsError for what can never run. Not thread-safe; copies share
/// what was built.
class Topology {
 public:
  Topology() : graph_(std::make_shared<streams::Graph>()) {}

  /// The records of a topic.
  template <class K, class V>
  Stream<K, V> stream(const std::string& topic) {
    return {graph_, graph_->stream(topic, streams::kKeyInfo<K>, streams::Trait<V>::kInfo), false};
  }
  /// A topic as a table: the last record of each key counts, one without a value removes it.
  template <class K, class V>
  Table<K, V> table(const std::string& topic, const std::string& name) {
    int node = graph_->table(topic, streams::kKeyInfo<K>, streams::Trait<V>::kInfo, name);
    return {graph_, node, name};
  }

  /// For App and TestDriver.
  const std::shared_ptr<streams::Graph>& graph() const { return graph_; }

 private:
  std::shared_ptr<streams::Graph> graph_;
};

}  // namespace leat
