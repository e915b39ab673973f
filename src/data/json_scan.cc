#include "data/json_scan.h"

#include "data/json_value.h"
#include "data/number_text.h"
#include "data/utf8.h"

namespace leat::json {
namespace {

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The four hexadecimal digits at `p`, or -1.
int32_t code_unit(const char* p, const char* end) {
  if (end - p < 4) return -1;
  int32_t unit = 0;
  for (int i = 0; i < 4; ++i) {
    int digit = hex_value(p[i]);
    if (digit < 0) return -1;
    unit = unit << 4 | digit;
  }
  return unit;
}

bool is_high_surrogate(int32_t unit) { return unit >= 0xd800 && unit < 0xdc00; }
bool is_low_surrogate(int32_t unit) { return unit >= 0xdc00 && unit < 0xe000; }

// Reads what follows "\u": a code point, of two escapes where it needs them. nullptr: half of one,
// which no UTF-8 stands for.
const char* scan_code_point(const char* p, const char* end, int32_t& point) {
  point = code_unit(p, end);
  if (point < 0 || is_low_surrogate(point)) return nullptr;
  p += 4;
  if (!is_high_surrogate(point)) return p;
  if (end - p < 6 || p[0] != '\\' || p[1] != 'u') return nullptr;
  int32_t low = code_unit(p + 2, end);
  if (!is_low_surrogate(low)) return nullptr;
  point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
  return p + 6;
}

void append_utf8(std::string& out, int32_t point) {
  auto tail = [&](int shift) { out += static_cast<char>(0x80 | (point >> shift & 0x3f)); };
  if (point < 0x80) {
    out += static_cast<char>(point);
  } else if (point < 0x800) {
    out += static_cast<char>(0xc0 | point >> 6);
    tail(0);
  } else if (point < 0x10000) {
    out += static_cast<char>(0xe0 | point >> 12);
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xf0 | point >> 18);
    tail(12);
    tail(6);
    tail(0);
  }
}

// What the letter after a backslash stands for; 0 when it is no escape (or "u").
char escaped_character(char letter) {
  switch (letter) {
    case '"':
    case '\\':
    case '/': return letter;
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return 0;
  }
}

// Passes an escape whose backslash `p` is at.
const char* skip_escape(const char* p, const char* end) {
  if (++p == end) return nullptr;
  int32_t point = 0;
  if (*p == 'u') return scan_code_point(p + 1, end, point);
  return escaped_character(*p) == 0 ? nullptr : p + 1;
}

// Passes whole vectors without a quote, an escape or a control character, and then up to the first
// such; stops before the last vector of the text. Gathers the bytes' high bits.
const char* skip_plain(const char* p, const char* end, unsigned char& high) {
  while (end - p >= 32) {
    __m256i v = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
    __m256i control = _mm256_cmpeq_epi8(_mm256_min_epu8(v, _mm256_set1_epi8(0x1f)), v);
    __m256i quote = _mm256_cmpeq_epi8(v, _mm256_set1_epi8('"'));
    __m256i slash = _mm256_cmpeq_epi8(v, _mm256_set1_epi8('\\'));
    auto stop = static_cast<uint32_t>(
        _mm256_movemask_epi8(_mm256_or_si256(control, _mm256_or_si256(quote, slash))));
    auto high_bits = static_cast<uint32_t>(_mm256_movemask_epi8(v));
    if (stop != 0) high_bits &= stop ^ (stop - 1);
    if (high_bits != 0) high |= 0x80;
    if (stop != 0) return p + __builtin_ctz(stop);
    p += 32;
  }
  return p;
}

// Steps over the members of an object, or the elements of an array, of checked text.
class Walk {
 public:
  Walk(ByteView value) : begin_(value.data()), end_(begin_ + value.size()), p_(begin_ + 1) {}
  bool next(bool object, JsonString& key, ByteView& value) {
    p_ = skip_space(p_, end_);
    if (*p_ == ',') p_ = skip_space(p_ + 1, end_);
    if (*p_ == '}' || *p_ == ']') return false;
    if (object) {
      p_ = scan_string(begin_, p_ + 1, end_, key);
      p_ = skip_space(skip_space(p_, end_) + 1, end_);
    }
    const char* from = p_;
    p_ = skip_value(begin_, p_, end_, 0);
    value = ByteView(from, static_cast<size_t>(p_ - from));
    return true;
  }

 private:
  const char* begin_;
  const char* end_;
  const char* p_;
};

JsonString string_of(ByteView value) {
  ByteView raw = value.substr(1, value.size() - 2);
  return {raw, raw.find('\\') != ByteView::npos};
}

// Compact JSON, numbers as Java writes them again.
void append_compact(std::string& out, ByteView value) {
  JsonString key;
  ByteView element;
  bool first = true;
  switch (value[0]) {
    case '"': {
      std::string text;
      append_unescaped(text, string_of(value));
      return append_json_string(out, text);
    }
    case '{':
      out += '{';
      for (Walk walk(value); walk.next(true, key, element); first = false) {
        if (!first) out += ',';
        std::string name;
        append_unescaped(name, key);
        append_json_string(out, name);
        out += ':';
        append_compact(out, element);
      }
      out += '}';
      return;
    case '[':
      out += '[';
      for (Walk walk(value); walk.next(false, key, element); first = false) {
        if (!first) out += ',';
        append_compact(out, element);
      }
      out += ']';
      return;
    case 't':
    case 'f':
    case 'n': out += value; return;
    default: append_java_number(out, value);
  }
}

}  // namespace

const char* scan_string_slow(const char* p, const char* end, JsonString& out) {
  const char* from = p;
  out.escaped = false;
  unsigned char high = 0;
  while (true) {
    p = skip_plain(p, end, high);
    if (p == end) return nullptr;
    auto c = static_cast<unsigned char>(*p);
    if (c == '"') break;
    if (c < 0x20) return nullptr;
    high |= c;
    if (c == '\\') {
      out.escaped = true;
      p = skip_escape(p, end);
      if (p == nullptr) return nullptr;
    } else {
      ++p;
    }
  }
  out.raw = ByteView(from, static_cast<size_t>(p - from));
  if (high >= 0x80 && !is_utf8(out.raw)) return nullptr;
  return p + 1;
}

const char* skip_container(const char* begin, const char* p, const char* end, int depth) {
  if (depth >= kJsonDepthMax) return nullptr;
  bool object = *p == '{';
  char close = object ? '}' : ']';
  p = skip_space(p + 1, end);
  if (p < end && *p == close) return p + 1;
  while (true) {
    if (object) {
      JsonString key;
      if (p == end || *p != '"') return nullptr;
      p = scan_string(begin, p + 1, end, key);
      if (p == nullptr) return nullptr;
      p = skip_space(p, end);
      if (p == end || *p != ':') return nullptr;
      p = skip_space(p + 1, end);
    }
    p = skip_value(begin, p, end, depth + 1);
    if (p == nullptr) return nullptr;
    p = skip_space(p, end);
    if (p == end) return nullptr;
    if (*p == close) return p + 1;
    if (*p != ',') return nullptr;
    p = skip_space(p + 1, end);
  }
}

void append_unescaped(std::string& out, const JsonString& string) {
  if (!string.escaped) {
    out += string.raw;
    return;
  }
  const char* p = string.raw.data();
  const char* end = p + string.raw.size();
  while (p < end) {
    if (*p != '\\') {
      out += *p++;
      continue;
    }
    if (p[1] == 'u') {
      int32_t point = 0;
      p = scan_code_point(p + 2, end, point);
      append_utf8(out, point);
    } else {
      out += escaped_character(p[1]);
      p += 2;
    }
  }
}

ByteView unescape(const JsonString& string, Arena& arena) {
  if (!string.escaped) return string.raw;
  std::string text;
  append_unescaped(text, string);
  return arena.copy(text);
}

void append_value_text(std::string& out, ByteView value) {
  switch (value[0]) {
    case '"': return append_unescaped(out, string_of(value));
    case '{': return append_compact(out, value);
    case '[': {
      JsonString ignored;
      ByteView element;
      bool first = true;
      out += '[';
      for (Walk walk(value); walk.next(false, ignored, element); first = false) {
        if (!first) out += ", ";
        append_value_text(out, element);
      }
      out += ']';
      return;
    }
    case 't':
    case 'f':
    case 'n': out += value; return;
    default: append_java_number(out, value);
  }
}

}  // namespace leat::json
