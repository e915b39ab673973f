#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "plan/coercion.h"
#include "plan/node.h"
#include "plan/operators.h"

namespace leat::plan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const FunctionRegistry& functions() {
  static const FunctionRegistry* registry = [] {
    auto* made = new FunctionRegistry;
    register_operators(*made);
    return made;
  }();
  return *registry;
}

ExprPtr op(std::string_view name, std::vector<ExprPtr> args) {
  return make_call(functions(), name, std::move(args)).value();
}
ExprPtr big(int64_t v) { return literal(Type::int64(), v); }

// Nodes with a key column K and the value columns given, all BIGINT.
class Build {
 public:
  Build() { query.id = "q"; }
  int add(std::string id, std::vector<int> inputs, std::vector<std::string> values,
          decltype(Node::op) operation, BatchKind kind = BatchKind::stream) {
    Node node{.id = std::move(id), .inputs = std::move(inputs), .kind = kind};
    node.schema.key = {{"K", Type::int64()}};
    for (auto& value : values) node.schema.value.push_back({std::move(value), Type::int64()});
    node.op = std::move(operation);
    query.nodes.push_back(std::move(node));
    return static_cast<int>(query.nodes.size()) - 1;
  }
  int source(std::string name, std::vector<std::string> values,
             BatchKind kind = BatchKind::stream) {
    return add("source-" + name, {}, std::move(values),
               Source{.name = name, .topic = name + "-topic"}, kind);
  }
  Query query;
};

auto counts(std::map<std::string, int32_t> of) {
  return [of](const std::string& topic) -> Result<int32_t> {
    auto found = of.find(topic);
    if (found == of.end()) return Error(ErrorCode::not_found, "no topic " + topic);
    return found->second;
  };
}

ExprPtr c(int i) { return column(i, Type::int64()); }

TEST(Split, gives_a_plain_query_one_part_with_its_sources_partitions) {
  Build b;
  int s = b.source("a", {"V"});
  b.add("sink", {s}, {"V"}, Sink{.topic = "out"});
  auto parts = split(b.query, counts({{"a-topic", 3}})).value();
  ASSERT_EQ(parts.size(), 1u);
  EXPECT_THAT(parts[0].nodes, ElementsAre(0, 1));
  EXPECT_EQ(parts[0].partitions, 3);
}

TEST(Split, cuts_behind_repartitions_and_puts_upstream_first) {
  Build b;
  int table = b.source("t", {"W"}, BatchKind::table);
  int kept = b.add("kept", {table}, {"W"}, Materialize{}, BatchKind::table);
  int stream = b.source("s", {"V"});
  int moved = b.add("moved", {stream}, {"V"}, Repartition{});
  int join = b.add("join", {moved, kept}, {"V", "W"}, StreamTableJoin{});
  b.add("sink", {join}, {"V", "W"}, Sink{.topic = "out"});
  auto parts = split(b.query, counts({{"t-topic", 5}, {"s-topic", 2}})).value();
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_THAT(parts[0].nodes, ElementsAre(stream, moved));
  EXPECT_EQ(parts[0].partitions, 2);
  EXPECT_THAT(parts[1].nodes, ElementsAre(table, kept, join, 5));
  EXPECT_THAT(parts[1].repartitions, ElementsAre(moved));
  EXPECT_EQ(parts[1].partitions, 5);
  EXPECT_EQ(std::get<Repartition>(b.query.nodes[3].op).partitions, 5);
}

TEST(Split, gives_a_repartition_its_upstreams_count_unless_told) {
  for (int32_t told : {0, 7}) {
    Build b;
    int s = b.source("s", {"V"});
    int moved = b.add("moved", {s}, {"V"}, Repartition{.partitions = told});
    b.add("sink", {moved}, {"V"}, Sink{.topic = "out"});
    auto parts = split(b.query, counts({{"s-topic", 4}})).value();
    EXPECT_EQ(parts[1].partitions, told == 0 ? 4 : 7);
  }
}

TEST(Split, refuses_a_join_of_topics_with_different_counts) {
  Build b;
  int s = b.source("s", {"V"});
  int t = b.source("t", {"W"}, BatchKind::table);
  b.add("join", {s, t}, {"V", "W"}, StreamTableJoin{});
  auto parts = split(b.query, counts({{"t-topic", 5}, {"s-topic", 2}}));
  ASSERT_FALSE(parts);
  EXPECT_EQ(parts.error().code(), ErrorCode::invalid_argument);
  EXPECT_THAT(parts.error().message(), HasSubstr("s has 2, t has 5"));
  EXPECT_EQ(split(b.query, counts({})).error().code(), ErrorCode::not_found);
}

// Every operator and every kind of expression.
Query everything() {
  Build b;
  int s = b.source("s", {"V", "W"});
  auto& source = std::get<Source>(b.query.nodes[0].op);
  source.key_format = {FormatKind::delimited, '|', false};
  source.timestamp = {2, "yyyy-MM-dd"};
  source.window_size = 1000;
  source.policy = BadRecordPolicy::fail;
  b.query.nodes[0].window = WindowSpec{WindowSpec::Kind::session, 1, 2, 3};
  ExprPtr any = make(
      ExprKind::case_, Type::int64(),
      {make(ExprKind::and_, Type::boolean(),
            {op("=", {c(1), pseudo(ExprKind::rowtime)}), literal(Type::boolean(), false),
             make(ExprKind::or_, Type::boolean(),
                  {op("IS NULL", {pseudo(ExprKind::rowoffset)}), literal(Type::boolean(), {})})}),
       make(ExprKind::coalesce, Type::int64(), {c(2), big(INT64_MIN)}),
       make(ExprKind::cast, Type::int64(), {pseudo(ExprKind::rowpartition)})});
  std::vector<ExprPtr> literals = {
      literal(Type::int32(), -1),
      literal(Type::float64(), 0.1),
      literal(Type::float64(), std::numeric_limits<double>::infinity()),
      literal(Type::decimal(38, 2), -(Int128{1} << 120)),
      literal(Type::string(), std::string("it's \"\xc3\xa9\"")),
      literal(Type::bytes(), std::string("\xff\x00", 2)),
      literal(Type::timestamp(), int64_t{-5}),
      op("BETWEEN", {pseudo(ExprKind::window_start), c(0), pseudo(ExprKind::window_end)})};
  int p = b.add("project", {s}, {"X"}, Project{{c(1)}, {any}, true, false});
  b.query.nodes.back().schema.value.clear();
  auto& project = std::get<Project>(b.query.nodes.back().op);
  b.query.nodes.back().schema.value.push_back({"X", Type::int64()});
  for (const ExprPtr& e : literals) {
    project.value.push_back(e);
    b.query.nodes.back().schema.value.push_back(
        {"L" + std::to_string(project.value.size()), e->type});
  }
  int f = b.add("filter", {p}, {"X"}, Filter{op("<", {c(1), big(4)})});
  int r = b.add("moved", {f}, {"X"}, Repartition{{FormatKind::kafka}, 3});
  std::vector<AggregateCall> calls;
  for (int k = 0; k < 9; ++k)
    calls.push_back({static_cast<AggregateKind>(k), k == 0 ? -1 : 0, Type::decimal(9, 2)});
  int a = b.add("aggregate", {r}, {"A"},
                Aggregate{calls, WindowSpec{WindowSpec::Kind::tumbling, 60'000, 5, 6}, true},
                BatchKind::table);
  int t = b.source("t", {"T"}, BatchKind::table);
  int m = b.add("kept", {t}, {"T"}, Materialize{}, BatchKind::table);
  int j = b.add("join", {r, m}, {"X", "T"}, StreamTableJoin{true});
  int k = b.add("unkeyed", {j}, {"X"}, Project{{}, {c(1)}, false, true});
  b.add("sink", {k}, {"X"}, Sink{"out", {FormatKind::none}, {FormatKind::json}, 1, "HH"});
  b.add("sink2", {a}, {"A"}, Sink{"out2", {}, {}, -1, ""}, BatchKind::table);
  b.query.statement = "CREATE STREAM x AS ...";
  return b.query;
}

TEST(Encode, gives_the_same_plan_back_for_every_operator_and_expression) {
  Query query = everything();
  std::string text = encode(query).value();
  Query back = decode(text, functions()).value();
  EXPECT_EQ(encode(back).value(), text);
  EXPECT_EQ(draw(back, {}), draw(query, {}));
  ASSERT_EQ(back.nodes.size(), query.nodes.size());
  for (size_t i = 0; i < query.nodes.size(); ++i) {
    EXPECT_EQ(back.nodes[i].id, query.nodes[i].id);
    EXPECT_EQ(back.nodes[i].inputs, query.nodes[i].inputs);
    EXPECT_EQ(back.nodes[i].kind, query.nodes[i].kind);
    EXPECT_EQ(back.nodes[i].schema, query.nodes[i].schema);
    EXPECT_EQ(back.nodes[i].op.index(), query.nodes[i].op.index());
  }
  const auto& mine = std::get<Project>(query.nodes[1].op);
  const auto& read = std::get<Project>(back.nodes[1].op);
  ASSERT_EQ(read.value.size(), mine.value.size());
  for (size_t i = 0; i < mine.value.size(); ++i) {
    EXPECT_EQ(to_string(*read.value[i]), to_string(*mine.value[i]));
    EXPECT_EQ(read.value[i]->value, mine.value[i]->value);
  }
  EXPECT_EQ(std::get<Source>(back.nodes[0].op).window_size, 1000);
  EXPECT_EQ(std::get<Source>(back.nodes[0].op).key_format.delimiter, '|');
  EXPECT_EQ(back.nodes[0].window->kind, WindowSpec::Kind::session);
  EXPECT_EQ(std::get<Aggregate>(back.nodes[4].op).window->grace_ms, 5);
}

TEST(Encode, refuses_what_it_cannot_read_and_says_why) {
  auto why = [](std::string_view text) {
    auto plan = decode(text, functions());
    return plan ? std::string("read") : plan.error().message();
  };
  EXPECT_THAT(why("nonsense"), HasSubstr("not a plan"));
  EXPECT_THAT(why("{}"), HasSubstr("not a plan"));
  EXPECT_THAT(why(R"({"version":2,"id":"","statement":"","nodes":[]})"), HasSubstr("version: 2"));
  std::string text = encode(everything()).value();
  auto with = [&text](std::string_view from, std::string_view to) {
    std::string copy = text;
    copy.replace(copy.find(from), from.size(), to);
    return copy;
  };
  EXPECT_THAT(why(with("<(BIGINT, BIGINT)", "<(BIGINT, DATE)")), HasSubstr("<(BIGINT, DATE)"));
  EXPECT_THAT(why(with("\"op\":\"filter\"", "\"op\":\"sieve\"")),
              HasSubstr("operator in a plan: sieve"));
  EXPECT_THAT(why(with("\"inputs\":[0]", "\"inputs\":[8]")), HasSubstr("not before it: project"));
  EXPECT_THAT(why(with("\"index\":1", "\"index\":9")), HasSubstr("not there: 9"));
  EXPECT_THAT(why(with("DECIMAL(38, 2)", "DECIMAL(39, 2)")), HasSubstr("DECIMAL(39, 2)"));
}

TEST(Encode, does_not_keep_steps_of_the_program) {
  Build b;
  b.add("step", {}, {}, Custom{});
  EXPECT_EQ(encode(b.query).error().code(), ErrorCode::unsupported);
}

TEST(Draw, shows_one_node_a_line_with_the_names_of_its_columns) {
  Build b;
  int s = b.source("orders", {"AMOUNT"});
  int f = b.add("where", {s}, {"AMOUNT"}, Filter{op(">", {c(1), big(5)})});
  int t = b.source("items", {"PRICE"}, BatchKind::table);
  int m = b.add("items-kept", {t}, {"PRICE"}, Materialize{}, BatchKind::table);
  int j = b.add("join", {f, m}, {"AMOUNT", "PRICE"}, StreamTableJoin{});
  b.add("sink", {j}, {"AMOUNT", "PRICE"}, Sink{.topic = "out"});
  EXPECT_EQ(draw(b.query, [](const Node& n) { return n.id == "where" ? "rows 7" : ""; }),
            "sink: write to topic out (key JSON, value JSON)\n"
            "└─ join: join with a table\n"
            "   ├─ where: where (AMOUNT > 5L)  [rows 7]\n"
            "   │  └─ source-orders: read stream orders from topic orders-topic (key JSON, value "
            "JSON)\n"
            "   └─ items-kept: keep the last row of each key\n"
            "      └─ source-items: read table items from topic items-topic (key JSON, value "
            "JSON)\n");
}

std::vector<std::string> ids(const Query& query) {
  std::vector<std::string> out;
  for (const Node& node : query.nodes) out.push_back(node.id);
  return out;
}

ExprPtr twice(ExprPtr e) {  // cannot fail
  return op("*",
            {make(ExprKind::cast, Type::float64(), {std::move(e)}), literal(Type::float64(), 2.0)});
}

TEST(Rewrite, filters_before_it_projects) {
  Build b;
  int s = b.source("s", {"A", "B"});
  int p = b.add("p", {s}, {"D"}, Project{{}, {twice(c(2))}});
  b.query.nodes[1].schema.value[0].type = Type::float64();
  ExprPtr d = column(1, Type::float64());
  int f = b.add("f", {p}, {"D"}, Filter{op(">", {d, literal(Type::float64(), 1.0)})});
  b.query.nodes[2].schema.value[0].type = Type::float64();
  b.add("sink", {f}, {"D"}, Sink{.topic = "out"});
  Query r = rewrite(b.query);
  EXPECT_THAT(ids(r), ElementsAre("source-s", "f", "p", "sink"));
  EXPECT_EQ(to_string(*std::get<Filter>(r.nodes[1].op).predicate),
            "((CAST($2 AS DOUBLE) * 2e0) > 1e0)");
  EXPECT_EQ(r.nodes[1].schema, r.nodes[0].schema);
  EXPECT_THAT(r.nodes[1].inputs, ElementsAre(0));
  EXPECT_THAT(r.nodes[2].inputs, ElementsAre(1));
  EXPECT_THAT(r.nodes[3].inputs, ElementsAre(2));
}

TEST(Rewrite, moves_nothing_past_what_may_fail) {
  Build b;
  int s = b.source("s", {"A", "B"});
  int p = b.add("p", {s}, {"D"}, Project{{}, {op("/", {big(1), c(2)})}});
  int f = b.add("f", {p}, {"D"}, Filter{op(">", {c(1), big(1)})});
  int q = b.add("q", {f}, {"D"}, Project{{}, {c(1)}});
  b.add("sink", {q}, {"D"}, Sink{.topic = "out"});
  EXPECT_THAT(ids(rewrite(b.query)), ElementsAre("source-s", "p", "f", "q", "sink"));
}

TEST(Rewrite, merges_projections_and_keeps_the_upper_ones_name) {
  Build b;
  int s = b.source("s", {"A", "B"});
  int p = b.add("p", {s}, {"X", "Y"}, Project{{c(1)}, {c(2), c(0)}});
  int q = b.add("q", {p}, {"Z"}, Project{{}, {op("+", {c(2), c(1)})}});
  b.add("sink", {q}, {"Z"}, Sink{.topic = "out"});
  Query r = rewrite(b.query);
  EXPECT_THAT(ids(r), ElementsAre("source-s", "q", "sink"));
  const auto& merged = std::get<Project>(r.nodes[1].op);
  EXPECT_EQ(to_string(*merged.value[0]), "($0 + $2)");
  EXPECT_EQ(to_string(*merged.key[0]), "$1");
  EXPECT_THAT(r.nodes[2].inputs, ElementsAre(1));
}

TEST(Rewrite, drops_stream_rows_before_they_are_joined) {
  for (bool reads_table : {false, true}) {
    Build b;
    int s = b.source("s", {"A"});
    int t = b.source("t", {"B"}, BatchKind::table);
    int m = b.add("kept", {t}, {"B"}, Materialize{}, BatchKind::table);
    int j = b.add("join", {s, m}, {"A", "B"}, StreamTableJoin{});
    int f = b.add("f", {j}, {"A", "B"}, Filter{op("=", {c(reads_table ? 2 : 1), big(1)})});
    b.add("sink", {f}, {"A", "B"}, Sink{.topic = "out"});
    Query r = rewrite(b.query);
    if (reads_table) {
      EXPECT_EQ(ids(r), ids(b.query));
      continue;
    }
    EXPECT_THAT(ids(r), ElementsAre("source-s", "source-t", "kept", "f", "join", "sink"));
    EXPECT_THAT(r.nodes[3].inputs, ElementsAre(0));
    EXPECT_THAT(r.nodes[4].inputs, ElementsAre(3, 2));
    EXPECT_EQ(r.nodes[3].schema, r.nodes[0].schema);
    EXPECT_EQ(r.nodes[4].schema.value.size(), 2u);
  }
}

TEST(NeededColumns, are_those_that_somebody_reads) {
  Build b;
  int s = b.source("s", {"A", "B", "C", "D"});
  int f = b.add("f", {s}, {"A", "B", "C", "D"}, Filter{op("=", {c(1), big(1)})});
  int p = b.add("p", {f}, {"X"}, Project{{c(3)}, {op("+", {c(3), c(3)})}, true});
  b.add("sink", {p}, {"X"}, Sink{.topic = "out"});
  EXPECT_THAT(needed_columns(b.query, s), ElementsAre(0, 1, 0, 1, 0));
  std::get<Source>(b.query.nodes[0].op).timestamp.column = 4;
  EXPECT_THAT(needed_columns(b.query, s), ElementsAre(0, 1, 0, 1, 1));
}

TEST(NeededColumns, go_through_joins_and_aggregates_and_keep_tables_whole) {
  Build b;
  int s = b.source("s", {"A", "B"});
  int t = b.source("t", {"C", "D"}, BatchKind::table);
  int m = b.add("kept", {t}, {"C", "D"}, Materialize{}, BatchKind::table);
  int j = b.add("join", {s, m}, {"A", "B", "C", "D"}, StreamTableJoin{});
  b.add("sum", {j}, {"S"}, Aggregate{{{AggregateKind::sum, 1, Type::int64()}}}, BatchKind::table);
  EXPECT_THAT(needed_columns(b.query, s), ElementsAre(1, 0, 1));
  EXPECT_THAT(needed_columns(b.query, t), ElementsAre(1, 1, 1));
}

}  // namespace
}  // namespace leat::plan
