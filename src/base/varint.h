#pragma once
#include <cstdint>
#include <string>

#include "base/bytes.h"

namespace leat {

inline constexpr int kVarintBytesMax = 10;

constexpr uint64_t zigzag(int64_t v) {
  return (static_cast<uint64_t>(v) << 1) ^ static_cast<uint64_t>(v >> 63);
}
constexpr int64_t unzigzag(uint64_t v) {
  return static_cast<int64_t>(v >> 1) ^ -static_cast<int64_t>(v & 1);
}

/// Bytes that `v` takes as an unsigned varint.
constexpr int varint_size(uint64_t v) { return static_cast<int>(std::bit_width(v | 1) + 6) / 7; }

/// Writes `v` as an unsigned LEB128 varint at `p` (room for kVarintBytesMax) and returns the end.
inline char* put_varint(char* p, uint64_t v) {
  while (v >= 0x80) {
    *p++ = static_cast<char>(v | 0x80);
    v >>= 7;
  }
  *p++ = static_cast<char>(v);
  return p;
}
inline char* put_zigzag(char* p, int64_t v) { return put_varint(p, zigzag(v)); }

inline void append_varint(std::string& out, uint64_t v) {
  char raw[kVarintBytesMax];
  out.append(raw, static_cast<size_t>(put_varint(raw, v) - raw));
}

/// Reads a varint from [p, end). Returns the end of it, or nullptr when it is cut or longer than 64
/// bits. One-byte values, by far the most, take one comparison.
inline const char* get_varint(const char* p, const char* end, uint64_t& v) {
  if (p < end && static_cast<unsigned char>(*p) < 0x80) {
    v = static_cast<unsigned char>(*p);
    return p + 1;
  }
  uint64_t result = 0;
  for (int shift = 0; shift < 64 && p < end; shift += 7) {
    auto byte = static_cast<unsigned char>(*p++);
    if (shift == 63 && byte > 1) return nullptr;
    result |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) {
      v = result;
      return p;
    }
  }
  return nullptr;
}
inline const char* get_zigzag(const char* p, const char* end, int64_t& v) {
  uint64_t raw = 0;
  p = get_varint(p, end, raw);
  v = unzigzag(raw);
  return p;
}

/// Reads fields one after the other from bytes that may be damaged; every read says whether it fit.
class ByteReader {
 public:
  explicit ByteReader(ByteView bytes) : p_(bytes.data()), end_(bytes.data() + bytes.size()) {}
  bool done() const { return p_ == end_; }
  size_t left() const { return static_cast<size_t>(end_ - p_); }
  template <class T>
  bool read_le(T& v) {
    if (left() < sizeof v) return false;
    v = load_le<T>(p_);
    p_ += sizeof v;
    return true;
  }
  bool read_varint(uint64_t& v) {
    const char* next = get_varint(p_, end_, v);
    if (!next) return false;
    p_ = next;
    return true;
  }
  bool read_zigzag(int64_t& v) {
    uint64_t raw = 0;
    if (!read_varint(raw)) return false;
    v = unzigzag(raw);
    return true;
  }
  bool read_bytes(size_t n, ByteView& v) {
    if (left() < n) return false;
    v = ByteView(p_, n);
    p_ += n;
    return true;
  }
  /// Bytes with a varint length in front, as append_sized writes them.
  bool read_sized(ByteView& v) {
    uint64_t n = 0;
    return read_varint(n) && read_bytes(n, v);
  }

 private:
  const char* p_;
  const char* end_;
};

/// Appends a varint length and the bytes.
inline void append_sized(std::string& out, ByteView bytes) {
  append_varint(out, bytes.size());
  out.append(bytes);
}

}  // namespace leat
