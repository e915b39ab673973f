#pragma once
// Copying, comparing and loading strings of a few to a few dozen bytes, which is what keys and
// values are: in place of a call with a length known only at run time, two loads that overlap.
// Nothing outside of [p, p + n) is read or written.
#include <immintrin.h>

#include <cstring>

#include "base/bytes.h"

namespace leat {

/// Whether the `n` bytes at `a` and `b` are the same.
inline bool same_bytes(const char* a, const char* b, size_t n) {
  if (n > 32) return std::memcmp(a, b, n) == 0;
  if (n >= 8) {
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

/// Copies `n` bytes; the ranges do not overlap.
inline void copy_bytes(char* to, const char* from, size_t n) {
  if (n > 32) {
    std::memcpy(to, from, n);
  } else if (n >= 16) {
    __m128i head = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    __m128i tail = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + n - 16));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), head);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to + n - 16), tail);
  } else if (n >= 8) {
    auto head = load_le<uint64_t>(from);
    auto tail = load_le<uint64_t>(from + n - 8);
    store_le(to, head);
    store_le(to + n - 8, tail);
  } else if (n >= 4) {
    auto head = load_le<uint32_t>(from);
    auto tail = load_le<uint32_t>(from + n - 4);
    store_le(to, head);
    store_le(to + n - 4, tail);
  } else {
    for (size_t i = 0; i < n; ++i) to[i] = from[i];
  }
}

/// The last n % 8 (not 0) of `n` bytes, as a word filled up with zeros.
inline uint64_t load_last(const char* p, size_t n) {
  const size_t last = n % 8;
  if (n > 8) return load_le<uint64_t>(p + n - 8) >> (64 - 8 * last);
  if (last >= 4)
    return load_le<uint32_t>(p) | uint64_t{load_le<uint32_t>(p + last - 4)} << (8 * last - 32);
  uint64_t word = 0;
  for (size_t i = 0; i < last; ++i)
    word |= static_cast<uint64_t>(static_cast<unsigned char>(p[i])) << 8 * i;
  return word;
}

/// Copies `n` bytes and says whether none of them is one that `find` marks: find(v) sets the high
/// bit of each such byte of a vector.
template <class Find>
inline bool copy_unless_found(char* to, const char* from, size_t n, Find find) {
  if (n >= 16) {
    __m128i found = _mm_setzero_si128();
    auto copy = [&](size_t at) {
      __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + at));
      _mm_storeu_si128(reinterpret_cast<__m128i*>(to + at), v);
      found = _mm_or_si128(found, find(v));
    };
    for (size_t at = 0; at + 16 < n; at += 16) copy(at);
    copy(n - 16);
    return _mm_movemask_epi8(found) == 0;
  }
  if (n >= 8) {
    auto head = load_le<uint64_t>(from);
    auto tail = load_le<uint64_t>(from + n - 8);
    store_le(to, head);
    store_le(to + n - 8, tail);
    __m128i v = _mm_set_epi64x(static_cast<int64_t>(tail), static_cast<int64_t>(head));
    return _mm_movemask_epi8(find(v)) == 0;
  }
  if (n >= 4) {
    auto head = load_le<uint32_t>(from);
    auto tail = load_le<uint32_t>(from + n - 4);
    store_le(to, head);
    store_le(to + n - 4, tail);
    __m128i v = _mm_cvtsi64_si128(static_cast<int64_t>(uint64_t{tail} << 32 | head));
    return (_mm_movemask_epi8(find(v)) & 0xff) == 0;
  }
  uint32_t bytes = 0;
  for (size_t i = 0; i < n; ++i) {
    to[i] = from[i];
    bytes |= static_cast<uint32_t>(static_cast<unsigned char>(from[i])) << 8 * i;
  }
  __m128i v = _mm_cvtsi32_si128(static_cast<int>(bytes));
  return (_mm_movemask_epi8(find(v)) & ((1 << n) - 1)) == 0;
}

}  // namespace leat
