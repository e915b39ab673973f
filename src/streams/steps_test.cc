// What each step makes of records, one at a time and in batches.
#include <gmock/gmock.h>

#include <cstddef>
#include <stdexcept>

#include "leat/testing.h"

namespace leat {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Text2 = Record<std::string, std::string>;
using Count = Record<std::string, int64_t>;

struct Trade {
  int64_t id;
  double price;
  int32_t quantity;
  int32_t venue;
  friend bool operator==(const Trade&, const Trade&) = default;
};

/// A value as a user's own codec writes it.
struct Person {
  std::string name;
  int age = 0;
  friend bool operator==(const Person&, const Person&) = default;
};

}  // namespace

template <>
struct Codec<Person> {
  static std::string encode(const Person& person) {
    return "{\"name\":\"" + person.name + "\",\"age\":" + std::to_string(person.age) + "}";
  }
  static Person decode(std::string_view json) {
    const size_t name = json.find(":\"") + 2, age = json.find("\"age\":") + 6;
    if (json.empty() || json[0] != '{') throw std::invalid_argument("not a person");
    return {std::string(json.substr(name, json.find('"', name) - name)),
            std::stoi(std::string(json.substr(age)))};
  }
};

namespace {

TEST(Steps, a_filter_keeps_what_passes_and_a_map_makes_new_values) {
  Topology topology;
  topology.stream<std::string, int64_t>("in")
      .filter([](int64_t n) { return n % 2 == 0; })
      .filter_not([](const std::string& key, int64_t) { return key == "b"; })
      .map_values([](int64_t n) { return n * 1.5; })
      .to("out");
  TestDriver driver(topology);
  auto in = driver.input<std::string, int64_t>("in");
  in.pipe("a", 2, 10);
  in.pipe("a", 3, 20);
  in.pipe("b", 4, 30);
  in.pipe(std::nullopt, 6, 40);  // the first filter takes the value alone, the second the key
  using R = Record<std::string, double>;
  EXPECT_THAT((driver.output<std::string, double>("out").read_all()), ElementsAre(R{"a", 3.0, 10}));
  ASSERT_EQ(driver.dead_letters().size(), 1u);
  EXPECT_THAT(driver.dead_letters()[0].headers["leat.error.message"],
              HasSubstr("the record has no key"));
}

TEST(Steps, structs_pass_as_they_lie_in_memory) {
  Topology topology;
  topology.stream<NoKey, Trade>("trades")
      .filter([](const Trade& trade) { return trade.quantity < 50; })
      .map_values([](const Trade& trade) {
        return Trade{trade.id, trade.price * 2, trade.quantity, trade.venue};
      })
      .to("small");
  TestDriver driver(topology);
  auto in = driver.input<NoKey, Trade>("trades");
  in.pipe({}, Trade{1, 2.5, 10, 7}, 1);
  in.pipe({}, Trade{2, 2.5, 90, 7}, 2);
  auto out = driver.output<NoKey, Trade>("small").read_all();
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].value, (Trade{1, 5, 10, 7}));
}

TEST(Steps, a_struct_of_another_size_is_a_dead_letter) {
  Topology topology;
  topology.stream<std::string, Trade>("trades").to("out");
  TestDriver driver(topology);
  driver.input<std::string, std::string>("trades").pipe("a", "short", 1);
  EXPECT_FALSE((driver.output<std::string, Trade>("out").read()));
  ASSERT_EQ(driver.dead_letters().size(), 1u);
  EXPECT_EQ(driver.dead_letters()[0].value, "short");
}

TEST(Steps, a_codec_of_the_user_reads_and_writes_values) {
  Topology topology;
  topology.stream<std::string, Person>("people")
      .map_values([](const Person& person) {
        return Person{person.name + "!", person.age + 1};
      })
      .to("older");
  TestDriver driver(topology);
  driver.input<std::string, std::string>("people").pipe("a", R"({"name":"Ann","age":41})", 1);
  driver.input<std::string, std::string>("people").pipe("b", "nobody", 2);
  EXPECT_THAT((driver.output<std::string, std::string>("older").read_all()),
              ElementsAre(Text2{"a", R"({"name":"Ann!","age":42})", 1}));
  ASSERT_EQ(driver.dead_letters().size(), 1u);
  EXPECT_THAT(driver.dead_letters()[0].headers["leat.error.message"], HasSubstr("not a person"));
}

TEST(Steps, map_and_flat_map_make_keys_of_their_own) {
  Topology topology;
  auto in = topology.stream<std::string, std::string>("in");
  in.map([](std::string_view key, std::string_view value) {
      return std::pair(static_cast<int64_t>(value.size()), std::string(key) + "!");
    }).to("lengths");
  in.flat_map([](std::string_view value) {
      std::vector<std::pair<std::string, int32_t>> letters;
      for (char c : value) letters.emplace_back(std::string(1, c), static_cast<int32_t>(c));
      return letters;
    }).to("letters");
  TestDriver driver(topology);
  driver.input<std::string, std::string>("in").pipe("k", "ab", 3);
  using Length = Record<int64_t, std::string>;
  using Letter = Record<std::string, int32_t>;
  EXPECT_THAT((driver.output<int64_t, std::string>("lengths").read_all()),
              ElementsAre(Length{2, "k!", 3}));
  EXPECT_THAT((driver.output<std::string, int32_t>("letters").read_all()),
              ElementsAre(Letter{"a", 97, 3}, Letter{"b", 98, 3}));
}

TEST(Steps, records_without_a_value_pass_map_values_and_end_elsewhere) {
  Topology topology;
  auto in = topology.stream<std::string, int64_t>("in");
  in.map_values([](int64_t n) { return n + 1; }).to("mapped");
  in.filter([](int64_t) { return true; }).to("filtered");
  in.select_key([](int64_t n) { return n; }).to("rekeyed");
  TestDriver driver(topology);
  driver.input<std::string, int64_t>("in").pipe("a", std::nullopt, 1);
  EXPECT_THAT((driver.output<std::string, int64_t>("mapped").read_all()),
              ElementsAre(Count{"a", std::nullopt, 1}));
  EXPECT_THAT((driver.output<std::string, int64_t>("filtered").read_all()), IsEmpty());
  EXPECT_THAT((driver.output<int64_t, int64_t>("rekeyed").read_all()), IsEmpty());
  EXPECT_THAT(driver.dead_letters(), IsEmpty());
}

Topology throws_at_13() {
  Topology topology;
  topology.stream<std::string, int64_t>("in")
      .flat_map_values([](int64_t n) {
        if (n == 13) throw std::runtime_error("thirteen");
        return std::vector<int64_t>{n, -n};
      })
      .group_by_key()
      .reduce([](int64_t sum, int64_t n) { return n == 7 ? throw 7 : sum + n; }, "sums")
      .to("out");
  return topology;
}

TEST(Steps, a_record_for_which_a_function_throws_is_a_dead_letter_and_changes_nothing) {
  TestDriver driver(throws_at_13());
  auto in = driver.input<std::string, int64_t>("in");
  in.pipe("a", 1, 10);
  in.pipe("a", 13, 20);
  in.pipe("a", 2, 30);
  EXPECT_EQ((driver.view<std::string, int64_t>("sums").get("a")), 0);
  in.pipe("a", 7, 40);  // 7 fails, -7 is added
  EXPECT_EQ((driver.view<std::string, int64_t>("sums").get("a")), -7);
  auto letters = driver.dead_letters();
  ASSERT_EQ(letters.size(), 2u);
  EXPECT_EQ(letters[0].key, "a");
  EXPECT_EQ(letters[0].value, (streams::Trait<int64_t>::encode(13)));
  EXPECT_EQ(letters[0].headers["leat.error.code"], "invalid-data");
  EXPECT_EQ(letters[0].headers["leat.error.message"], "the step's function threw: thirteen");
  EXPECT_EQ(letters[0].headers["leat.error.topic"], "in");
  EXPECT_EQ(letters[0].headers["leat.error.offset"], "1");
  EXPECT_EQ(letters[0].headers["leat.error.stage"], "flat-map-values-1");
  EXPECT_EQ(letters[1].headers["leat.error.stage"], "sums");
}

TEST(Steps, the_policy_says_what_becomes_of_a_record_that_fails) {
  TestDriver skips(throws_at_13(), {.partitions = 1, .on_bad_record = OnBadRecord::skip});
  skips.input<std::string, int64_t>("in").pipe("a", 13, 1);
  EXPECT_THAT(skips.dead_letters(), IsEmpty());
  TestDriver fails(throws_at_13(), {.partitions = 1, .on_bad_record = OnBadRecord::fail});
  try {
    fails.input<std::string, int64_t>("in").pipe("a", 13, 1);
    FAIL() << "the topology should have stopped";
  } catch (const StreamsError& error) {
    EXPECT_THAT(error.what(), HasSubstr("thirteen"));
  }
}

TEST(Topology, refuses_names_that_cannot_be) {
  Topology topology;
  auto in = topology.stream<std::string, int64_t>("in");
  in.group_by_key().count("counts");
  EXPECT_THROW(in.group_by_key().count("counts"), StreamsError);
  EXPECT_THROW(in.group_by_key().count(""), StreamsError);
  EXPECT_THROW(in.to(""), StreamsError);
  EXPECT_THROW((topology.stream<std::string, double>("in")), StreamsError);
  EXPECT_NO_THROW((topology.stream<std::string, int64_t>("in")));
  EXPECT_THROW((topology.stream<NoKey, int64_t>("x").group_by_key().count("n")), StreamsError);
  EXPECT_THROW(TestDriver{Topology()}, StreamsError);
}

}  // namespace
}  // namespace leat
