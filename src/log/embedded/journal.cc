#include "log/embedded/journal.h"

#include <chrono>
#include <thread>

namespace leat::log {
namespace {
constexpr auto kRetryFullDisk = std::chrono::milliseconds(20);
}

Journal::Journal(const EmbeddedOptions& options, Segments& segments, Sequencer& sequencer,
                 Sealer& sealer, Background& background, Hooks hooks)
    : options_(options),
      segments_(segments),
      sequencer_(sequencer),
      sealer_(sealer),
      background_(background),
      hooks_(std::move(hooks)) {}

void Journal::start(const Chain& chain, Sidecar active) {
  chain_ = chain;
  active_ = std::move(active);
  witnessed_ = chain.last.value == 0;
  if (options_.threads) thread_ = std::thread([this] { loop(); });
}

void Journal::stop(bool drain) {
  drain_ = drain;
  stop_ = true;
  sequencer_.wake_writer();
  if (thread_.joinable()) thread_.join();
}

Lsn Journal::last() const {
  std::lock_guard writer(writer_mutex_);
  return chain_.last;
}

bool Journal::needs_witness() const {
  std::lock_guard writer(writer_mutex_);
  return !witnessed_ && !failed_;
}

void Journal::loop() {
  for (;;) {
    int64_t timeout_ns = needs_witness() ? options_.idle_ms * 1'000'000 : -1;
    bool work = sequencer_.wait_for_work(timeout_ns, stop_);
    if (stop_ && (!work || !drain_)) return;
    if (!work) {
      write_witness();
      continue;
    }
    sequencer_.hold_for_commit(last_sync_ns());
    if (sync_once()) continue;
    if (!sequencer_.check_open() || stop_) return;
    // The disk is full; the helper looks for room.
    background_.kick();
    std::this_thread::sleep_for(kRetryFullDisk);
  }
}

bool Journal::sync_once() {
  std::unique_lock writer(writer_mutex_);
  if (failed_) return false;
  Sequencer::Sealed sealed = sequencer_.close_first(segments_.rest());
  while (!sealed.group) {
    if (sealed.needed == 0) return false;
    if (Status rolled = roll(sealed.needed); !rolled) {
      if (rolled.error().code() != ErrorCode::disk_full) fail(std::move(rolled).error());
      return false;
    }
    sealed = sequencer_.close_first(segments_.rest());
  }
  if (options_.faults.ack_before_sync) {
    std::vector<Group::Completion> early = std::move(sealed.group->completions);
    sealed.group->completions.clear();
    for (auto& completion : early) completion.done(std::move(completion.result));
    if (options_.faults.early_ms > 0)
      std::this_thread::sleep_for(std::chrono::milliseconds(options_.faults.early_ms));
  }
  if (Status written = write(*sealed.group); !written) {
    fail(std::move(written).error());
    return false;
  }
  finish(sealed.group);
  return true;
}

/// The active segment is full: its successor takes over, and what recovery needs of it is written.
Status Journal::roll(uint64_t needed) {
  uint64_t before = segments_.active();
  LEAT_CHECK(segments_.roll(needed));
  if (segments_.active() == before) return {};
  if (!active_.empty()) sealer_.segment_ended(std::move(active_), chain_);
  active_ = {};
  background_.kick();
  return {};
}

Status Journal::write(Group& group) {
  auto [segment, position] = segments_.next();
  FrameHeader header;
  header.incarnation = segments_.incarnation();
  header.generation = segments_.generation();
  header.durable_upto = chain_.last;
  header.previous_checksum = chain_.checksum;
  group.segment = segment;
  group.position = position;
  group.seal(header);
  LEAT_ASSERT(group.lsn == chain_.last.plus(1));
  segments_.claim(header.frame_bytes);
  for (auto [at, bytes] : group.pieces()) LEAT_CHECK(segments_.write(position + at, bytes));
  int64_t begin = options_.clock.monotonic_ns();
  LEAT_CHECK(segments_.sync());
  last_sync_ns_ = options_.clock.monotonic_ns() - begin;
  sequencer_.note_sync(last_sync_ns());
  chain_.follow(header);
  active_.add(header, group.sections);
  witnessed_ = group.sections.empty();
  segments_.note_durable(chain_.last);
  ++groups_;
  bytes_ += header.frame_bytes;
  return {};
}

void Journal::finish(const std::shared_ptr<Group>& group) {
  auto completions = sequencer_.publish(group);
  if (!completions) return fail(std::move(completions).error());
  for (Group::Completion& completion : *completions) {
    if (completion.done) completion.done(std::move(completion.result));
  }
  hooks_.durable();
}

void Journal::write_witness() {
  if (!needs_witness()) return;
  sequencer_.add_witness();
  sync_once();
}

/// After a failed write or sync nothing may be assumed of the file, and asking again would only
/// hide that: the process has to stop and recover.
void Journal::fail(Error error) {
  failed_ = true;
  Error refuse(ErrorCode::io, "the journal failed: " + error.message(),
               "restart the program: it recovers what was acknowledged");
  Error told(ErrorCode::outcome_unknown, "the journal failed before this was acknowledged",
             "after the restart, retry with the same idempotency key");
  sequencer_.fail(refuse, told);
  hooks_.failed(std::move(refuse));
}

}  // namespace leat::log
