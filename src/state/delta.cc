#include "state/delta.h"

#include "state/rows.h"

namespace leat::state {
namespace {

constexpr char kVersion = 1;
constexpr size_t kRowBytesExpected = 48;
constexpr size_t kHeaderBytes = 1 + sizeof(uint32_t);

}  // namespace

size_t encode_delta(const KeyedTable& table, std::string& out) {
  if (table.changes() == 0) return 0;
  const size_t begin = out.size();
  out.push_back(kVersion);
  append_le<uint32_t>(out, 0);
  // As much as small rows take; larger ones grow it.
  out.reserve(out.size() + table.changes() * kRowBytesExpected);
  RowWriter rows(out);
  table.for_each_change([&](ByteView key, ByteView, ByteView after) { rows.add(key, after); });
  rows.finish();
  if (rows.rows() == 0) {
    out.resize(begin);
    return 0;
  }
  store_le(out.data() + begin + 1, static_cast<uint32_t>(rows.rows()));
  return rows.rows();
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
