#pragma once
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace leat {

/// Bytes that somebody else owns. Text and binary alike: a std::string_view may hold NUL and is not
/// checked for UTF-8.
using ByteView = std::string_view;

template <class T>
T load_le(const char* p) {
  T v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
template <class T>
void store_le(char* p, T v) {
  std::memcpy(p, &v, sizeof v);
}
inline uint16_t load_be16(const char* p) { return __builtin_bswap16(load_le<uint16_t>(p)); }
inline uint32_t load_be32(const char* p) { return __builtin_bswap32(load_le<uint32_t>(p)); }
inline uint64_t load_be64(const char* p) { return __builtin_bswap64(load_le<uint64_t>(p)); }
inline void store_be16(char* p, uint16_t v) { store_le(p, __builtin_bswap16(v)); }
inline void store_be32(char* p, uint32_t v) { store_le(p, __builtin_bswap32(v)); }
inline void store_be64(char* p, uint64_t v) { store_le(p, __builtin_bswap64(v)); }

template <class T>
void append_le(std::string& out, T v) {
  char raw[sizeof v];
  store_le(raw, v);
  out.append(raw, sizeof raw);
}
inline void append_be32(std::string& out, uint32_t v) { append_le(out, __builtin_bswap32(v)); }
inline void append_be64(std::string& out, uint64_t v) { append_le(out, __builtin_bswap64(v)); }

}  // namespace leat
