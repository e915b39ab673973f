#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "base/bytes.h"

namespace leat::state {

// Keys and values of a few words are the rule. A call of memcmp or memcpy with a length known only
// at run time costs as much as the rest of a probe: these take two overlapping loads instead.

inline bool equal_bytes(const char* a, const char* b, size_t n) {
  if (n >= 8) {
    if (n > 32) return std::memcmp(a, b, n) == 0;
    uint64_t differ = load_le<uint64_t>(a + n - 8) ^ load_le<uint64_t>(b + n - 8);
    for (size_t i = 0; i + 8 < n; i += 8)
      differ |= load_le<uint64_t>(a + i) ^ load_le<uint64_t>(b + i);
    return differ == 0;
  }
  if (n >= 4) {
    return ((load_le<uint32_t>(a) ^ load_le<uint32_t>(b)) |
            (load_le<uint32_t>(a + n - 4) ^ load_le<uint32_t>(b + n - 4))) == 0;
  }
  for (size_t i = 0; i < n; ++i)
    if (a[i] != b[i]) return false;
  return true;
}

/// Copies n bytes; the ranges do not overlap.
inline void copy_bytes(char* to, const char* from, size_t n) {
  if (n > 32) {
    std::memcpy(to, from, n);
  } else if (n > 16) {
    std::memcpy(to, from, 16);
    std::memcpy(to + n - 16, from + n - 16, 16);
  } else if (n >= 8) {
    const auto head = load_le<uint64_t>(from);
    store_le(to + n - 8, load_le<uint64_t>(from + n - 8));
    store_le(to, head);
  } else if (n >= 4) {
    const auto head = load_le<uint32_t>(from);
    store_le(to + n - 4, load_le<uint32_t>(from + n - 4));
    store_le(to, head);
  } else {
    for (size_t i = 0; i < n; ++i) to[i] = from[i];
  }
}

}  // namespace leat::state
