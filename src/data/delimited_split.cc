#include "data/delimited_split.h"

#include <immintrin.h>

#include <algorithm>

namespace leat {
namespace {

constexpr size_t kVector = 32;
constexpr uintptr_t kPage = 4096;

// What is where in up to 32 bytes of a row: bit i for byte i.
struct Marks {
  uint32_t delimiters = 0;
  uint32_t others = 0;  // quotes and line ends
  uint32_t high = 0;    // bytes that are not ASCII
};

inline Marks mark(const char* p, char delimiter) {
  __m256i v = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  auto is = [&](char c) { return _mm256_cmpeq_epi8(v, _mm256_set1_epi8(c)); };
  auto bits = [](__m256i found) { return static_cast<uint32_t>(_mm256_movemask_epi8(found)); };
  __m256i others = _mm256_or_si256(_mm256_or_si256(is('\n'), is('\r')), is('"'));
  return {bits(is(delimiter)), bits(others), bits(v)};
}

// The same for the last `n` (1..31) bytes of the row. What lies past it may be nobody's: a row of
// more than a vector loads its last one and shifts, a shorter one is copied where it is near the
// end of a page.
inline Marks mark_rest(ByteView row, size_t n, char delimiter) {
  if (row.size() >= kVector) {
    Marks marks = mark(row.data() + row.size() - kVector, delimiter);
    auto shift = static_cast<unsigned>(kVector - n);
    return {marks.delimiters >> shift, marks.others >> shift, marks.high >> shift};
  }
#ifndef LEAT_CHECKED_MEMORY
  // Bytes of the same page can be read whosever they are; which of them count is known.
  if ((reinterpret_cast<uintptr_t>(row.data()) & (kPage - 1)) <= kPage - kVector) {
    Marks marks = mark(row.data(), delimiter);
    uint32_t ours = (1u << n) - 1;
    return {marks.delimiters & ours, marks.others & ours, marks.high & ours};
  }
#endif
  alignas(kVector) char raw[kVector] = {};
  std::memcpy(raw, row.data(), n);
  return mark(raw, delimiter);
}

// The same for the bytes of the row from `at` on, as many as fit; moves `at` past them.
inline Marks mark_next(ByteView row, size_t& at, char delimiter) {
  size_t n = std::min(row.size() - at, kVector);
  Marks marks = n == kVector ? mark(row.data() + at, delimiter) : mark_rest(row, n, delimiter);
  at += n;
  return marks;
}

// Reads a field whose opening quote `p` has passed; the byte after the closing one, or nullptr.
const char* read_quoted(const char* p, const char* end, Arena& arena, ByteView& text) {
  const char* begin = p;
  size_t doubled = 0;
  while (true) {
    p = static_cast<const char*>(std::memchr(p, '"', static_cast<size_t>(end - p)));
    if (p == nullptr) return nullptr;
    if (p + 1 == end || p[1] != '"') break;
    ++doubled;
    p += 2;
  }
  text = ByteView(begin, static_cast<size_t>(p - begin));
  if (doubled > 0) {
    char* copy = arena.allocate(text.size() - doubled);
    char* to = copy;
    for (const char* from = begin; from < p; ++from) {
      *to++ = *from;
      if (*from == '"') ++from;
    }
    text = ByteView(copy, static_cast<size_t>(to - copy));
  }
  return p + 1;
}

}  // namespace

// The row without quotes and line ends. False: it has some.
bool DelimitedSplitter::split_plain(ByteView row) {
  const char* begin = row.data();
  uint32_t high = 0;
  size_t at = 0;
  size_t field = 0;
  while (at < row.size()) {
    const size_t first = at;
    Marks marks = mark_next(row, at, delimiter_);
    if (marks.others != 0) return false;
    high |= marks.high;
    for (uint32_t found = marks.delimiters; found != 0; found &= found - 1) {
      size_t end = first + static_cast<size_t>(__builtin_ctz(found));
      fields_.push_back({ByteView(begin + field, end - field)});
      field = end + 1;
    }
  }
  fields_.push_back({ByteView(begin + field, row.size() - field)});
  is_ascii_ = high == 0;
  return true;
}

bool DelimitedSplitter::count_plain(ByteView row, size_t& fields) const {
  fields = 1;
  for (size_t at = 0; at < row.size();) {
    Marks marks = mark_next(row, at, delimiter_);
    if ((marks.others | marks.high) != 0) return false;
    fields += static_cast<size_t>(__builtin_popcount(marks.delimiters));
  }
  return true;
}

const char* DelimitedSplitter::split_quoted(ByteView row, Arena& arena) {
  const char* p = row.data();
  const char* end = p + row.size();
  is_ascii_ = std::none_of(p, end, [](char c) { return static_cast<signed char>(c) < 0; });
  while (true) {
    DelimitedField field;
    if (p < end && *p == '"') {
      field.quoted = true;
      p = read_quoted(p + 1, end, arena, field.text);
      if (p == nullptr) return "quoted field has no end";
    } else {
      const char* begin = p;
      while (p < end && *p != delimiter_ && *p != '\n' && *p != '\r') ++p;
      field.text = ByteView(begin, static_cast<size_t>(p - begin));
    }
    fields_.push_back(field);
    if (p == end) return nullptr;
    if (*p != delimiter_) break;
    ++p;
  }
  if (*p == '\r') ++p;
  if (p < end && *p == '\n') ++p;
  if (p == end) return nullptr;
  return fields_.back().quoted && p[-1] == '"' ? "quoted field goes on after its closing quote"
                                               : "row has more than one line";
}

const char* DelimitedSplitter::split(ByteView row, Arena& arena) {
  fields_.clear();
  if (split_plain(row)) return nullptr;
  fields_.clear();
  return split_quoted(row, arena);
}

}  // namespace leat
