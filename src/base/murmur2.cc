// Source: A. Appleby, MurmurHash2 (public domain); seed and sign handling as
// org.apache.kafka.common.utils.Utils.
#include "base/murmur2.h"

namespace leat {

uint32_t murmur2(ByteView key) {
  constexpr uint32_t kMultiplier = 0x5bd1e995;
  constexpr int kShift = 24;
  const char* p = key.data();
  size_t n = key.size();
  uint32_t h = 0x9747b28c ^ static_cast<uint32_t>(n);
  for (; n >= 4; n -= 4, p += 4) {
    uint32_t k = load_le<uint32_t>(p) * kMultiplier;
    k = (k ^ (k >> kShift)) * kMultiplier;
    h = (h * kMultiplier) ^ k;
  }
  switch (n) {
    case 3: h ^= static_cast<uint32_t>(static_cast<unsigned char>(p[2])) << 16; [[fallthrough]];
    case 2: h ^= static_cast<uint32_t>(static_cast<unsigned char>(p[1])) << 8; [[fallthrough]];
    case 1: h = (h ^ static_cast<unsigned char>(p[0])) * kMultiplier; break;
    default: break;
  }
  h = (h ^ (h >> 13)) * kMultiplier;
  return h ^ (h >> 15);
}

}  // namespace leat
