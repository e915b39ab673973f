#include "exec/table_keys.h"

#include <cstring>

#include "data/canonical_key.h"

namespace leat::exec {

void table_keys(const Batch& batch, size_t count, const std::vector<TimeMs>* starts, Arena& arena,
                std::vector<ByteView>& out) {
  std::vector<const Column*> columns;
  for (size_t k = 0; k < count; ++k) columns.push_back(&batch.columns[k]);
  constexpr size_t kStartBytes = 8;
  canonical_keys(columns, batch.rows(), arena, out, starts ? kStartBytes : 0);
  if (starts == nullptr) return;
  for (size_t i = 0; i < out.size(); ++i) {
    // The arena's bytes behind the key are ours.
    char* start = const_cast<char*>(out[i].data()) + out[i].size();
    store_be64(start, static_cast<uint64_t>((*starts)[i]) ^ (uint64_t{1} << 63));
    out[i] = ByteView(out[i].data(), out[i].size() + kStartBytes);
  }
}

}  // namespace leat::exec
