#pragma once
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cstdint>

#include "base/bytes.h"

namespace leat::state {

/// The hash that tables probe with. Lives in memory only: no file depends on it.
inline uint64_t hash_of(ByteView key) { return XXH3_64bits(key.data(), key.size()); }

}  // namespace leat::state
