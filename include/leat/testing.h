#pragma once
#include <memory>
#include <string>
#include <vector>

#include "leat/app.h"

namespace leat {

struct TestDriverOptions {
  int partitions = 1;  // of every topic
  OnBadRecord on_bad_record = OnBadRecord::dead_letter;
};

class TestDriver;

/// Writes records to a topic of a TestDriver.
template <class K, class V>
class TestInput {
 public:
  TestInput(TestDriver& driver, std::string topic) : driver_(&driver), topic_(std::move(topic)) {}
  /// A record, and all that follows from it. No timestamp: that of the record before (at first 0).
  void pipe(std::optional<K> key, std::optional<V> value, std::optional<int64_t> timestamp = {});

 private:
  TestDriver* driver_;
  std::string topic_;
};

/// Reads what arrived in a topic of a TestDriver, in the order in which it came.
template <class K, class V>
class TestOutput {
 public:
  TestOutput(TestDriver& driver, std::string topic) : driver_(&driver), topic_(std::move(topic)) {}
  /// The next record; nullopt: there is no more for now.
  std::optional<Record<K, V>> read();
  /// All that are left.
  std::vector<Record<K, V>> read_all();

 private:
  TestDriver* driver_;
  std::string topic_;
};

/// A topology in memory, in the calling thread, without disk or network: each record that is piped
/// in is processed to the end, and committed, before pipe() returns. Throws StreamsError.
class TestDriver {
 public:
  explicit TestDriver(const Topology& topology, TestDriverOptions options = {});
  ~TestDriver();
  TestDriver(TestDriver&&) noexcept;
  TestDriver& operator=(TestDriver&&) noexcept;

  template <class K, class V>
  TestInput<K, V> input(const std::string& topic) {
    return {*this, topic};
  }
  template <class K, class V>
  TestOutput<K, V> output(const std::string& topic) {
    return {*this, topic};
  }
  template <class K, class V>
  View<K, V> view(const std::string& name) {
    return View<K, V>(views(), name);
  }
  template <class K, class V>
  View<K, V> view(const Table<K, V>& table) {
    return View<K, V>(views(), table.name());
  }

  /// What could not be used so far: raw records, the reason in headers leat.error.code, .message,
  /// .topic, .stage.
  std::vector<streams::RawRecord> dead_letters();

  /// Stops as a killed process would and starts again, with this topology.
  void restart(const Topology& topology);

  void pipe_raw(const std::string& topic, streams::RawRecord record,
                std::optional<int64_t> timestamp);
  std::optional<streams::RawRecord> read_raw(const std::string& topic);

 private:
  streams::ViewSource& views();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

template <class K, class V>
void TestInput<K, V>::pipe(std::optional<K> key, std::optional<V> value,
                           std::optional<int64_t> timestamp) {
  Record<K, V> record{std::move(key), std::move(value), 0};
  driver_->pipe_raw(topic_, streams::to_raw(record), timestamp);
}

template <class K, class V>
std::optional<Record<K, V>> TestOutput<K, V>::read() {
  auto raw = driver_->read_raw(topic_);
  if (!raw) return std::nullopt;
  return streams::from_raw<K, V>(*raw);
}

template <class K, class V>
std::vector<Record<K, V>> TestOutput<K, V>::read_all() {
  std::vector<Record<K, V>> records;
  while (auto record = read()) records.push_back(std::move(*record));
  return records;
}

}  // namespace leat
