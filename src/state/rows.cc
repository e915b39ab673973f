#include "state/rows.h"

#include <array>

namespace leat::state {
namespace {

constexpr size_t kBatch = 256;

Error misshapen(size_t row) {
  return Error(ErrorCode::invalid_data,
               "state rows do not have the form they should have: row " + std::to_string(row));
}

const char* read_row(const char* p, const char* end, ByteView& key, ByteView& value) {
  uint64_t key_size = 0;
  uint64_t value_mark = 0;
  p = get_varint(p, end, key_size);
  if (!p) return nullptr;
  p = get_varint(p, end, value_mark);
  if (!p) return nullptr;
  const auto left = static_cast<uint64_t>(end - p);
  const uint64_t value_size = value_mark == 0 ? 0 : value_mark - 1;
  if (key_size > KeyedTable::kKeySizeMax || value_size > KeyedTable::kValueSizeMax ||
      key_size + value_size > left)
    return nullptr;
  key = {p, key_size};
  value = value_mark == 0 ? ByteView() : ByteView(p + key_size, value_size);
  return p + key_size + value_size;
}

}  // namespace

Status load_rows(ByteView bytes, size_t count, KeyedTable& table) {
  std::array<ByteView, kBatch> keys;
  std::array<ByteView, kBatch> values;
  const size_t key_size_min = table.options().key_suffix_time ? sizeof(int64_t) : 0;
  const char* p = bytes.data();
  const char* end = p + bytes.size();
  for (size_t done = 0; done < count;) {
    const size_t n = std::min(kBatch, count - done);
    for (size_t i = 0; i < n; ++i) {
      p = read_row(p, end, keys[i], values[i]);
      if (!p || keys[i].size() < key_size_min) return misshapen(done + i);
    }
    table.load_batch(keys.data(), values.data(), n);
    done += n;
  }
  if (p != end)
    return Error(ErrorCode::invalid_data, "state rows end before their bytes do: " +
                                              std::to_string(end - p) + " bytes are left");
  return {};
}

}  // namespace leat::state
