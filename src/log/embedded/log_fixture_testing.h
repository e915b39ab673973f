#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "log/embedded/embedded_log.h"
#include "log/test_batches.h"
#include "sim/clock.h"
#include "sim/disk.h"

namespace leat::testing_log {

/// A log on a faulty disk with small segments, driven by hand.
class LogFixture : public testing::Test {
 protected:
  EmbeddedOptions options() {
    EmbeddedOptions options{.directory = "data", .disk = disk_, .clock = clock_, .random = random_};
    options.threads = false;
    options.first_segment_bytes = 64 << 10;
    options.segment_bytes = 64 << 10;
    options.epoch_reserve_bytes = 32 << 10;
    options.on_fatal = [this](const Error& error) { fatal_ = error; };
    return options;
  }
  void open() { open(options()); }
  void open(const EmbeddedOptions& with) { log_ = EmbeddedLog::open(with).value(); }
  void restart() {
    log_->close().value();
    log_.reset();
    open();
  }
  void kill() {
    log_->abandon();
    log_.reset();
    disk_.kill_process();
  }
  void settle() {
    while (log_->sync_once()) {
    }
  }
  TopicPartition topic(const std::string& name, TopicConfig config = {1, -1, -1}) {
    return conformance::partition_of(log_->create_topic(name, config).value());
  }
  /// Appends one batch without settling; the answer comes into answers_.
  void post(const TopicPartition& at, const std::string& value,
            std::optional<std::string> key = std::nullopt) {
    AppendRequest request;
    request.appends.push_back(conformance::batch_of(at, {value}, clock_.now_ms()));
    request.idempotency_key = std::move(key);
    log_->append(std::move(request),
                 [this](Result<Appended> result) { answers_.push_back(std::move(result)); });
  }
  Result<Appended> append(const TopicPartition& at, const std::string& value,
                          std::optional<std::string> key = std::nullopt) {
    answers_.clear();
    post(at, value, std::move(key));
    settle();
    EXPECT_EQ(answers_.size(), 1u);
    return answers_.empty() ? Error(ErrorCode::internal, "no answer") : std::move(answers_[0]);
  }
  Result<Appended> commit(uint64_t epoch, std::vector<PartitionAppend> appends,
                          std::vector<InputPosition> inputs = {}, const std::string& state = {}) {
    Commit commit = conformance::commit_of(*log_, "app", epoch, std::move(appends));
    commit.inputs = std::move(inputs);
    commit.states.push_back({"store", state});
    answers_.clear();
    LEAT_CHECK(log_->commit(std::move(commit), [this](Result<Appended> result) {
      answers_.push_back(std::move(result));
    }));
    settle();
    EXPECT_EQ(answers_.size(), 1u);
    return answers_.empty() ? Error(ErrorCode::internal, "no answer") : std::move(answers_[0]);
  }
  std::vector<std::string> records(const TopicPartition& at) {
    return conformance::read_all(*log_, at, log_->bounds(at).value().start);
  }

  sim::FaultyDisk disk_{{.seed = 3}};
  sim::VirtualClock clock_;
  io::SeededRandom random_{11};
  std::optional<Error> fatal_;
  std::vector<Result<Appended>> answers_;
  std::unique_ptr<EmbeddedLog> log_;
};

}  // namespace leat::testing_log
