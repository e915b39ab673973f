#include "exec/table_keys.h"

#include <cstring>

#include "data/canonical_key.h"

namespace leat::exec {

void table_keys(const Batch& batch, size_t count, bool with_windows, Arena& arena,
                std::vector<ByteView>& out) {
  std::vector<const Column*> columns;
  for (size_t k = 0; k < count; ++k) columns.push_back(&batch.columns[k]);
  canonical_keys(columns, batch.rows(), arena, out);
  if (with_windows) add_window_starts(out, batch.window_start, arena, out);
}

void add_window_starts(const std::vector<ByteView>& keys, const std::vector<TimeMs>& starts,
                       Arena& arena, std::vector<ByteView>& out) {
  const size_t rows = keys.size();
  out.resize(rows);
  for (size_t i = 0; i < rows; ++i) {
    const size_t size = keys[i].size();
    char* key = arena.allocate(size + 8);
    std::memcpy(key, keys[i].data(), size);
    store_be64(key + size, static_cast<uint64_t>(starts[i]) ^ (uint64_t{1} << 63));
    out[i] = ByteView(key, size + 8);
  }
}

}  // namespace leat::exec
