#include "log/embedded/segments.h"

#include <algorithm>

namespace leat::log {
namespace {

constexpr size_t kReadersMax = 128;
constexpr size_t kSparesMax = 4;
/// Left free for the small files: manifest, sidecars, checkpoints.
constexpr uint64_t kMarginBytes = 512u << 10;
constexpr uint64_t kSegmentBytesMin = 64u << 10;
/// Zeros written between two syncs: more would make the journal's own sync wait behind them.
constexpr size_t kFillBytes = 512u << 10;

std::string spare_path(const Layout& layout, uint64_t number) {
  return layout.segment(number) + ".spare";
}

bool ends_with(const std::string& text, std::string_view end) {
  return text.size() >= end.size() &&
         std::string_view(text).substr(text.size() - end.size()) == end;
}

}  // namespace

Status Segments::start(Manifest manifest, uint64_t active, uint64_t position) {
  manifest_ = std::move(manifest);
  durable_ = manifest_.durable_upto.value;
  // One empty segment behind the active one is enough; a second (prepared when the power went)
  // would stand in the way of the chain.
  for (const auto& segment : manifest_.segments) {
    if (segment.number <= active + 1 || live_.empty() || live_.back().number <= active) {
      live_.push_back(segment);
    }
  }
  if (active != 0) LEAT_CHECK(save_manifest());
  LEAT_CHECK(remove_leftovers());
  if (active == 0) {
    LEAT_CHECK(prepare(0));
    return roll(0);
  }
  for (const auto& segment : live_) {
    if (segment.number == active) active_ = segment;
    if (segment.number > active && prepared_.number == 0) prepared_ = segment;
  }
  position_ = position;
  LEAT_TRY(file_, disk_.open(layout_.segment(active), io::OpenMode::read_write));
  return {};
}

/// Files that no manifest names: a segment that was being prepared or freed when the power went.
Status Segments::remove_leftovers() {
  LEAT_TRY(std::vector<std::string> names, disk_.list(layout_.journal()));
  std::vector<std::string> known;
  for (const auto& segment : live_) {
    for (const std::string& path :
         {layout_.segment(segment.number), layout_.sidecar(segment.number)}) {
      known.push_back(path.substr(layout_.journal().size() + 1));
    }
  }
  for (const std::string& name : names) {
    bool ours = ends_with(name, ".seg") || ends_with(name, ".idx") || ends_with(name, ".spare");
    if (!ours || std::find(known.begin(), known.end(), name) != known.end()) continue;
    LEAT_CHECK(disk_.remove(layout_.journal() + "/" + name));
  }
  return {};
}

uint64_t Segments::rest() const {
  std::lock_guard lock(mutex_);
  return active_.bytes - position_;
}

bool Segments::could_hold(uint64_t bytes) {
  auto available = disk_.free_bytes(layout_.directory);
  return available && *available >= bytes + kMarginBytes;
}

bool Segments::fits_surely(uint64_t bytes) const {
  std::lock_guard lock(mutex_);
  return bytes <= active_.bytes - position_ || bytes <= prepared_.bytes;
}

bool Segments::is_prepared() const {
  std::lock_guard lock(mutex_);
  return prepared_.number != 0;
}

uint64_t Segments::active() const {
  std::lock_guard lock(mutex_);
  return active_.number;
}

Segments::Place Segments::next() const {
  std::lock_guard lock(mutex_);
  return {active_.number, position_};
}

void Segments::claim(uint64_t bytes) {
  std::lock_guard lock(mutex_);
  LEAT_ASSERT(bytes <= active_.bytes - position_);
  position_ += bytes;
}

std::vector<uint64_t> Segments::sealed() const {
  std::lock_guard lock(mutex_);
  std::vector<uint64_t> numbers;
  for (const auto& segment : live_) {
    if (segment.number < active_.number) numbers.push_back(segment.number);
  }
  return numbers;
}

std::pair<uint64_t, uint64_t> Segments::totals() const {
  std::lock_guard lock(mutex_);
  uint64_t bytes = 0;
  for (const auto& segment : live_) bytes += segment.bytes;
  return {live_.size(), bytes};
}

Status Segments::save_manifest() {
  manifest_.durable_upto = Lsn(durable_.load(std::memory_order_relaxed));
  {
    std::lock_guard lock(mutex_);
    manifest_.segments = live_;
  }
  return log::save_manifest(disk_, layout_, manifest_);
}

Status Segments::save_closed(Lsn last) {
  std::lock_guard files(files_mutex_);
  manifest_.closed = true;
  note_durable(last);
  return save_manifest();
}

Result<uint64_t> Segments::choose_bytes(uint64_t wanted, uint64_t min_bytes) {
  LEAT_TRY(uint64_t available, disk_.free_bytes(layout_.directory));
  uint64_t usable = available > kMarginBytes ? (available - kMarginBytes) & ~(kBlockBytes - 1) : 0;
  uint64_t bytes = std::min(wanted, usable);
  if (bytes < std::max(min_bytes, std::min(wanted, kSegmentBytesMin))) {
    return Error(ErrorCode::disk_full,
                 "no room for another segment of the journal: " + std::to_string(available) +
                     " bytes are free at " + layout_.directory,
                 "free some space there: writing goes on by itself");
  }
  return bytes;
}

Result<Manifest::Segment> Segments::make_file(uint64_t number, uint64_t bytes, uint64_t min_bytes) {
  std::string path = layout_.segment(number);
  for (size_t i = 0; i < spares_.size(); ++i) {
    if (spares_[i].bytes < std::max(min_bytes, bytes / 4)) continue;
    Manifest::Segment segment{number, spares_[i].bytes, true};
    LEAT_CHECK(disk_.rename(spare_path(layout_, spares_[i].number), path));
    spares_.erase(spares_.begin() + static_cast<ptrdiff_t>(i));
    LEAT_CHECK(disk_.sync_directory(layout_.journal()));
    return segment;
  }
  LEAT_TRY(bytes, choose_bytes(bytes, min_bytes));
  LEAT_TRY(std::unique_ptr<io::File> file, disk_.open(path, io::OpenMode::create_new));
  // Somebody waits for the first one, and its small syncs are the ones that people see.
  Status status = number == 1 ? file->preallocate_zeroed(bytes) : file->preallocate(bytes);
  if (status) status = disk_.sync_directory(layout_.journal());
  if (!status) {
    file.reset();
    (void)disk_.remove(path);
    return std::move(status).error();
  }
  if (number != 1) {
    filling_ = std::move(file);
    filled_ = 0;
  }
  return Manifest::Segment{number, bytes, false};
}

Status Segments::prepare_held(uint64_t min_bytes) {
  Manifest::Segment last;
  {
    std::lock_guard lock(mutex_);
    if (!live_.empty()) last = live_.back();
  }
  if (prepared_.number != 0) {
    return prepared_.bytes >= min_bytes ? Status() : grow(prepared_, min_bytes);
  }
  uint64_t wanted = last.number == 0 ? sizes_.first_bytes
                                     : std::min(std::max(last.bytes * 4, sizes_.first_bytes),
                                                std::max(sizes_.bytes, sizes_.first_bytes));
  wanted = block_ceil(std::max(wanted, min_bytes));
  LEAT_TRY(Manifest::Segment made,
           make_file(last.number + 1, wanted, std::max(block_ceil(min_bytes), kBlockBytes)));
  {
    std::lock_guard lock(mutex_);
    live_.push_back(made);
  }
  if (Status saved = save_manifest(); !saved) {
    {
      std::lock_guard lock(mutex_);
      live_.pop_back();
    }
    // Only then is it sure that the manifest on disk does not name the file.
    if (saved.error().code() == ErrorCode::disk_full) {
      (void)disk_.remove(layout_.segment(made.number));
    }
    return saved;
  }
  std::lock_guard lock(mutex_);
  prepared_ = made;
  return {};
}

/// A frame larger than a segment: one that holds nothing yet is made larger.
Status Segments::grow(Manifest::Segment& segment, uint64_t min_bytes) {
  uint64_t bytes = block_ceil(min_bytes);
  LEAT_TRY(uint64_t available, disk_.free_bytes(layout_.directory));
  if (available < bytes - segment.bytes + kMarginBytes) {
    return Error(ErrorCode::disk_full,
                 "no room for a frame of " + std::to_string(min_bytes) + " bytes: " +
                     std::to_string(available) + " bytes are free at " + layout_.directory,
                 "free some space there: writing goes on by itself");
  }
  LEAT_TRY(auto file, disk_.open(layout_.segment(segment.number), io::OpenMode::read_write));
  LEAT_CHECK(file->preallocate(bytes));
  uint64_t before = segment.bytes;
  auto set_bytes = [&](uint64_t now) {
    std::lock_guard lock(mutex_);
    segment.bytes = now;
    for (auto& live : live_) {
      if (live.number == segment.number) live.bytes = now;
    }
  };
  set_bytes(bytes);
  Status saved = save_manifest();
  if (!saved) set_bytes(before);
  return saved;
}

Status Segments::note_full(Status status) {
  full_ = !status && status.error().code() == ErrorCode::disk_full;
  return status;
}

Status Segments::prepare(uint64_t min_bytes) {
  std::lock_guard files(files_mutex_);
  return note_full(prepare_held(min_bytes));
}

Result<bool> Segments::fill_some() {
  std::lock_guard files(files_mutex_);
  if (!filling_) return false;
  static const std::string kZeros(kFillBytes, '\0');
  uint64_t bytes = std::min<uint64_t>(kFillBytes, prepared_.bytes - filled_);
  LEAT_CHECK(filling_->write_at(filled_, ByteView(kZeros).substr(0, bytes)));
  LEAT_CHECK(filling_->sync_data());
  filled_ += bytes;
  if (filled_ == prepared_.bytes) filling_.reset();
  return filling_ != nullptr;
}

Status Segments::roll(uint64_t min_bytes) {
  std::lock_guard files(files_mutex_);
  // An empty segment in the middle would stand in the way of the chain.
  bool empty = active() != 0 && next().position == 0;
  if (empty) return note_full(grow(active_, min_bytes));
  LEAT_CHECK(note_full(prepare_held(min_bytes)));
  LEAT_TRY(auto file, disk_.open(layout_.segment(prepared_.number), io::OpenMode::read_write));
  filling_.reset();
  std::lock_guard lock(mutex_);
  file_ = std::move(file);
  active_ = prepared_;
  prepared_ = {};
  position_ = 0;
  return {};
}

Result<std::shared_ptr<io::File>> Segments::reader(uint64_t segment) {
  std::lock_guard lock(readers_mutex_);
  for (auto it = readers_.begin(); it != readers_.end(); ++it) {
    if (it->first != segment) continue;
    readers_.splice(readers_.begin(), readers_, it);
    return readers_.front().second;
  }
  LEAT_TRY(auto file, disk_.open(layout_.segment(segment), io::OpenMode::read));
  readers_.emplace_front(segment, std::move(file));
  if (readers_.size() > kReadersMax) readers_.pop_back();
  return readers_.front().second;
}

void Segments::drop_reader(uint64_t segment) {
  std::lock_guard lock(readers_mutex_);
  readers_.remove_if([&](const auto& reader) { return reader.first == segment; });
}

Status Segments::free(uint64_t segment) {
  std::lock_guard files(files_mutex_);
  Manifest::Segment freed;
  {
    std::lock_guard lock(mutex_);
    LEAT_ASSERT(segment < active_.number);
    auto it = std::find_if(live_.begin(), live_.end(),
                           [&](const auto& live) { return live.number == segment; });
    if (it == live_.end()) return {};
    freed = *it;
    live_.erase(it);
  }
  if (Status saved = save_manifest(); !saved) {
    std::lock_guard lock(mutex_);
    live_.insert(std::find_if(live_.begin(), live_.end(),
                              [&](const auto& live) { return live.number > segment; }),
                 freed);
    return saved;
  }
  drop_reader(segment);
  LEAT_TRY(bool has_sidecar, disk_.exists(layout_.sidecar(segment)));
  if (has_sidecar) LEAT_CHECK(disk_.remove(layout_.sidecar(segment)));
  if (spares_.size() < kSparesMax && freed.bytes >= sizes_.bytes && !disk_full()) {
    LEAT_CHECK(disk_.rename(layout_.segment(segment), spare_path(layout_, segment)));
    spares_.push_back(freed);
    return {};
  }
  return disk_.remove(layout_.segment(segment));
}

}  // namespace leat::log
