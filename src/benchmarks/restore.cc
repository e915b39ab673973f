// Opening an application whose table has a million keys: from its last snapshot and the commits
// behind it.
#include "benchmarks/engine.h"
#include "benchmarks/feed.h"
#include "benchmarks/meter.h"
#include "benchmarks/runs.h"
#include "io/clock.h"

namespace leat::benchmarks {
namespace {

constexpr const char* kStatements =
    "CREATE STREAM events (id STRING KEY, v BIGINT) WITH (kafka_topic = 'events', key_format = "
    "'KAFKA', value_format = 'DELIMITED', partitions = 2);\n"
    "CREATE TABLE counts AS SELECT id, COUNT(*) AS n FROM events GROUP BY id EMIT CHANGES;";
/// How often each key comes: enough for snapshots on the way, and some commits behind the last.
constexpr int kRounds = 6;

Status count_up(const std::string& directory, int64_t keys) {
  Engine engine;
  LEAT_CHECK(engine.open_log(directory));
  LEAT_CHECK(engine.open_application({}));
  engine.app().start();
  LEAT_CHECK(engine.app().load({{"benchmark.sql", kStatements}}));
  LEAT_TRY(auto feed, Feed::open(engine.log(), "events"));
  for (int64_t i = 0; i < kRounds * keys; ++i)
    feed->add(i, "key-" + std::to_string(10'000'000 + i * 7919 % keys), "1");
  LEAT_CHECK(feed->finish());
  LEAT_CHECK(engine.wait_until_level());
  return engine.close();
}

Status check_all_there(Engine& engine, int64_t keys) {
  sql::Session session = engine.app().new_session();
  LEAT_TRY(auto result, engine.app().execute("SELECT id, n FROM counts LIMIT 10000;", session));
  int64_t expected = std::min<int64_t>(keys, 10000);
  if (result.rows == nullptr || static_cast<int64_t>(result.rows->rows()) != expected)
    return Error(ErrorCode::internal, "the restored table has too few rows");
  for (size_t i = 0; i < result.rows->rows(); ++i)
    if (result.rows->columns[1].at<int64_t>(i) != kRounds)
      return Error(ErrorCode::internal, "a restored count is wrong");
  return {};
}

}  // namespace

Result<Measurement> run_restore(const Request& request, const Benchmark& self) {
  int64_t keys = self.records(request);
  LEAT_CHECK(in_forked_process([&] { return count_up(request.directory, keys); }));
  LEAT_CHECK(pin_to_one_core());
  Meter meter;
  Engine engine;
  meter.start();
  LEAT_CHECK(engine.open_log(request.directory));
  int64_t log_open = io::system_clock().monotonic_ns();
  LEAT_CHECK(engine.open_application({}));
  double application_seconds =
      static_cast<double>(io::system_clock().monotonic_ns() - log_open) / 1e9;
  Measurement measured = meter.stop(keys);
  measured.more.emplace_back("open_application_seconds", application_seconds);
  engine.app().start();
  LEAT_CHECK(check_all_there(engine, keys));
  LEAT_CHECK(engine.close());
  return measured;
}

}  // namespace leat::benchmarks
