#include "sql/functions/letter_case.h"

#include <clocale>
#include <cwctype>

#include "plan/utf16.h"

namespace leat::sql::functions {
namespace {

// The C library's own Unicode tables, whatever the machine's language is. Made once, never changed;
// null where the C library has none, and then only ASCII letters change.
locale_t unicode_locale() {
  static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return locale;
}

uint32_t code_point(ByteView bytes) {
  auto at = [&bytes](size_t i) {
    return static_cast<uint32_t>(static_cast<unsigned char>(bytes[i]));
  };
  switch (bytes.size()) {
    case 2: return (at(0) & 0x1f) << 6 | (at(1) & 0x3f);
    case 3: return (at(0) & 0x0f) << 12 | (at(1) & 0x3f) << 6 | (at(2) & 0x3f);
    default:
      return (at(0) & 0x07) << 18 | (at(1) & 0x3f) << 12 | (at(2) & 0x3f) << 6 | (at(3) & 0x3f);
  }
}

template <bool kUpper>
void append_cased(std::string& out, ByteView text) {
  for (size_t i = 0; i < text.size();) {
    char c = text[i];
    if (static_cast<unsigned char>(c) < 0x80) {
      bool changes = kUpper ? c >= 'a' && c <= 'z' : c >= 'A' && c <= 'Z';
      out += changes ? static_cast<char>(c ^ 0x20) : c;
      ++i;
      continue;
    }
    size_t bytes = plan::utf16_step(text, i).bytes;
    ByteView letter = text.substr(i, bytes);
    i += bytes;
    if (bytes == 1 || unicode_locale() == nullptr) {
      out += letter;
    } else if (kUpper && letter == "\xc3\x9f") {
      out += "SS";
    } else {
      auto point = static_cast<wint_t>(code_point(letter));
      append_utf8(out, static_cast<uint32_t>(kUpper ? towupper_l(point, unicode_locale())
                                                    : towlower_l(point, unicode_locale())));
    }
  }
}
}  // namespace

void append_utf8(std::string& out, uint32_t p) {
  auto add = [&out](uint32_t byte) { out += static_cast<char>(byte); };
  if (p < 0x80) {
    add(p);
  } else if (p < 0x800) {
    add(0xc0 | p >> 6);
    add(0x80 | (p & 0x3f));
  } else if (p < 0x10000) {
    add(0xe0 | p >> 12);
    add(0x80 | (p >> 6 & 0x3f));
    add(0x80 | (p & 0x3f));
  } else {
    add(0xf0 | p >> 18);
    add(0x80 | (p >> 12 & 0x3f));
    add(0x80 | (p >> 6 & 0x3f));
    add(0x80 | (p & 0x3f));
  }
}

void append_upper(std::string& out, ByteView text) { append_cased<true>(out, text); }
void append_lower(std::string& out, ByteView text) { append_cased<false>(out, text); }

}  // namespace leat::sql::functions
