// Queries by key: counts, windows, a join.
#include <algorithm>
#include <cstdio>

#include "benchmarks/engine.h"
#include "benchmarks/feed.h"
#include "benchmarks/runs.h"
#include "io/random.h"

namespace leat::benchmarks {
namespace {

constexpr uint64_t kManyKeys = 1'000'000;
constexpr uint64_t kSomeKeys = 100'000;
constexpr TimeMs kBegin = 1'700'000'000'000;
constexpr int64_t kRecordsPerMs = 1000;
constexpr uint64_t kSeed = 42;

/// 12 bytes: "key-01234567".
struct Key {
  char text[13];
  explicit Key(uint64_t number) {
    std::snprintf(text, sizeof text, "key-%08u", static_cast<unsigned>(number));
  }
  ByteView view() const { return {text, 12}; }
};

/// Records with uniform keys; `value` writes the value of record i.
Status feed_uniform(Log& log, const std::string& topic, int64_t records, uint64_t keys,
                    const std::function<void(int64_t, std::string&)>& value) {
  LEAT_TRY(auto feed, Feed::open(log, topic));
  io::SeededRandom random(kSeed);
  std::string text;
  for (int64_t i = 0; i < records; ++i) {
    text.clear();
    value(i, text);
    feed->add(kBegin + i / kRecordsPerMs, Key(random.below(keys)).view(), text);
  }
  return feed->finish();
}

void small_value(int64_t i, std::string& out) { out += std::to_string(i % 1000); }

constexpr const char* kEvents =
    "CREATE STREAM events (id STRING KEY, v BIGINT) WITH (kafka_topic = 'events', key_format = "
    "'KAFKA', value_format = 'DELIMITED', partitions = 8);\n";

Workload count(int64_t records) {
  Workload workload;
  workload.statements =
      std::string(kEvents) +
      "CREATE TABLE counts AS SELECT id, COUNT(*) AS n FROM events GROUP BY id EMIT CHANGES;";
  workload.input = [records](Log& log) {
    return feed_uniform(log, "events", records, kManyKeys, small_value);
  };
  workload.output = "counts";
  workload.output_records_max = records;
  return workload;
}

}  // namespace

Result<Measurement> run_count(const Request& request, const Benchmark& self) {
  int64_t records = self.records(request);
  return measure(count(records), request, records);
}

Result<Measurement> run_count_without_state(const Request& request, const Benchmark& self) {
  int64_t records = self.records(request);
  Workload workload = count(records);
  workload.engine.commits_state = false;
  return measure(workload, request, records);
}

Result<Measurement> run_count_on_two(const Request& request, const Benchmark& self) {
  int64_t records = self.records(request);
  Workload workload = count(records);
  workload.engine.threads = 2;
  workload.pinned = false;
  return measure(workload, request, records);
}

Result<Measurement> run_tumbling_count(const Request& request, const Benchmark& self) {
  int64_t records = self.records(request);
  Workload workload;
  workload.statements =
      std::string(kEvents) +
      "CREATE TABLE counts AS SELECT id, COUNT(*) AS n FROM events WINDOW TUMBLING (SIZE 10 "
      "SECONDS, GRACE PERIOD 1 SECOND) GROUP BY id EMIT CHANGES;";
  workload.input = [records](Log& log) {
    return feed_uniform(log, "events", records, kSomeKeys, small_value);
  };
  workload.output = "counts";
  workload.output_records_max = records;
  return measure(workload, request, records);
}

Result<Measurement> run_join(const Request& request, const Benchmark& self) {
  int64_t records = self.records(request);
  Workload workload;
  workload.statements =
      "CREATE TABLE products (id STRING PRIMARY KEY, name STRING, price BIGINT) WITH (kafka_topic "
      "= 'products', key_format = 'KAFKA', value_format = 'DELIMITED', partitions = 8);\n"
      "CREATE STREAM sales (id STRING KEY, quantity INT, note STRING) WITH (kafka_topic = 'sales', "
      "key_format = 'KAFKA', value_format = 'DELIMITED', partitions = 8);\n"
      "CREATE STREAM joined AS SELECT s.id AS id, quantity, note, name, price FROM sales s JOIN "
      "products p ON s.id = p.id EMIT CHANGES;";
  workload.tables = [](Log& log) -> Status {
    LEAT_TRY(auto feed, Feed::open(log, "products"));
    for (uint64_t i = 0; i < kManyKeys; ++i)
      feed->add(0, Key(i).view(),
                "a product with a name of 44 bytes: " + std::to_string(100'000'000 + i) + "," +
                    std::to_string(100 + i % 900));
    return feed->finish();
  };
  workload.input = [records](Log& log) {
    return feed_uniform(log, "sales", records, kManyKeys, [](int64_t i, std::string& out) {
      out += std::to_string(1 + i % 9);
      out += ",a note that has 33 bytes: ";
      out += std::to_string(1'000'000 + i % 1'000'000);
    });
  };
  workload.output = "joined";
  workload.output_records_min = workload.output_records_max = records;
  return measure(workload, request, records);
}

}  // namespace leat::benchmarks
