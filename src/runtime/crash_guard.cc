#include "runtime/crash_guard.h"

#include <algorithm>

#include "base/crc32c.h"
#include "base/varint.h"

namespace leat::runtime {
namespace {

constexpr uint32_t kMagic = 0x5447524c;  // "LRGT"
// The first opening at a cut comes after one death there, mostly, and the second after two. Then
// its records go one by one.
constexpr uint64_t kOpeningsAtOneCut = 2;
constexpr uint64_t kDeathsAlone = 2;  // then a record is condemned

void append(std::string& out, const TopicPartition& partition, Offset offset) {
  out.append(reinterpret_cast<const char*>(partition.topic.bytes.data()),
             partition.topic.bytes.size());
  append_varint(out, static_cast<uint64_t>(partition.partition.value));
  append_varint(out, static_cast<uint64_t>(offset.value));
}

bool read(ByteReader& in, TopicPartition& partition, Offset& offset) {
  ByteView id;
  uint64_t number = 0, at = 0;
  if (!in.read_bytes(partition.topic.bytes.size(), id) || !in.read_varint(number) ||
      !in.read_varint(at))
    return false;
  std::memcpy(partition.topic.bytes.data(), id.data(), id.size());
  partition.partition = PartitionId(static_cast<int32_t>(number));
  offset = Offset(static_cast<int64_t>(at));
  return true;
}

// Equal for equal lanes at equal positions.
std::string text_of(const CrashGuard::Stand& lane) {
  std::vector<std::string> readers = lane.readers;
  std::sort(readers.begin(), readers.end());
  std::string text;
  for (const std::string& reader : readers) append_sized(text, reader);
  for (const auto& [partition, next] : lane.next) append(text, partition, next);
  return text;
}

bool reads(const CrashGuard::Stand& lane, const Suspect& suspect) {
  return lane.next.contains(suspect.partition) &&
         (suspect.reader.empty() || std::find(lane.readers.begin(), lane.readers.end(),
                                              suspect.reader) != lane.readers.end());
}

}  // namespace

// Anything but a whole file is none: it was never synced.
bool CrashGuard::load() {
  lanes_.clear();
  suspects_.clear();
  auto exists = disk_.exists(path_);
  if (!exists.has_value() || !*exists) return false;
  auto bytes = disk_.read_file(path_);
  if (!bytes.has_value()) return false;
  ByteReader head(*bytes);
  uint32_t magic = 0, size = 0, crc = 0;
  ByteView body;
  if (!head.read_le(magic) || !head.read_le(size) || !head.read_le(crc) || magic != kMagic ||
      !head.read_bytes(size, body) || crc32c(body) != crc)
    return false;
  ByteReader in(body);
  uint64_t n = 0;
  if (!in.read_varint(n)) return false;
  for (; n > 0; --n) {
    Before before;
    ByteView stand;
    if (!in.read_sized(stand) || !in.read_varint(before.openings)) return false;
    before.stand = stand;
    lanes_.push_back(std::move(before));
  }
  if (!in.read_varint(n)) return false;
  for (; n > 0; --n) {
    Known known;
    ByteView reader;
    uint64_t running = 0;
    if (!in.read_sized(reader) || !read(in, known.suspect.partition, known.suspect.offset) ||
        !in.read_varint(known.deaths) || !in.read_varint(running))
      return false;
    known.suspect.reader = reader;
    known.running = running != 0;
    suspects_.push_back(std::move(known));
  }
  return in.done();
}

// In place: whoever reads it sees by the checksum whether it is whole. Without it nothing is lost
// but a suspicion, so that errors (a full disk) stop nobody.
void CrashGuard::save() {
  std::string body;
  append_varint(body, lanes_.size());
  for (const Before& lane : lanes_) {
    append_sized(body, lane.stand);
    append_varint(body, lane.openings);
  }
  append_varint(body, suspects_.size());
  for (const Known& known : suspects_) {
    append_sized(body, known.suspect.reader);
    append(body, known.suspect.partition, known.suspect.offset);
    append_varint(body, known.deaths);
    append_varint(body, known.running ? 1 : 0);
  }
  std::string bytes;
  append_le(bytes, kMagic);
  append_le(bytes, static_cast<uint32_t>(body.size()));
  append_le(bytes, crc32c(body));
  bytes += body;
  if (!file_) {
    auto opened = disk_.open(path_, io::OpenMode::read_write);
    if (!opened.has_value()) {
      if (!disk_.create_directories(path_.substr(0, path_.rfind('/'))).has_value()) return;
      opened = disk_.open(path_, io::OpenMode::create_new);
    }
    if (!opened.has_value()) return;
    file_ = *std::move(opened);
  }
  (void)file_->write_at(0, bytes).has_value();
}

void CrashGuard::forget_passed(const std::vector<Stand>& lanes) {
  std::erase_if(suspects_, [&](const Known& known) {
    return std::none_of(lanes.begin(), lanes.end(), [&](const Stand& lane) {
      return reads(lane, known.suspect) &&
             lane.next.at(known.suspect.partition) <= known.suspect.offset;
    });
  });
}

std::vector<bool> CrashGuard::open(const std::vector<Stand>& lanes) {
  std::vector<bool> careful(lanes.size(), false);
  if (path_.empty()) return careful;
  bool left = load();
  std::vector<Before> before = std::move(lanes_);
  lanes_.clear();
  forget_passed(lanes);
  for (Known& known : suspects_) {
    known.deaths += known.running ? 1 : 0;
    known.running = false;
  }
  for (size_t i = 0; i < lanes.size(); ++i) {
    if (!lanes[i].waits) continue;
    std::string stand = text_of(lanes[i]);
    auto same = std::find_if(before.begin(), before.end(),
                             [&](const Before& b) { return b.stand == stand; });
    uint64_t openings = 1 + (same == before.end() ? 0 : same->openings);
    bool suspected = std::any_of(suspects_.begin(), suspects_.end(),
                                 [&](const Known& k) { return reads(lanes[i], k.suspect); });
    careful[i] = openings >= kOpeningsAtOneCut || suspected;
    lanes_.push_back({std::move(stand), openings});
  }
  condemns_any_ = std::any_of(suspects_.begin(), suspects_.end(),
                              [](const Known& known) { return known.deaths >= kDeathsAlone; });
  if (left || !lanes_.empty()) save();
  return careful;
}

CrashGuard::Known& CrashGuard::known(const Suspect& suspect) {
  for (Known& known : suspects_)
    if (known.suspect == suspect) return known;
  return suspects_.emplace_back(Known{suspect, 0, false});
}

void CrashGuard::begin(const Suspect& suspect) {
  if (path_.empty()) return;
  known(suspect).running = true;
  save();
}

void CrashGuard::end() {
  if (path_.empty()) return;
  std::erase_if(suspects_, [](const Known& known) { return known.running && known.deaths == 0; });
  for (Known& known : suspects_) known.running = false;
  save();
}

std::vector<int64_t> CrashGuard::condemned(const std::string& reader,
                                           const TopicPartition& partition, Offset from,
                                           Offset to) const {
  std::vector<int64_t> offsets;
  for (const Known& known : suspects_) {
    const Suspect& s = known.suspect;
    if (known.deaths >= kDeathsAlone && s.partition == partition && s.offset >= from &&
        s.offset < to && (s.reader.empty() || s.reader == reader))
      offsets.push_back(s.offset.value);
  }
  std::sort(offsets.begin(), offsets.end());
  return offsets;
}

}  // namespace leat::runtime
