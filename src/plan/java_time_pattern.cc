#include "plan/java_time_pattern.h"

#include <algorithm>

#include "plan/java_time_fields.h"

namespace leat::plan {
namespace {

// The most letters in a row that mean something; 0: no letter of patterns.
int most_letters(char letter) {
  switch (letter) {
    case 'u':
    case 'y':
    case 'A':
    case 'n':
    case 'N': return 19;
    case 'S': return 9;
    case 'G':
    case 'M':
    case 'L':
    case 'E':
    case 'X':
    case 'x':
    case 'Z': return 5;
    case 'z':
    case 'O': return 4;
    case 'D': return 3;
    case 'd':
    case 'h':
    case 'H':
    case 'k':
    case 'K':
    case 'm':
    case 's':
    case 'V': return 2;
    case 'a': return 1;
    default: return 0;
  }
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

Error bad(std::string_view pattern, std::string what) {
  return Error(ErrorCode::invalid_argument,
               "time pattern '" + std::string(pattern) + "': " + std::move(what),
               "for example yyyy-MM-dd'T'HH:mm:ss.SSSX");
}

Status check_letter(std::string_view pattern, const JavaTimePattern::Item& item) {
  std::string run(static_cast<size_t>(item.count), item.letter);
  if (std::string_view("YwWecQqgvBp").find(item.letter) != std::string_view::npos)
    return Error(ErrorCode::unsupported, "time pattern '" + std::string(pattern) +
                                             "': the letter " + std::string(1, item.letter) +
                                             " is not supported yet");
  int most = most_letters(item.letter);
  if (most == 0) return bad(pattern, "unknown letter " + std::string(1, item.letter));
  bool too_many = item.count > most;
  if (item.letter == 'V') too_many |= item.count != 2;
  if (item.letter == 'O') too_many |= item.count != 1 && item.count != 4;
  if (too_many) return bad(pattern, "no such number of letters: " + run);
  return {};
}

// Reads quoted text from `at`, behind the opening quote. Two quotes are one.
Result<std::string> quoted_text(std::string_view pattern, size_t& at) {
  if (at < pattern.size() && pattern[at] == '\'') {
    ++at;
    return std::string("'");
  }
  std::string out;
  for (; at < pattern.size(); ++at) {
    if (pattern[at] != '\'') {
      out += pattern[at];
      continue;
    }
    ++at;
    if (at == pattern.size() || pattern[at] != '\'') return out;
    out += '\'';
  }
  return bad(pattern, "a quote is not closed");
}

// A number of open width leaves the digits right behind it to the numbers of fixed width there.
void reserve_digits(std::vector<JavaTimePattern::Item>& items) {
  for (size_t i = 0; i < items.size(); ++i) {
    if (!is_number(items[i]) || fixed_width(items[i]) != 0) continue;
    for (size_t j = i + 1; j < items.size() && fixed_width(items[j]) != 0; ++j)
      items[i].reserved += fixed_width(items[j]);
  }
}
}  // namespace

bool is_number(const JavaTimePattern::Item& item) {
  if ((item.letter == 'M' || item.letter == 'L') && item.count > 2) return false;
  return item.letter != 0 &&
         std::string_view("uyDMLdhHkKmsSAnN").find(item.letter) != std::string_view::npos;
}

int fixed_width(const JavaTimePattern::Item& item) {
  if (!is_number(item)) return 0;
  switch (item.letter) {
    case 'S': return item.count;
    case 'u':
    case 'y': return item.count == 2 ? 2 : 0;
    case 'D': return item.count == 3 ? 3 : 0;
    case 'A':
    case 'n':
    case 'N': return 0;
    default: return item.count == 2 ? 2 : 0;
  }
}

OffsetStyle offset_style(const JavaTimePattern::Item& item) {
  using Part = OffsetStyle::Part;
  if (item.letter == 'Z')
    return item.count == 5 ? OffsetStyle{true, Part::always, Part::if_not_zero, "Z"}
                           : OffsetStyle{false, Part::always, Part::never, "+0000"};
  bool zulu = item.letter == 'X';
  bool colon = item.count == 3 || item.count == 5;
  Part minutes = item.count == 1 ? Part::if_not_zero : Part::always;
  Part seconds = item.count > 3 ? Part::if_not_zero : Part::never;
  std::string_view zero = item.count == 1 ? "+00" : colon ? "+00:00" : "+0000";
  return {colon, minutes, seconds, zulu ? "Z" : zero};
}

Result<JavaTimePattern> JavaTimePattern::parse(std::string_view pattern) {
  JavaTimePattern out;
  out.text_ = std::string(pattern);
  int open = 0;
  auto add_literal = [&out](std::string text) {
    out.items_.push_back({.literal = std::move(text)});
  };
  for (size_t at = 0; at < pattern.size();) {
    char c = pattern[at];
    if (is_letter(c)) {
      size_t end = pattern.find_first_not_of(c, at);
      if (end == std::string_view::npos) end = pattern.size();
      Item item{.letter = c, .count = static_cast<int>(std::min<size_t>(end - at, 99))};
      LEAT_CHECK(check_letter(pattern, item));
      out.items_.push_back(std::move(item));
      at = end;
    } else if (c == '\'') {
      LEAT_TRY(std::string text, quoted_text(pattern, ++at));
      add_literal(std::move(text));
    } else if (c == '[' || c == ']') {
      open += c == '[' ? 1 : -1;
      if (open < 0) return bad(pattern, "] without [");
      out.items_.push_back({.letter = c});
      ++at;
    } else if (c == '{' || c == '}' || c == '#') {
      return bad(pattern, std::string("the reserved character ") + c);
    } else {
      add_literal(std::string(1, c));
      ++at;
    }
  }
  // An optional part may stay open: it ends with the pattern.
  for (; open > 0; --open) out.items_.push_back({.letter = ']'});
  reserve_digits(out.items_);
  return out;
}

}  // namespace leat::plan
