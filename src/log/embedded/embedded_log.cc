#include "log/embedded/embedded_log.h"

#include <atomic>
#include <mutex>

#include "log/embedded/background.h"
#include "log/embedded/journal.h"
#include "log/embedded/reader.h"
#include "log/embedded/recovery.h"
#include "log/embedded/retention.h"
#include "log/embedded/sealer.h"
#include "log/embedded/segments.h"
#include "log/embedded/sequencer.h"

namespace leat {
namespace {

constexpr size_t kQuietBytes = 64u << 10;

using log::Layout;
using log::Manifest;

/// Who wants to know of progress. Outlives the log while a handle does.
struct Listeners {
  std::mutex mutex;
  uint64_t next = 1;
  std::map<uint64_t, std::function<void()>> wakes;
  std::atomic<bool> any{false};

  void wake_all() {
    if (!any.load(std::memory_order_relaxed)) return;
    std::lock_guard lock(mutex);
    for (auto& [id, wake] : wakes) wake();
  }
};

template <size_t N>
std::array<uint8_t, N> random_bytes(io::Random& random) {
  std::array<uint8_t, N> bytes;
  for (size_t i = 0; i < N; i += 8) {
    store_le(reinterpret_cast<char*>(bytes.data()) + i, random.next());
  }
  return bytes;
}

/// A random UUID, version 4.
TopicId new_topic_id(io::Random& random) {
  TopicId id{random_bytes<16>(random)};
  id.bytes[6] = static_cast<uint8_t>((id.bytes[6] & 0x0f) | 0x40);
  id.bytes[8] = static_cast<uint8_t>((id.bytes[8] & 0x3f) | 0x80);
  return id;
}

std::string parent_of(const std::string& path) {
  size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

/// Whether the journal holds nothing, or only a first segment that nothing was ever written to: the
/// power went while the directory was made.
Result<bool> is_leftover_of_creation(io::Disk& disk, const Layout& layout,
                                     const std::vector<std::string>& names) {
  if (names.empty()) return true;
  std::string first = layout.segment(1);
  if (names.size() != 1 || layout.journal() + "/" + names[0] != first) return false;
  LEAT_TRY(auto file, disk.open(first, io::OpenMode::read));
  std::string head(log::kBlockBytes, '\0');
  LEAT_TRY(size_t got, file->read_at(0, head.data(), head.size()));
  return head.substr(0, got).find_first_not_of('\0') == std::string::npos;
}

/// The manifest of the directory; a new one when the directory is new.
Result<Manifest> open_manifest(const EmbeddedOptions& options, const Layout& layout) {
  io::Disk& disk = options.disk;
  LEAT_TRY(std::optional<Manifest> found, log::load_manifest(disk, layout));
  if (found) return *std::move(found);
  LEAT_TRY(std::vector<std::string> names, disk.list(layout.journal()));
  LEAT_TRY(bool begun, is_leftover_of_creation(disk, layout, names));
  if (!begun) {
    return Error(ErrorCode::corruption,
                 "the directory has a journal but no manifest: " + layout.manifest(),
                 "restore the file from a backup, or choose another directory");
  }
  LEAT_CHECK(disk.sync_directory(parent_of(layout.directory)));
  Manifest fresh;  // becomes durable together with its first segment
  fresh.incarnation = fresh.history = random_bytes<16>(options.random);
  return fresh;
}

}  // namespace

struct EmbeddedLog::Parts {
  explicit Parts(EmbeddedOptions given)
      : options(std::move(given)),
        layout{options.directory},
        segments(options.disk, layout, {options.first_segment_bytes, options.segment_bytes}) {}

  Status start();
  void start_from(log::Recovered& found);
  void failed(Error error);
  Result<bool> fill_when_quiet();
  Status retain();
  Status retain_and_free();
  Status stop(bool drain);

  EmbeddedOptions options;
  Layout layout;
  std::unique_ptr<io::DirectoryLock> lock;
  log::Segments segments;
  std::shared_ptr<Listeners> listeners = std::make_shared<Listeners>();
  RecoveryReport report;
  std::unique_ptr<log::Sequencer> sequencer;
  std::unique_ptr<log::Background> background;
  std::unique_ptr<log::Sealer> sealer;
  std::unique_ptr<log::Journal> journal;
  std::unique_ptr<log::Reader> reader;
  std::mutex random_mutex;
  std::mutex close_mutex;
  bool closed = false;
  std::atomic<bool> has_failed{false};
};

Status EmbeddedLog::Parts::start() {
  io::Disk& disk = options.disk;
  LEAT_CHECK(disk.create_directories(layout.journal()));
  LEAT_TRY(lock, disk.lock(layout.lock()));
  LEAT_TRY(Manifest manifest, open_manifest(options, layout));
  LEAT_TRY(bool restored, log::was_restored(disk, layout, manifest));
  LEAT_TRY(log::Recovered found, log::recover(disk, layout, options, std::move(manifest)));
  report = found.report;
  report.restored = restored;
  if (restored) found.manifest.history = random_bytes<16>(options.random);
  // From here on the directory changes. The new generation is durable before anything is appended.
  found.manifest.generation = report.generation;
  found.manifest.durable_upto = found.chain.last;
  found.manifest.closed = false;
  LEAT_CHECK(segments.start(found.manifest, found.active, found.position));
  LEAT_TRY(bool marked, disk.exists(layout.restored()));
  if (marked) LEAT_CHECK(disk.remove(layout.restored()));
  start_from(found);
  return sequencer->check_open();
}

void EmbeddedLog::Parts::start_from(log::Recovered& found) {
  auto on_failed = [this](Error error) { failed(std::move(error)); };
  sequencer =
      std::make_unique<log::Sequencer>(options, segments, std::move(found.state), found.chain.last);
  background = std::make_unique<log::Background>(
      options.threads,
      log::Background::Upkeep{
          [this] { return segments.is_prepared() ? Status() : segments.prepare(0); },
          [this] { return fill_when_quiet(); }, [this] { return retain_and_free(); },
          options.retention_check_ms, on_failed});
  sealer = std::make_unique<log::Sealer>(options, segments, *sequencer, *background);
  sealer->start(std::move(found.checkpoints), std::move(found.last_lsns));
  for (const log::Sidecar& sidecar : found.lost_sidecars) sealer->rewrite(sidecar);
  for (const log::Sidecar& sidecar : found.new_sidecars) sealer->rewrite(sidecar);
  reader = std::make_unique<log::Reader>(*sequencer, segments);
  journal = std::make_unique<log::Journal>(
      options, segments, *sequencer, *sealer, *background,
      log::Journal::Hooks{[this] { listeners->wake_all(); }, on_failed});
  journal->start(found.chain, std::move(found.active_sidecar));
  background->start();
  // What was kept is served from now on: a witness says that it is durable.
  if (found.chain.last.value != 0) journal->write_witness();
}

void EmbeddedLog::Parts::failed(Error error) {
  if (has_failed.exchange(true)) return;
  Error told(ErrorCode::outcome_unknown, "the log failed before this was acknowledged",
             "after the restart, retry with the same idempotency key");
  sequencer->fail(error, told);
  if (options.on_fatal) options.on_fatal(std::move(error));
}

/// Zeros pay for small syncs. While large groups go to the disk they would only take its time.
Result<bool> EmbeddedLog::Parts::fill_when_quiet() {
  if (sequencer->waiting_bytes() > kQuietBytes) return true;
  return segments.fill_some();
}

/// Moves starts; what that leaves without use is freed when it is durable.
Status EmbeddedLog::Parts::retain() {
  std::vector<uint64_t> sealed = segments.sealed();
  if (sealed.empty()) return {};
  TimeMs now = options.clock.now_ms();
  log::StartsSection starts = sequencer->with_mutable_state([&](log::LogState& state) {
    state.idempotency.expire(now);
    return log::decide_starts(state, now, sealed.back());
  });
  if (!starts.starts.empty()) sequencer->advance_starts(std::move(starts));
  return {};
}

Status EmbeddedLog::Parts::retain_and_free() {
  LEAT_CHECK(retain());
  for (uint64_t segment : sealer->freeable()) {
    bool unused = sequencer->with_state([&](const log::LogState& state) {
      auto use = state.use.find(segment);
      return use == state.use.end() || (use->second.extents == 0 && use->second.commits == 0);
    });
    if (!unused) continue;
    LEAT_CHECK(segments.free(segment));
    sequencer->with_mutable_state([&](log::LogState& state) { return state.use.erase(segment); });
  }
  return {};
}

Status EmbeddedLog::Parts::stop(bool drain) {
  std::lock_guard guard(close_mutex);
  if (closed) return {};
  closed = true;
  Status status;
  if (journal) {
    journal->stop(drain);
    if (drain) {
      while (journal->sync_once()) {
      }
      journal->write_witness();
    }
    background->stop();
    Error refuse(ErrorCode::unavailable, "the log is closed");
    bool full = segments.disk_full();
    Error told = full ? Error(ErrorCode::disk_full, "the log was closed while the disk was full",
                              "nothing of this was written")
                      : Error(ErrorCode::outcome_unknown, "the log was closed first");
    bool broken = has_failed.load();
    bool waiting = sequencer->waiting_bytes() > 0;
    if (drain) sequencer->fail(refuse, told);
    if (drain && !broken && !waiting) status = segments.save_closed(journal->last());
  }
  lock.reset();
  return status;
}

EmbeddedLog::EmbeddedLog(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

EmbeddedLog::~EmbeddedLog() {
  if (parts_) (void)parts_->stop(true);
}

Result<std::unique_ptr<EmbeddedLog>> EmbeddedLog::open(EmbeddedOptions options) {
  auto parts = std::make_unique<Parts>(std::move(options));
  if (Status started = parts->start(); !started) {
    (void)parts->stop(false);
    return std::move(started).error();
  }
  return std::unique_ptr<EmbeddedLog>(new EmbeddedLog(std::move(parts)));
}

Status EmbeddedLog::close() { return parts_->stop(true); }
void EmbeddedLog::abandon() { (void)parts_->stop(false); }

bool EmbeddedLog::sync_once() { return parts_->journal->sync_once(); }

void EmbeddedLog::idle() {
  parts_->journal->write_witness();
  parts_->background->run_pending();
}

void EmbeddedLog::apply_retention() {
  if (Status done = parts_->retain_and_free(); !done) {
    if (done.error().code() != ErrorCode::disk_full) parts_->failed(std::move(done).error());
  }
}

void EmbeddedLog::set_expecting(bool expecting) { parts_->sequencer->set_expecting(expecting); }

const RecoveryReport& EmbeddedLog::recovery_report() const { return parts_->report; }

LogStats EmbeddedLog::stats() const {
  LogStats stats;
  stats.durable = parts_->sequencer->durable();
  stats.groups = parts_->journal->groups();
  stats.records = static_cast<uint64_t>(parts_->sequencer->records());
  stats.bytes_written = parts_->journal->bytes_written();
  stats.last_sync_ns = parts_->journal->last_sync_ns();
  stats.waiting_bytes = parts_->sequencer->waiting_bytes();
  std::tie(stats.segments, stats.segment_bytes) = parts_->segments.totals();
  stats.idempotency_entries = parts_->sequencer->with_state(
      [](const log::LogState& state) { return state.idempotency.size(); });
  stats.disk_full = parts_->segments.disk_full();
  return stats;
}

std::string EmbeddedLog::incarnation() const {
  return log::incarnation_text(parts_->segments.history());
}

namespace {

/// Waits for a frame: the writer brings it, or the caller itself where nothing runs in threads.
Status make_durable(const EmbeddedOptions& options, log::Sequencer& sequencer,
                    log::Journal& journal, Lsn lsn) {
  if (options.threads) return sequencer.wait_durable(lsn);
  while (!sequencer.is_durable(lsn)) {
    if (journal.sync_once()) continue;
    return Error(ErrorCode::outcome_unknown, "this could not be made durable now",
                 "the disk is full or failed; look again when that is over");
  }
  return {};
}

}  // namespace

Result<TopicInfo> EmbeddedLog::create_topic(const std::string& name, const TopicConfig& config) {
  TopicInfo wanted{{}, name, config};
  {
    std::lock_guard lock(parts_->random_mutex);
    wanted.id = new_topic_id(parts_->options.random);
  }
  Lsn lsn;
  LEAT_TRY(TopicInfo created, parts_->sequencer->create_topic(wanted, lsn));
  LEAT_CHECK(make_durable(parts_->options, *parts_->sequencer, *parts_->journal, lsn));
  return created;
}

Status EmbeddedLog::delete_topic(const std::string& name) {
  Lsn lsn;
  LEAT_CHECK(parts_->sequencer->delete_topic(name, lsn));
  return make_durable(parts_->options, *parts_->sequencer, *parts_->journal, lsn);
}

Result<TopicInfo> EmbeddedLog::topic(const std::string& name) const {
  return parts_->sequencer->with_state([&](const log::LogState& state) -> Result<TopicInfo> {
    LEAT_TRY(log::Topic * found, state.topics.find(name));
    return found->info;
  });
}

std::vector<TopicInfo> EmbeddedLog::topics() const {
  return parts_->sequencer->with_state(
      [](const log::LogState& state) { return state.topics.list(); });
}

Result<Bounds> EmbeddedLog::bounds(const TopicPartition& partition) const {
  return parts_->sequencer->with_state([&](const log::LogState& state) -> Result<Bounds> {
    LEAT_TRY(const log::Partition* found, state.topics.partition(partition));
    return Bounds{found->start, found->durable_end, found->appended_end};
  });
}

Result<Fetched> EmbeddedLog::read(const TopicPartition& partition, Offset from, size_t max_bytes,
                                  Visibility visibility) {
  return parts_->reader->read(partition, from, max_bytes, visibility);
}

Result<Offset> EmbeddedLog::find_by_time(const TopicPartition& partition, TimeMs time) {
  return parts_->reader->find_by_time(partition, time);
}

void EmbeddedLog::append(AppendRequest request, AppendDone done) {
  parts_->sequencer->append(std::move(request), std::move(done));
  parts_->listeners->wake_all();
}

Status EmbeddedLog::begin_epoch(const std::string& application,
                                const std::vector<TopicId>& written) {
  Status begun = parts_->sequencer->begin_epoch(application, written);
  if (!begun && begun.error().code() == ErrorCode::disk_full) parts_->background->kick();
  return begun;
}

void EmbeddedLog::abandon_epoch(const std::string& application) {
  parts_->sequencer->abandon_epoch(application);
  parts_->listeners->wake_all();
}

Status EmbeddedLog::commit(Commit commit, AppendDone done) {
  LEAT_CHECK(parts_->sequencer->commit(std::move(commit), std::move(done)));
  parts_->listeners->wake_all();
  return {};
}

Result<ApplicationState> EmbeddedLog::application(const std::string& name) const {
  return parts_->sequencer->with_state([&](const log::LogState& state) -> Result<ApplicationState> {
    auto it = state.applications.find(name);
    if (it == state.applications.end()) return ApplicationState{};
    return it->second.state();
  });
}

std::vector<std::string> EmbeddedLog::applications() const {
  return parts_->sequencer->with_state([](const log::LogState& state) {
    std::vector<std::string> names;
    for (const auto& [name, application] : state.applications) {
      if (application.durable.value > 0) names.push_back(name);
    }
    return names;
  });
}

Status EmbeddedLog::replay(const std::string& application, EpochId after,
                           const std::function<Status(const CommitView&)>& visit) {
  return parts_->reader->replay(application, after, visit);
}

void EmbeddedLog::trim_commits(const std::string& application, EpochId epoch) {
  parts_->sequencer->trim_commits(application, epoch);
}

std::shared_ptr<void> EmbeddedLog::on_progress(std::function<void()> wake) {
  auto listeners = parts_->listeners;
  uint64_t id = 0;
  {
    std::lock_guard lock(listeners->mutex);
    id = listeners->next++;
    listeners->wakes[id] = std::move(wake);
    listeners->any = true;
  }
  return std::shared_ptr<void>(listeners.get(), [listeners, id](void*) {
    std::lock_guard lock(listeners->mutex);
    listeners->wakes.erase(id);
    listeners->any = !listeners->wakes.empty();
  });
}

}  // namespace leat
