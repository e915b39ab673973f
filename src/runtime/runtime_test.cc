#include "runtime/runtime.h"

#include <gtest/gtest.h>

#include "data/canonical_key.h"
#include "data/record_batch.h"
#include "log/embedded/embedded_log.h"
#include "runtime/dead_letters.h"
#include "sim/disk.h"

namespace leat::runtime {
namespace {

using plan::Node;

FormatSpec format(FormatKind kind) {
  FormatSpec spec;
  spec.kind = kind;
  return spec;
}

Schema words_schema() { return {{{"word", Type::string()}}, {{"n", Type::int64()}}}; }

Node source(const std::string& topic) {
  Node node;
  node.id = "source";
  node.schema = words_schema();
  plan::Source op;
  op.name = op.topic = topic;
  op.key_format = format(FormatKind::kafka);
  op.value_format = format(FormatKind::delimited);
  node.op = op;
  return node;
}

Node sink(const std::string& topic, const Node& input, int input_index) {
  Node node;
  node.id = "sink";
  node.inputs = {input_index};
  node.kind = input.kind;
  node.schema = input.schema;
  plan::Sink op;
  op.topic = topic;
  op.key_format = format(FormatKind::kafka);
  op.value_format = format(FormatKind::delimited);
  node.op = op;
  return node;
}

/// Counts and sums the values of each word into `to`.
plan::Query totals(const std::string& id, const std::string& from, const std::string& to) {
  plan::Query query;
  query.id = id;
  query.statement = "totals of " + from;
  query.nodes.push_back(source(from));
  Node repartition;
  repartition.id = "repartition";
  repartition.inputs = {0};
  repartition.schema = words_schema();
  repartition.op = plan::Repartition{format(FormatKind::kafka), 0};
  query.nodes.push_back(repartition);
  Node aggregate;
  aggregate.id = "aggregate";
  aggregate.inputs = {1};
  aggregate.kind = BatchKind::table;
  aggregate.schema = {{{"word", Type::string()}},
                      {{"total", Type::int64()}, {"count", Type::int64()}}};
  plan::Aggregate op;
  op.calls = {{plan::AggregateKind::sum, 0, Type::int64()},
              {plan::AggregateKind::count_all, -1, Type::int64()}};
  aggregate.op = op;
  query.nodes.push_back(aggregate);
  query.nodes.push_back(sink(to, query.nodes.back(), 2));
  return query;
}

/// Copies one topic to another.
plan::Query copy(const std::string& id, const std::string& from, const std::string& to) {
  plan::Query query;
  query.id = id;
  query.statement = "copy of " + from;
  query.nodes.push_back(source(from));
  query.nodes.push_back(sink(to, query.nodes.back(), 0));
  return query;
}

/// Keeps the rows of a topic as a table.
plan::Query table_of(const std::string& id, const std::string& from) {
  plan::Query query;
  query.id = id;
  query.statement = "table of " + from;
  query.nodes.push_back(source(from));
  query.nodes.back().kind = BatchKind::table;
  Node table;
  table.id = "table";
  table.inputs = {0};
  table.kind = BatchKind::table;
  table.schema = words_schema();
  table.op = plan::Materialize{};
  query.nodes.push_back(table);
  return query;
}

QueryChanges only(plan::Query query) {
  QueryChanges changes;
  changes.add.push_back(std::move(query));
  return changes;
}

std::string canonical(const std::string& word) {
  Column key(Type::string());
  key.resize(1);
  key.at<ByteView>(0) = word;
  std::string bytes;
  append_canonical(bytes, key, 0);
  return bytes;
}

/// The values of the first row, joined by commas; "" when there is none.
std::string text_of(const Batch& rows) {
  if (rows.rows() == 0) return "";
  std::string text;
  for (size_t c = 1; c < rows.columns.size(); ++c)
    text += (c > 1 ? "," : "") + std::to_string(rows.columns[c].at<int64_t>(0));
  return text;
}

/// A log and a runtime in one thread, turned by hand; the disk outlives them.
class World {
 public:
  explicit World(int threads = 1, uint64_t snapshot_after = 64 << 20, size_t epoch_bytes = 1 << 20)
      : threads_(threads), snapshot_after_(snapshot_after), disk_(io::memory_disk()) {
    limits_.bytes_max = epoch_bytes;
    open();
  }

  void open() {
    EmbeddedOptions options{"/d", *disk_, io::system_clock(), random_};
    options.threads = false;
    options.first_segment_bytes = options.segment_bytes = segment_bytes_;
    options.epoch_reserve_bytes = segment_bytes_ / 2;
    log_ = EmbeddedLog::open(std::move(options)).value();
    RuntimeOptions runtime;
    runtime.faults = faults_;
    runtime.application = "app";
    runtime.threads = threads_;
    runtime.snapshot_directory = "/d/snapshots";
    runtime.snapshot_after_bytes = snapshot_after_;
    runtime.background_snapshots = false;
    runtime.limits = limits_;
    runtime.on_fatal = [this](const Error& error) { fatal_ = error.to_string(); };
    runtime_ = Runtime::open(*log_, *disk_, io::system_clock(), functions_, runtime).value();
  }
  /// On another, empty disk.
  void begin_anew(std::unique_ptr<io::Disk> disk) {
    runtime_.reset();
    log_.reset();
    disk_ = std::move(disk);
    open();
  }
  /// As if the process were killed.
  void crash() {
    log_->abandon();
    runtime_.reset();
    log_.reset();
    open();
  }

  void settle() {
    for (int idle = 0; idle < 3;) {
      bool did = runtime_->step();
      did = log_->sync_once() || did;
      idle = did ? 0 : idle + 1;
    }
  }
  Status change(QueryChanges changes) {
    std::optional<Status> result;
    runtime_->change(std::move(changes), [&](Status status) { result = std::move(status); });
    settle();
    return *result;
  }
  Status add(plan::Query query) {
    QueryChanges changes;
    changes.add.push_back(std::move(query));
    return change(std::move(changes));
  }
  Offset append(const std::string& topic, int32_t partition, ByteView key, ByteView value,
                TimeMs time = 1000) {
    RecordBatchBuilder builder;
    builder.add(time, key, value);
    AppendRequest request;
    request.appends.push_back({{log_->topic(topic).value().id, PartitionId(partition)},
                               std::string(builder.finish()),
                               1});
    Offset end;
    log_->append(std::move(request),
                 [&](Result<Appended> done) { end = done.value().base_offsets[0].plus(1); });
    log_->sync_once();
    return end;
  }
  /// "value" of a key in a view, columns joined by commas; "" when there is none.
  Log& log() { return *log_; }
  std::string look_up(const std::string& view, const std::string& word, Position after = {}) {
    ReadRequest request;
    request.views.push_back({view, canonical(word), {}});
    request.after = std::move(after);
    auto text = std::make_shared<std::string>("waiting");  // the answer may come later
    runtime_->read(std::move(request), [text](Result<ReadAnswer> answer) {
      *text = answer.has_value() ? text_of(*answer->views[0].rows)
                                 : std::string(name_of(answer.error().code()));
    });
    settle();
    return *text;
  }
  /// Takes one turn; false when two views, read together meanwhile, answer differently.
  bool agree(const std::string& a, const std::string& b, const std::string& word) {
    ReadRequest request;
    request.views.push_back({a, canonical(word), {}});
    request.views.push_back({b, canonical(word), {}});
    auto texts = std::make_shared<std::vector<std::string>>();  // the answer may come later
    runtime_->read(std::move(request), [texts](Result<ReadAnswer> answer) {
      if (!answer.has_value()) return;
      for (const ViewRows& view : answer->views) texts->push_back(text_of(*view.rows));
    });
    runtime_->step();
    log_->sync_once();
    return texts->empty() || texts->at(0) == texts->at(1);
  }
  int64_t records(const std::string& topic) {
    TopicInfo info = log_->topic(topic).value();
    int64_t n = 0;
    for (int32_t p = 0; p < info.config.partitions; ++p)
      n += log_->bounds({info.id, PartitionId(p)}).value().durable_end.value;
    return n;
  }
  TopicPartition place(const std::string& topic, int32_t partition) {
    return {log_->topic(topic).value().id, PartitionId(partition)};
  }

  int threads_;
  uint64_t snapshot_after_;
  uint64_t segment_bytes_ = 1 << 20;
  EpochLimits limits_;
  RuntimeFaults faults_;
  std::unique_ptr<io::Disk> disk_;
  io::SeededRandom random_{7};
  plan::FunctionRegistry functions_;
  std::string fatal_;
  std::unique_ptr<EmbeddedLog> log_;
  std::unique_ptr<Runtime> runtime_;
  std::vector<std::vector<std::shared_ptr<const void>>> kept_;  // bytes that a test looks at
};

void make_topic(World& world, const std::string& name, int32_t partitions) {
  TopicConfig config;
  config.partitions = partitions;
  ASSERT_TRUE(world.log_->create_topic(name, config).has_value());
}

TEST(Runtime, counts_through_a_repartition_and_shows_it_in_a_view) {
  for (int threads : {1, 2}) {
    World world(threads);
    make_topic(world, "words", 4);
    ASSERT_TRUE(world.add(totals("t", "words", "totals")).has_value());
    for (int i = 0; i < 40; ++i)
      world.append("words", i % 4, i % 2 ? "odd" : "even", std::to_string(i));
    EXPECT_EQ(world.look_up("t", "odd"), "400,20");
    EXPECT_EQ(world.look_up("t", "even"), "380,20");
    EXPECT_EQ(world.look_up("t", "none"), "");
  }
}

TEST(Runtime, goes_on_after_a_crash_without_losing_or_repeating) {
  World world;
  make_topic(world, "words", 2);
  ASSERT_TRUE(world.add(totals("t", "words", "totals")).has_value());
  for (int round = 0; round < 10; ++round) {
    world.append("words", round % 2, "a", "1");
    if (round % 3 == 0) world.settle();
    world.crash();
  }
  EXPECT_EQ(world.look_up("t", "a"), "10,10");
  EXPECT_TRUE(world.runtime_->ready());
}

TEST(Runtime, a_query_sees_what_another_writes_in_the_same_epoch) {
  World world;
  make_topic(world, "words", 2);
  QueryChanges changes;
  changes.add.push_back(totals("t", "copied", "totals"));  // order does not matter
  changes.add.push_back(copy("c", "words", "copied"));
  make_topic(world, "copied", 2);
  ASSERT_TRUE(world.change(std::move(changes)).has_value());
  Offset end = world.append("words", 0, "a", "5");
  ASSERT_TRUE(world.runtime_->step());  // one turn
  world.log_->sync_once();
  EXPECT_EQ(world.look_up("t", "a", {{world.place("words", 0), end}}), "5,1");
  EXPECT_EQ(world.records("copied"), 1);
}

TEST(Runtime, a_query_added_to_old_records_catches_up_and_joins_the_others) {
  World world;
  make_topic(world, "words", 2);
  ASSERT_TRUE(world.add(totals("first", "words", "one")).has_value());
  for (int i = 0; i < 100; ++i) world.append("words", i % 2, "a", "1");
  world.settle();
  ASSERT_TRUE(world.add(totals("second", "words", "two")).has_value());
  world.append("words", 0, "a", "1");
  EXPECT_EQ(world.look_up("second", "a"), "101,101");
  EXPECT_EQ(world.look_up("first", "a"), "101,101");
  std::vector<QueryStatus> all;
  world.runtime_->status([&](std::vector<QueryStatus> s) { all = std::move(s); });
  world.settle();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_TRUE(all[0].level && all[1].level);
}

TEST(Runtime, a_read_waits_for_the_position_that_it_names) {
  World world;
  make_topic(world, "words", 1);
  ASSERT_TRUE(world.add(totals("t", "words", "totals")).has_value());
  EXPECT_EQ(world.look_up("t", "a", {{world.place("words", 0), Offset(1)}}), "waiting");
  Offset end = world.append("words", 0, "a", "3");
  EXPECT_EQ(world.look_up("t", "a", {{world.place("words", 0), end}}), "3,1");
}

TEST(Runtime, a_read_waits_for_records_that_came_from_outside_to_a_topic_that_a_query_writes) {
  World world;
  make_topic(world, "words", 1);
  make_topic(world, "copied", 1);
  ASSERT_TRUE(world.add(copy("c", "words", "copied")).has_value());
  ASSERT_TRUE(world.add(totals("t", "copied", "totals")).has_value());
  EXPECT_EQ(world.look_up("t", "a", {{world.place("copied", 0), Offset(1)}}), "waiting");
  Offset end = world.append("copied", 0, "a", "3");
  EXPECT_EQ(world.look_up("t", "a", {{world.place("copied", 0), end}}), "3,1");
}

TEST(Runtime, a_view_over_another_querys_topic_never_stands_behind_the_others) {
  World world(1, 64 << 20, 1);  // bytes of input of an epoch: one batch
  make_topic(world, "words", 1);
  make_topic(world, "copied", 1);
  QueryChanges changes;
  changes.add.push_back(totals("straight", "words", "one"));
  changes.add.push_back(copy("c", "words", "copied"));
  changes.add.push_back(totals("behind", "copied", "two"));
  ASSERT_TRUE(world.change(std::move(changes)).has_value());
  for (int i = 0; i < 10; ++i) {
    world.append("copied", 0, "from outside", "1");
    world.append("words", 0, "a", "1");
  }
  for (int i = 0; i < 30; ++i) EXPECT_TRUE(world.agree("straight", "behind", "a")) << i;
  EXPECT_EQ(world.look_up("behind", "a"), "10,10");
}

TEST(Runtime, a_query_is_level_only_once_those_that_write_its_topic_are) {
  World world(1, 64 << 20, 1);
  make_topic(world, "words", 1);
  make_topic(world, "copied", 1);
  ASSERT_TRUE(world.add(totals("straight", "words", "one")).has_value());
  for (int i = 0; i < 10; ++i) world.append("words", 0, "a", "1");
  world.settle();
  world.runtime_->change(only(copy("c", "words", "copied")), [](Status) {});
  world.runtime_->change(only(totals("behind", "copied", "two")), [](Status) {});
  for (int i = 0; i < 30; ++i) EXPECT_TRUE(world.agree("straight", "behind", "a")) << i;
  EXPECT_EQ(world.look_up("behind", "a"), "10,10");
}

TEST(Runtime, records_that_cannot_be_read_become_dead_letters_once) {
  World world;
  make_topic(world, "words", 1);
  ASSERT_TRUE(world.add(totals("t", "words", "totals")).has_value());
  world.append("words", 0, "a", "1");
  world.append("words", 0, "a", "not a number");
  world.append("words", 0, "a", "2");
  world.settle();
  world.crash();
  EXPECT_EQ(world.look_up("t", "a"), "3,2");
  EXPECT_EQ(world.records(dead_letter_topic("app")), 1);
}

TEST(Runtime, a_letter_of_a_row_that_failed_behind_a_repartition_has_the_record_that_it_came_from) {
  World world;
  make_topic(world, "words", 1);
  make_topic(world, "copied", 1);
  ASSERT_TRUE(world.add(totals("near", "words", "one")).has_value());
  ASSERT_TRUE(world.add(copy("c", "words", "copied")).has_value());
  ASSERT_TRUE(world.add(totals("far", "copied", "two")).has_value());
  world.append("words", 0, "a", "9223372036854775807");
  world.append("words", 0, "a", "1");
  world.settle();
  TopicPartition letters = world.place(dead_letter_topic("app"), 0);
  Offset at(0);
  RecordColumns records;
  while (at < world.log_->bounds(letters).value().durable_end) {
    Fetched fetched = world.log_->read(letters, at, 1 << 20, Visibility::durable).value();
    for (ByteView batch : fetched.batches) ASSERT_TRUE(decode_records(batch, records).has_value());
    at = fetched.next;
    world.kept_.push_back(fetched.keep);
  }
  ASSERT_EQ(records.size(), 2u);  // one of each query
  for (size_t i = 0; i < records.size(); ++i) {
    EXPECT_EQ(records.keys[i], "a");
    EXPECT_EQ(records.values[i], "1");
  }
}

QueryStatus status_of(World& world, const std::string& id) {
  QueryStatus found;
  world.runtime_->status([&](std::vector<QueryStatus> all) {
    for (QueryStatus& status : all)
      if (status.id == id) found = std::move(status);
  });
  world.settle();
  return found;
}

plan::Query failing(plan::Query query) {
  std::get<plan::Source>(query.nodes[0].op).policy = plan::BadRecordPolicy::fail;
  return query;
}

QueryChanges dead_letters_for(const std::string& id) {
  QueryChanges changes;
  changes.policies[id]["source"] = plan::BadRecordPolicy::dead_letter;
  return changes;
}

TEST(Runtime, a_query_that_failed_says_what_waits_and_goes_on_under_another_policy) {
  for (bool restarted : {false, true}) {
    World world;
    make_topic(world, "words", 1);
    QueryChanges both;
    both.add = {failing(totals("t", "words", "totals")), totals("other", "words", "others")};
    ASSERT_TRUE(world.change(std::move(both)).has_value());
    world.append("words", 0, "a", "1");
    world.settle();
    world.append("words", 0, "a", "not a number");
    world.append("words", 0, "a", "2");
    world.settle();
    EXPECT_TRUE(status_of(world, "t").failure.has_value());
    EXPECT_EQ(status_of(world, "t").lag, 2);
    EXPECT_EQ(world.look_up("other", "a"), "3,2");
    if (restarted) {
      world.crash();
      world.settle();
      EXPECT_TRUE(status_of(world, "t").failure.has_value());  // as before: the same record
      EXPECT_EQ(status_of(world, "t").lag, 2);
    }
    ASSERT_TRUE(world.change(dead_letters_for("t")).has_value());
    world.append("words", 0, "a", "4");
    EXPECT_EQ(world.look_up("t", "a"), "7,3");
    EXPECT_EQ(world.look_up("other", "a"), "7,3");
    EXPECT_FALSE(status_of(world, "t").failure.has_value());
    EXPECT_EQ(status_of(world, "t").lag, 0);
    world.append("words", 0, "a", "no number either");
    world.crash();  // the policy is kept
    EXPECT_EQ(world.look_up("t", "a"), "7,3");
  }
}

TEST(Runtime, queries_that_failed_at_different_records_go_on_from_there_each) {
  World world;
  make_topic(world, "words", 1);
  QueryChanges both;
  plan::Query doubtful = failing(totals("b", "words", "bs"));
  both.add = {failing(totals("a", "words", "as")), doubtful, totals("other", "words", "others")};
  ASSERT_TRUE(world.change(std::move(both)).has_value());
  world.append("words", 0, "x", "1");
  world.settle();
  // b is told to pass over the first bad record, and fails at the second one.
  ASSERT_TRUE(world.change(dead_letters_for("b")).has_value());
  world.append("words", 0, "x", "bad");
  world.append("words", 0, "x", "2");
  world.settle();
  QueryChanges again;
  again.policies["b"]["source"] = plan::BadRecordPolicy::fail;
  ASSERT_TRUE(world.change(std::move(again)).has_value());
  world.append("words", 0, "x", "bad");
  world.append("words", 0, "x", "4");
  world.settle();
  EXPECT_EQ(status_of(world, "a").lag, 4);
  EXPECT_EQ(status_of(world, "b").lag, 2);
  world.crash();
  world.settle();
  QueryChanges on = dead_letters_for("a");
  on.policies["b"]["source"] = plan::BadRecordPolicy::dead_letter;
  ASSERT_TRUE(world.change(std::move(on)).has_value());
  EXPECT_EQ(world.look_up("a", "x"), "7,3");
  EXPECT_EQ(world.look_up("b", "x"), "7,3");
  EXPECT_EQ(world.look_up("other", "x"), "7,3");
}

TEST(Runtime, backlog_is_taken_in_the_order_of_the_column_that_says_the_time) {
  World world;
  world.limits_.bytes_max = 300;
  world.crash();
  make_topic(world, "words", 2);
  for (int32_t partition : {0, 1})
    for (int i = 0; i < 60; ++i)
      world.append("words", partition, "a", std::to_string(10 * i), 1000);
  plan::Query query = totals("t", "words", "totals");
  std::get<plan::Source>(query.nodes[0].op).timestamp.column = 1;
  plan::WindowSpec window;
  window.size_ms = 20;
  query.nodes[2].window = query.nodes[3].window = window;
  std::get<plan::Aggregate>(query.nodes[2].op).window = window;
  ASSERT_TRUE(world.add(query).has_value());
  world.settle();
  QueryStatus status = status_of(world, "t");
  EXPECT_EQ(status.lag, 0);
  EXPECT_EQ(status.counters[2].rows_in, 120u);
  EXPECT_EQ(status.counters[2].late, 0u);
}

TEST(Runtime, a_cycle_goes_round_once_an_epoch_and_loses_nothing) {
  World world;
  make_topic(world, "words", 1);
  ASSERT_TRUE(world.add(copy("loop", "words", "words")).has_value());
  world.append("words", 0, "a", "1");
  for (int i = 0; i < 5; ++i) {
    world.runtime_->step();
    world.log_->sync_once();
  }
  int64_t records = world.records("words");
  EXPECT_GE(records, 4);
  EXPECT_LE(records, 7);
}

/// Turns until nothing moves, or the process dies of a planted bug. Says whether it does.
bool dies(World& world) {
  try {
    world.settle();
    return false;
  } catch (const std::runtime_error&) {
    return true;
  }
}

TEST(Runtime, a_record_that_the_process_dies_of_is_found_and_becomes_a_dead_letter) {
  for (bool derived : {false, true}) {
    World world;
    world.faults_.dies_of = "666";
    world.crash();
    make_topic(world, "words", 2);
    make_topic(world, "copied", 2);
    QueryChanges both;
    both.add = {copy("c", "words", "copied"), totals("t", derived ? "copied" : "words", "totals"),
                totals("other", "copied", "others")};
    ASSERT_TRUE(world.change(std::move(both)).has_value());
    for (int i = 0; i < 40; ++i) world.append("words", i % 2, "a", "1");
    world.append("words", 0, "a", "666");
    for (int i = 0; i < 40; ++i) world.append("words", i % 2, "a", "1");
    int deaths = 0;
    for (; deaths < 20 && dies(world); ++deaths) world.crash();
    EXPECT_GE(deaths, 3);
    EXPECT_LE(deaths, derived ? 8 : 12);  // each query that reads it has to be found out
    world.crash();
    EXPECT_FALSE(dies(world));
    EXPECT_EQ(world.look_up("t", "a"), "80,80");
    EXPECT_EQ(world.look_up("other", "a"), "80,80");
    EXPECT_EQ(world.records(dead_letter_topic("app")), derived ? 1 : 2);
    EXPECT_EQ(world.records("words"), 81);
  }
}

TEST(Runtime, a_process_that_dies_of_something_else_condemns_nothing) {
  World world;
  make_topic(world, "words", 1);
  ASSERT_TRUE(world.add(totals("t", "words", "totals")).has_value());
  for (int i = 0; i < 20; ++i) world.append("words", 0, "a", "1");
  for (int i = 0; i < 10; ++i) {
    world.crash();  // before it has committed anything, each time at the same cut
    world.runtime_->step();
  }
  world.settle();
  EXPECT_EQ(world.look_up("t", "a"), "20,20");
  EXPECT_EQ(world.records(dead_letter_topic("app")), 0);
}

TEST(Runtime, a_record_that_the_process_dies_of_fails_the_query_where_that_is_the_policy) {
  World world;
  world.faults_.dies_of = "666";
  world.crash();
  make_topic(world, "words", 1);
  ASSERT_TRUE(world.add(failing(totals("t", "words", "totals"))).has_value());
  world.append("words", 0, "a", "1");
  world.settle();
  world.append("words", 0, "a", "666");
  world.append("words", 0, "a", "2");
  for (int deaths = 0; deaths < 20 && dies(world); ++deaths) world.crash();
  for (int restarts = 0; restarts < 3; ++restarts) {
    EXPECT_FALSE(dies(world));
    QueryStatus status = status_of(world, "t");
    ASSERT_TRUE(status.failure.has_value());
    EXPECT_NE(status.failure->find("offset 1"), std::string::npos) << *status.failure;
    EXPECT_EQ(status.lag, 2);
    world.crash();
  }
}

TEST(Runtime, an_epoch_that_makes_too_much_is_taken_again_in_smaller_pieces) {
  World world;
  world.limits_.output_bytes_max = 5'000;
  world.crash();
  make_topic(world, "words", 2);
  QueryChanges both;
  both.add = {copy("c", "words", "copied"), totals("t", "copied", "totals")};
  make_topic(world, "copied", 2);
  ASSERT_TRUE(world.change(std::move(both)).has_value());
  for (int i = 0; i < 100; ++i)
    world.append("words", i % 2, std::string(i == 50 ? 20'000 : 300, 'a'), "1");
  world.settle();
  EXPECT_EQ(world.look_up("t", std::string(300, 'a')), "99,99");
  EXPECT_EQ(world.look_up("t", std::string(20'000, 'a')), "1,1");
  EXPECT_EQ(world.records("copied"), 100);
  EXPECT_GT(world.log().application("app").value().epoch, EpochId(10));
}

TEST(Runtime, a_commit_for_which_there_is_no_room_is_undone_and_made_when_there_is) {
  World world;
  world.segment_bytes_ = 64 << 10;
  auto made =
      std::make_unique<sim::FaultyDisk>(sim::FaultyDiskOptions{.seed = 1, .capacity = 1 << 30});
  sim::FaultyDisk& disk = *made;
  world.begin_anew(std::move(made));
  make_topic(world, "words", 1);
  QueryChanges many;
  for (int i = 0; i < 30; ++i)
    many.add.push_back(copy("c" + std::to_string(i), "words", "copied" + std::to_string(i)));
  ASSERT_TRUE(world.change(std::move(many)).has_value());
  // Thirty copies of it are more than what is kept back for an epoch.
  for (int i = 0; i < 4; ++i) world.append("words", 0, std::string(25'000, 'a'), "1");
  disk.set_capacity((1 << 30) - disk.free_bytes("/d").value() + 100'000);
  for (int i = 0; i < 50; ++i) {
    world.runtime_->step();
    world.log_->sync_once();
  }
  EXPECT_EQ(world.fatal_, "");
  EXPECT_EQ(world.records("copied0"), 0);
  disk.set_capacity(1 << 30);
  world.settle();
  EXPECT_EQ(world.fatal_, "");
  EXPECT_EQ(world.records("copied0"), 4);
  EXPECT_EQ(world.records("copied29"), 4);
}

TEST(Runtime, a_query_that_is_added_while_old_records_expire_begins_with_those_that_are_left) {
  World world;
  world.segment_bytes_ = 64 << 10;
  world.limits_.bytes_max = 1;
  world.begin_anew(io::memory_disk());
  TopicConfig config;
  config.partitions = 1;
  config.retention_bytes = 10'000;
  ASSERT_TRUE(world.log_->create_topic("words", config).has_value());
  for (int i = 0; i < 300; ++i) world.append("words", 0, std::string(1000, 'a'), "1");
  world.log_->idle();
  world.runtime_->change(only(totals("t", "words", "totals")), [](Status) {});
  world.runtime_->step();
  world.log_->apply_retention();
  world.settle();
  auto bounds = world.log().bounds(world.place("words", 0)).value();
  ASSERT_GT(bounds.start, Offset(0));
  QueryStatus status = status_of(world, "t");
  EXPECT_TRUE(status.level);
  EXPECT_EQ(status.lag, 0);
  // What it had taken before the old ones went, and what is left.
  EXPECT_GE(status.counters[0].rows_in, static_cast<uint64_t>(300 - bounds.start.value));
  EXPECT_LT(status.counters[0].rows_in, 100u);
}

TEST(Runtime, restarts_from_a_snapshot_and_the_commits_behind_it) {
  World world(1, 200);  // bytes of deltas: a snapshot every few epochs
  make_topic(world, "words", 2);
  ASSERT_TRUE(world.add(totals("t", "words", "totals")).has_value());
  for (int i = 0; i < 60; ++i) {
    world.append("words", i % 2, "w" + std::to_string(i % 7), "1");
    world.settle();
  }
  EXPECT_FALSE(world.disk_->list("/d/snapshots").value().empty());
  world.crash();
  EXPECT_EQ(world.look_up("t", "w0"), "9,9");
  EXPECT_EQ(world.look_up("t", "w6"), "8,8");
}

TEST(Runtime, comes_back_after_deleting_a_key_that_was_never_there) {
  World world;
  make_topic(world, "words", 1);
  ASSERT_TRUE(world.add(table_of("kept", "words")).has_value());
  world.append("words", 0, "b", kNullBytes);
  world.settle();
  world.append("words", 0, "a", "1");
  world.settle();
  world.crash();
  world.settle();
  EXPECT_EQ(world.look_up("kept", "a"), "1");
  EXPECT_EQ(world.look_up("kept", "b"), "");
}

TEST(Runtime, a_query_that_is_dropped_as_soon_as_it_has_joined_stays_dropped) {
  World world;
  make_topic(world, "words", 1);
  ASSERT_TRUE(world.add(totals("t", "words", "totals")).has_value());  // level at once
  QueryChanges drop;
  drop.remove.push_back("t");
  ASSERT_TRUE(world.change(std::move(drop)).has_value());
  world.crash();
  EXPECT_EQ(world.look_up("t", "a"), "not-found");
  EXPECT_TRUE(world.runtime_->plans().empty());
}

TEST(Runtime, a_dropped_query_leaves_nothing_to_a_new_one_of_its_name) {
  World world;
  make_topic(world, "words", 1);
  ASSERT_TRUE(world.add(totals("t", "words", "totals")).has_value());
  world.append("words", 0, "a", "1");
  world.settle();
  QueryChanges drop;
  drop.remove.push_back("t");
  ASSERT_TRUE(world.change(std::move(drop)).has_value());
  EXPECT_EQ(world.look_up("t", "a"), "not-found");
  // Its positions would hold retention back for ever.
  EXPECT_TRUE(world.log().application("app").value().inputs.empty());
  QueryChanges again;
  again.add.push_back(totals("t", "words", "totals2"));
  again.from_latest = true;
  ASSERT_TRUE(world.change(std::move(again)).has_value());
  world.append("words", 0, "a", "10");
  world.crash();
  EXPECT_EQ(world.look_up("t", "a"), "10,1");
}

}  // namespace
}  // namespace leat::runtime
