#include "state/delta.h"

#include "state/row_reader.h"

namespace leat::state {
namespace {

constexpr char kVersion = 2;
constexpr size_t kHeaderBytes = 1 + sizeof(uint32_t);

}  // namespace

void DeltaWriter::begin() {
  rows_.begin(kHeaderBytes);
  shown_.reset();
}

Blob DeltaWriter::finish() {
  if (shown_) {
    table_.for_each_change_since(*shown_, [&](ByteView key, ByteView is) { add(key, is); });
  } else {
    table_.for_each_change([&](ByteView key, ByteView, ByteView is) { add(key, is); });
  }
  Blob delta;
  rows_.flush();
  unpacked_bytes_ = rows_.unpacked_bytes();
  if (rows_.count() > 0) {
    const uint32_t count = rows_.count();
    delta = rows_.lend();
    delta.data()[0] = kVersion;
    store_le(delta.data() + 1, count);
  }
  begin();
  return delta;
}

Status apply_delta(ByteView delta, KeyedTable& table) {
  if (delta.size() < kHeaderBytes)
    return Error(ErrorCode::invalid_data,
                 "state delta is cut short: " + std::to_string(delta.size()) + " bytes");
  if (delta[0] != kVersion)
    return Error(ErrorCode::unsupported,
                 "state delta of an unknown version: " + std::to_string(delta[0]))
        .with_hint("It was written by another version of leat; use that one.");
  return load_rows(delta.substr(kHeaderBytes), load_le<uint32_t>(delta.data() + 1), table);
}

}  // namespace leat::state
