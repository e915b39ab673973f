#pragma once
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sql/ast.h"
#include "sql/token.h"

namespace leat::sql {

/// A place in the tokens, and a memory of what was tried there: an error can then say what was
/// expected without any rule of the grammar spelling it out.
class ParserCursor {
 public:
  ParserCursor(std::string_view text, std::vector<Token> tokens)
      : text_(text), tokens_(std::move(tokens)) {}

  const Token& current() const { return tokens_[at_]; }
  const Token& ahead(size_t n) const { return tokens_[std::min(at_ + n, tokens_.size() - 1)]; }
  const Token& previous() const { return tokens_[at_ == 0 ? 0 : at_ - 1]; }
  size_t position() const { return at_; }
  std::string_view text() const { return text_; }
  /// At a ';' or at the end.
  bool at_statement_end() const;

  /// Looks for unquoted words or a symbol without leaving a trace in errors.
  bool sees(std::string_view keyword, size_t n = 0) const;
  bool sees(std::initializer_list<std::string_view> keywords) const;
  bool sees(TokenKind kind, size_t n = 0) const { return ahead(n).kind == kind; }
  /// An unquoted word that is not reserved, or a quoted one.
  bool sees_name(size_t n = 0) const;

  /// Takes the keyword (the words, one after the other) or symbol if it stands here.
  bool accept(std::string_view keyword);
  bool accept(std::initializer_list<std::string_view> keywords);
  bool accept(TokenKind kind);
  /// The same, or an error.
  Status expect(std::string_view keyword);
  Status expect(TokenKind kind);
  Result<Identifier> expect_name(std::string_view what = "a name");
  Result<std::string> expect_string();
  /// A whole number from 0 on.
  Result<int64_t> expect_count();

  void advance();
  /// Takes a word as a name that nothing announced (an alias without AS). Should the next token be
  /// an error, the word was perhaps a mistyped keyword.
  Identifier take_unannounced_name();

  /// Adds to what an error here names as expected; `keywords` are only compared for typing
  /// mistakes.
  void expecting(std::string_view what);
  /// Replaces the list of what is expected here by one word for all of it.
  void expect_instead(std::string_view what);
  void candidates(std::initializer_list<std::string_view> keywords);
  /// "expected FROM, found 'FORM'", at the current token.
  Error unexpected() const;
  Error error(const SourceSpan& span, std::string_view message, std::string hint = {}) const;

  /// From the token at `position` to the last one taken.
  SourceSpan span_from(size_t position) const;

 private:
  void forget_if_moved();
  std::string hint_for(const Token& found) const;

  std::string_view text_;
  std::vector<Token> tokens_;
  size_t at_ = 0;

  // What was tried at token `tried_at_`.
  size_t tried_at_ = 0;
  std::vector<std::string> expected_;
  std::vector<std::string> candidates_;
  // An unannounced name: its token, and what was tried there instead.
  std::optional<size_t> unannounced_at_;
  std::vector<std::string> unannounced_candidates_;
};

}  // namespace leat::sql
