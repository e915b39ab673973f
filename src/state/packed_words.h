#pragma once
// Eight bytes as a mask of those that are not zero, and these. Keys and values that follow one
// another share most of their bytes: of the XOR with the one before little is left. Without a
// branch, two words at a time; the tables for PSHUFB are those known from set operations on packed
// integers (Lemire, Boytsov, Kurz: "SIMD compression and the intersection of sorted integers",
// 2016). Not PEXT and PDEP, which some processors take a hundred cycles for.
#include <immintrin.h>

#include <array>
#include <bit>
#include <cstdint>

#include "base/bytes.h"

namespace leat::state {

namespace packed_words {

using Shuffles = std::array<uint64_t, 256>;

// Of each mask: which byte goes to place i (0x80: a zero).
constexpr Shuffles make_shuffles(bool unpack) {
  Shuffles shuffles{};
  for (unsigned mask = 0; mask < 256; ++mask) {
    std::array<uint8_t, 8> from;
    from.fill(0x80);
    uint8_t packed = 0;
    for (uint8_t place = 0; place < 8; ++place) {
      if ((mask >> place & 1) == 0) continue;
      if (unpack)
        from[place] = packed++;
      else
        from[packed++] = place;
    }
    for (unsigned i = 0; i < 8; ++i) shuffles[mask] |= uint64_t{from[i]} << 8 * i;
  }
  return shuffles;
}
inline constexpr Shuffles kPack = make_shuffles(false);
inline constexpr Shuffles kUnpack = make_shuffles(true);

inline __m128i load_halves(const void* low, const void* high) {
  const __m128 half = _mm_loadl_pi(_mm_setzero_ps(), static_cast<const __m64*>(low));
  return _mm_castps_si128(_mm_loadh_pi(half, static_cast<const __m64*>(high)));
}
// For two words in one vector, each within its half.
inline __m128i shuffle_of(const Shuffles& shuffles, size_t first, size_t second) {
  const __m128i within = load_halves(&shuffles[first], &shuffles[second]);
  return _mm_or_si128(within, _mm_set_epi64x(0x0808080808080808, 0));
}

}  // namespace packed_words

/// Writes the bytes of two words that are not zero at `p`, which has room for 16, and at `masks`
/// where in each word they were. Returns the end of them.
inline char* pack_words(__m128i words, char* p, char* masks) {
  const int zeros = _mm_movemask_epi8(_mm_cmpeq_epi8(words, _mm_setzero_si128()));
  const unsigned set = ~static_cast<unsigned>(zeros) & 0xffff;
  const unsigned first = set & 0xff;
  store_le(masks, static_cast<uint16_t>(set));
  const __m128i shuffle = packed_words::shuffle_of(packed_words::kPack, first, set >> 8);
  const __m128 packed = _mm_castsi128_ps(_mm_shuffle_epi8(words, shuffle));
  _mm_storel_pi(reinterpret_cast<__m64*>(p), packed);
  _mm_storeh_pi(reinterpret_cast<__m64*>(p + std::popcount(first)), packed);
  return p + std::popcount(set);
}

/// The same of one word, with one mask and room for 8.
inline char* pack_word(uint64_t word, char* p, char& mask) {
  const __m128i bytes = _mm_cvtsi64_si128(static_cast<int64_t>(word));
  const int zeros = _mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_setzero_si128()));
  const unsigned set = ~static_cast<unsigned>(zeros) & 0xff;
  mask = static_cast<char>(set);
  const __m128i shuffle =
      _mm_loadl_epi64(reinterpret_cast<const __m128i*>(&packed_words::kPack[set]));
  _mm_storel_epi64(reinterpret_cast<__m128i*>(p), _mm_shuffle_epi8(bytes, shuffle));
  return p + std::popcount(set);
}

/// Reads what pack_words wrote: 16 bytes at `p` must be readable. Returns the end of its own.
inline const char* unpack_words(const char* p, const char* masks, __m128i& words) {
  const unsigned set = load_le<uint16_t>(masks);
  const unsigned first = set & 0xff;
  const __m128i packed = packed_words::load_halves(p, p + std::popcount(first));
  words =
      _mm_shuffle_epi8(packed, packed_words::shuffle_of(packed_words::kUnpack, first, set >> 8));
  return p + std::popcount(set);
}

/// Reads what pack_word wrote: 8 bytes at `p` must be readable. Returns the end of its own.
inline const char* unpack_word(const char* p, char mask, uint64_t& word) {
  const auto set = static_cast<uint8_t>(mask);
  const __m128i packed = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(p));
  const __m128i shuffle =
      _mm_loadl_epi64(reinterpret_cast<const __m128i*>(&packed_words::kUnpack[set]));
  word = static_cast<uint64_t>(_mm_cvtsi128_si64(_mm_shuffle_epi8(packed, shuffle)));
  return p + std::popcount(set);
}

}  // namespace leat::state
