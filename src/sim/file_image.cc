#include "sim/file_image.h"

#include <algorithm>

namespace leat::sim {
namespace {

uint64_t round_up(uint64_t bytes) {
  return (bytes + kSectorBytes - 1) / kSectorBytes * kSectorBytes;
}

// A subset of fair coins hardly ever holds a whole long write. Devices fail in each of these ways,
// so a power cut picks one.
enum class Fate : uint8_t { none, all, first_ones, each_by_chance };

}  // namespace

void FileImage::Image::reserve_to(uint64_t end) {
  if (bytes.size() < round_up(end)) bytes.resize(round_up(end), '\0');
}

void FileImage::Image::trim() {
  const uint64_t end = std::min<uint64_t>(size, bytes.size());
  bytes.resize(end);
  reserve_to(size);
}

void FileImage::Image::set_size(uint64_t new_size) {
  const bool shrinks = new_size < size;
  size = new_size;
  if (shrinks) {
    trim();
  } else {
    reserve_to(size);
  }
}

void FileImage::apply(const Change& change, Image& image, uint64_t bytes) {
  if (change.is_size()) {
    image.set_size(change.size);
    return;
  }
  const uint64_t at = change.sector * kSectorBytes;
  image.reserve_to(at + kSectorBytes);
  std::copy_n(change.bytes.data(), bytes, image.bytes.data() + at);
}

size_t FileImage::read(uint64_t offset, char* to, size_t n) const {
  if (offset >= cached_.size) return 0;
  n = static_cast<size_t>(std::min<uint64_t>(n, cached_.size - offset));
  std::copy_n(cached_.bytes.data() + offset, n, to);
  return n;
}

void FileImage::resize(uint64_t bytes) {
  cached_.set_size(bytes);
  changes_.push_back({.sector = 0, .size = bytes, .bytes = {}});
}

void FileImage::write(uint64_t offset, ByteView bytes) {
  if (bytes.empty()) return;
  const uint64_t end = offset + bytes.size();
  if (end > cached_.size) resize(end);
  std::copy_n(bytes.data(), bytes.size(), cached_.bytes.data() + offset);
  for (uint64_t sector = offset / kSectorBytes; sector * kSectorBytes < end; ++sector) {
    changes_.push_back({.sector = sector,
                        .size = 0,
                        .bytes = cached_.bytes.substr(sector * kSectorBytes, kSectorBytes)});
  }
}

void FileImage::truncate(uint64_t bytes) { resize(bytes); }

void FileImage::preallocate(uint64_t bytes) {
  sync();
  std::erase_if(changes_, [&](const Change& change) {
    return !change.is_size() && (change.sector + 1) * kSectorBytes <= bytes;
  });
  for (Image* image : {&cached_, &device_}) {
    if (image->size < bytes) image->set_size(bytes);
    std::fill_n(image->bytes.data(), bytes, '\0');
  }
}

void FileImage::forget_replaced() {
  for (size_t i = 0; i < changes_.size();) {
    const bool replaced = std::any_of(
        changes_.begin() + static_cast<std::ptrdiff_t>(i) + 1, changes_.end(),
        [&](const Change& later) { return !later.given_up && later.replaces(changes_[i]); });
    if (changes_[i].given_up && replaced) {
      changes_.erase(changes_.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      ++i;
    }
  }
}

void FileImage::sync() {
  const bool any_given_up = std::any_of(changes_.begin(), changes_.end(),
                                        [](const Change& change) { return change.given_up; });
  if (any_given_up) forget_replaced();
  for (const Change& change : changes_) {
    if (!change.given_up) apply(change, device_);
  }
  std::erase_if(changes_, [](const Change& change) { return !change.given_up; });
}

void FileImage::fail_sync() {
  for (Change& change : changes_) change.given_up = true;
}

void FileImage::drop_cache(io::SeededRandom& random) {
  const bool any = std::any_of(changes_.begin(), changes_.end(),
                               [](const Change& change) { return change.given_up; });
  if (!any) return;
  for (const Change& change : changes_) {
    if (change.given_up && random.chance(0.5)) apply(change, device_);
  }
  std::erase_if(changes_, [](const Change& change) { return change.given_up; });
  device_.trim();
  cached_ = device_;
  for (const Change& change : changes_) apply(change, cached_);
}

void FileImage::power_cut(io::SeededRandom& random, double torn_sector) {
  constexpr size_t kLast = 8;
  const auto fate = static_cast<Fate>(random.below(4));
  const uint64_t first_ones = changes_.empty() ? 0 : random.below(changes_.size() + 1);
  for (size_t i = 0; i < changes_.size(); ++i) {
    const bool keep = fate == Fate::all || (fate == Fate::first_ones && i < first_ones) ||
                      (fate == Fate::each_by_chance && random.chance(0.5));
    const bool last = i + kLast >= changes_.size() && fate != Fate::none;
    if (last && !changes_[i].is_size() && random.chance(torn_sector)) {
      apply(changes_[i], device_, 1 + random.below(kSectorBytes - 1));
    } else if (keep) {
      apply(changes_[i], device_);
    }
  }
  changes_.clear();
  device_.trim();
  cached_ = device_;
}

void FileImage::damage(uint64_t offset, ByteView bytes) {
  for (Image* image : {&cached_, &device_}) {
    if (offset >= image->size) continue;
    const uint64_t n = std::min<uint64_t>(bytes.size(), image->size - offset);
    std::copy_n(bytes.data(), n, image->bytes.data() + offset);
  }
}

}  // namespace leat::sim
