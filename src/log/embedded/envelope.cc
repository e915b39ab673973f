#include "log/embedded/envelope.h"

#include "base/crc32c.h"

namespace leat::log {
namespace {
constexpr uint32_t kVersion = 1;
constexpr size_t kHeadBytes = 16;
}  // namespace

std::string wrap(uint32_t magic, ByteView body) {
  std::string out;
  out.reserve(kHeadBytes + body.size() + 4);
  append_le(out, magic);
  append_le(out, kVersion);
  append_le(out, static_cast<uint64_t>(body.size()));
  out.append(body);
  append_le(out, crc32c(out));
  return out;
}

Result<ByteView> unwrap(uint32_t magic, ByteView contents, const std::string& file) {
  auto damaged = [&](const char* what) {
    return Error(ErrorCode::corruption, std::string(what) + ": " + file);
  };
  if (contents.size() < kHeadBytes + 4) return damaged("the file is too short");
  if (load_le<uint32_t>(contents.data()) != magic) return damaged("the file is of another kind");
  ByteView covered = contents.substr(0, contents.size() - 4);
  if (load_le<uint32_t>(contents.data() + covered.size()) != crc32c(covered)) {
    return damaged("the checksum of the file is wrong");
  }
  if (load_le<uint32_t>(contents.data() + 4) != kVersion) {
    return Error(ErrorCode::unsupported, "the file was written by a newer version: " + file,
                 "open it with the version that wrote it, or a later one");
  }
  if (load_le<uint64_t>(contents.data() + 8) != covered.size() - kHeadBytes) {
    return damaged("the length of the file is wrong");
  }
  return covered.substr(kHeadBytes);
}

}  // namespace leat::log
