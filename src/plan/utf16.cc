#include "plan/utf16.h"

#include <algorithm>

namespace leat::plan {
namespace {
bool is_ascii(ByteView text) {
  unsigned char all = 0;
  for (char c : text) all |= static_cast<unsigned char>(c);
  return all < 0x80;
}
bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }
}  // namespace

Utf16Step utf16_step(ByteView text, size_t at) {
  auto lead = static_cast<unsigned char>(text[at]);
  size_t want = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf8 ? 4 : 1;
  if (at + want > text.size()) return {1, 1};
  for (size_t i = 1; i < want; ++i)
    if (!is_continuation(text[at + i])) return {1, 1};
  return {want, want == 4 ? size_t{2} : size_t{1}};
}

size_t utf16_length(ByteView text) {
  if (is_ascii(text)) return text.size();
  size_t units = 0;
  for (size_t at = 0; at < text.size();) {
    Utf16Step step = utf16_step(text, at);
    units += step.units;
    at += step.bytes;
  }
  return units;
}

size_t utf16_offset(ByteView text, size_t units) {
  if (is_ascii(text)) return std::min(units, text.size());
  size_t at = 0;
  for (size_t passed = 0; at < text.size();) {
    Utf16Step step = utf16_step(text, at);
    if (passed + step.units > units) break;
    passed += step.units;
    at += step.bytes;
    if (passed == units) break;
  }
  return at;
}

}  // namespace leat::plan
