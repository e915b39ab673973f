#include "data/json_layout.h"

#include <charconv>

#include "base/short_bytes.h"
#include "data/json_scan.h"
#include "data/short_number.h"

namespace leat {
namespace {

inline const char* read_double(const char* p, const char* end, double& value) {
  const char* last = json::scan_number(p, end);
  if (last == nullptr) return nullptr;
  auto [stop, error] = std::from_chars(p, last, value);
  return error == std::errc() && stop == last ? last : nullptr;
}

inline const char* read_string(const char* begin, const char* p, const char* end, ByteView& value) {
  JsonString string;
  if (p == end || *p != '"') return nullptr;
  p = json::scan_string(begin, p + 1, end, string);
  if (p == nullptr || string.escaped) return nullptr;
  value = string.raw;
  return p;
}

inline const char* read_boolean(const char* p, const char* end, uint8_t& value) {
  value = p < end && *p == 't';
  return json::scan_word(p, end, value != 0 ? "true" : "false");
}

// A fraction or an exponent after an integer is not what follows it in any layout: the comparison
// fails, and the general way reads it.
const char* read_value(const char* begin, const char* p, const char* end, Column& column,
                       size_t row) {
  if (p < end && *p == 'n') {
    column.set_null(row);
    return json::scan_word(p, end, "null");
  }
  switch (column.type().kind) {
    case TypeKind::string: return read_string(begin, p, end, column.at<ByteView>(row));
    case TypeKind::int32: {
      int64_t wide = 0;
      p = scan_short_integer(p, end, wide);
      column.at<int32_t>(row) = static_cast<int32_t>(wide);
      return wide < INT32_MIN || wide > INT32_MAX ? nullptr : p;
    }
    case TypeKind::int64:
    case TypeKind::timestamp: return scan_short_integer(p, end, column.at<int64_t>(row));
    case TypeKind::float64: return read_double(p, end, column.at<double>(row));
    case TypeKind::decimal:
      return scan_short_decimal(p, end, column.type(), column.at<Int128>(row));
    case TypeKind::boolean: return read_boolean(p, end, column.at<uint8_t>(row));
    default: return nullptr;  // base64 is read the general way
  }
}

}  // namespace

void JsonLayout::learn(ByteView text, const std::vector<Member>& members, std::vector<int> absent) {
  text_.assign(text);
  absent_ = std::move(absent);
  steps_.clear();
  tail_ = 0;
  for (const Member& member : members) {
    auto at = static_cast<uint32_t>(member.value.data() - text.data());
    steps_.push_back({tail_, at - tail_, member.column});
    tail_ = at + static_cast<uint32_t>(member.value.size());
  }
}

bool JsonLayout::read(ByteView text, const std::vector<Column*>& columns, size_t row) const {
  const char* begin = text.data();
  const char* end = begin + text.size();
  const char* p = begin;
  for (const Step& step : steps_) {
    if (static_cast<size_t>(end - p) < step.size ||
        !same_bytes(p, text_.data() + step.begin, step.size))
      return false;
    p += step.size;
    p = step.column < 0
            ? json::skip_value(begin, p, end, 1)
            : read_value(begin, p, end, *columns[static_cast<size_t>(step.column)], row);
    if (p == nullptr) return false;
  }
  if (ByteView(p, static_cast<size_t>(end - p)) != ByteView(text_).substr(tail_)) return false;
  for (int column : absent_) columns[static_cast<size_t>(column)]->set_null(row);
  return true;
}

}  // namespace leat
