#include <charconv>
#include <cmath>
#include <cstring>

#include "base/text.h"
#include "data/decimal.h"
#include "data/json_value.h"
#include "plan/kernels.h"
#include "plan/timestamp_text.h"

namespace leat::plan {
namespace {

void cannot(const CallContext& c, const Column& in, Column& out, size_t row, ErrorCode code) {
  c.fail(out, row, code, "cannot cast to " + c.result.to_string() + ": " + value_text(in, row));
}

// Every row, nulls too: for conversions that read nothing but the number.
template <class From, class To>
void each(const CallContext& c, const Column& in, Column& out) {
  const From* from = in.data<From>();
  To* to = out.data<To>();
  for (size_t i = 0; i < c.rows; ++i) to[i] = static_cast<To>(from[i]);
}

// Valid rows only; `f` gives the value or nullopt, which is reported.
template <class From, class To, class F>
void each_valid(const CallContext& c, const Column& in, Column& out, ErrorCode code, F f) {
  for (size_t i = 0; i < c.rows; ++i) {
    if (in.is_null(i)) continue;
    std::optional<To> value = f(in.at<From>(i));
    if (value)
      out.at<To>(i) = *value;
    else
      cannot(c, in, out, i, code);
  }
}

// Text of every valid row, written to the arena.
template <class From, class F>
void each_text(const CallContext& c, const Column& in, Column& out, F append) {
  std::string text;
  for (size_t i = 0; i < c.rows; ++i) {
    out.at<ByteView>(i) = {};
    if (in.is_null(i)) continue;
    text.clear();
    append(text, in.at<From>(i));
    out.at<ByteView>(i) = c.arena.copy(text);
  }
}

template <class To>
std::optional<To> whole_number(double value, bool saturates) {
  constexpr auto kMin = static_cast<double>(std::numeric_limits<To>::min());
  // 2^31 and 2^63 are doubles, the largest integers below them need not be.
  constexpr double kPast = -kMin;
  double cut = std::trunc(value);
  if (cut >= kMin && cut < kPast) return static_cast<To>(cut);
  if (!saturates) return std::nullopt;
  if (std::isnan(value)) return To{0};
  return value < 0 ? std::numeric_limits<To>::min() : std::numeric_limits<To>::max();
}

template <class To>
std::optional<To> whole_number(Int128 units, int scale, bool wraps) {
  Int128 whole = scale == 0 ? units : units / power_of_ten(scale);
  bool fits = whole >= std::numeric_limits<To>::min() && whole <= std::numeric_limits<To>::max();
  if (!fits && !wraps) return std::nullopt;
  return static_cast<To>(static_cast<UInt128>(whole));
}

template <class To>
std::optional<To> parse_whole(ByteView text) {
  text = trim(text);
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  To value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> parse_double(ByteView text) {
  text = trim(text);
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  double value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

std::optional<Int128> fitted(std::optional<Int128> units, const Type& type) {
  if (!units || !fits_precision(*units, type.precision)) return std::nullopt;
  return units;
}

template <class To>
void to_integer(const CallContext& c, const Column& in, Column& out) {
  constexpr ErrorCode kRange = ErrorCode::out_of_range;
  int scale = in.type().scale;
  switch (in.type().kind) {
    case TypeKind::int32: return each<int32_t, To>(c, in, out);
    case TypeKind::int64:
      if (c.ksqldb) return each<int64_t, To>(c, in, out);
      return each_valid<int64_t, To>(c, in, out, kRange, [](int64_t v) {
        auto narrow = static_cast<To>(v);
        return narrow == v ? std::optional<To>(narrow) : std::nullopt;
      });
    case TypeKind::float64:
      return each_valid<double, To>(c, in, out, kRange,
                                    [&](double v) { return whole_number<To>(v, c.ksqldb); });
    case TypeKind::decimal:
      return each_valid<Int128, To>(c, in, out, kRange,
                                    [&](Int128 v) { return whole_number<To>(v, scale, c.ksqldb); });
    default: return each_valid<ByteView, To>(c, in, out, ErrorCode::invalid_data, parse_whole<To>);
  }
}

void to_double(const CallContext& c, const Column& in, Column& out) {
  int scale = in.type().scale;
  switch (in.type().kind) {
    case TypeKind::int32: return each<int32_t, double>(c, in, out);
    case TypeKind::int64: return each<int64_t, double>(c, in, out);
    case TypeKind::decimal:
      return each_valid<Int128, double>(c, in, out, ErrorCode::out_of_range, [scale](Int128 v) {
        return std::optional<double>(decimal_to_double(v, scale));
      });
    default: return each_valid<ByteView, double>(c, in, out, ErrorCode::invalid_data, parse_double);
  }
}

void to_decimal(const CallContext& c, const Column& in, Column& out) {
  constexpr ErrorCode kRange = ErrorCode::out_of_range;
  const Type& type = c.result;
  int from = in.type().scale;
  auto scaled = [&type](Int128 v, int scale) {
    return fitted(rescale(v, scale, type.scale), type);
  };
  switch (in.type().kind) {
    case TypeKind::int32:
      return each_valid<int32_t, Int128>(c, in, out, kRange,
                                         [&](int32_t v) { return scaled(v, 0); });
    case TypeKind::int64:
      return each_valid<int64_t, Int128>(c, in, out, kRange,
                                         [&](int64_t v) { return scaled(v, 0); });
    case TypeKind::decimal:
      return each_valid<Int128, Int128>(c, in, out, kRange,
                                        [&](Int128 v) { return scaled(v, from); });
    case TypeKind::float64:
      return each_valid<double, Int128>(c, in, out, kRange, [&](double v) {
        return fitted(double_to_decimal(v, type.scale), type);
      });
    default:
      return each_valid<ByteView, Int128>(c, in, out, ErrorCode::invalid_data, [&](ByteView text) {
        auto parsed = parse_decimal(trim(text));
        return parsed ? scaled(parsed->unscaled, parsed->scale) : std::nullopt;
      });
  }
}

void to_text(const CallContext& c, const Column& in, Column& out) {
  int scale = in.type().scale;
  switch (in.type().kind) {
    case TypeKind::boolean:
      return each_text<uint8_t>(
          c, in, out, [](std::string& to, uint8_t v) { to += v != 0 ? "true" : "false"; });
    case TypeKind::int32:
      return each_text<int32_t>(c, in, out,
                                [](std::string& to, int32_t v) { to += std::to_string(v); });
    case TypeKind::int64:
      return each_text<int64_t>(c, in, out,
                                [](std::string& to, int64_t v) { to += std::to_string(v); });
    case TypeKind::float64: return each_text<double>(c, in, out, append_java_double);
    case TypeKind::timestamp:
      return each_text<int64_t>(c, in, out,
                                [](std::string& to, int64_t v) { to += timestamp_text(v); });
    default:
      return each_text<Int128>(
          c, in, out, [scale](std::string& to, Int128 v) { append_decimal(to, v, scale); });
  }
}

void text_to_boolean(const CallContext& c, const Column& in, Column& out) {
  each_valid<ByteView, uint8_t>(
      c, in, out, ErrorCode::invalid_data, [&c](ByteView text) -> std::optional<uint8_t> {
        auto value = parse_boolean_text(trim(text));
        if (!value && c.ksqldb) return uint8_t{0};  // there everything that is not true is false
        return value ? std::optional<uint8_t>(*value) : std::nullopt;
      });
}

void text_to_timestamp(const CallContext& c, const Column& in, Column& out) {
  each_valid<ByteView, int64_t>(c, in, out, ErrorCode::invalid_data,
                                [](ByteView text) -> std::optional<int64_t> {
                                  auto time = parse_timestamp_text(trim(text));
                                  return time ? std::optional<int64_t>(*time) : std::nullopt;
                                });
}

void text_to_bytes(const CallContext& c, const Column& in, Column& out) {
  each_valid<ByteView, ByteView>(
      c, in, out, ErrorCode::invalid_data, [&c](ByteView text) -> std::optional<ByteView> {
        auto bytes = base64_decode(trim(text));
        return bytes ? std::optional<ByteView>(c.arena.copy(*bytes)) : std::nullopt;
      });
}

void copy_values(const CallContext& c, const Column& in, Column& out) {
  size_t bytes = c.rows * value_size(in.type().kind);
  if (bytes > 0) std::memcpy(out.data<char>(), in.data<char>(), bytes);
}
}  // namespace

void cast_column(const CallContext& c, const Column& in, Column& out) {
  if (in.type().kind == c.result.kind && in.type().kind != TypeKind::decimal)
    return copy_values(c, in, out);
  switch (c.result.kind) {
    case TypeKind::int32: return to_integer<int32_t>(c, in, out);
    case TypeKind::int64: return to_integer<int64_t>(c, in, out);
    case TypeKind::float64: return to_double(c, in, out);
    case TypeKind::decimal: return to_decimal(c, in, out);
    case TypeKind::string: return to_text(c, in, out);
    case TypeKind::boolean: return text_to_boolean(c, in, out);
    case TypeKind::timestamp: return text_to_timestamp(c, in, out);
    case TypeKind::bytes: return text_to_bytes(c, in, out);
    default: LEAT_ASSERT(false);
  }
}

Status check_cast(const Type& from, const Type& to) {
  bool supported = from == to || (from.is_numeric() && to.is_numeric());
  if (from.kind == TypeKind::string)
    supported |= to.is_numeric() || to.kind == TypeKind::boolean ||
                 to.kind == TypeKind::timestamp || to.kind == TypeKind::bytes;
  if (to.kind == TypeKind::string)
    supported |=
        from.is_numeric() || from.kind == TypeKind::boolean || from.kind == TypeKind::timestamp;
  if (supported) return {};
  return Error(ErrorCode::unsupported,
               "there is no cast from " + from.to_string() + " to " + to.to_string());
}

bool cast_is_total(const Type& from, const Type& to) {
  if (to.kind == TypeKind::float64) return from.is_numeric();
  return from.kind == TypeKind::int32 && to.kind == TypeKind::int64;
}

std::string value_text(const Column& column, size_t row) {
  if (column.is_null(row)) return "NULL";
  constexpr size_t kShown = 60;
  switch (column.type().kind) {
    case TypeKind::boolean: return column.at<uint8_t>(row) != 0 ? "true" : "false";
    case TypeKind::int32: return std::to_string(column.at<int32_t>(row));
    case TypeKind::int64: return std::to_string(column.at<int64_t>(row));
    case TypeKind::timestamp: return timestamp_text(column.at<int64_t>(row));
    case TypeKind::decimal: return decimal_to_string(column.at<Int128>(row), column.type().scale);
    case TypeKind::float64: {
      std::string text;
      append_java_double(text, column.at<double>(row));
      return text;
    }
    case TypeKind::string: {
      ByteView text = column.at<ByteView>(row);
      if (text.size() <= kShown) return "'" + std::string(text) + "'";
      return "'" + std::string(text.substr(0, kShown)) + "...'";
    }
    default: {
      ByteView bytes = column.at<ByteView>(row);
      return "X'" + hex_encode(bytes.substr(0, kShown)) + (bytes.size() > kShown ? "..." : "") +
             "'";
    }
  }
}

}  // namespace leat::plan
