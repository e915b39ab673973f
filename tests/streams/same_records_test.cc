// The same program in SQL and in C++, over the same records, gives the same records.
#include <gmock/gmock.h>

#include "cases/world.h"
#include "leat/testing.h"
#include "sql/functions/register.h"

namespace leat {
namespace {

using namespace std::chrono_literals;

/// A record that goes in: keys and values in the form of Kafka's serializers.
struct In {
  std::string topic;
  std::optional<std::string> key;
  std::optional<std::string> value;
  int64_t timestamp;
};

std::string big(int64_t n) { return streams::Trait<int64_t>::encode(n); }

using Out = std::tuple<std::optional<std::string>, std::optional<std::string>, int64_t>;

std::vector<Out> run_sql(const std::vector<std::string>& statements, const std::vector<In>& input,
                         const std::string& output) {
  plan::FunctionRegistry functions;
  sql::register_functions(functions);
  cases::WorldOptions options;
  options.session.properties["max_future"] = "0";
  auto world = cases::World::open(functions, std::move(options)).value();
  for (const std::string& statement : statements) {
    auto done = world->execute(statement);
    EXPECT_TRUE(done.has_value()) << statement << "\n" << (done ? "" : done.error().to_string());
  }
  for (const In& in : input) world->append(in.topic, in.timestamp, in.key, in.value, {}).value();
  std::vector<Out> out;
  for (const auto& arrival : world->arrivals(output))
    out.emplace_back(arrival.key, arrival.value, arrival.timestamp);
  return out;
}

std::vector<Out> run_streams(const Topology& topology, const std::vector<In>& input,
                             const std::string& output) {
  TestDriver driver(topology);
  for (const In& in : input)
    driver.pipe_raw(in.topic, {in.key, in.value, 0, -1, -1, {}}, in.timestamp);
  std::vector<Out> out;
  while (auto record = driver.read_raw(output))
    out.emplace_back(record->key, record->value, record->timestamp);
  return out;
}

/// Words with numbers, some without a key or a value, times that go back now and then.
std::vector<In> words(const std::string& topic, bool nulls = true) {
  std::vector<In> input;
  uint64_t seed = 17;
  auto next = [&seed](uint64_t below) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (seed >> 33) % below;
  };
  for (int i = 0; i < 300; ++i) {
    In in{topic, "w" + std::to_string(next(7)), big(static_cast<int64_t>(next(100)) - 50),
          1'700'000'000'000 + i * 40 - static_cast<int64_t>(next(400))};
    if (nulls && next(20) == 0) in.key.reset();
    if (nulls && next(20) == 0) in.value.reset();
    input.push_back(std::move(in));
  }
  return input;
}

constexpr const char* kNumbers =
    "CREATE STREAM numbers (word STRING KEY, n BIGINT) WITH (kafka_topic='numbers', "
    "key_format='KAFKA', value_format='KAFKA');";

TEST(SameRecords, filter_and_map) {
  Topology topology;
  topology.stream<std::string, int64_t>("numbers")
      .filter([](int64_t n) { return n > 0; })
      .map_values([](int64_t n) { return n * 3 + 1; })
      .to("out");
  auto input = words("numbers");
  auto expected =
      run_sql({kNumbers,
               "CREATE STREAM s WITH (kafka_topic='out') AS SELECT word, n * 3 + 1 AS m "
               "FROM numbers WHERE n > 0;"},
              input, "out");
  EXPECT_GT(expected.size(), 100u);
  EXPECT_EQ(run_streams(topology, input, "out"), expected);
}

TEST(SameRecords, word_count) {
  Topology topology;
  topology.stream<std::string, int64_t>("numbers").group_by_key().count("counts").to("out");
  auto input = words("numbers");
  auto expected = run_sql({kNumbers,
                           "CREATE TABLE counts WITH (kafka_topic='out') AS SELECT word, COUNT(*) "
                           "AS c FROM numbers GROUP BY word;"},
                          input, "out");
  EXPECT_GT(expected.size(), 200u);
  EXPECT_EQ(run_streams(topology, input, "out"), expected);
}

TEST(SameRecords, group_by_an_expression_and_sum) {
  Topology topology;
  topology.stream<std::string, int64_t>("numbers")
      .group_by([](int64_t n) { return n / 10; })
      .reduce([](int64_t sum, int64_t n) { return sum + n; }, "sums")
      .to("out");
  auto input = words("numbers");
  auto expected = run_sql({kNumbers,
                           "CREATE TABLE sums WITH (kafka_topic='out') AS SELECT n / 10 AS k, "
                           "SUM(n) AS s FROM numbers GROUP BY n / 10;"},
                          input, "out");
  EXPECT_GT(expected.size(), 200u);
  EXPECT_EQ(run_streams(topology, input, "out"), expected);
}

TEST(SameRecords, tumbling_windows_with_grace) {
  Topology topology;
  topology.stream<std::string, int64_t>("numbers")
      .group_by_key()
      .windowed_by(TimeWindows::of_size_and_grace(1000ms, 200ms))
      .count("counts")
      .to("out");
  auto input = words("numbers", false);
  auto expected = run_sql({kNumbers,
                           "CREATE TABLE counts WITH (kafka_topic='out') AS SELECT word, COUNT(*) "
                           "AS c FROM numbers WINDOW TUMBLING (SIZE 1 SECOND, GRACE PERIOD 200 "
                           "MILLISECONDS) GROUP BY word;"},
                          input, "out");
  EXPECT_GT(expected.size(), 200u);
  EXPECT_LT(expected.size(), 300u) << "some are late";
  EXPECT_EQ(run_streams(topology, input, "out"), expected);
}

TEST(SameRecords, windows_that_are_emitted_when_they_close) {
  Topology topology;
  topology.stream<std::string, int64_t>("numbers")
      .group_by_key()
      .windowed_by(TimeWindows::of_size_with_no_grace(1000ms))
      .emit_on_window_close()
      .aggregate(
          int64_t{INT64_MIN},
          [](std::string_view, int64_t n, int64_t largest) { return std::max(n, largest); },
          "largest")
      .to("out");
  auto input = words("numbers", false);
  auto expected = run_sql({kNumbers,
                           "CREATE TABLE largest WITH (kafka_topic='out') AS SELECT word, MAX(n) "
                           "AS m FROM numbers WINDOW TUMBLING (SIZE 1 SECOND, GRACE PERIOD 0 "
                           "SECONDS) GROUP BY word EMIT FINAL;"},
                          input, "out");
  EXPECT_GT(expected.size(), 50u);
  EXPECT_EQ(run_streams(topology, input, "out"), expected);
}

struct Join : ::testing::TestWithParam<bool> {};

TEST_P(Join, stream_with_table) {
  const bool left = GetParam();
  Topology topology;
  auto weights = topology.table<std::string, int64_t>("weights", "weights");
  auto numbers = topology.stream<std::string, int64_t>("numbers");
  if (left)
    numbers.left_join(weights, [](int64_t n, const int64_t* w) { return w ? n * *w : -1000; })
        .to("out");
  else
    numbers.join(weights, [](int64_t n, int64_t w) { return n * w; }).to("out");
  auto input = words("numbers"), table = words("weights");
  std::vector<In> both;
  for (size_t i = 0; i < input.size(); ++i) {
    if (i % 3 == 0) both.push_back(table[i]);
    both.push_back(input[i]);
  }
  std::string kind = left ? "LEFT JOIN" : "JOIN";
  std::string value = left ? "COALESCE(n * w, CAST(-1000 AS BIGINT))" : "n * w";
  auto expected =
      run_sql({kNumbers,
               "CREATE TABLE weights (word STRING PRIMARY KEY, w BIGINT) WITH "
               "(kafka_topic='weights', key_format='KAFKA', value_format='KAFKA');",
               "CREATE STREAM joined WITH (kafka_topic='out') AS SELECT numbers.word, " + value +
                   " AS p FROM numbers " + kind + " weights ON numbers.word = weights.word;"},
              both, "out");
  EXPECT_GT(expected.size(), 150u);
  EXPECT_EQ(run_streams(topology, both, "out"), expected);
}
INSTANTIATE_TEST_SUITE_P(SameRecords, Join, ::testing::Bool(),
                         [](const auto& at) { return at.param ? "left" : "inner"; });

}  // namespace
}  // namespace leat
