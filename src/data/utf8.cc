#include "data/utf8.h"

#include <simdjson.h>

namespace leat {

bool is_utf8(ByteView text) {
  constexpr uint64_t kHigh = 0x8080808080808080U;
  const char* p = text.data();
  size_t n = text.size();
  uint64_t high = 0;
  if (n >= 8) {
    for (; n > 8; p += 8, n -= 8) high |= load_le<uint64_t>(p);
    high |= load_le<uint64_t>(p + n - 8);  // the last eight, again where they overlap
  } else {
    for (; n > 0; ++p, --n) high |= static_cast<unsigned char>(*p);
  }
  if ((high & kHigh) == 0) return true;
  return simdjson::validate_utf8(text.data(), text.size());
}

}  // namespace leat
