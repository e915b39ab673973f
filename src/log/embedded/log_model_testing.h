#pragma once
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "data/record_batch.h"
#include "log/embedded/embedded_log.h"
#include "log/test_batches.h"
#include "sim/clock.h"
#include "sim/disk.h"

namespace leat::testing_log {

/// A log on a faulty disk, driven step by step at random, and beside it the little that must be
/// true of it: what was acknowledged is there, once, at its offset; a commit is there as a whole or
/// not at all; what recovery has shown once stays; what it has shown to be lost never comes.
class LogModel {
 public:
  explicit LogModel(uint64_t seed) : seed_(seed), random_(seed), disk_({.seed = seed}) {}

  /// Opens the log (again) and holds it against the model.
  Status open() {
    EmbeddedOptions options{
        .directory = "data", .disk = disk_, .clock = clock_, .random = log_random_};
    options.threads = false;
    options.first_segment_bytes = 16 << 10;
    options.segment_bytes = 64 << 10;
    options.epoch_reserve_bytes = 16 << 10;
    options.tail_cache_bytes = random_.chance(0.5) ? 0 : 1 << 20;
    options.faults = faults;
    LEAT_TRY(log_, EmbeddedLog::open(options));
    check();
    return {};
  }
  /// What is left of the process: nothing is written any more.
  void crash() {
    if (log_) log_->abandon();
    log_.reset();
    epoch_runs_ = false;
  }
  void close() {
    if (log_) {
      EXPECT_TRUE(log_->close().has_value()) << "seed " << seed_;
    }
    log_.reset();
    epoch_runs_ = false;
  }

  /// One random step. What fails because the disk does is not an error of the log.
  void step() {
    clock_.advance_ms(static_cast<TimeMs>(random_.below(50)));
    switch (random_.below(12)) {
      case 0: create_topic(); break;
      case 1:
        if (random_.chance(0.2)) delete_topic();
        break;
      case 2:
      case 3:
      case 4: append(random_.chance(0.3)); break;
      case 5:
      case 6: commit(); break;
      case 7:
        if (random_.chance(0.3)) log_->idle();
        break;
      case 8: trim(); break;
      default: log_->sync_once(); break;
    }
  }

  /// Reads everything and holds it against the model; what is found beyond it is taken over.
  void check() {
    check_topics();
    for (auto& [id, topic] : topics_) {
      for (int32_t p = 0; p < topic.partitions; ++p) check_partition({id, PartitionId(p)});
    }
    check_application();
    judge_writes();
    check_keys();
  }

  sim::FaultyDisk& disk() { return disk_; }
  io::SeededRandom& random() { return random_; }
  EmbeddedLog& log() { return *log_; }
  bool is_open() const { return log_ != nullptr; }
  size_t acknowledged() const { return acknowledged_; }
  LogFaults faults;

 private:
  enum class Fate : uint8_t { waiting, acknowledged, unknown, refused };

  struct Part {  // one record batch of a write
    TopicPartition at;
    int32_t count = 0;
    Offset offset{-1};  // when that is known
    bool gone = false;  // with its topic
    bool seen = false;  // by the check that is going on
  };
  struct Write {  // an append request or a commit
    Fate fate = Fate::waiting;
    std::vector<Part> parts;
    std::optional<std::string> key;
    uint64_t epoch = 0;  // of a commit
    std::string state;
    bool lost = false;  // a check has shown that it is not there
  };
  struct ModelTopic {
    std::string name;
    int32_t partitions = 1;
    bool doomed = false;  // its deletion was asked for
  };

  std::string value(size_t write, size_t part, int32_t i) const {
    return std::to_string(write) + "/" + std::to_string(part) + "/" + std::to_string(i) + ":" +
           std::string((write * 977 + part * 31) % 3000, 'v');
  }
  PartitionAppend batch(size_t write, size_t part, const TopicPartition& at, int32_t count) {
    RecordBatchBuilder builder;
    for (int32_t i = 0; i < count; ++i) builder.add(clock_.now_ms(), "k", value(write, part, i));
    return {at, std::string(builder.finish()), count};
  }

  void create_topic() {
    if (topics_.size() > 4) return;
    std::string name = "t" + std::to_string(random_.below(6));
    int32_t partitions = 1 + static_cast<int32_t>(random_.below(3));
    auto made = log_->create_topic(name, {partitions, -1, -1});
    if (made) {
      topics_[made->id] = {made->name, partitions, false};
    } else if (made.error().code() != ErrorCode::already_exists) {
      doubtful_names_.insert(name);
    }
  }

  void delete_topic() {
    if (topics_.empty() || epoch_runs_) return;
    auto it = topics_.begin();
    std::advance(it, random_.below(topics_.size()));
    if (it->second.doomed) return;  // another may have its name by now
    it->second.doomed = true;
    (void)log_->delete_topic(it->second.name);
  }

  std::optional<TopicPartition> any_partition() {
    if (topics_.empty()) return std::nullopt;
    auto it = topics_.begin();
    std::advance(it, random_.below(topics_.size()));
    if (it->second.doomed) return std::nullopt;
    auto p = static_cast<int32_t>(random_.below(static_cast<uint64_t>(it->second.partitions)));
    return TopicPartition{it->first, PartitionId(p)};
  }

  std::vector<PartitionAppend> make_batches(Write& write, size_t id) {
    std::vector<PartitionAppend> batches;
    for (size_t n = 1 + random_.below(3); n > 0; --n) {
      auto at = any_partition();
      if (!at) continue;
      auto count = 1 + static_cast<int32_t>(random_.below(4));
      batches.push_back(batch(id, batches.size(), *at, count));
      write.parts.push_back({*at, count});
    }
    return batches;
  }

  AppendDone answer(size_t id) {
    return [this, id](Result<Appended> result) {
      Write& write = *writes_[id];
      if (result) {
        write.fate = Fate::acknowledged;
        for (size_t i = 0; i < write.parts.size(); ++i) {
          write.parts[i].offset = result->base_offsets[i];
        }
        ++acknowledged_;
      } else {
        bool unknown = result.error().code() == ErrorCode::outcome_unknown;
        write.fate = unknown ? Fate::unknown : Fate::refused;
      }
    };
  }

  void append(bool with_key) {
    size_t id = writes_.size();
    auto write = std::make_unique<Write>();
    AppendRequest request;
    request.appends = make_batches(*write, id);
    if (request.appends.empty()) return;
    if (with_key) {
      write->key = request.idempotency_key = "key" + std::to_string(id);
      request.body_hash = id;
    }
    writes_.push_back(std::move(write));
    log_->append(std::move(request), answer(id));
  }

  void commit() {
    if (!epoch_runs_) {
      std::vector<TopicId> written;
      for (const auto& [id, topic] : topics_) {
        if (!topic.doomed && random_.chance(0.5)) written.push_back(id);
      }
      epoch_runs_ = log_->begin_epoch("app", written).has_value();
      return;
    }
    if (random_.chance(0.1)) {
      log_->abandon_epoch("app");
      epoch_runs_ = false;
      return;
    }
    size_t id = writes_.size();
    auto write = std::make_unique<Write>();
    write->epoch = ordered_epoch_ + 1;
    write->state = "state" + std::to_string(write->epoch) + std::string(random_.below(5000), 's');
    Commit commit = conformance::commit_of(*log_, "app", write->epoch, make_batches(*write, id));
    commit.states.push_back({"store", write->state});
    commit.metadata.push_back({"epoch", std::to_string(write->epoch)});
    commit.facts = "facts" + std::to_string(write->epoch);
    writes_.push_back(std::move(write));
    epoch_runs_ = false;
    if (log_->commit(std::move(commit), answer(id))) {
      ++ordered_epoch_;
    } else {
      writes_[id]->fate = Fate::refused;
      log_->abandon_epoch("app");
    }
  }

  void trim() {
    if (ordered_epoch_ < 10 || random_.chance(0.8)) return;
    log_->trim_commits("app", EpochId(ordered_epoch_ - 10));
    trim_asked_ = std::max(trim_asked_, ordered_epoch_ - 10);
  }

  void check_topics() {
    std::set<TopicId> there;
    for (const TopicInfo& info : log_->topics()) {
      there.insert(info.id);
      auto it = topics_.find(info.id);
      if (it != topics_.end()) {
        it->second.doomed = false;  // it is there: the deletion was not
        continue;
      }
      EXPECT_TRUE(doubtful_names_.count(info.name))
          << "topic out of nowhere: " << info.name << ", seed " << seed_;
      topics_[info.id] = {info.name, info.config.partitions, false};
    }
    doubtful_names_.clear();
    for (auto it = topics_.begin(); it != topics_.end();) {
      if (there.count(it->first)) {
        ++it;
        continue;
      }
      EXPECT_TRUE(it->second.doomed) << "topic lost: " << it->second.name << ", seed " << seed_;
      for (auto& write : writes_) {
        for (Part& part : write->parts) part.gone |= part.at.topic == it->first;
      }
      it = topics_.erase(it);
    }
  }

  void check_partition(const TopicPartition& at) {
    std::map<std::string, Offset> found;
    Bounds bounds = log_->bounds(at).value();
    EXPECT_EQ(bounds.durable_end, bounds.appended_end);
    Offset from(0);
    int64_t expected = 0;
    while (from < bounds.durable_end) {
      Fetched fetched = log_->read(at, from, 10'000, Visibility::durable).value();
      for (ByteView bytes : fetched.batches) {
        RecordColumns records;
        check_batch_crc(bytes).value();
        decode_records(bytes, records).value();
        for (size_t i = 0; i < records.size(); ++i) {
          EXPECT_EQ(records.offsets[i], expected++) << "seed " << seed_;
          std::string text(records.values[i]);
          EXPECT_TRUE(found.emplace(text, Offset(records.offsets[i])).second)
              << "twice: " << text.substr(0, 20) << ", seed " << seed_;
        }
      }
      from = fetched.next;
    }
    size_t matched = 0;
    for (size_t id = 0; id < writes_.size(); ++id) {
      for (size_t part = 0; part < writes_[id]->parts.size(); ++part) {
        if (writes_[id]->parts[part].at == at) matched += match_part(id, part, found);
      }
    }
    EXPECT_EQ(matched, found.size()) << "records that nobody sent, seed " << seed_;
  }

  /// Returns how many records of the batch are there: all or none, at consecutive offsets.
  size_t match_part(size_t id, size_t index, const std::map<std::string, Offset>& found) {
    Write& write = *writes_[id];
    Part& part = write.parts[index];
    size_t there = 0;
    for (int32_t i = 0; i < part.count; ++i) {
      auto it = found.find(value(id, index, i));
      if (it == found.end()) continue;
      ++there;
      if (part.offset.value < 0) part.offset = it->second.plus(-i);
      EXPECT_EQ(it->second, part.offset.plus(i)) << "moved: write " << id << ", seed " << seed_;
    }
    auto whole = static_cast<size_t>(part.count);
    EXPECT_TRUE(there == 0 || there == whole) << "half a batch, seed " << seed_;
    part.seen = there == whole;
    return there;
  }

  void check_application() {
    ApplicationState state = log_->application("app").value();
    std::map<uint64_t, std::string> replayed;
    log_->replay("app", EpochId(0),
                 [&](const CommitView& view) -> Status {
                   EXPECT_EQ(view.facts, "facts" + std::to_string(view.epoch.value));
                   replayed[view.epoch.value] = std::string(view.states.at(0).bytes);
                   return {};
                 })
        .value();
    for (auto& write : writes_) {
      if (write->epoch <= trim_asked_ || write->lost || write->fate == Fate::refused) continue;
      if (write->epoch > state.epoch.value) continue;
      EXPECT_EQ(replayed[write->epoch], write->state) << "seed " << seed_;
    }
    if (state.epoch.value > 0) {
      EXPECT_EQ(state.metadata.at(0).value, std::to_string(state.epoch.value)) << "seed " << seed_;
    }
    durable_epoch_ = ordered_epoch_ = state.epoch.value;
  }

  /// A key that was acknowledged is answered alike.
  void check_keys() {
    for (size_t id = 0; id < writes_.size(); ++id) {
      Write& write = *writes_[id];
      if (!write.key || write.fate != Fate::acknowledged) continue;
      AppendRequest request;
      std::vector<Offset> offsets;
      bool gone = false;
      for (size_t i = 0; i < write.parts.size(); ++i) {
        const Part& part = write.parts[i];
        request.appends.push_back(batch(id, i, part.at, part.count));
        offsets.push_back(part.offset);
        gone |= part.gone;
      }
      if (gone) continue;
      request.idempotency_key = write.key;
      request.body_hash = id;
      bool answered = false;
      log_->append(std::move(request), [&](Result<Appended> again) {
        answered = true;
        EXPECT_TRUE(again.has_value() && again->duplicate) << "seed " << seed_;
        if (again) {
          EXPECT_EQ(again->base_offsets, offsets) << "seed " << seed_;
        }
      });
      EXPECT_TRUE(answered) << "seed " << seed_;
    }
  }

  /// All or nothing; what was acknowledged is there; what had an unknown outcome has a known one
  /// from now on.
  void judge_writes() {
    for (size_t id = 0; id < writes_.size(); ++id) {
      Write& write = *writes_[id];
      size_t parts = 0;
      size_t seen = 0;
      for (const Part& part : write.parts) {
        parts += part.gone ? 0 : 1;
        seen += !part.gone && part.seen ? 1 : 0;
      }
      bool refused = write.fate == Fate::refused || write.lost;
      bool there = write.epoch && !refused ? write.epoch <= durable_epoch_ : seen > 0;
      if (parts > 0) {
        EXPECT_EQ(seen, there ? parts : 0) << "in part: write " << id << ", seed " << seed_;
      }
      bool judged = parts > 0 || write.epoch;
      if (judged && write.fate == Fate::acknowledged) {
        EXPECT_TRUE(there) << "acknowledged and lost: write " << id << ", seed " << seed_;
      }
      if (judged && refused) {
        EXPECT_FALSE(there) << "back from nothing: write " << id << ", seed " << seed_;
      }
      if (write.fate == Fate::unknown || write.fate == Fate::waiting) {
        write.fate = there ? Fate::acknowledged : Fate::unknown;
        write.lost = !there;
      }
      for (Part& part : write.parts) part.seen = false;
    }
  }

  uint64_t seed_;
  io::SeededRandom random_;
  io::SeededRandom log_random_{99};
  sim::FaultyDisk disk_;
  sim::VirtualClock clock_;
  std::unique_ptr<EmbeddedLog> log_;

  std::map<TopicId, ModelTopic> topics_;
  std::set<std::string> doubtful_names_;
  std::vector<std::unique_ptr<Write>> writes_;
  uint64_t ordered_epoch_ = 0;
  uint64_t durable_epoch_ = 0;
  uint64_t trim_asked_ = 0;
  bool epoch_runs_ = false;
  size_t acknowledged_ = 0;
};

}  // namespace leat::testing_log
