#include <algorithm>
#include <cstring>
#include <limits>

#include "plan/utf16.h"
#include "sql/functions/add_function.h"
#include "sql/functions/families.h"

// Functions of places in a text: LEN, SUBSTRING, INSTR, LPAD, RPAD. Places count UTF-16 units, from
// 1; of BYTES bytes.

namespace leat::sql::functions {
namespace {

using plan::CallContext;

// A text and its units: what the functions below are written over, for STRING and for BYTES.
struct TextUnits {
  static size_t length(ByteView text) { return plan::utf16_length(text); }
  static size_t offset(ByteView text, size_t units) { return plan::utf16_offset(text, units); }
};
struct ByteUnits {
  static size_t length(ByteView text) { return text.size(); }
  static size_t offset(ByteView text, size_t units) { return std::min(units, text.size()); }
};

// From `position` (negative: from the end; 0 is 1) at most `length` units.
template <class Units>
ByteView part(ByteView text, int64_t position, int64_t length) {
  auto whole = static_cast<int64_t>(Units::length(text));
  int64_t begin = position < 0 ? std::max<int64_t>(whole + position, 0)
                               : std::max<int64_t>(std::min(position - 1, whole), 0);
  int64_t end = std::max(std::min(begin + length, whole), begin);
  size_t from = Units::offset(text, static_cast<size_t>(begin));
  size_t to = Units::offset(text, static_cast<size_t>(end));
  return text.substr(from, to - from);
}

constexpr int64_t kToTheEnd = std::numeric_limits<int32_t>::max();

// A row should not be able to ask for gigabytes.
constexpr int32_t kPaddedMax = 16 * 1024 * 1024;

// `text` made `length` units long: cut at its end, or filled with `padding`. NULL without padding.
template <class Units>
Result<std::optional<ByteView>> padded(const CallContext& c, ByteView text, int32_t length,
                                       ByteView padding, bool left) {
  if (padding.empty() || length < 0) return std::optional<ByteView>();
  if (length > kPaddedMax)
    return Error(ErrorCode::out_of_range,
                 "longer than " + std::to_string(kPaddedMax) + ": " + std::to_string(length));
  size_t units = Units::length(text);
  auto wanted = static_cast<size_t>(length);
  if (units >= wanted) return std::optional<ByteView>(text.substr(0, Units::offset(text, wanted)));
  std::string fill;
  size_t missing = wanted - units;
  size_t each = Units::length(padding);
  for (size_t n = missing / each; n > 0; --n) fill += padding;
  fill += padding.substr(0, Units::offset(padding, missing % each));
  return std::optional<ByteView>(
      c.arena.copy(left ? fill + std::string(text) : std::string(text) + fill));
}

// The kernel of LPAD and RPAD: the one place where a row may be NULL or an error.
template <class Units>
plan::Kernel pad_kernel(const char* name, bool left) {
  return [name, left](const CallContext& c, std::span<const Column* const> args, Column& out) {
    for (size_t i = 0; i < c.rows; ++i) {
      if (out.is_null(i)) continue;
      auto made = padded<Units>(c, args[0]->at<ByteView>(i), args[1]->at<int32_t>(i),
                                args[2]->at<ByteView>(i), left);
      if (!made)
        c.fail(out, i, made.error().code(), std::string(name) + ": " + made.error().message());
      else if (!*made)
        out.set_null(i);
      else
        out.at<ByteView>(i) = **made;
    }
  };
}

void add_pad(plan::FunctionRegistry& r, const char* name, bool left, const char* about) {
  r.add({.name = name,
         .parameters = {Type::string(), Type::int32(), Type::string()},
         .result_type = always(Type::string()),
         .kernel = pad_kernel<TextUnits>(name, left),
         .description = about});
  r.add({.name = name,
         .parameters = {Type::bytes(), Type::int32(), Type::bytes()},
         .result_type = always(Type::bytes()),
         .kernel = pad_kernel<ByteUnits>(name, left),
         .description = about});
}

// Byte offset of the n-th place (from 1) where `wanted` stands in `text` at or behind `from`; npos.
size_t nth_from(ByteView text, ByteView wanted, size_t from, int32_t n) {
  if (wanted.empty()) return from;
  size_t at = ByteView::npos;
  for (; n > 0; --n) {
    at = text.find(wanted, from);
    if (at == ByteView::npos) return at;
    from = at + 1;
  }
  return at;
}

// The same from the end: places whose end is at or before `to`.
size_t nth_back(ByteView text, ByteView wanted, size_t to, int32_t n) {
  if (wanted.empty()) return to;
  size_t at = ByteView::npos;
  for (; n > 0; --n) {
    if (to < wanted.size()) return ByteView::npos;
    at = text.rfind(wanted, to - wanted.size());
    if (at == ByteView::npos) return at;
    to = at + wanted.size() - 1;
  }
  return at;
}

int32_t place(ByteView text, ByteView wanted, int32_t position, int32_t occurrence) {
  auto units = static_cast<int64_t>(plan::utf16_length(text));
  if (std::abs(int64_t{position}) > units || position == 0 || occurrence < 1) return 0;
  size_t at = 0;
  if (position > 0) {
    size_t from = plan::utf16_offset(text, static_cast<size_t>(position - 1));
    at = nth_from(text, wanted, from, occurrence);
  } else {
    size_t to = plan::utf16_offset(text, static_cast<size_t>(units + position + 1));
    at = nth_back(text, wanted, to, occurrence);
  }
  if (at == ByteView::npos) return 0;
  return static_cast<int32_t>(plan::utf16_length(text.substr(0, at))) + 1;
}

void add_substring(plan::FunctionRegistry& r) {
  const char* to_end = "the text from a place on; a negative place counts from the end";
  const char* some = "so many characters of the text from a place on";
  add<ByteView(ByteView, int32_t)>(r, "SUBSTRING", to_end, [](ByteView text, int32_t position) {
    return part<TextUnits>(text, position, kToTheEnd);
  });
  add<ByteView(ByteView, int32_t, int32_t)>(r, "SUBSTRING", some,
                                            [](ByteView text, int32_t position, int32_t length) {
                                              return part<TextUnits>(text, position, length);
                                            });
  add<Bytes(Bytes, int32_t)>(r, "SUBSTRING", to_end, [](Bytes bytes, int32_t position) {
    return Bytes{part<ByteUnits>(bytes.view, position, kToTheEnd)};
  });
  add<Bytes(Bytes, int32_t, int32_t)>(r, "SUBSTRING", some,
                                      [](Bytes bytes, int32_t position, int32_t length) {
                                        return Bytes{part<ByteUnits>(bytes.view, position, length)};
                                      });
}
}  // namespace

void register_text_parts(plan::FunctionRegistry& r) {
  add<int32_t(ByteView)>(r, "LEN", "the number of characters", [](ByteView text) {
    return static_cast<int32_t>(plan::utf16_length(text));
  });
  add<int32_t(Bytes)>(r, "LEN", "the number of bytes",
                      [](Bytes bytes) { return static_cast<int32_t>(bytes.view.size()); });
  add_substring(r);
  add_pad(r, "LPAD", true, "the text cut or filled in front to a length");
  add_pad(r, "RPAD", false, "the text cut or filled behind to a length");

  // NULL is nowhere: 0.
  using Text = std::optional<ByteView>;
  const char* instr = "where the second text begins in the first, from 1; 0: nowhere";
  add<int32_t(Text, Text)>(r, "INSTR", instr, [](Text text, Text wanted) {
    return text && wanted ? place(*text, *wanted, 1, 1) : 0;
  });
  add<int32_t(Text, Text, int32_t)>(
      r, "INSTR", instr, [](Text text, Text wanted, int32_t position) {
        return text && wanted ? place(*text, *wanted, position, 1) : 0;
      });
  add<int32_t(Text, Text, int32_t, int32_t)>(
      r, "INSTR", instr, [](Text text, Text wanted, int32_t position, int32_t occurrence) {
        return text && wanted ? place(*text, *wanted, position, occurrence) : 0;
      });
}

}  // namespace leat::sql::functions
