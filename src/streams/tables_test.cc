// Steps that keep state: aggregates, windows, joins, and what is left of them after a restart.
#include <gmock/gmock.h>

#include "leat/testing.h"

namespace leat {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

using Count = Record<std::string, int64_t>;

struct Stats {
  int64_t count = 0;
  double sum = 0;
  double max = 0;
  friend bool operator==(const Stats&, const Stats&) = default;
};

Topology stats_by_key() {
  Topology topology;
  topology.stream<std::string, double>("in")
      .group_by_key()
      .aggregate(
          Stats{},
          [](std::string_view, double value, Stats& stats) {
            ++stats.count;
            stats.sum += value;
            stats.max = std::max(stats.max, value);
          },
          "stats")
      .to("out");
  return topology;
}

TEST(Tables, a_struct_is_the_state_of_an_aggregate) {
  TestDriver driver(stats_by_key());
  auto in = driver.input<std::string, double>("in");
  in.pipe("a", 2.5, 1);
  in.pipe("b", 1, 2);
  in.pipe("a", 1.5, 3);
  auto view = driver.view<std::string, Stats>("stats");
  EXPECT_EQ(view.get("a"), (Stats{2, 4.0, 2.5}));
  EXPECT_EQ(view.get("c"), std::nullopt);
  EXPECT_THAT(view.all(), ElementsAre(Pair("a", Stats{2, 4.0, 2.5}), Pair("b", Stats{1, 1, 1})));
  using R = Record<std::string, Stats>;
  EXPECT_THAT((driver.output<std::string, Stats>("out").read_all()),
              ElementsAre(R{"a", Stats{1, 2.5, 2.5}, 1}, R{"b", Stats{1, 1, 1}, 2},
                          R{"a", Stats{2, 4.0, 2.5}, 3}));
}

TEST(Tables, state_goes_on_after_a_crash) {
  TestDriver driver(stats_by_key(), {.partitions = 3});
  auto in = driver.input<std::string, double>("in");
  for (int i = 0; i < 20; ++i) in.pipe("k" + std::to_string(i % 5), i, i);
  driver.restart(stats_by_key());
  auto view = driver.view<std::string, Stats>("stats");
  EXPECT_EQ(view.get("k3"), (Stats{4, 3 + 8 + 13 + 18, 18}));
  in.pipe("k3", 2, 100);
  EXPECT_EQ(view.get("k3"), (Stats{5, 3 + 8 + 13 + 18 + 2, 18}));
  EXPECT_EQ((driver.output<std::string, Stats>("out").read_all().size()), 21u);
}

TEST(Tables, states_of_any_size_grow) {
  Topology topology;
  auto grouped = topology.stream<std::string, std::string>("in").group_by_key();
  grouped.reduce([](std::string_view all,
                    std::string_view one) { return std::string(all) + "," + std::string(one); },
                 "joined");
  grouped.aggregate([] { return std::string(">"); },
                    [](std::string_view key, std::string_view value, std::string state) {
                      return state + std::string(key) + std::string(value);
                    },
                    "folded");
  TestDriver driver(topology);
  auto in = driver.input<std::string, std::string>("in");
  for (const char* value : {"x", "", "a value of a length that moves the state elsewhere"})
    in.pipe("k", value, 1);
  in.pipe("l", "", 2);
  auto joined = driver.view<std::string, std::string>("joined");
  EXPECT_EQ(joined.get("k"), "x,,a value of a length that moves the state elsewhere");
  EXPECT_EQ(joined.get("l"), "");
  auto folded = driver.view<std::string, std::string>("folded");
  EXPECT_EQ(folded.get("k"), ">kxkka value of a length that moves the state elsewhere");
}

TEST(Tables, numbers_and_structs_are_keys) {
  struct Place {
    int32_t x, y;
    bool operator==(const Place&) const = default;
  };
  Topology topology;
  auto in = topology.stream<std::string, int64_t>("in");
  in.group_by([](int64_t n) { return n % 2; }).count("parity");
  auto places = in.group_by([](int64_t n) {
                    return Place{static_cast<int32_t>(n % 2), 1};
                  }).count("places");
  places.to_stream()
      .map_values([](const Place& place, int64_t n) { return place.x * 100 + n; })
      .to("out");
  TestDriver driver(topology);
  for (int64_t n : {1, 2, 3}) driver.input<std::string, int64_t>("in").pipe("k", n, n);
  EXPECT_EQ((driver.view<int64_t, int64_t>("parity").get(1)), 2);
  EXPECT_EQ(driver.view(places).get(Place{1, 1}), 2);
  std::vector<int64_t> seen;
  for (auto& record : driver.output<Place, int64_t>("out").read_all())
    seen.push_back(*record.value);
  EXPECT_THAT(seen, ElementsAre(101, 1, 102));
}

TEST(Tables, windows_take_records_until_their_grace_is_over) {
  Topology topology;
  auto counts = topology.stream<std::string, int64_t>("in")
                    .group_by_key()
                    .windowed_by(TimeWindows::of_size_and_grace(10ms, 5ms))
                    .count("counts");
  counts.to("out");
  counts.to_stream()
      .map([](const Windowed<std::string>& key, int64_t n) {
        return std::pair(key.key + "@" + std::to_string(key.start) + "-" + std::to_string(key.end),
                         n);
      })
      .to("text");
  TestDriver driver(topology);
  auto in = driver.input<std::string, int64_t>("in");
  for (int64_t ts : {1, 11, 3, 15, 4}) in.pipe("a", 1, ts);  // 4 comes at stream time 15: late
  using W = Windowed<std::string>;
  using R = Record<W, int64_t>;
  EXPECT_THAT((driver.output<W, int64_t>("out").read_all()),
              ElementsAre(R{W{"a", 0, 0}, 1, 1}, R{W{"a", 10, 10}, 1, 11}, R{W{"a", 0, 0}, 2, 3},
                          R{W{"a", 10, 10}, 2, 15}));
  EXPECT_EQ((driver.output<std::string, int64_t>("text").read()->key), "a@0-10");
  auto view = driver.view(counts);
  EXPECT_EQ(view.get(W{"a", 10, 20}), 2);
  EXPECT_EQ(view.get(W{"a", 20, 30}), std::nullopt);
  EXPECT_THAT(view.windows("a"), ElementsAre(Pair(W{"a", 0, 10}, 2), Pair(W{"a", 10, 20}, 2)));
}

TEST(Tables, a_window_may_be_emitted_once_when_it_closes) {
  Topology topology;
  topology.stream<std::string, int64_t>("in")
      .group_by_key()
      .windowed_by(TimeWindows::of_size_with_no_grace(10ms))
      .emit_on_window_close()
      .reduce([](int64_t a, int64_t b) { return std::max(a, b); }, "largest")
      .to("out");
  TestDriver driver(topology);
  auto in = driver.input<std::string, int64_t>("in");
  in.pipe("a", 5, 1);
  in.pipe("a", 9, 2);
  auto out = driver.output<Windowed<std::string>, int64_t>("out");
  EXPECT_THAT(out.read_all(), IsEmpty());
  in.pipe("b", 1, 10);
  using R = Record<Windowed<std::string>, int64_t>;
  EXPECT_THAT(out.read_all(), ElementsAre(R{Windowed<std::string>{"a", 0, 0}, 9, 2}));
}

TEST(Tables, a_join_finds_the_row_that_the_table_has_then) {
  Topology topology;
  auto prices = topology.table<std::string, double>("prices", "prices");
  auto orders = topology.stream<std::string, int64_t>("orders");
  orders.join(prices, [](int64_t n, double price) { return static_cast<double>(n) * price; })
      .to("inner");
  orders
      .left_join(prices,
                 [](int64_t n, const double* price) {
                   return price ? std::to_string(n) + "*" + std::to_string(static_cast<int>(*price))
                                : "none";
                 })
      .to("left");
  TestDriver driver(topology);
  auto price = driver.input<std::string, double>("prices");
  auto order = driver.input<std::string, int64_t>("orders");
  order.pipe("tea", 1, 1);
  price.pipe("tea", 2, 2);
  order.pipe("tea", 3, 3);
  price.pipe("tea", std::nullopt, 4);
  order.pipe("tea", 5, 5);
  using D = Record<std::string, double>;
  using S = Record<std::string, std::string>;
  EXPECT_THAT((driver.output<std::string, double>("inner").read_all()),
              ElementsAre(D{"tea", 6, 3}));
  EXPECT_THAT((driver.output<std::string, std::string>("left").read_all()),
              ElementsAre(S{"tea", "none", 1}, S{"tea", "3*2", 3}, S{"tea", "none", 5}));
}

TEST(Tables, a_stream_with_a_new_key_is_repartitioned_before_a_join) {
  Topology topology;
  auto names = topology.table<int64_t, std::string>("names", "names");
  topology.stream<std::string, int64_t>("ids")
      .select_key([](int64_t id) { return id; })
      .join(names, [](int64_t, std::string_view name) { return name; })
      .to("out");
  TestDriver driver(topology, {.partitions = 4});
  for (int64_t id = 0; id < 10; ++id)
    driver.input<int64_t, std::string>("names").pipe(id, "n" + std::to_string(id), 0);
  for (int64_t id = 0; id < 10; ++id) driver.input<std::string, int64_t>("ids").pipe("k", id, 1);
  auto out = driver.output<int64_t, std::string>("out").read_all();
  ASSERT_EQ(out.size(), 10u);
  for (auto& record : out) EXPECT_EQ(*record.value, "n" + std::to_string(*record.key));
}

TEST(Tables, a_changed_topology_is_refused_where_state_would_not_fit_and_only_there) {
  auto make = [](bool other_step, bool other_state) {
    Topology topology;
    auto in = topology.stream<std::string, int64_t>("in");
    if (other_step) in = in.filter([](int64_t n) { return n > 0; });
    if (other_state)
      in.group_by_key().reduce([](int64_t a, int64_t b) { return a + b; }, "n");
    else
      in.group_by_key().count("n");
    return topology;
  };
  TestDriver driver(make(false, false));
  driver.input<std::string, int64_t>("in").pipe("a", 1, 1);
  driver.restart(make(true, false));
  driver.input<std::string, int64_t>("in").pipe("a", -1, 1);
  EXPECT_EQ((driver.view<std::string, int64_t>("n").get("a")), 1);
  try {
    driver.restart(make(true, true));
    FAIL() << "should have been refused";
  } catch (const StreamsError& error) {
    EXPECT_EQ(error.code(), "conflict");
    EXPECT_THAT(error.what(), HasSubstr("was: counts n"));
    EXPECT_THAT(error.what(), HasSubstr("is: aggregates n"));
  }
}

}  // namespace
}  // namespace leat
