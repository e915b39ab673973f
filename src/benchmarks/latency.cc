// One record at a time through an idle engine: from the append call until a reader has been given
// the committed view that holds it.
#include <chrono>
#include <future>
#include <thread>

#include "benchmarks/engine.h"
#include "benchmarks/machine.h"
#include "benchmarks/meter.h"
#include "benchmarks/runs.h"
#include "data/canonical_key.h"
#include "io/clock.h"

namespace leat::benchmarks {
namespace {

constexpr auto kIdle = std::chrono::microseconds(500);
constexpr const char* kStatements =
    "CREATE STREAM events (id STRING KEY, v BIGINT) WITH (kafka_topic = 'events', key_format = "
    "'KAFKA', value_format = 'DELIMITED', partitions = 1);\n"
    "CREATE TABLE counts AS SELECT id, COUNT(*) AS n FROM events GROUP BY id EMIT CHANGES;";

std::string canonical(ByteView text) {
  Column key(Type::string());
  key.resize(1);
  key.at<ByteView>(0) = text;
  std::string out;
  append_canonical(out, key, 0);
  return out;
}

/// Appends record `i` and waits until the view shows it. Microseconds.
Result<double> one_record(Engine& engine, const TopicPartition& place, int64_t i) {
  std::string key = "key-" + std::to_string(i % 1000);
  RecordBatchBuilder builder;
  builder.add(1'700'000'000'000 + i, key, "1");
  AppendRequest append;
  append.appends.push_back({place, std::string(builder.finish()), 1});
  runtime::ReadRequest read;
  read.views.push_back({"counts", canonical(key), {}});
  read.after = {{place, Offset(i + 1)}};

  std::promise<Result<int64_t>> answered;
  auto answer = answered.get_future();
  int64_t begin = io::system_clock().monotonic_ns();
  engine.log().append(std::move(append), [](Result<Appended> done) { (void)done.has_value(); });
  engine.app().runtime().read(std::move(read), [&](Result<runtime::ReadAnswer> rows) {
    int64_t end = io::system_clock().monotonic_ns();
    if (!rows.has_value())
      answered.set_value(rows.error());
    else if (rows->views[0].rows->rows() != 1)
      answered.set_value(Error(ErrorCode::internal, "the view lacks a committed record"));
    else
      answered.set_value(end);
  });
  LEAT_TRY(int64_t end, answer.get());
  return static_cast<double>(end - begin) / 1e3;
}

}  // namespace

Result<Measurement> run_latency(const Request& request, const Benchmark& self) {
  Meter meter;
  Engine engine;
  LEAT_CHECK(engine.open_log(request.directory));
  LEAT_CHECK(engine.open_application({}));
  engine.app().start();
  LEAT_CHECK(engine.app().load({{"benchmark.sql", kStatements}}));
  LEAT_TRY(TopicInfo topic, engine.log().topic("events"));
  TopicPartition place{topic.id, PartitionId(0)};
  LEAT_TRY(SyncProbe sync, SyncProbe::open(request.directory + "/latency-sync"));

  // Syncs of the disk alone are timed in between, so that both see the same disk.
  int64_t records = self.records(request);
  std::vector<double> times, syncs;
  meter.start();
  for (int64_t i = 0; i < records; ++i) {
    LEAT_TRY(double us, one_record(engine, place, i));
    times.push_back(us);
    std::this_thread::sleep_for(kIdle);
    LEAT_TRY(double sync_us, sync.once());
    syncs.push_back(sync_us);
  }
  Measurement measured = meter.stop(records);
  measured.p50_us = percentile(times, 0.5);
  measured.p99_us = percentile(times, 0.99);
  double sync_p99 = percentile(syncs, 0.99);
  measured.more.emplace_back("sync_p50_us", percentile(syncs, 0.5));
  measured.more.emplace_back("sync_p99_us", sync_p99);
  measured.more.emplace_back("p99_by_sync_p99", *measured.p99_us / sync_p99);
  LEAT_CHECK(engine.close());
  return measured;
}

}  // namespace leat::benchmarks
