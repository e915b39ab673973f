#include "plan/like.h"

#include "plan/utf16.h"

namespace leat::plan {
namespace {

// What ends a line for java.util.regex: LF, CR, NEL, LS and PS.
bool ends_line(ByteView text, size_t at) {
  char c = text[at];
  if (c == '\n' || c == '\r') return true;
  ByteView rest = text.substr(at);
  return rest.starts_with("\xc2\x85") || rest.starts_with("\xe2\x80\xa8") ||
         rest.starts_with("\xe2\x80\xa9");
}

// Whether a text may have such a character at all: true for some others too.
bool may_end_lines(ByteView text) {
  bool any = false;
  for (char c : text) any |= c == '\n' || c == '\r' || c == '\xc2' || c == '\xe2';
  return any;
}

// The place behind the character at `at`; npos when a wildcard may not stand for it.
size_t past_any(ByteView text, size_t at) {
  if (at >= text.size() || ends_line(text, at)) return ByteView::npos;
  return at + utf16_step(text, at).bytes;
}
}  // namespace

std::optional<LikePattern> LikePattern::parse(ByteView pattern, std::optional<std::string> escape) {
  LikePattern out;
  auto add_text = [&out](ByteView text) {
    if (out.pieces_.empty() || out.pieces_.back().part != Part::text)
      out.pieces_.push_back({Part::text, {}});
    out.pieces_.back().text += text;
  };
  for (size_t at = 0; at < pattern.size();) {
    if (escape && !escape->empty() && pattern.substr(at).starts_with(*escape)) {
      at += escape->size();
      if (at == pattern.size()) return std::nullopt;
      size_t bytes = utf16_step(pattern, at).bytes;
      add_text(pattern.substr(at, bytes));
      at += bytes;
    } else if (pattern[at] == '%') {
      out.pieces_.push_back({Part::many, {}});
      ++at;
    } else if (pattern[at] == '_') {
      out.pieces_.push_back({Part::one, {}});
      ++at;
    } else {
      add_text(pattern.substr(at++, 1));
    }
  }
  return out;
}

// Where a `%` that has reached `at` can hand over to the piece behind it next; npos: nowhere.
size_t LikePattern::next_try(ByteView text, size_t at, size_t piece, bool lines) const {
  at = past_any(text, at);
  if (lines || at == ByteView::npos || piece == pieces_.size()) return at;
  const Piece& next = pieces_[piece];
  return next.part == Part::text ? text.find(next.text, at) : at;
}

bool LikePattern::matches(ByteView text) const {
  // Only the last `%` passed ever has to give way: whatever an earlier one could take instead, a
  // later one could take too. (Lines do not change that: a line's end between two places stops
  // both.)
  const bool lines = may_end_lines(text);
  size_t at = 0, piece = 0;
  size_t retry_piece = ByteView::npos, retry_at = 0;
  while (true) {
    bool ok = true;
    if (piece == pieces_.size()) {
      if (at == text.size()) return true;
      ok = false;
    } else if (const Piece& p = pieces_[piece]; p.part == Part::many) {
      retry_piece = ++piece;
      retry_at = at;
      continue;
    } else if (p.part == Part::one) {
      size_t next = past_any(text, at);
      ok = next != ByteView::npos;
      if (ok) at = next;
    } else {
      ok = text.substr(at).starts_with(p.text);
      if (ok) at += p.text.size();
    }
    if (ok) {
      ++piece;
      continue;
    }
    if (retry_piece == ByteView::npos) return false;
    if (retry_piece == pieces_.size() && !lines) return true;  // it takes all that is left
    retry_at = next_try(text, retry_at, retry_piece, lines);
    if (retry_at == ByteView::npos) return false;
    at = retry_at;
    piece = retry_piece;
  }
}

}  // namespace leat::plan
