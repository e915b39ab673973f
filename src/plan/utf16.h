#pragma once
#include <cstddef>

#include "base/bytes.h"

namespace leat::plan {

/// STRING values are UTF-8, and what the language counts and orders are UTF-16 code units, as in
/// ksqlDB: a character outside the basic plane has two. Bytes that are not UTF-8 count one each.

/// The order of two strings: negative, 0 or positive.
inline int compare_utf16(ByteView a, ByteView b) {
  size_t n = a.size() < b.size() ? a.size() : b.size();
  size_t i = 0;
  while (i < n && a[i] == b[i]) ++i;
  if (i == n) return a.size() < b.size() ? -1 : a.size() > b.size() ? 1 : 0;
  auto x = static_cast<unsigned char>(a[i]);
  auto y = static_cast<unsigned char>(b[i]);
  // UTF-8 orders as code points do. UTF-16 differs in one thing: surrogates (lead byte 0xf0 and up)
  // come before U+E000..U+FFFF (lead bytes 0xee, 0xef).
  if (x >= 0xf0 && (y == 0xee || y == 0xef)) return -1;
  if (y >= 0xf0 && (x == 0xee || x == 0xef)) return 1;
  return x < y ? -1 : 1;
}

/// Number of UTF-16 units. Cost: one vectorised pass.
size_t utf16_length(ByteView text);

/// The byte offset at which unit `units` begins, or text.size() when there are fewer. A place
/// inside a surrogate pair is that of its character.
size_t utf16_offset(ByteView text, size_t units);

/// Length in bytes of the character at `at`, and its units (1 or 2).
struct Utf16Step {
  size_t bytes;
  size_t units;
};
Utf16Step utf16_step(ByteView text, size_t at);

}  // namespace leat::plan
