#include "data/json_value.h"

#include <immintrin.h>

#include <charconv>
#include <cmath>

#include "base/short_bytes.h"
#include "data/json_write.h"
#include "data/number_text.h"

namespace leat {
namespace {

constexpr size_t kNumberRoom = 24;                         // of an int64, a boolean, null
constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

char* put(char* p, std::string_view text) {
  std::memcpy(p, text.data(), text.size());
  return p + text.size();
}

// Marks bytes that cannot stand in a JSON string as they are, or are not ASCII.
struct FindSpecial {
  __m128i operator()(__m128i v) const {
    __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(0x1f)), v);
    __m128i quote = _mm_cmpeq_epi8(v, _mm_set1_epi8('"'));
    __m128i slash = _mm_cmpeq_epi8(v, _mm_set1_epi8('\\'));
    // Bytes from 0x80 on have their high bit set already.
    return _mm_or_si128(_mm_or_si128(control, v), _mm_or_si128(quote, slash));
  }
};

inline bool is_plain(char c) {
  auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
}

char* put_escape(char* p, unsigned char c) {
  *p++ = '\\';
  switch (c) {
    case '"':
    case '\\': *p++ = static_cast<char>(c); return p;
    case '\b': *p++ = 'b'; return p;
    case '\f': *p++ = 'f'; return p;
    case '\n': *p++ = 'n'; return p;
    case '\r': *p++ = 'r'; return p;
    case '\t': *p++ = 't'; return p;
    default: break;
  }
  constexpr char kHex[] = "0123456789ABCDEF";
  p = put(p, "u00");
  *p++ = kHex[c >> 4];
  *p++ = kHex[c & 15];
  return p;
}

// Bytes of the UTF-8 sequence at the front of `text`; 0 when there is none.
size_t sequence_size(std::string_view text) {
  auto first = static_cast<unsigned char>(text[0]);
  size_t n = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < n) return 0;
  for (size_t i = 1; i < n; ++i)
    if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) return 0;
  auto second = static_cast<unsigned char>(text[1]);
  // Overlong forms, surrogates, past U+10FFFF.
  if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
      (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f))
    return 0;
  return n;
}

// Writes one character that is not plain and takes it off `text`.
char* put_special(char* p, std::string_view& text) {
  auto c = static_cast<unsigned char>(text[0]);
  size_t n = 1;
  if (c < 0x80) {
    p = put_escape(p, c);
  } else if (size_t size = sequence_size(text); size > 0) {
    n = size;
    p = put(p, text.substr(0, n));
  } else {
    p = put(p, kReplacement);
  }
  text.remove_prefix(n);
  return p;
}

}  // namespace

char* put_json_string(char* p, ByteView text) {
  *p++ = '"';
  if (copy_unless_found(p, text.data(), text.size(), FindSpecial{})) {
    p += text.size();
  } else {
    while (!text.empty()) {
      if (is_plain(text[0])) {
        *p++ = text[0];
        text.remove_prefix(1);
      } else {
        p = put_special(p, text);
      }
    }
  }
  *p++ = '"';
  return p;
}

char* put_base64(char* p, ByteView bytes) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  auto at = [&](size_t i) { return static_cast<uint32_t>(static_cast<unsigned char>(bytes[i])); };
  size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3) {
    uint32_t group = at(i) << 16 | at(i + 1) << 8 | at(i + 2);
    for (int shift = 18; shift >= 0; shift -= 6) *p++ = kDigits[group >> shift & 63];
  }
  size_t left = bytes.size() - i;
  if (left == 0) return p;
  uint32_t group = at(i) << 16 | (left == 2 ? at(i + 1) << 8 : 0);
  *p++ = kDigits[group >> 18];
  *p++ = kDigits[group >> 12 & 63];
  *p++ = left == 2 ? kDigits[group >> 6 & 63] : '=';
  *p++ = '=';
  return p;
}

size_t json_value_bound(TypeKind kind) {
  switch (kind) {
    case TypeKind::string:
    case TypeKind::bytes:
    case TypeKind::opaque: return 0;
    case TypeKind::decimal: return kDecimalTextMax;
    case TypeKind::float64: return kJavaDoubleTextMax + 2;
    default: return kNumberRoom;
  }
}

size_t json_value_bound(const Column& column, size_t row) {
  TypeKind kind = column.type().kind;
  size_t fixed = json_value_bound(kind);
  if (fixed != 0) return fixed;
  if (column.is_null(row)) return kNumberRoom;
  ByteView bytes = column.at<ByteView>(row);
  return kind == TypeKind::string ? json_string_bound(bytes) : bytes.size() * 4 / 3 + 8;
}

char* put_json_value(char* p, const Column& column, size_t row) {
  if (column.is_null(row)) return put(p, "null");
  switch (column.type().kind) {
    case TypeKind::boolean: return put(p, column.at<uint8_t>(row) != 0 ? "true" : "false");
    case TypeKind::int32: return std::to_chars(p, p + kNumberRoom, column.at<int32_t>(row)).ptr;
    case TypeKind::int64:
    case TypeKind::timestamp: return std::to_chars(p, p + kNumberRoom, column.at<int64_t>(row)).ptr;
    case TypeKind::float64: {
      double d = column.at<double>(row);
      if (std::isfinite(d)) return put_java_double(p, d);
      *p++ = '"';  // JSON has no such numbers
      p = put_java_double(p, d);
      *p++ = '"';
      return p;
    }
    case TypeKind::decimal: return put_decimal(p, column.at<Int128>(row), column.type().scale);
    case TypeKind::string: return put_json_string(p, column.at<ByteView>(row));
    case TypeKind::bytes:
    case TypeKind::opaque:
      *p++ = '"';
      p = put_base64(p, column.at<ByteView>(row));
      *p++ = '"';
      return p;
    default: LEAT_ASSERT(!"a value of a type that has no columns"); return p;
  }
}

void append_json_string(std::string& out, std::string_view text) {
  size_t before = out.size();
  out.resize(before + json_string_bound(text));
  char* end = put_json_string(out.data() + before, text);
  out.resize(static_cast<size_t>(end - out.data()));
}

void append_json_value(std::string& out, const Column& column, size_t row) {
  size_t before = out.size();
  out.resize(before + json_value_bound(column, row));
  char* end = put_json_value(out.data() + before, column, row);
  out.resize(static_cast<size_t>(end - out.data()));
}

}  // namespace leat
