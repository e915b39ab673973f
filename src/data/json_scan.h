#pragma once
// Scanning JSON text in place. Every function takes [p, end) with `begin` the start of the text (so
// that whole vectors can be loaded near its end), checks what it passes against RFC 8259, and
// returns where it stopped, or nullptr where the text is not JSON.
//
// A scanner of our own and not a parser of whole documents: a decoder knows from the row before
// which bytes to expect between the values, and needs a few values of many. 4 of 12 fields of
// 273-byte documents: 125 ns, simdjson's on-demand parser 233 ns (one Zen 4 class core, GCC 12
// -O2).
#include <immintrin.h>

#include <string>

#include "base/arena.h"
#include "base/bytes.h"

namespace leat {

inline constexpr int kJsonDepthMax = 64;

/// A string as it stands in the text, without its quotes; checked, escapes and UTF-8 too.
struct JsonString {
  ByteView raw;
  bool escaped = false;
};

namespace json {

inline bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }
inline bool is_digit(char c) { return static_cast<unsigned>(c - '0') < 10; }

inline const char* skip_space(const char* p, const char* end) {
  while (p < end && is_space(*p)) ++p;
  return p;
}

/// From the character after the opening quote; returns the one after the closing quote.
const char* scan_string_slow(const char* p, const char* end, JsonString& out);

inline const char* scan_string(const char* begin, const char* p, const char* end, JsonString& out) {
  if (end - begin < 32) return scan_string_slow(p, end, out);
  // Most strings are short, ASCII and without escapes: one vector sees their end. Near the end of
  // the text it is the text's last vector, shifted.
  const char* at = end - p >= 32 ? p : end - 32;
  auto shift = static_cast<unsigned>(p - at);
  if (shift > 31) return nullptr;
  __m256i v = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
  __m256i control = _mm256_cmpeq_epi8(_mm256_min_epu8(v, _mm256_set1_epi8(0x1f)), v);
  __m256i slash = _mm256_cmpeq_epi8(v, _mm256_set1_epi8('\\'));
  __m256i odd = _mm256_or_si256(_mm256_or_si256(control, slash), v);  // v: sign bits
  auto quotes =
      static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, _mm256_set1_epi8('"')))) >>
      shift;
  auto odds = static_cast<uint32_t>(_mm256_movemask_epi8(odd)) >> shift;
  // The lowest quote, and nothing odd below it.
  if (quotes == 0 || (odds & (quotes ^ (quotes - 1))) != 0) return scan_string_slow(p, end, out);
  auto size = static_cast<size_t>(__builtin_ctz(quotes));
  out = {ByteView(p, size), false};
  return p + size + 1;
}

/// A number by JSON's grammar.
inline const char* scan_number(const char* p, const char* end) {
  if (p < end && *p == '-') ++p;
  if (p == end || !is_digit(*p)) return nullptr;
  if (*p++ != '0')
    while (p < end && is_digit(*p)) ++p;
  if (p < end && *p == '.') {
    if (++p == end || !is_digit(*p)) return nullptr;
    while (p < end && is_digit(*p)) ++p;
  }
  if (p < end && (*p == 'e' || *p == 'E')) {
    if (++p < end && (*p == '+' || *p == '-')) ++p;
    if (p == end || !is_digit(*p)) return nullptr;
    while (p < end && is_digit(*p)) ++p;
  }
  return p;
}

inline const char* scan_word(const char* p, const char* end, std::string_view word) {
  return static_cast<size_t>(end - p) >= word.size() && ByteView(p, word.size()) == word
             ? p + word.size()
             : nullptr;
}

/// `depth` objects and arrays are open around it.
const char* skip_container(const char* begin, const char* p, const char* end, int depth);

/// Any value.
inline const char* skip_value(const char* begin, const char* p, const char* end, int depth) {
  if (p == end) return nullptr;
  switch (*p) {
    case '"': {
      JsonString ignored;
      return scan_string(begin, p + 1, end, ignored);
    }
    case '{':
    case '[': return skip_container(begin, p, end, depth);
    case 't': return scan_word(p, end, "true");
    case 'f': return scan_word(p, end, "false");
    case 'n': return scan_word(p, end, "null");
    default: return scan_number(p, end);
  }
}

/// The text that a scanned string stands for.
void append_unescaped(std::string& out, const JsonString& string);
/// The same, in the text itself or in `arena`.
ByteView unescape(const JsonString& string, Arena& arena);

/// Appends a checked value as text: a string's characters, a number or word as Java shows it, an
/// array as "[a, b]", an object as compact JSON.
void append_value_text(std::string& out, ByteView value);

}  // namespace json
}  // namespace leat
