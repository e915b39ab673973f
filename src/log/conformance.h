#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "log/test_batches.h"

/// What every implementation of Log promises, as one suite. Include it in one test file of the
/// implementation and instantiate it:
///   INSTANTIATE_TEST_SUITE_P(Embedded, Conformance, testing::Values(Kind{...}), kind_name);
namespace leat::conformance {

/// One log under test.
class Subject {
 public:
  virtual ~Subject() = default;
  virtual Log& log() = 0;
  /// Makes durable what waits, and runs its callbacks.
  virtual void settle() = 0;
  /// Closes the log and opens it again with the same contents.
  virtual void restart() = 0;
};

struct Kind {
  std::string name;
  std::function<std::unique_ptr<Subject>()> make;
};
inline std::string kind_name(const testing::TestParamInfo<Kind>& info) { return info.param.name; }
inline void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.name; }

class Conformance : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override { subject_ = GetParam().make(); }
  Log& log() { return subject_->log(); }

  TopicInfo make_topic(const std::string& name, int32_t partitions = 1) {
    TopicConfig config;
    config.partitions = partitions;
    return log().create_topic(name, config).value();
  }
  /// Appends and waits for the answer.
  Result<Appended> settled(AppendRequest request) {
    std::optional<Result<Appended>> answer;
    log().append(std::move(request), [&](Result<Appended> result) { answer = std::move(result); });
    subject_->settle();
    EXPECT_TRUE(answer.has_value());
    if (!answer) return Error(ErrorCode::internal, "append() never called done");
    return *std::move(answer);
  }
  Result<Appended> append(const TopicPartition& at, const std::vector<std::string>& values,
                          TimeMs first_time = 1000) {
    AppendRequest request;
    request.appends.push_back(batch_of(at, values, first_time));
    return settled(std::move(request));
  }
  Result<Appended> settled(Commit commit) {
    std::optional<Result<Appended>> answer;
    LEAT_CHECK(log().commit(std::move(commit),
                            [&](Result<Appended> result) { answer = std::move(result); }));
    subject_->settle();
    EXPECT_TRUE(answer.has_value());
    if (!answer) return Error(ErrorCode::internal, "commit() never called done");
    return *std::move(answer);
  }
  std::vector<std::string> records(const TopicPartition& at, Offset from = Offset(0),
                                   Visibility visibility = Visibility::durable) {
    return read_all(log(), at, from, visibility);
  }

  std::unique_ptr<Subject> subject_;
};

#define LEAT_EXPECT_CODE(result, expected)                                                         \
  do {                                                                                             \
    auto&& leat_result = (result);                                                                 \
    ASSERT_FALSE(leat_result.has_value());                                                         \
    EXPECT_EQ(leat_result.error().code(), ErrorCode::expected) << leat_result.error().to_string(); \
  } while (false)

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Topics.

TEST_P(Conformance, a_topic_keeps_name_id_and_configuration) {
  TopicConfig config{3, 3'600'000, 1 << 20};
  TopicInfo made = log().create_topic("Orders", config).value();
  subject_->restart();
  TopicInfo found = log().topic("orders").value();
  EXPECT_EQ(found.name, "Orders");
  EXPECT_EQ(found.id, made.id);
  EXPECT_EQ(found.config, config);
}

TEST_P(Conformance, names_are_unique_without_regard_to_case) {
  make_topic("Orders");
  LEAT_EXPECT_CODE(log().create_topic("oRDERS", {}), already_exists);
}

TEST_P(Conformance, bad_names_are_refused) {
  for (const char* name : {"", ".", "..", "a b", "a/b", "\xc3\xa9", "_leat-x", "_LEAT"}) {
    LEAT_EXPECT_CODE(log().create_topic(name, {}), invalid_argument);
  }
  LEAT_EXPECT_CODE(log().create_topic(std::string(250, 'a'), {}), invalid_argument);
  EXPECT_TRUE(log().create_topic(std::string(249, 'a'), {}).has_value());
  EXPECT_TRUE(log().create_topic("a.b_c-9", {}).has_value());
}

TEST_P(Conformance, a_topic_has_at_least_one_partition) {
  TopicConfig none;
  none.partitions = 0;
  LEAT_EXPECT_CODE(log().create_topic("t", none), invalid_argument);
}

TEST_P(Conformance, an_unknown_topic_is_not_found_and_the_nearest_name_is_the_hint) {
  make_topic("payments");
  auto missing = log().topic("paymnets");
  LEAT_EXPECT_CODE(missing, not_found);
  EXPECT_THAT(missing.error().hint(), HasSubstr("payments"));
}

TEST_P(Conformance, topics_are_listed_by_name) {
  make_topic("b");
  make_topic("a");
  make_topic("C");
  std::vector<std::string> names;
  for (const TopicInfo& topic : log().topics()) names.push_back(topic.name);
  EXPECT_THAT(names, ElementsAre("C", "a", "b"));
}

TEST_P(Conformance, a_topic_created_again_is_another_topic) {
  TopicInfo first = make_topic("t");
  append(partition_of(first), {"old"}).value();
  ASSERT_TRUE(log().delete_topic("T").has_value());
  LEAT_EXPECT_CODE(log().topic("t"), not_found);
  LEAT_EXPECT_CODE(log().read(partition_of(first), Offset(0), 100, Visibility::durable), not_found);
  TopicInfo second = make_topic("t");
  EXPECT_NE(second.id, first.id);
  EXPECT_THAT(records(partition_of(second)), IsEmpty());
  subject_->restart();
  EXPECT_EQ(log().topic("t").value().id, second.id);
  LEAT_EXPECT_CODE(append(partition_of(first), {"x"}), not_found);
  LEAT_EXPECT_CODE(log().delete_topic("nothing"), not_found);
}

// Appends and reads.

TEST_P(Conformance, records_come_back_in_order_with_their_offsets) {
  TopicPartition at = partition_of(make_topic("t"));
  EXPECT_EQ(append(at, {"a", "b"}).value().base_offsets, std::vector{Offset(0)});
  EXPECT_EQ(append(at, {"c"}).value().base_offsets, std::vector{Offset(2)});
  EXPECT_THAT(records(at), ElementsAre("0:a", "1:b", "2:c"));
  EXPECT_THAT(records(at, Offset(1)), ElementsAre("1:b", "2:c"));
  subject_->restart();
  EXPECT_THAT(records(at), ElementsAre("0:a", "1:b", "2:c"));
  EXPECT_EQ(append(at, {"d"}).value().base_offsets, std::vector{Offset(3)});
  EXPECT_THAT(records(at, Offset(2)), ElementsAre("2:c", "3:d"));
}

TEST_P(Conformance, partitions_are_counted_apart) {
  TopicInfo topic = make_topic("t", 3);
  AppendRequest request;
  request.appends.push_back(batch_of(partition_of(topic, 0), {"a"}));
  request.appends.push_back(batch_of(partition_of(topic, 2), {"b", "c"}));
  request.appends.push_back(batch_of(partition_of(topic, 0), {"d"}));
  EXPECT_EQ(settled(std::move(request)).value().base_offsets,
            (std::vector{Offset(0), Offset(0), Offset(1)}));
  EXPECT_THAT(records(partition_of(topic, 0)), ElementsAre("0:a", "1:d"));
  EXPECT_THAT(records(partition_of(topic, 1)), IsEmpty());
  EXPECT_THAT(records(partition_of(topic, 2)), ElementsAre("0:b", "1:c"));
}

TEST_P(Conformance, a_read_returns_whole_batches_within_a_budget) {
  TopicPartition at = partition_of(make_topic("t"));
  for (int i = 0; i < 50; ++i) append(at, {std::string(1000, 'x'), "y"}).value();
  for (int round = 0; round < 2; ++round) {
    Fetched one = log().read(at, Offset(7), 1, Visibility::durable).value();
    ASSERT_FALSE(one.batches.empty());
    EXPECT_EQ(read_batch_header(one.batches[0]).value().base_offset, 6);
    Fetched some = log().read(at, Offset(0), 5000, Visibility::durable).value();
    size_t bytes = 0;
    for (ByteView batch : some.batches) bytes += batch.size();
    EXPECT_GE(bytes, 5000u);
    EXPECT_LT(bytes, 200'000u);
    EXPECT_EQ(read_all(log(), at, Offset(0), Visibility::durable, 3000).size(), 100u);
    subject_->restart();
  }
}

TEST_P(Conformance, reading_outside_of_the_bounds_says_so) {
  TopicPartition at = partition_of(make_topic("t"));
  append(at, {"a"}).value();
  Fetched end = log().read(at, Offset(1), 100, Visibility::durable).value();
  EXPECT_THAT(end.batches, IsEmpty());
  EXPECT_EQ(end.next, Offset(1));
  LEAT_EXPECT_CODE(log().read(at, Offset(2), 100, Visibility::durable), out_of_range);
  LEAT_EXPECT_CODE(log().read(at, Offset(-1), 100, Visibility::durable), out_of_range);
  TopicPartition none{at.topic, PartitionId(1)};
  LEAT_EXPECT_CODE(log().read(none, Offset(0), 100, Visibility::durable), not_found);
  LEAT_EXPECT_CODE(log().bounds(none), not_found);
}

TEST_P(Conformance, bounds_show_what_is_durable) {
  TopicPartition at = partition_of(make_topic("t"));
  append(at, {"a", "b"}).value();
  Bounds bounds = log().bounds(at).value();
  EXPECT_EQ(bounds.start, Offset(0));
  EXPECT_EQ(bounds.durable_end, Offset(2));
  EXPECT_EQ(bounds.appended_end, Offset(2));
}

TEST_P(Conformance, what_is_not_a_batch_is_refused_and_changes_nothing) {
  TopicPartition at = partition_of(make_topic("t"));
  PartitionAppend good = batch_of(at, {"a", "b"});
  std::string bytes(good.batch);
  PartitionAppend cut{at, bytes.substr(0, bytes.size() - 1), 2};
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  PartitionAppend flipped{at, bytes, 2};
  PartitionAppend miscounted = good;
  miscounted.record_count = 3;
  for (const PartitionAppend& bad : {cut, flipped, miscounted}) {
    AppendRequest request;
    request.appends = {good, bad};
    EXPECT_FALSE(settled(std::move(request)).has_value());
  }
  LEAT_EXPECT_CODE(settled(AppendRequest{}), invalid_argument);
  EXPECT_THAT(records(at), IsEmpty());
}

TEST_P(Conformance, a_request_with_an_unknown_partition_appends_nothing) {
  TopicInfo topic = make_topic("t");
  AppendRequest request;
  request.appends.push_back(batch_of(partition_of(topic, 0), {"a"}));
  request.appends.push_back(batch_of(partition_of(topic, 1), {"b"}));
  LEAT_EXPECT_CODE(settled(std::move(request)), not_found);
  EXPECT_THAT(records(partition_of(topic, 0)), IsEmpty());
}

TEST_P(Conformance, a_large_record_is_kept) {
  TopicPartition at = partition_of(make_topic("t"));
  std::string large(10 << 20, 'x');
  append(at, {"a"}).value();
  append(at, {large}).value();
  append(at, {"b"}).value();
  subject_->restart();
  EXPECT_EQ(records(at), (std::vector<std::string>{"0:a", "1:" + large, "2:b"}));
}

TEST_P(Conformance, the_first_record_at_or_after_a_time_is_found) {
  TopicPartition at = partition_of(make_topic("t"));
  append(at, {"a", "b", "c"}, 1000).value();  // 1000 1001 1002
  append(at, {"d", "e"}, 500).value();        // 500 501: late
  append(at, {"f"}, 2000).value();
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(log().find_by_time(at, 0).value(), Offset(0));
    EXPECT_EQ(log().find_by_time(at, 1001).value(), Offset(1));
    EXPECT_EQ(log().find_by_time(at, 1003).value(), Offset(5));
    EXPECT_EQ(log().find_by_time(at, 2001).value(), Offset(6));
    subject_->restart();
  }
}

TEST_P(Conformance, progress_is_told_until_the_handle_is_gone) {
  TopicPartition at = partition_of(make_topic("t"));
  std::atomic<int> woken{0};
  auto handle = log().on_progress([&] { ++woken; });
  append(at, {"a"}).value();
  EXPECT_GT(woken.load(), 0);
  handle.reset();
  int before = woken.load();
  append(at, {"b"}).value();
  EXPECT_EQ(woken.load(), before);
}

// Commits.

TEST_P(Conformance, a_commit_is_there_as_a_whole) {
  TopicInfo out = make_topic("out", 2);
  TopicInfo in = make_topic("in");
  append(partition_of(in), {"a", "b"}).value();
  ASSERT_TRUE(log().begin_epoch("app", {out.id}).has_value());
  Commit commit =
      commit_of(log(), "app", 1,
                {batch_of(partition_of(out, 0), {"x"}), batch_of(partition_of(out, 1), {"y", "z"}),
                 batch_of(partition_of(out, 0), {"w"})});
  commit.inputs.push_back({"q1", partition_of(in), Offset(2)});
  commit.states.push_back({"q1/count/0", std::string("delta")});
  commit.metadata.push_back({"statement", "CREATE ..."});
  commit.facts = "facts";
  Appended appended = settled(std::move(commit)).value();
  EXPECT_EQ(appended.base_offsets, (std::vector{Offset(0), Offset(0), Offset(1)}));
  for (int round = 0; round < 2; ++round) {
    EXPECT_THAT(records(partition_of(out, 0)), ElementsAre("0:x", "1:w"));
    EXPECT_THAT(records(partition_of(out, 1)), ElementsAre("0:y", "1:z"));
    ApplicationState state = log().application("app").value();
    EXPECT_EQ(state.epoch, EpochId(1));
    ASSERT_EQ(state.inputs.size(), 1u);
    EXPECT_EQ(state.inputs[0].reader, "q1");
    EXPECT_EQ(state.inputs[0].partition, partition_of(in));
    EXPECT_EQ(state.inputs[0].next, Offset(2));
    ASSERT_EQ(state.metadata.size(), 1u);
    EXPECT_EQ(state.metadata[0].value, "CREATE ...");
    EXPECT_THAT(log().applications(), ElementsAre("app"));
    subject_->restart();
  }
}

TEST_P(Conformance, an_unknown_application_has_done_nothing) {
  EXPECT_EQ(log().application("app").value().epoch, EpochId(0));
  EXPECT_THAT(log().applications(), IsEmpty());
}

TEST_P(Conformance, a_commit_out_of_order_or_with_other_offsets_is_refused) {
  TopicInfo out = make_topic("out");
  Commit second = commit_of(log(), "app", 2, {});
  LEAT_EXPECT_CODE(settled(std::move(second)), internal);
  Commit wrong = commit_of(log(), "app", 1, {batch_of(partition_of(out), {"x"})});
  wrong.base_offsets[0] = Offset(7);
  LEAT_EXPECT_CODE(settled(std::move(wrong)), internal);
  EXPECT_THAT(records(partition_of(out)), IsEmpty());
  settled(commit_of(log(), "app", 1, {batch_of(partition_of(out), {"x"})})).value();
  EXPECT_THAT(records(partition_of(out)), ElementsAre("0:x"));
}

TEST_P(Conformance, metadata_and_positions_change_by_key_and_leave_when_told) {
  TopicInfo in = make_topic("in", 2);
  Commit first = commit_of(log(), "app", 1, {});
  first.metadata = {{"a", "1"}, {"b", "2"}};
  first.inputs = {{"q1", partition_of(in, 0), Offset(5)}, {"q2", partition_of(in, 0), Offset(6)}};
  settled(std::move(first)).value();
  Commit second = commit_of(log(), "app", 2, {});
  second.metadata = {{"a", ""}, {"c", "3"}};
  second.inputs = {{"q1", partition_of(in, 0), Offset(-1)}, {"q2", partition_of(in, 1), Offset(1)}};
  settled(std::move(second)).value();
  subject_->restart();
  ApplicationState state = log().application("app").value();
  ASSERT_EQ(state.metadata.size(), 2u);
  EXPECT_EQ(state.metadata[0].key, "b");
  EXPECT_EQ(state.metadata[1].key, "c");
  ASSERT_EQ(state.inputs.size(), 2u);
  EXPECT_EQ(state.inputs[0].reader, "q2");
  EXPECT_EQ(state.inputs[0].next, Offset(6));
  EXPECT_EQ(state.inputs[1].next, Offset(1));
}

TEST_P(Conformance, outside_appends_to_a_topic_of_a_running_epoch_come_right_behind_its_commit) {
  TopicInfo shared = make_topic("shared");
  TopicInfo other = make_topic("other");
  TopicPartition at = partition_of(shared);
  append(at, {"before"}).value();
  ASSERT_TRUE(log().begin_epoch("app", {shared.id}).has_value());
  std::vector<std::string> order;
  auto outside = [&](const TopicPartition& to, const std::string& value) {
    AppendRequest request;
    request.appends.push_back(batch_of(to, {value}));
    log().append(std::move(request), [&order, value](Result<Appended> r) {
      order.push_back(value + "@" + std::to_string(r.value().base_offsets[0].value));
    });
  };
  outside(at, "posted1");
  outside(at, "posted2");
  outside(partition_of(other), "free");
  EXPECT_EQ(log().bounds(at).value().appended_end, Offset(1)) << "the epoch's own records are next";
  subject_->settle();
  EXPECT_THAT(order, ElementsAre("free@0"));
  settled(commit_of(log(), "app", 1, {batch_of(at, {"derived"})})).value();
  EXPECT_THAT(records(at), ElementsAre("0:before", "1:derived", "2:posted1", "3:posted2"));
  EXPECT_THAT(order, ElementsAre("free@0", "posted1@2", "posted2@3"));
}

TEST_P(Conformance, an_abandoned_epoch_lets_outside_appends_in) {
  TopicInfo shared = make_topic("shared");
  ASSERT_TRUE(log().begin_epoch("app", {shared.id}).has_value());
  bool done = false;
  AppendRequest request;
  request.appends.push_back(batch_of(partition_of(shared), {"posted"}));
  log().append(std::move(request), [&](Result<Appended> r) { done = r.has_value(); });
  subject_->settle();
  EXPECT_FALSE(done);
  log().abandon_epoch("app");
  subject_->settle();
  EXPECT_TRUE(done);
  EXPECT_THAT(records(partition_of(shared)), ElementsAre("0:posted"));
  ASSERT_TRUE(log().begin_epoch("app", {shared.id}).has_value());
  settled(commit_of(log(), "app", 1, {batch_of(partition_of(shared), {"derived"})})).value();
  EXPECT_THAT(records(partition_of(shared)), ElementsAre("0:posted", "1:derived"));
}

TEST_P(Conformance, an_append_held_for_an_epoch_is_refused_when_its_topic_goes) {
  TopicInfo shared = make_topic("shared");
  ASSERT_TRUE(log().begin_epoch("app", {shared.id}).has_value());
  std::optional<Result<Appended>> answer;
  AppendRequest request;
  request.appends.push_back(batch_of(partition_of(shared), {"posted"}));
  request.idempotency_key = "key";
  log().append(std::move(request), [&](Result<Appended> r) { answer = std::move(r); });
  ASSERT_TRUE(log().delete_topic("shared").has_value());
  log().abandon_epoch("app");
  subject_->settle();
  ASSERT_TRUE(answer.has_value());
  LEAT_EXPECT_CODE(*answer, not_found);
}

TEST_P(Conformance, replay_visits_the_commits_behind_an_epoch_in_order) {
  TopicInfo out = make_topic("out");
  for (uint64_t epoch = 1; epoch <= 20; ++epoch) {
    Commit commit = commit_of(log(), "app", epoch, {batch_of(partition_of(out), {"x"})});
    commit.states.push_back({"q/n/0", "delta" + std::to_string(epoch)});
    commit.states.push_back({"q/n/1", std::string(epoch * 1000, 's')});
    commit.facts = "facts" + std::to_string(epoch);
    settled(std::move(commit)).value();
    settled(commit_of(log(), "another", epoch, {})).value();
  }
  for (int round = 0; round < 2; ++round) {
    std::vector<std::string> seen;
    Status replayed = log().replay("app", EpochId(17), [&](const CommitView& view) -> Status {
      EXPECT_EQ(view.states.size(), 2u);
      EXPECT_EQ(view.states[1].bytes, std::string(view.epoch.value * 1000, 's'));
      seen.push_back(std::to_string(view.epoch.value) + " " + std::string(view.states[0].store) +
                     " " + std::string(view.states[0].bytes) + " " + std::string(view.facts));
      return {};
    });
    EXPECT_TRUE(replayed.has_value());
    EXPECT_THAT(seen, ElementsAre("18 q/n/0 delta18 facts18", "19 q/n/0 delta19 facts19",
                                  "20 q/n/0 delta20 facts20"));
    subject_->restart();
  }
  Status stopped = log().replay("app", EpochId(0), [](const CommitView&) -> Status {
    return Error(ErrorCode::cancelled, "enough");
  });
  LEAT_EXPECT_CODE(stopped, cancelled);
}

TEST_P(Conformance, trimmed_commits_are_not_replayed) {
  for (uint64_t epoch = 1; epoch <= 5; ++epoch) {
    settled(commit_of(log(), "app", epoch, {})).value();
  }
  log().trim_commits("app", EpochId(3));
  settled(commit_of(log(), "app", 6, {})).value();
  for (int round = 0; round < 2; ++round) {
    std::vector<uint64_t> seen;
    log()
        .replay("app", EpochId(0),
                [&](const CommitView& view) -> Status {
                  seen.push_back(view.epoch.value);
                  return {};
                })
        .value();
    EXPECT_THAT(seen, ElementsAre(4, 5, 6));
    EXPECT_EQ(log().application("app").value().trimmed, EpochId(3));
    subject_->restart();
  }
}

// Idempotency.

inline AppendRequest keyed(const TopicPartition& at, const std::string& key, uint64_t body_hash,
                           const std::string& value) {
  AppendRequest request;
  request.appends.push_back(batch_of(at, {value}));
  request.idempotency_key = key;
  request.body_hash = body_hash;
  return request;
}

TEST_P(Conformance, a_retry_with_the_same_key_and_body_gets_the_same_answer_and_adds_nothing) {
  TopicPartition at = partition_of(make_topic("t"));
  append(at, {"other"}).value();
  Appended first = settled(keyed(at, "k", 1, "v")).value();
  EXPECT_FALSE(first.duplicate);
  for (int round = 0; round < 2; ++round) {
    Appended again = settled(keyed(at, "k", 1, "v")).value();
    EXPECT_TRUE(again.duplicate);
    EXPECT_EQ(again.base_offsets, first.base_offsets);
    EXPECT_EQ(again.lsn, first.lsn);
    subject_->restart();
  }
  EXPECT_THAT(records(at), ElementsAre("0:other", "1:v"));
}

TEST_P(Conformance, a_duplicate_that_comes_meanwhile_waits_for_the_first) {
  TopicPartition at = partition_of(make_topic("t"));
  // The answers come on several threads, and not always in order.
  std::array<std::promise<Appended>, 3> promised;
  for (auto& promise : promised) {
    log().append(keyed(at, "k", 1, "v"),
                 [&](Result<Appended> r) { promise.set_value(std::move(r).value()); });
  }
  subject_->settle();
  std::vector<Appended> answers;
  for (auto& promise : promised) answers.push_back(promise.get_future().get());
  EXPECT_FALSE(answers[0].duplicate);
  EXPECT_TRUE(answers[1].duplicate && answers[2].duplicate);
  EXPECT_EQ(answers[1].base_offsets, answers[0].base_offsets);
  EXPECT_THAT(records(at), ElementsAre("0:v"));
}

TEST_P(Conformance, the_same_key_with_another_body_is_a_conflict) {
  TopicPartition at = partition_of(make_topic("t"));
  settled(keyed(at, "k", 1, "v")).value();
  LEAT_EXPECT_CODE(settled(keyed(at, "k", 2, "w")), conflict);
  subject_->restart();
  LEAT_EXPECT_CODE(settled(keyed(at, "k", 2, "w")), conflict);
  EXPECT_THAT(records(at), ElementsAre("0:v"));
}

TEST_P(Conformance, keys_of_different_topics_are_different_keys) {
  TopicPartition a = partition_of(make_topic("a"));
  TopicPartition b = partition_of(make_topic("b"));
  settled(keyed(a, "k", 1, "v")).value();
  EXPECT_FALSE(settled(keyed(b, "k", 2, "w")).value().duplicate);
  EXPECT_THAT(records(b), ElementsAre("0:w"));
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Conformance);

}  // namespace leat::conformance
