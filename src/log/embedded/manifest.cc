#include "log/embedded/manifest.h"

#include "base/text.h"
#include "base/varint.h"
#include "log/embedded/envelope.h"

namespace leat::log {
namespace {

std::string numbered(const std::string& directory, const char* prefix, uint64_t number,
                     const char* suffix) {
  std::string digits = std::to_string(number);
  digits.insert(0, 12 - std::min<size_t>(digits.size(), 12), '0');
  return directory + "/" + prefix + digits + suffix;
}

bool read_manifest(ByteReader& in, Manifest& m) {
  ByteView raw;
  if (!in.read_bytes(m.incarnation.size(), raw)) return false;
  std::memcpy(m.incarnation.data(), raw.data(), raw.size());
  uint64_t n = 0;
  uint8_t closed = 0;
  if (!in.read_le(m.generation) || !in.read_le(m.durable_upto.value) || !in.read_le(closed) ||
      !in.read_varint(n) || n > in.left()) {
    return false;
  }
  m.closed = closed != 0;
  m.segments.resize(n);
  uint64_t previous = 0;
  for (Manifest::Segment& segment : m.segments) {
    uint8_t recycled = 0;
    if (!in.read_varint(segment.number) || !in.read_varint(segment.bytes) ||
        !in.read_le(recycled) || segment.number <= previous) {
      return false;
    }
    segment.recycled = recycled != 0;
    previous = segment.number;
  }
  m.history = m.incarnation;
  if (in.done()) return true;  // of a version that could not tell copies
  ByteView written_as;
  if (!in.read_bytes(m.history.size(), raw) || !in.read_sized(written_as)) return false;
  std::memcpy(m.history.data(), raw.data(), raw.size());
  m.written_as = written_as;
  return in.done();
}

void append(std::string& out, const Incarnation& incarnation) {
  out.append(reinterpret_cast<const char*>(incarnation.data()), incarnation.size());
}

}  // namespace

std::string Layout::segment(uint64_t number) const {
  return numbered(journal(), "", number, ".seg");
}
std::string Layout::sidecar(uint64_t number) const {
  return numbered(journal(), "", number, ".idx");
}
std::string Layout::checkpoint(Lsn lsn) const {
  return numbered(directory, "checkpoint-", lsn.value, "");
}

Result<std::optional<Manifest>> load_manifest(io::Disk& disk, const Layout& layout) {
  LEAT_TRY(bool exists, disk.exists(layout.manifest()));
  if (!exists) return std::optional<Manifest>();
  LEAT_TRY(std::string contents, disk.read_file(layout.manifest()));
  LEAT_TRY(ByteView body, unwrap(kManifestMagic, contents, layout.manifest()));
  ByteReader in(body);
  Manifest manifest;
  if (!read_manifest(in, manifest)) {
    return Error(ErrorCode::corruption,
                 "the manifest does not have its form: " + layout.manifest());
  }
  return std::optional<Manifest>(std::move(manifest));
}

Status save_manifest(io::Disk& disk, const Layout& layout, const Manifest& manifest) {
  std::string body;
  append(body, manifest.incarnation);
  append_le(body, manifest.generation);
  append_le(body, manifest.durable_upto.value);
  append_le(body, static_cast<uint8_t>(manifest.closed ? 1 : 0));
  append_varint(body, manifest.segments.size());
  for (const Manifest::Segment& segment : manifest.segments) {
    append_varint(body, segment.number);
    append_varint(body, segment.bytes);
    append_le(body, static_cast<uint8_t>(segment.recycled ? 1 : 0));
  }
  append(body, manifest.history);
  return disk.replace_file(layout.manifest(), [&](const std::string& identity) {
    std::string whole = body;
    append_sized(whole, identity);
    return wrap(kManifestMagic, whole);
  });
}

Result<bool> was_restored(io::Disk& disk, const Layout& layout, const Manifest& manifest) {
  LEAT_TRY(bool marked, disk.exists(layout.restored()));
  if (marked) return true;
  LEAT_TRY(bool written, disk.exists(layout.manifest()));
  if (!written || manifest.written_as.empty()) return false;
  LEAT_TRY(auto file, disk.open(layout.manifest(), io::OpenMode::read));
  std::string identity = file->identity();
  return !identity.empty() && identity != manifest.written_as;
}

std::string incarnation_text(const Incarnation& incarnation) {
  return hex_encode(
      ByteView(reinterpret_cast<const char*>(incarnation.data()), incarnation.size()));
}

}  // namespace leat::log
