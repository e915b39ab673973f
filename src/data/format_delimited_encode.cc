// DELIMITED, writing. Fields are quoted where Apache Commons CSV 1.4 quotes them, which is what
// ksqlDB's outputs show: the first field when it does not begin with an ASCII letter or digit (a
// negative number, too), any when it begins with a character up to '#', ends with one up to space,
// or has a delimiter, quote or line end in it. Unlike there an empty string is always quoted, so
// that it is not read as null.
#include <immintrin.h>

#include <charconv>

#include "base/short_bytes.h"
#include "data/format_makers.h"
#include "data/json_write.h"
#include "data/number_text.h"
#include "data/row_writer.h"

namespace leat {
namespace {

constexpr size_t kNumberRoom = 24;

bool is_letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// Marks delimiters, quotes and line ends.
struct FindSpecial {
  char delimiter;
  __m128i operator()(__m128i v) const {
    auto is = [&](char c) { return _mm_cmpeq_epi8(v, _mm_set1_epi8(c)); };
    return _mm_or_si128(_mm_or_si128(is(delimiter), is('"')), _mm_or_si128(is('\n'), is('\r')));
  }
};

// Room that a value of a type needs at most, quoted; 0: it depends on the value.
size_t bound(TypeKind kind) {
  switch (kind) {
    case TypeKind::string:
    case TypeKind::bytes: return 0;
    case TypeKind::decimal: return 2 * kDecimalTextMax;
    case TypeKind::float64: return 2 * kJavaDoubleTextMax;
    default: return 2 * kNumberRoom;
  }
}

size_t bound(const Column& column, size_t row) {
  if (column.is_null(row)) return 0;
  size_t size = column.at<ByteView>(row).size();
  return column.type().kind == TypeKind::string ? 2 * size + 2 : size * 8 / 3 + 16;
}

class DelimitedEncoder final : public RowEncoder {
 public:
  DelimitedEncoder(const std::vector<Field>& fields, char delimiter, bool is_key)
      : delimiter_(delimiter), is_key_(is_key), special_{delimiter} {
    for (size_t c = 0; c < fields.size(); ++c) {
      fixed_room_ += bound(fields[c].type.kind) + 1;
      if (bound(fields[c].type.kind) == 0) varying_.push_back(c);
    }
    // Whether what numbers are made of can hold the delimiter.
    numbers_are_plain_ = !is_letter_or_digit(delimiter) && delimiter != '-' && delimiter != '.' &&
                         delimiter != '+' && delimiter != '/' && delimiter != '=';
  }

  void encode(const std::vector<const Column*>& columns, size_t rows, const uint8_t* present,
              EncodedRows& out, RowErrors&) override {
    writer_.begin(out, rows);
    for (size_t i = 0; i < rows; ++i) {
      bool is_null = present != nullptr ? present[i] == 0 : is_key_ && all_null(columns, i);
      if (is_null)
        writer_.null_row();
      else
        write(columns, i);
    }
    writer_.finish();
  }

 private:
  void write(const std::vector<const Column*>& columns, size_t row) {
    size_t room = fixed_room_;
    for (size_t c : varying_) room += bound(*columns[c], row);
    char* p = writer_.room(room);
    for (size_t c = 0; c < columns.size(); ++c) {
      if (c > 0) *p++ = delimiter_;
      if (!columns[c]->is_null(row)) p = put_field(p, *columns[c], row, c == 0);
    }
    writer_.end_row(p);
  }

  char* put_field(char* p, const Column& column, size_t row, bool first) {
    if (column.type().kind == TypeKind::string) {
      ByteView text = column.at<ByteView>(row);
      bool plain = copy_unless_found(p, text.data(), text.size(), special_);
      if (plain && !text.empty() && !ends_need_quotes(text, first)) return p + text.size();
      return put_quoted(p, text);
    }
    char* end = put_plain(p, column, row);
    if (numbers_are_plain_ && !(first && !is_letter_or_digit(*p)) && end != p) return end;
    scratch_.assign(p, end);
    bool plain = copy_unless_found(p, scratch_.data(), scratch_.size(), special_);
    if (plain && !scratch_.empty() && !ends_need_quotes(scratch_, first)) return end;
    return put_quoted(p, scratch_);
  }

  static char* put_plain(char* p, const Column& column, size_t row) {
    switch (column.type().kind) {
      case TypeKind::boolean: {
        bool value = column.at<uint8_t>(row) != 0;
        std::memcpy(p, value ? "true" : "false", value ? 4 : 5);
        return p + (value ? 4 : 5);
      }
      case TypeKind::int32: return std::to_chars(p, p + kNumberRoom, column.at<int32_t>(row)).ptr;
      case TypeKind::float64: return put_java_double(p, column.at<double>(row));
      case TypeKind::decimal: return put_decimal(p, column.at<Int128>(row), column.type().scale);
      case TypeKind::bytes: return put_base64(p, column.at<ByteView>(row));
      default: return std::to_chars(p, p + kNumberRoom, column.at<int64_t>(row)).ptr;
    }
  }

  static bool ends_need_quotes(ByteView text, bool first) {
    auto head = static_cast<unsigned char>(text.front());
    auto tail = static_cast<unsigned char>(text.back());
    return head <= '#' || tail <= ' ' || (first && !is_letter_or_digit(text.front()));
  }

  static char* put_quoted(char* p, ByteView text) {
    *p++ = '"';
    for (char c : text) {
      if (c == '"') *p++ = '"';
      *p++ = c;
    }
    *p++ = '"';
    return p;
  }

  char delimiter_;
  bool is_key_;
  FindSpecial special_;
  bool numbers_are_plain_ = true;
  size_t fixed_room_ = 0;  // for delimiters and the values whose size the type bounds
  std::vector<size_t> varying_;
  RowWriter writer_;
  std::string scratch_;
};

}  // namespace

std::unique_ptr<RowEncoder> make_delimited_encoder(std::vector<Field> fields, char delimiter,
                                                   bool is_key) {
  return std::make_unique<DelimitedEncoder>(fields, delimiter, is_key);
}

}  // namespace leat
