#include "log/embedded/sequencer.h"

#include <algorithm>
#include <unordered_map>

#include "base/crc32c.h"
#include "data/record_batch.h"

namespace leat::log {
namespace {

constexpr size_t kEntryBytes = 64;     // of a batch in the directory, at most
constexpr size_t kSectionBytes = 128;  // of any section without its lists, at most
constexpr size_t kPoolBytes = 16u << 20;
/// The log keeps no leader epochs. The batch's checksum does not cover the field, so it is fixed.
constexpr size_t kLeaderEpochAt = 12;
constexpr uint32_t kNoLeaderEpoch = 0xffffffff;

/// What a frame takes for so many bytes of payload, at most: chunks are padded to blocks.
uint64_t frame_bound(uint64_t payload) { return payload + payload / 8 + 4 * kBlockBytes; }

size_t directory_bound(const Commit& commit) {
  size_t bytes = kSectionBytes + commit.application.size();
  bytes += commit.appends.size() * kEntryBytes;
  for (const InputPosition& input : commit.inputs) bytes += input.reader.size() + 32;
  for (const StateDelta& delta : commit.states) bytes += delta.store.size() + 32;
  for (const MetadataChange& m : commit.metadata) bytes += m.key.size() + m.value.size() + 20;
  return bytes;
}

}  // namespace

Sequencer::Sequencer(const EmbeddedOptions& options, Segments& segments,
                     std::unique_ptr<LogState> state, Lsn last)
    : options_(options),
      segments_(segments),
      pool_(std::make_shared<ChunkPool>(kPoolBytes)),
      state_(std::move(state)),
      durable_(last),
      next_(last.plus(1)) {
  note_sync(0);
}

void Sequencer::Due::run() {
  for (Group::Completion& completion : completions) {
    if (completion.done) completion.done(std::move(completion.result));
  }
  for (Refusal& refusal : refusals) {
    if (refusal.done) refusal.done(std::move(refusal.error));
  }
}

// What arrives is checked before the mutex is taken.

Status Sequencer::check_batch(const PartitionAppend& append, BatchFacts& facts) {
  LEAT_TRY(RecordBatchHeader header, read_batch_header(append.batch));
  if (header.total_bytes() != append.batch.size() || header.record_count <= 0 ||
      header.record_count != append.record_count ||
      header.last_offset_delta + 1 != header.record_count) {
    return Error(ErrorCode::invalid_data,
                 "an append is not one whole record batch with the stated number of records");
  }
  facts = {header.crc, header.max_timestamp};
  return {};
}

Status Sequencer::check_request(const AppendRequest& request, std::vector<BatchFacts>& facts,
                                size_t& bytes) {
  if (request.appends.empty()) {
    return Error(ErrorCode::invalid_argument, "an append request has no records");
  }
  facts.resize(request.appends.size());
  for (size_t i = 0; i < facts.size(); ++i) {
    LEAT_CHECK(check_batch(request.appends[i], facts[i]));
    // An epoch's own batches have just been encoded, here: commit() spares itself this.
    LEAT_CHECK(check_batch_crc(request.appends[i].batch));
    bytes += request.appends[i].batch.size();
  }
  return {};
}

uint64_t Sequencer::waiting_bytes_held() const {
  uint64_t bytes = 0;
  for (const auto& group : waiting_) bytes += group->frame_bytes_bound();
  return bytes;
}

/// Whether `bytes` more can be written however full the disk is, `leave` aside. Without that
/// certainty it is still a yes while the disk is not known to be full: then a segment is on its
/// way.
Status Sequencer::check_room(uint64_t bytes, uint64_t leave) {
  uint64_t all = waiting_bytes_held() + frame_bound(bytes);
  if (segments_.fits_surely(all + leave)) return {};
  if (!options_.threads) (void)segments_.prepare(0);
  if (segments_.fits_surely(all + leave)) return {};
  bool oversize = frame_bound(bytes) > options_.segment_bytes;
  if (!segments_.disk_full() && (!oversize || segments_.could_hold(all))) return {};
  return Error(ErrorCode::disk_full, "the disk is full: " + options_.directory,
               "reads go on; free some space there and writing goes on by itself");
}

Status Sequencer::admit(const AppendRequest& request, size_t bytes) {
  for (const PartitionAppend& append : request.appends) {
    LEAT_TRY([[maybe_unused]] Partition * found, state_->topics.partition(append.partition));
  }
  if (waiting_payload_ + bytes > options_.waiting_bytes_max && waiting_payload_ > 0) {
    return Error(ErrorCode::resource_exhausted,
                 "too many bytes wait for the disk: " + std::to_string(waiting_payload_),
                 "retry in a moment");
  }
  return check_room(bytes, options_.epoch_reserve_bytes);
}

/// Answers from an idempotency entry, or lets the caller wait for it. False when the key is new.
bool Sequencer::answer_duplicate(const AppendRequest& request, AppendDone& done, Due& due) {
  IdempotencyEntry* entry = state_->idempotency.find(
      request.appends[0].partition.topic, *request.idempotency_key, options_.clock.now_ms());
  if (!entry) return false;
  if (entry->body_hash != request.body_hash) {
    due.refusals.push_back(
        {std::move(done),
         Error(ErrorCode::conflict,
               "the idempotency key was used for another body: " + *request.idempotency_key,
               "a retry sends the same body; a new request needs a new key")});
  } else if (entry->lsn.value != 0) {
    due.completions.push_back({std::move(done), {entry->base_offsets, entry->lsn, true}});
  } else {
    entry->waiters.push_back(std::move(done));
  }
  return true;
}

void Sequencer::append(AppendRequest request, AppendDone done) {
  std::vector<BatchFacts> facts;
  size_t bytes = 0;
  if (Status checked = check_request(request, facts, bytes); !checked) {
    return done(std::move(checked).error());
  }
  Due due;
  Status status;
  {
    std::lock_guard lock(mutex_);
    bool answered = false;
    if (refuse_with_) {
      status = *refuse_with_;
    } else if (request.idempotency_key) {
      answered = answer_duplicate(request, done, due);
    }
    if (status && !answered) status = admit(request, bytes);
    if (status && !answered && request.idempotency_key) {
      status =
          state_->idempotency.begin(request.appends[0].partition.topic, *request.idempotency_key,
                                    request.body_hash, options_.clock.now_ms());
    }
    if (status && !answered) {
      waiting_payload_ += bytes;
      if (must_wait(request)) {
        hold({std::move(request), std::move(facts), std::move(done), bytes});
      } else {
        enter(request, facts, std::move(done));
      }
    }
  }
  // NOLINTNEXTLINE(bugprone-use-after-move): nothing took it when the status is bad
  if (!status) return done(std::move(status).error());
  work_.notify_one();
  due.run();
}

// Order.

Group& Sequencer::open_group() {
  if (waiting_.empty() ||
      waiting_.back()->payload_bytes() >= group_bytes_max_.load(std::memory_order_relaxed)) {
    auto group = std::make_shared<Group>(next_, pool_);
    ++next_;
    group->append_time = options_.clock.now_ms();
    group->opened_ns = options_.clock.monotonic_ns();
    for (Section& section : lazy_) {
      group->directory_bytes_bound += kSectionBytes + 512;
      group->sections.push_back(std::move(section));
    }
    lazy_.clear();
    waiting_.push_back(std::move(group));
  }
  return *waiting_.back();
}

/// Copies the batch into the group and gives it its offsets.
AppendEntry Sequencer::place_batch(Group& group, PartitionAppend& append, const BatchFacts& facts) {
  Partition& partition = **state_->topics.partition(append.partition);
  AppendEntry entry;
  entry.at = append.partition;
  entry.base = partition.appended_end;
  entry.count = append.record_count;
  entry.max_timestamp = facts.max_timestamp;
  entry.batch.bytes = append.batch.size();
  entry.batch.crc = facts.crc;
  char* bytes = group.add(std::move(append.batch), entry.batch.position);
  set_base_offset(bytes, entry.base);
  store_be32(bytes + kLeaderEpochAt, kNoLeaderEpoch);
  partition.recent.push_back(
      {entry.base, entry.count, entry.max_timestamp, ByteView(bytes, entry.batch.bytes), &group});
  partition.appended_end = entry.base.plus(entry.count);
  group.directory_bytes_bound += kEntryBytes;
  group.records += entry.count;
  return entry;
}

void Sequencer::enter(AppendRequest& request, const std::vector<BatchFacts>& facts,
                      AppendDone done) {
  Group& group = open_group();
  if (group.sections.empty() || !std::holds_alternative<AppendsSection>(group.sections.back())) {
    group.sections.emplace_back(AppendsSection{});
    group.directory_bytes_bound += kSectionBytes;
  }
  Appended result;
  result.lsn = group.lsn;
  result.base_offsets.reserve(facts.size());
  auto& entries = std::get<AppendsSection>(group.sections.back()).entries;
  for (size_t i = 0; i < facts.size(); ++i) {
    entries.push_back(place_batch(group, request.appends[i], facts[i]));
    result.base_offsets.push_back(entries.back().base);
  }
  if (request.idempotency_key) {
    group.directory_bytes_bound +=
        kSectionBytes + request.idempotency_key->size() + 8 * facts.size();
    group.sections.emplace_back(IdempotencySection{request.appends[0].partition.topic,
                                                   std::move(*request.idempotency_key),
                                                   request.body_hash, result.base_offsets});
  }
  group.completions.push_back({std::move(done), std::move(result)});
}

// Outside appends wait while an epoch that writes their topic runs.

bool Sequencer::must_wait(const AppendRequest& request) const {
  return std::any_of(
      request.appends.begin(), request.appends.end(), [&](const PartitionAppend& append) {
        const Topic* topic = std::as_const(state_->topics).find(append.partition.topic);
        return topic && (topic->claims > 0 || topic->held > 0);
      });
}

void Sequencer::hold(Held held) {
  for (const PartitionAppend& append : held.request.appends) {
    if (Topic* topic = state_->topics.find_any(append.partition.topic)) ++topic->held;
  }
  held_.push_back(std::move(held));
}

void Sequencer::refuse_held(Held& held, const Error& error, Due& due) {
  waiting_payload_ -= held.bytes;
  due.refusals.push_back({std::move(held.done), error});
  if (!held.request.idempotency_key) return;
  for (AppendDone& waiter : state_->idempotency.refuse(held.request.appends[0].partition.topic,
                                                       *held.request.idempotency_key)) {
    due.refusals.push_back({std::move(waiter), error});
  }
}

/// Lets in what waits no longer, in the order in which it came.
void Sequencer::enter_held(Due& due) {
  std::deque<Held> held;
  held.swap(held_);
  for (const Held& one : held) {
    for (const PartitionAppend& append : one.request.appends) {
      if (Topic* topic = state_->topics.find_any(append.partition.topic)) --topic->held;
    }
  }
  for (Held& one : held) {
    Status status;
    for (const PartitionAppend& append : one.request.appends) {
      auto found = state_->topics.partition(append.partition);
      if (!found) status = std::move(found).error();
    }
    if (!status) {
      refuse_held(one, status.error(), due);
    } else if (must_wait(one.request)) {
      hold(std::move(one));
    } else {
      enter(one.request, one.facts, std::move(one.done));
    }
  }
}

void Sequencer::release_claims(const std::string& application, Due& due) {
  auto it = claims_.find(application);
  if (it == claims_.end()) return;
  for (const TopicId& id : it->second) {
    if (Topic* topic = state_->topics.find_any(id)) --topic->claims;
  }
  claims_.erase(it);
  enter_held(due);
}

// Epochs.

Status Sequencer::begin_epoch(const std::string& application, const std::vector<TopicId>& written) {
  std::lock_guard lock(mutex_);
  if (refuse_with_) return *refuse_with_;
  if (claims_.count(application)) {
    return Error(ErrorCode::internal, "an epoch of this application runs already: " + application);
  }
  for (const TopicId& id : written) {
    Topic* topic = state_->topics.find(id);
    if (!topic) {
      return Error(ErrorCode::not_found, "a topic that the application writes does not exist");
    }
    if (topic->claims > 0) {
      return Error(ErrorCode::busy,
                   "an epoch of another application writes this topic: " + topic->info.name);
    }
  }
  LEAT_CHECK(check_room(options_.epoch_reserve_bytes / 2, 0));
  for (const TopicId& id : written) ++state_->topics.find(id)->claims;
  claims_[application] = written;
  return {};
}

void Sequencer::abandon_epoch(const std::string& application) {
  Due due;
  {
    std::lock_guard lock(mutex_);
    release_claims(application, due);
  }
  work_.notify_one();
  due.run();
}

Status Sequencer::check_commit(const Commit& commit, uint64_t directory_bytes) {
  auto it = state_->applications.find(commit.application);
  EpochId last = it == state_->applications.end() ? EpochId(0) : it->second.ordered;
  if (commit.epoch != last.plus(1)) {
    return Error(ErrorCode::internal, "a commit is out of order: epoch " +
                                          std::to_string(commit.epoch.value) + " after " +
                                          std::to_string(last.value));
  }
  if (commit.base_offsets.size() != commit.appends.size()) {
    return Error(ErrorCode::internal, "a commit does not say a base offset for each append");
  }
  std::map<Partition*, Offset> ends;
  for (size_t i = 0; i < commit.appends.size(); ++i) {
    LEAT_TRY(Partition * partition, state_->topics.partition(commit.appends[i].partition));
    Offset& end = ends.try_emplace(partition, partition->appended_end).first->second;
    if (end != commit.base_offsets[i]) {
      return Error(ErrorCode::internal,
                   "the runtime and the log count offsets differently: append " +
                       std::to_string(i) + " was given " +
                       std::to_string(commit.base_offsets[i].value) + ", the log is at " +
                       std::to_string(end.value));
    }
    end = end.plus(commit.appends[i].record_count);
  }
  return check_room(payload_bytes(commit) + directory_bytes, 0);
}

Status Sequencer::commit(Commit commit, AppendDone done) {
  std::vector<BatchFacts> facts(commit.appends.size());
  for (size_t i = 0; i < facts.size(); ++i) LEAT_CHECK(check_batch(commit.appends[i], facts[i]));
  const size_t bound = directory_bound(commit);  // of all its names, before they are moved
  CommitSection section;
  section.application = commit.application;
  section.epoch = commit.epoch;
  section.facts = {0, commit.facts.size(), crc32c(commit.facts)};
  for (StateDelta& delta : commit.states) {
    Piece piece{0, delta.bytes.size(), delta.crc ? *delta.crc : crc32c(delta.bytes)};
    section.states.push_back({std::move(delta.store), piece});
  }
  Due due;
  {
    std::lock_guard lock(mutex_);
    if (refuse_with_) return *refuse_with_;
    LEAT_CHECK(check_commit(commit, bound));
    waiting_payload_ += payload_bytes(commit);
    Group& group = open_group();
    Appended result;
    result.lsn = group.lsn;
    result.base_offsets = std::move(commit.base_offsets);
    section.appends.reserve(facts.size());
    for (size_t i = 0; i < facts.size(); ++i) {
      section.appends.push_back(place_batch(group, commit.appends[i], facts[i]));
    }
    for (size_t i = 0; i < section.states.size(); ++i) {
      group.add(std::move(commit.states[i].bytes), section.states[i].bytes.position);
    }
    group.add(ByteView(commit.facts), section.facts.position);
    section.inputs = std::move(commit.inputs);
    section.metadata = std::move(commit.metadata);
    state_->applications[section.application].ordered = section.epoch;
    group.directory_bytes_bound += bound;
    group.has_commit = true;
    group.sections.emplace_back(std::move(section));
    group.completions.push_back({std::move(done), std::move(result)});
    release_claims(commit.application, due);
  }
  commits_ordered_.fetch_add(1, std::memory_order_release);
  work_.notify_one();
  due.run();
  return {};
}

void Sequencer::trim_commits(const std::string& application, EpochId epoch) {
  std::lock_guard lock(mutex_);
  auto it = state_->applications.find(application);
  if (it == state_->applications.end() || epoch <= it->second.trimmed) return;
  for (Section& section : lazy_) {
    auto* trim = std::get_if<TrimSection>(&section);
    if (trim && trim->application == application) {
      trim->epoch = std::max(trim->epoch, epoch);
      return;
    }
  }
  lazy_.emplace_back(TrimSection{application, epoch});
}

// Topics.

Result<TopicInfo> Sequencer::create_topic(const TopicInfo& topic, Lsn& lsn) {
  std::lock_guard lock(mutex_);
  if (refuse_with_) return *refuse_with_;
  LEAT_CHECK(state_->topics.check_new(topic.name, topic.config));
  LEAT_CHECK(check_room(kBlockBytes, options_.epoch_reserve_bytes));
  state_->topics.add(topic);
  Group& group = open_group();
  group.directory_bytes_bound += kSectionBytes + topic.name.size();
  group.sections.emplace_back(TopicCreatedSection{topic});
  lsn = group.lsn;
  work_.notify_one();
  return topic;
}

Status Sequencer::delete_topic(const std::string& name, Lsn& lsn) {
  std::lock_guard lock(mutex_);
  if (refuse_with_) return *refuse_with_;
  LEAT_TRY(Topic * topic, state_->topics.find(name));
  // Deleting gives room back, so it may use the reserve.
  LEAT_CHECK(check_room(kBlockBytes, 0));
  state_->topics.mark_deleted(*topic);
  Group& group = open_group();
  group.directory_bytes_bound += kSectionBytes;
  group.sections.emplace_back(TopicDeletedSection{topic->info.id});
  lsn = group.lsn;
  work_.notify_one();
  return {};
}

void Sequencer::advance_starts(StartsSection starts) {
  std::lock_guard lock(mutex_);
  if (refuse_with_) return;
  Group& group = open_group();
  group.directory_bytes_bound += kSectionBytes + 32 * starts.starts.size();
  group.sections.emplace_back(std::move(starts));
  work_.notify_one();
}

Lsn Sequencer::durable() const {
  std::lock_guard lock(mutex_);
  return durable_;
}
size_t Sequencer::waiting_bytes() const {
  std::lock_guard lock(mutex_);
  return waiting_payload_;
}
int64_t Sequencer::records() const {
  std::lock_guard lock(mutex_);
  return records_;
}
Status Sequencer::check_open() const {
  std::lock_guard lock(mutex_);
  if (refuse_with_) return *refuse_with_;
  return {};
}

}  // namespace leat::log
