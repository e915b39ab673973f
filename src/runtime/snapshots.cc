#include "runtime/snapshots.h"

namespace leat::runtime {
namespace {
// Per boundary: about a millisecond of copying, so that an epoch is not held up noticeably.
constexpr size_t kCopyBytes = 1 << 20;
constexpr size_t kQueuedMax = 2;
}  // namespace

Snapshots::Snapshots(io::Disk& disk, std::string directory, std::string application,
                     uint64_t after_bytes, bool background, std::function<void()> wake)
    : disk_(disk),
      directory_(std::move(directory)),
      application_(std::move(application)),
      after_bytes_(after_bytes),
      background_(background),
      wake_owner_(std::move(wake)) {}

Snapshots::~Snapshots() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool Snapshots::step(EpochId committed, EpochId durable, const std::function<NamedTables()>& tables,
                     const std::function<void(EpochId)>& trim) {
  if (directory_.empty()) return false;
  if (failed_.load()) {
    abandon();
    delta_bytes_ = after_bytes_ / 2;  // again after a while
    return false;
  }
  switch (phase_) {
    case Phase::idle:
      if (delta_bytes_ >= after_bytes_) begin(committed, tables);
      return phase_ != Phase::idle;
    case Phase::copying: {
      if (queue_is_full()) return false;
      Work work;
      bool more = copier_->step(kCopyBytes, work.chunks);
      if (!more) {
        work.last_epoch = last_epoch_ = committed;
        phase_ = Phase::writing;
      }
      hand_over(std::move(work));
      return true;
    }
    case Phase::writing:
      if (!finished_.load()) return false;
      phase_ = Phase::written;
      [[fallthrough]];
    case Phase::written:
      if (durable < last_epoch_) return false;
      if (auto trimmed = writer_->publish(); trimmed.has_value() && trimmed->value > 0)
        trim(*trimmed);
      abandon();
      return false;
  }
  return false;
}

void Snapshots::begin(EpochId committed, const std::function<NamedTables()>& tables) {
  delta_bytes_ = 0;
  if (!disk_.create_directories(directory_).has_value()) return;
  auto writer = state::SnapshotWriter::create(disk_, directory_, {application_, committed});
  if (!writer.has_value()) return;
  writer_ = *std::move(writer);
  copier_ = std::make_unique<state::SnapshotCopier>(tables());
  finished_ = false;
  phase_ = Phase::copying;
  if (background_ && !thread_.joinable()) thread_ = std::thread([this] { serve(); });
}

void Snapshots::abandon() {
  {
    std::unique_lock lock(mutex_);
    queue_.clear();
    wake_.wait(lock, [&] { return !writing_; });
  }
  copier_.reset();
  writer_.reset();
  finished_ = false;
  failed_ = false;
  phase_ = Phase::idle;
}

// The disk sets the pace: pieces that wait for it would take fresh memory each.
bool Snapshots::queue_is_full() {
  std::lock_guard lock(mutex_);
  return queue_.size() >= kQueuedMax;
}

void Snapshots::hand_over(Work work) {
  if (!background_) return write(std::move(work));
  {
    std::lock_guard lock(mutex_);
    queue_.push_back(std::move(work));
  }
  wake_.notify_all();
}

void Snapshots::write(Work work) {
  for (const state::SnapshotChunk& chunk : work.chunks)
    if (!failed_.load() && !writer_->add(chunk).has_value()) failed_ = true;
  if (!work.last_epoch || failed_.load()) return;
  if (writer_->finish(*work.last_epoch).has_value()) {
    finished_ = true;
  } else {
    failed_ = true;
  }
}

void Snapshots::serve() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
    if (stopping_) return;
    Work work = std::move(queue_.front());
    queue_.pop_front();
    writing_ = true;
    lock.unlock();
    write(std::move(work));
    if (wake_owner_) wake_owner_();  // an idle coordinator has more to copy, or to publish
    lock.lock();
    writing_ = false;
    wake_.notify_all();
  }
}

}  // namespace leat::runtime
