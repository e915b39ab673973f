#include "sql/source_text.h"

#include <algorithm>

namespace leat::sql {
namespace {

constexpr size_t kExcerptWidth = 100;
constexpr size_t kLeftOfSpan = 40;

bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

size_t characters(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), starts_character));
}

/// Cuts `line` to a window around [begin, end) and moves these along.
std::string cut(std::string_view line, size_t& begin, size_t& end) {
  if (line.size() <= kExcerptWidth) return std::string(line);
  size_t from = begin > kLeftOfSpan ? begin - kLeftOfSpan : 0;
  while (from > 0 && !starts_character(line[from])) --from;
  size_t to = std::min(line.size(), from + kExcerptWidth);
  while (to < line.size() && !starts_character(line[to])) ++to;
  begin = std::min(begin, to) - from;
  end = std::min(end, to) - from;
  std::string shown(line.substr(from, to - from));
  if (from > 0) {
    shown.insert(0, "...");
    begin += 3;
    end += 3;
  }
  if (to < line.size()) shown += "...";
  return shown;
}

}  // namespace

SourceSpan join(const SourceSpan& first, const SourceSpan& last) {
  SourceSpan span = first;
  span.end = std::max(first.end, last.end);
  return span;
}

std::string excerpt(std::string_view text, const SourceSpan& span) {
  size_t at = std::min<size_t>(span.begin, text.size());
  size_t line_begin = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
  line_begin = line_begin == std::string_view::npos ? 0 : line_begin + 1;
  size_t line_end = std::min(text.find('\n', at), text.size());
  if (line_end > line_begin && text[line_end - 1] == '\r' && line_end - 1 >= at) --line_end;

  size_t begin = at - line_begin;
  size_t end = std::clamp<size_t>(span.end, at, line_end) - line_begin;
  std::string shown = cut(text.substr(line_begin, line_end - line_begin), begin, end);
  // Control characters would move the carets or the terminal.
  for (char& c : shown)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';

  std::string gutter = "  " + std::to_string(span.line) + " | ";
  size_t carets =
      std::max<size_t>(1, characters(std::string_view(shown).substr(begin, end - begin)));
  return gutter + shown + "\n" + std::string(gutter.size() - 2, ' ') + "| " +
         std::string(characters(std::string_view(shown).substr(0, begin)), ' ') +
         std::string(carets, '^');
}

Error error_at(ErrorCode code, std::string_view text, const SourceSpan& span,
               std::string_view message, std::string hint) {
  std::string full = "line " + std::to_string(span.line) + ":" + std::to_string(span.column) +
                     ": " + std::string(message) + "\n" + excerpt(text, span);
  return Error(code, std::move(full), std::move(hint));
}

}  // namespace leat::sql
