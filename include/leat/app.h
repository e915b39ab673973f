#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "leat/records.h"
#include "leat/streams.h"

namespace leat {

/// What becomes of a record that cannot be read, or for which a function throws.
enum class OnBadRecord : uint8_t {
  dead_letter,  // goes to the topic <id>-dead-letters, with the reason in its headers
  skip,         // is counted
  fail          // stops the topology
};

struct AppOptions {
  std::string data = "./leat-data";  // directory of the log; one process has it at a time
  std::string id = "app";            // names the application's state and its dead letters
  int threads = 1;
  int partitions = 8;  // of topics that are read and do not exist yet
  OnBadRecord on_bad_record = OnBadRecord::dead_letter;
  /// Each update of a table goes on by itself; else the last of an epoch (as with a record cache).
  bool every_update = false;
};

/// A topology at work over the embedded log of a directory: exactly once, and from where it stopped
/// when it is opened again. Thread-safe; calls throw StreamsError.
class App {
 public:
  /// Opens the directory and recovers. A topology whose steps that keep state, or whose topics
  /// read, differ from those that the directory knows under this id is refused (conflict); other
  /// steps may change freely. Errors also: busy (another process has the directory), corruption.
  explicit App(const Topology& topology, AppOptions options = {});
  /// Stops.
  ~App();
  App(App&&) noexcept;
  App& operator=(App&&) noexcept;

  /// Begins to process, in threads of its own.
  void start();
  /// Finishes the running epoch, waits until it is durable, and lets go of the directory. Not while
  /// other calls are running.
  void stop();
  /// Makes run() return. Any thread.
  void request_stop();
  /// start(), then waits for request_stop(), SIGINT or SIGTERM, then stops.
  /// Throws when the topology has failed.
  void run();
  /// start(), then waits until all that is in the log now has been processed and is durable.
  void run_to_end();

  /// Appends records, each to the partition of its key. Durable when it returns.
  template <class K, class V>
  void produce(const std::string& topic, const std::vector<Record<K, V>>& records) {
    std::vector<streams::RawRecord> raw;
    for (const auto& record : records) raw.push_back(streams::to_raw(record));
    produce_raw(topic, raw);
  }
  /// One record, now.
  template <class K, class V>
  void produce(const std::string& topic, const K& key, const V& value) {
    Record<streams::plain_t<K>, streams::plain_t<V>> record;
    record.key.emplace(key);
    record.value.emplace(value);
    record.timestamp = now_ms();
    produce<streams::plain_t<K>, streams::plain_t<V>>(topic, {record});
  }
  /// The durable records of a topic, partition by partition.
  template <class K, class V>
  std::vector<Record<K, V>> read(const std::string& topic) {
    std::vector<Record<K, V>> records;
    for (const auto& raw : read_raw(topic)) records.push_back(streams::from_raw<K, V>(raw));
    return records;
  }

  /// A table by its name; good as long as the application.
  template <class K, class V>
  View<K, V> view(const std::string& name) {
    return View<K, V>(views(), name);
  }
  template <class K, class V>
  View<K, V> view(const Table<K, V>& table) {
    return View<K, V>(views(), table.name());
  }

  void produce_raw(const std::string& topic, const std::vector<streams::RawRecord>& records);
  std::vector<streams::RawRecord> read_raw(const std::string& topic);

 private:
  streams::ViewSource& views();
  static int64_t now_ms();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace leat
