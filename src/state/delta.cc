#include "state/delta.h"

namespace leat::state {
namespace {

constexpr char kVersion = 1;
constexpr size_t kRowBytesExpected = 48;
constexpr size_t kHeaderBytes = 1 + sizeof(uint32_t);

std::string header(size_t rows) {
  std::string bytes;
  // As much as small rows take; larger ones grow it.
  bytes.reserve(kHeaderBytes + rows * kRowBytesExpected);
  bytes.push_back(kVersion);
  append_le<uint32_t>(bytes, 0);  // rows: known at the end
  return bytes;
}

}  // namespace

DeltaWriter::DeltaWriter(const KeyedTable& table)
    : table_(table), bytes_(header(table.changes())), rows_(bytes_) {}

std::string DeltaWriter::finish() {
  if (shown_) {
    table_.for_each_change_since(*shown_, [&](ByteView key, ByteView is) { rows_.add(key, is); });
  } else {
    table_.for_each_change([&](ByteView key, ByteView, ByteView is) { rows_.add(key, is); });
  }
  rows_.finish();
  if (rows_.rows() == 0) return {};
  store_le(bytes_.data() + 1, static_cast<uint32_t>(rows_.rows()));
  return std::move(bytes_);
}

Status apply_delta(ByteView delta, KeyedTable& table) {
  if (delta.size() < kHeaderBytes)
    return Error(ErrorCode::invalid_data,
                 "state delta is cut short: " + std::to_string(delta.size()) + " bytes");
  if (delta[0] != kVersion)
    return Error(ErrorCode::unsupported,
                 "state delta of an unknown version: " + std::to_string(delta[0]))
        .with_hint("It was written by a newer leat; use that one.");
  return load_rows(delta.substr(kHeaderBytes), load_le<uint32_t>(delta.data() + 1), table);
}

}  // namespace leat::state
