#include <cstring>

#include "plan/utf16.h"
#include "sql/functions/add_function.h"
#include "sql/functions/families.h"
#include "sql/functions/letter_case.h"

// Functions that make text out of whole texts, and lists of them.

namespace leat::sql::functions {
namespace {

using plan::CallContext;

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

ByteView upper(const CallContext& c, ByteView text) {
  std::string out;
  append_upper(out, text);
  return c.arena.copy(out);
}

ByteView lower(const CallContext& c, ByteView text) {
  std::string out;
  append_lower(out, text);
  return c.arena.copy(out);
}

// Words with a large first letter. Space in front goes, as in ksqlDB.
ByteView capitals(const CallContext& c, ByteView text) {
  std::string small;
  append_lower(small, text);
  std::string out;
  size_t i = 0;
  while (i < small.size() && is_space(small[i])) ++i;
  for (bool begins = true; i < small.size();) {
    size_t bytes = plan::utf16_step(small, i).bytes;
    ByteView letter = ByteView(small).substr(i, bytes);
    if (begins && !is_space(letter[0]))
      append_upper(out, letter);
    else
      out += letter;
    begins = is_space(letter[0]);
    i += bytes;
  }
  return c.arena.copy(out);
}

ByteView trimmed(ByteView text) {
  auto blank = [](char ch) { return static_cast<unsigned char>(ch) <= ' '; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

ByteView replaced(const CallContext& c, ByteView text, ByteView old, ByteView by) {
  std::string out;
  if (old.empty()) {
    // Java's: between all characters and at both ends.
    for (size_t i = 0; i < text.size();) {
      size_t bytes = plan::utf16_step(text, i).bytes;
      out.append(by).append(text.substr(i, bytes));
      i += bytes;
    }
    return c.arena.copy(out += by);
  }
  size_t from = 0;
  for (size_t at; (at = text.find(old, from)) != ByteView::npos; from = at + old.size())
    out.append(text.substr(from, at - from)).append(by);
  if (from == 0) return text;
  return c.arena.copy(out.append(text.substr(from)));
}

std::optional<ByteView> character(const CallContext& c, int32_t code) {
  bool surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < 0 || code > 0x10ffff || surrogate) return std::nullopt;
  std::string out;
  append_utf8(out, static_cast<uint32_t>(code));
  return c.arena.copy(out);
}

// Four hexadecimal digits behind "\u"; none: not that.
std::optional<uint32_t> utf16_escape(ByteView text) {
  if (text.size() < 6 || text[0] != '\\' || text[1] != 'u') return std::nullopt;
  uint32_t unit = 0;
  for (char d : text.substr(2, 4)) {
    int digit = d >= '0' && d <= '9'                     ? d - '0'
                : (d | 0x20) >= 'a' && (d | 0x20) <= 'f' ? (d | 0x20) - 'a' + 10
                                                         : -1;
    if (digit < 0) return std::nullopt;
    unit = unit * 16 + static_cast<uint32_t>(digit);
  }
  return unit;
}

// "\u004b" as K; a pair of surrogates as one character. What follows stays.
std::optional<ByteView> character_of_escape(const CallContext& c, ByteView text) {
  auto unit = utf16_escape(text);
  if (!unit) return std::nullopt;
  std::string out;
  while ((unit = utf16_escape(text))) {
    text.remove_prefix(6);
    auto low = *unit >= 0xd800 && *unit < 0xdc00 ? utf16_escape(text) : std::nullopt;
    if (low && *low >= 0xdc00 && *low < 0xe000) {
      text.remove_prefix(6);
      unit = 0x10000 + ((*unit - 0xd800) << 10) + (*low - 0xdc00);
    } else if (*unit >= 0xd800 && *unit < 0xe000) {
      unit = 0xfffd;  // half of a character
    }
    append_utf8(out, *unit);
  }
  return c.arena.copy(out.append(text));
}

// The arguments from `first` on that are not NULL, joined.
void join_row(const CallContext& c, std::span<const Column* const> args, size_t first,
              ByteView separator, size_t row, Column& out) {
  size_t bytes = 0;
  size_t parts = 0;
  for (size_t k = first; k < args.size(); ++k) {
    if (args[k]->is_null(row)) continue;
    bytes += args[k]->at<ByteView>(row).size() + (parts++ > 0 ? separator.size() : 0);
  }
  char* begin = c.arena.allocate(bytes);
  char* p = begin;
  auto put = [&p](ByteView part) {
    if (!part.empty()) std::memcpy(p, part.data(), part.size());
    p += part.size();
  };
  parts = 0;
  for (size_t k = first; k < args.size(); ++k) {
    if (args[k]->is_null(row)) continue;
    if (parts++ > 0) put(separator);
    put(args[k]->at<ByteView>(row));
  }
  out.at<ByteView>(row) = {begin, bytes};
}

void add_list(plan::FunctionRegistry& r, const char* name, std::vector<Type> parameters,
              Type result, plan::Kernel kernel, const char* about) {
  r.add({.name = name,
         .parameters = std::move(parameters),
         .variadic = true,
         .null_in_null_out = false,
         .result_type = always(std::move(result)),
         .kernel = std::move(kernel),
         .description = about});
}

void add_joins(plan::FunctionRegistry& r) {
  for (const Type& type : {Type::string(), Type::bytes()}) {
    add_list(
        r, "CONCAT", {type, type}, type,
        [](const CallContext& c, std::span<const Column* const> args, Column& out) {
          for (size_t i = 0; i < c.rows; ++i) join_row(c, args, 0, {}, i, out);
        },
        "the arguments that are not NULL, joined");
    add_list(
        r, "CONCAT_WS", {type, type, type}, type,
        [](const CallContext& c, std::span<const Column* const> args, Column& out) {
          for (size_t i = 0; i < c.rows; ++i) {
            if (args[0]->is_null(i))
              out.set_null(i);
            else
              join_row(c, args, 1, args[0]->at<ByteView>(i), i, out);
          }
        },
        "the arguments behind the first that are not NULL, joined with the first between them");
  }
}

void add_places(plan::FunctionRegistry& r) {
  add_list(
      r, "ELT", {Type::int32(), Type::string(), Type::string()}, Type::string(),
      [](const CallContext& c, std::span<const Column* const> args, Column& out) {
        for (size_t i = 0; i < c.rows; ++i) {
          int32_t n = args[0]->is_null(i) ? 0 : args[0]->at<int32_t>(i);
          bool there = n >= 1 && static_cast<size_t>(n) < args.size();
          if (!there || args[static_cast<size_t>(n)]->is_null(i))
            out.set_null(i);
          else
            out.at<ByteView>(i) = args[static_cast<size_t>(n)]->at<ByteView>(i);
        }
      },
      "of the texts behind the first argument the one with that number, from 1");
  add_list(
      r, "FIELD", {Type::string(), Type::string(), Type::string()}, Type::int32(),
      [](const CallContext& c, std::span<const Column* const> args, Column& out) {
        for (size_t i = 0; i < c.rows; ++i) {
          int32_t found = 0;
          for (size_t k = args.size() - 1; k > 0 && !args[0]->is_null(i); --k)
            if (!args[k]->is_null(i) && args[k]->at<ByteView>(i) == args[0]->at<ByteView>(i))
              found = static_cast<int32_t>(k);
          out.at<int32_t>(i) = found;
        }
      },
      "the number of the text that equals the first argument, from 1; 0: none does");
}
}  // namespace

void register_text(plan::FunctionRegistry& r) {
  add<ByteView(ByteView)>(r, "UCASE", "the text in upper case", upper);
  add<ByteView(ByteView)>(r, "LCASE", "the text in lower case", lower);
  add<ByteView(ByteView)>(r, "INITCAP", "the words with a large first letter", capitals);
  add<ByteView(ByteView)>(r, "TRIM", "the text without space at its ends", trimmed);
  add<ByteView(ByteView, ByteView, ByteView)>(
      r, "REPLACE", "the text with the second argument replaced by the third", replaced);
  const char* chr = "the character with this number, or of an escape like '\\u004b'";
  add<std::optional<ByteView>(int32_t)>(r, "CHR", chr, character);
  add<std::optional<ByteView>(ByteView)>(r, "CHR", chr, character_of_escape);
  add_joins(r);
  add_places(r);
}

}  // namespace leat::sql::functions
