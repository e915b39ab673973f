#include "data/canonical_key.h"

#include <cmath>
#include <limits>

#include "base/short_bytes.h"

namespace leat {
namespace {

constexpr char kNull = 0x00;
constexpr char kValue = 0x01;
constexpr char kEscaped = static_cast<char>(0xff);  // after 0x00: a zero byte of the value
constexpr char kEnd = 0x01;                         // after 0x00: the end of the value
constexpr uint64_t kSign64 = uint64_t{1} << 63;
constexpr size_t kFixedMax = 17;

uint64_t ordered_bits(double d) {
  if (d == 0) d = 0;  // -0.0 and 0.0 are one value
  if (std::isnan(d)) d = std::numeric_limits<double>::quiet_NaN();
  auto bits = std::bit_cast<uint64_t>(d);
  return (bits & kSign64) != 0 ? ~bits : bits | kSign64;
}

double from_ordered_bits(uint64_t bits) {
  return std::bit_cast<double>((bits & kSign64) != 0 ? bits & ~kSign64 : ~bits);
}

bool is_bytes(TypeKind kind) {
  return kind == TypeKind::string || kind == TypeKind::bytes || kind == TypeKind::opaque;
}

// Room that row needs at most.
size_t bound(const Column& column, size_t row) {
  if (!is_bytes(column.type().kind)) return kFixedMax;
  return column.is_null(row) ? 1 : 2 * column.at<ByteView>(row).size() + 3;
}

char* put_bytes(char* p, ByteView bytes) {
  while (!bytes.empty()) {
    const void* zero = std::memchr(bytes.data(), 0, bytes.size());
    size_t n = zero == nullptr ? bytes.size()
                               : static_cast<size_t>(static_cast<const char*>(zero) - bytes.data());
    std::memcpy(p, bytes.data(), n);
    p += n;
    if (zero == nullptr) break;
    *p++ = 0;
    *p++ = kEscaped;
    bytes.remove_prefix(n + 1);
  }
  *p++ = 0;
  *p++ = kEnd;
  return p;
}

char* put_value(char* p, const Column& column, size_t row) {
  if (column.is_null(row)) {
    *p = kNull;
    return p + 1;
  }
  *p++ = kValue;
  switch (column.type().kind) {
    case TypeKind::boolean: *p = column.at<uint8_t>(row) != 0; return p + 1;
    case TypeKind::int32:
      store_be32(p, static_cast<uint32_t>(column.at<int32_t>(row)) ^ 0x80000000U);
      return p + 4;
    case TypeKind::int64:
    case TypeKind::timestamp:
      store_be64(p, static_cast<uint64_t>(column.at<int64_t>(row)) ^ kSign64);
      return p + 8;
    case TypeKind::float64: store_be64(p, ordered_bits(column.at<double>(row))); return p + 8;
    case TypeKind::decimal: {
      auto units = static_cast<UInt128>(column.at<Int128>(row));
      store_be64(p, static_cast<uint64_t>(units >> 64) ^ kSign64);
      store_be64(p + 8, static_cast<uint64_t>(units));
      return p + 16;
    }
    case TypeKind::string:
    case TypeKind::bytes:
    case TypeKind::opaque: return put_bytes(p, column.at<ByteView>(row));
    default: LEAT_ASSERT(!"a key column of a type that has no columns"); return p;
  }
}

// One column of eight bytes a value: the most frequent key of a generated id.
void int64_keys(const Column& column, size_t rows, Arena& arena, std::vector<ByteView>& out,
                size_t spare) {
  char* p = arena.allocate(rows * (9 + spare));
  const auto* values = column.data<int64_t>();
  const uint8_t* valid = column.validity();
  for (size_t i = 0; i < rows; ++i) {
    bool is_value = valid == nullptr || valid[i] != 0;
    *p = is_value ? kValue : kNull;
    store_be64(p + 1, static_cast<uint64_t>(values[i]) ^ kSign64);
    out[i] = ByteView(p, is_value ? 9 : 1);
    p += 9 + spare;
  }
}

struct FindZero {
  __m128i operator()(__m128i v) const { return _mm_cmpeq_epi8(v, _mm_setzero_si128()); }
};

// One column of text. Rows are copied as they are; the rare one that has a zero byte is done again.
void string_keys(const Column& column, size_t rows, Arena& arena, std::vector<ByteView>& out,
                 size_t spare) {
  const auto* values = column.data<ByteView>();
  size_t total = 0;
  for (size_t i = 0; i < rows; ++i) total += (column.is_null(i) ? 0 : values[i].size()) + 3 + spare;
  char* p = arena.allocate(total);
  std::vector<size_t> with_zero;
  for (size_t i = 0; i < rows; ++i) {
    ByteView value = values[i];
    if (column.is_null(i)) {
      *p = kNull;
      out[i] = ByteView(p, 1);
      p += 1 + spare;
      continue;
    }
    *p = kValue;
    if (!copy_unless_found(p + 1, value.data(), value.size(), FindZero{})) with_zero.push_back(i);
    p[value.size() + 1] = 0;
    p[value.size() + 2] = kEnd;
    out[i] = ByteView(p, value.size() + 3);
    p += value.size() + 3 + spare;
  }
  for (size_t i : with_zero) {
    size_t room = bound(column, i);
    char* begin = arena.allocate(room + spare);
    auto used = static_cast<size_t>(put_value(begin, column, i) - begin);
    arena.trim(room - used);
    out[i] = ByteView(begin, used);
  }
}

void any_keys(std::span<const Column* const> columns, size_t rows, Arena& arena,
              std::vector<ByteView>& out, size_t spare) {
  for (size_t i = 0; i < rows; ++i) {
    size_t room = 0;
    for (const Column* column : columns) room += bound(*column, i);
    char* begin = arena.allocate(room + spare);
    char* p = begin;
    for (const Column* column : columns) p = put_value(p, *column, i);
    auto used = static_cast<size_t>(p - begin);
    arena.trim(room - used);
    out[i] = ByteView(begin, used);
  }
}

// Reads the escaped bytes at `p`; nullptr when they have no end or hold what is never written.
const char* get_bytes(const char* p, const char* end, Arena& arena, ByteView& value) {
  const char* begin = p;
  size_t escapes = 0;
  while (true) {
    p = static_cast<const char*>(std::memchr(p, 0, static_cast<size_t>(end - p)));
    if (p == nullptr || end - p < 2) return nullptr;
    if (p[1] == kEnd) break;
    if (p[1] != kEscaped) return nullptr;
    ++escapes;
    p += 2;
  }
  value = ByteView(begin, static_cast<size_t>(p - begin));
  if (escapes > 0) {
    char* copy = arena.allocate(value.size() - escapes);
    char* to = copy;
    for (const char* from = begin; from < p; ++from) {
      *to++ = *from;
      if (*from == 0) ++from;
    }
    value = ByteView(copy, static_cast<size_t>(to - copy));
  }
  return p + 2;
}

// Writes the value at `p` to the last row of `column`; nullptr when it is cut or not canonical.
const char* get_fixed(const char* p, const char* end, Column& column, size_t row) {
  size_t size = value_size(column.type().kind);
  if (static_cast<size_t>(end - p) < size) return nullptr;
  switch (column.type().kind) {
    case TypeKind::boolean:
      if (static_cast<unsigned char>(*p) > 1) return nullptr;
      column.at<uint8_t>(row) = static_cast<uint8_t>(*p);
      break;
    case TypeKind::int32:
      column.at<int32_t>(row) = static_cast<int32_t>(load_be32(p) ^ 0x80000000U);
      break;
    case TypeKind::float64: column.at<double>(row) = from_ordered_bits(load_be64(p)); break;
    case TypeKind::decimal:
      column.at<Int128>(row) = static_cast<Int128>(
          static_cast<UInt128>(load_be64(p) ^ kSign64) << 64 | load_be64(p + 8));
      break;
    default: column.at<int64_t>(row) = static_cast<int64_t>(load_be64(p) ^ kSign64); break;
  }
  return p + size;
}

const char* get_value(const char* p, const char* end, Arena& arena, Column& column) {
  if (p == end || static_cast<unsigned char>(*p) > kValue) return nullptr;
  if (*p++ == kNull) {
    column.append_null();
    return p;
  }
  size_t row = column.append();
  if (!is_bytes(column.type().kind)) return get_fixed(p, end, column, row);
  column.at<ByteView>(row) = {};
  return get_bytes(p, end, arena, column.at<ByteView>(row));
}

}  // namespace

void append_canonical(std::string& out, const Column& column, size_t row) {
  size_t before = out.size();
  out.resize(before + bound(column, row));
  char* end = put_value(out.data() + before, column, row);
  out.resize(static_cast<size_t>(end - out.data()));
}

void canonical_keys(std::span<const Column* const> columns, size_t rows, Arena& arena,
                    std::vector<ByteView>& out, size_t spare) {
  out.resize(rows);
  if (rows == 0) return;
  if (columns.size() == 1) {
    TypeKind kind = columns[0]->type().kind;
    if (kind == TypeKind::int64 || kind == TypeKind::timestamp)
      return int64_keys(*columns[0], rows, arena, out, spare);
    if (is_bytes(kind)) return string_keys(*columns[0], rows, arena, out, spare);
  }
  any_keys(columns, rows, arena, out, spare);
}

Status decode_canonical(ByteView key, std::span<const Type> types, Arena& arena,
                        std::vector<Column>& out) {
  if (out.empty())
    for (const Type& type : types) out.emplace_back(type);
  LEAT_ASSERT(out.size() == types.size());
  if (types.empty()) {
    if (key.empty()) return {};
    return Error(ErrorCode::invalid_data, "state key is not canonical");
  }
  size_t before = out[0].size();
  const char* p = key.data();
  const char* end = p + key.size();
  for (size_t c = 0; c < out.size() && p != nullptr; ++c) p = get_value(p, end, arena, out[c]);
  if (p == end) return {};
  for (Column& column : out) column.truncate(std::min(before, column.size()));
  return Error(ErrorCode::invalid_data, "state key is not canonical");
}

}  // namespace leat
