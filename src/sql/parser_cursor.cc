#include "sql/parser_cursor.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace leat::sql {
namespace {

constexpr size_t kExpectedShownMax = 8;
constexpr size_t kFoundShownMax = 40;

std::string found(const Token& token) {
  if (token.kind == TokenKind::end) return "the end of the statement";
  std::string_view shown = token.text.substr(0, token.text.find('\n'));
  bool whole = shown.size() == token.text.size() && shown.size() <= kFoundShownMax;
  if (whole) return "'" + std::string(shown) + "'";
  size_t bytes = std::min(shown.size(), kFoundShownMax);
  while (bytes > 0 && bytes < shown.size() &&
         (static_cast<unsigned char>(shown[bytes]) & 0xC0) == 0x80)
    --bytes;
  return "'" + std::string(shown.substr(0, bytes)) + "...'";
}

std::string either(const std::vector<std::string>& list) {
  std::string out;
  for (size_t i = 0; i < list.size(); ++i) {
    if (i > 0) out += i + 1 == list.size() ? " or " : ", ";
    out += list[i];
  }
  return out;
}

/// The keyword that `word` was meant to be: two letters swapped, or near by edit distance.
std::optional<std::string> meant(std::string_view word, const std::vector<std::string>& keywords) {
  for (const std::string& keyword : keywords) {
    if (keyword.size() != word.size()) continue;
    for (size_t i = 0; i + 1 < word.size(); ++i) {
      std::string swapped(word);
      std::swap(swapped[i], swapped[i + 1]);
      if (equals_ignoring_case(swapped, keyword)) return keyword;
    }
  }
  // A word of one or two letters is near to everything.
  if (word.size() < 3) return std::nullopt;
  return nearest(word, keywords);
}

void add_once(std::vector<std::string>& list, std::string_view what) {
  for (const std::string& known : list)
    if (known == what) return;
  list.emplace_back(what);
}

}  // namespace

bool ParserCursor::at_statement_end() const {
  return current().kind == TokenKind::semicolon || current().kind == TokenKind::end;
}

bool ParserCursor::sees(std::string_view keyword, size_t n) const {
  return ahead(n).kind == TokenKind::word && equals_ignoring_case(ahead(n).text, keyword);
}

bool ParserCursor::sees(std::initializer_list<std::string_view> keywords) const {
  size_t n = 0;
  for (std::string_view keyword : keywords)
    if (!sees(keyword, n++)) return false;
  return true;
}

bool ParserCursor::sees_name(size_t n) const {
  const Token& token = ahead(n);
  return token.kind == TokenKind::quoted_word ||
         (token.kind == TokenKind::word && !is_reserved(token.text));
}

bool ParserCursor::accept(std::string_view keyword) { return accept({keyword}); }

bool ParserCursor::accept(std::initializer_list<std::string_view> keywords) {
  if (sees(keywords)) {
    for (size_t i = 0; i < keywords.size(); ++i) advance();
    return true;
  }
  std::string phrase;
  for (std::string_view keyword : keywords)
    phrase.append(phrase.empty() ? "" : " ").append(keyword);
  expecting(phrase);
  candidates({*keywords.begin()});
  return false;
}

bool ParserCursor::accept(TokenKind kind) {
  if (current().kind == kind) {
    advance();
    return true;
  }
  expecting(name_of(kind));
  return false;
}

Status ParserCursor::expect(std::string_view keyword) {
  if (accept(keyword)) return {};
  return unexpected();
}

Status ParserCursor::expect(TokenKind kind) {
  if (accept(kind)) return {};
  return unexpected();
}

Result<Identifier> ParserCursor::expect_name(std::string_view what) {
  if (!sees_name()) {
    expecting(what);
    return unexpected();
  }
  const Token& token = current();
  bool quoted = token.kind == TokenKind::quoted_word;
  Identifier name{quoted ? token.value : std::string(token.text), quoted, token.span};
  advance();
  return name;
}

Result<std::string> ParserCursor::expect_string() {
  if (!sees(TokenKind::string)) {
    expecting("a string");
    return unexpected();
  }
  std::string value = current().value;
  advance();
  return value;
}

Result<int64_t> ParserCursor::expect_count() {
  if (sees(TokenKind::minus) &&
      (sees(TokenKind::integer, 1) || sees(TokenKind::decimal, 1) || sees(TokenKind::floating, 1)))
    return error(sql::join(current().span, ahead(1).span), "a negative number has no meaning here");
  if (!sees(TokenKind::integer)) {
    expecting(name_of(TokenKind::integer));
    return unexpected();
  }
  std::string_view digits = current().text;
  int64_t count = 0;
  if (std::from_chars(digits.data(), digits.data() + digits.size(), count).ec != std::errc{})
    return error(current().span, "number is out of range");
  advance();
  return count;
}

void ParserCursor::advance() {
  if (at_ + 1 < tokens_.size()) ++at_;
}

Identifier ParserCursor::take_unannounced_name() {
  forget_if_moved();
  unannounced_at_ = at_;
  unannounced_candidates_ = candidates_;
  const Token& token = current();
  bool quoted = token.kind == TokenKind::quoted_word;
  if (quoted) unannounced_candidates_.clear();
  Identifier name{quoted ? token.value : std::string(token.text), quoted, token.span};
  advance();
  return name;
}

void ParserCursor::forget_if_moved() {
  if (tried_at_ == at_) return;
  tried_at_ = at_;
  expected_.clear();
  candidates_.clear();
}

void ParserCursor::expecting(std::string_view what) {
  forget_if_moved();
  add_once(expected_, what);
}

void ParserCursor::expect_instead(std::string_view what) {
  forget_if_moved();
  expected_ = {std::string(what)};
}

void ParserCursor::candidates(std::initializer_list<std::string_view> keywords) {
  forget_if_moved();
  for (std::string_view keyword : keywords) add_once(candidates_, keyword);
}

Error ParserCursor::unexpected() const {
  if (unannounced_at_ && *unannounced_at_ + 1 == at_) {
    const Token& word = tokens_[*unannounced_at_];
    if (auto keyword = meant(word.text, unannounced_candidates_))
      return error(word.span, "expected " + *keyword + ", found " + found(word),
                   "did you mean " + *keyword + "?");
  }
  const Token& token = current();
  std::vector<std::string> expected = tried_at_ == at_ ? expected_ : std::vector<std::string>{};
  if (expected.size() > kExpectedShownMax) expected.clear();
  std::string message = expected.empty()
                            ? "unexpected " + found(token)
                            : "expected " + either(expected) + ", found " + found(token);
  return error(token.span, message, hint_for(token));
}

std::string ParserCursor::hint_for(const Token& token) const {
  bool tried = tried_at_ == at_;
  bool wants_name =
      tried && std::any_of(expected_.begin(), expected_.end(), [](const std::string& what) {
        return what.find("name") != std::string::npos;
      });
  if (token.kind == TokenKind::string && wants_name) return "names are quoted with ` or \"";
  if (token.kind != TokenKind::word) return {};
  if (is_reserved(token.text)) {
    if (at_ > 0 && tokens_[at_ - 1].kind == TokenKind::comma) return "remove the comma before it";
    if (wants_name) return "quote the word to use it as a name: `" + std::string(token.text) + "`";
    return {};
  }
  auto keyword = tried ? meant(token.text, candidates_) : std::nullopt;
  return keyword ? "did you mean " + *keyword + "?" : "";
}

Error ParserCursor::error(const SourceSpan& span, std::string_view message,
                          std::string hint) const {
  return error_at(ErrorCode::invalid_argument, text_, span, message, std::move(hint));
}

SourceSpan ParserCursor::span_from(size_t position) const {
  return sql::join(tokens_[position].span, previous().span);
}

}  // namespace leat::sql
