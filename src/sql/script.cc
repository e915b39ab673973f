#include "sql/script.h"

#include "sql/lexer.h"

namespace leat::sql {
namespace {

/// True for what may stand outside of quotes: one name, string or number, with its sign.
bool is_one_word(std::string_view value) {
  auto tokens = tokenize(value);
  if (!tokens || tokens->size() < 2) return false;
  size_t first = (*tokens)[0].kind == TokenKind::minus ? 1 : 0;
  if (tokens->size() != first + 2) return false;
  // Nor a comment before or after it, which would swallow what follows.
  if ((*tokens)[first].span.end - (*tokens)[0].span.begin != trim(value).size()) return false;
  switch ((*tokens)[first].kind) {
    case TokenKind::integer:
    case TokenKind::decimal:
    case TokenKind::floating: return true;
    case TokenKind::word:
    case TokenKind::quoted_word:
    case TokenKind::string: return first == 0;
    default: return false;
  }
}

class Substitution {
 public:
  Substitution(std::string_view text, const Variables& variables, uint32_t line, uint32_t column)
      : text_(text), variables_(variables), line_(line), column_(column) {}

  Result<std::string> run() {
    while (at_ < text_.size()) {
      if (quote_ == 0 && starts_with("--")) {
        copy(std::min(text_.find('\n', at_), text_.size()) - at_);
      } else if (quote_ == 0 && starts_with("/*")) {
        size_t end = text_.find("*/", at_ + 2);
        copy(end == std::string_view::npos ? text_.size() - at_ : end + 2 - at_);
      } else if (starts_with("$${")) {
        skip(1);
        copy(2);
      } else if (starts_with("${")) {
        LEAT_CHECK(variable());
      } else {
        track_quotes(text_[at_]);
        copy(1);
      }
    }
    return std::move(out_);
  }

 private:
  bool starts_with(std::string_view what) const { return text_.substr(at_).starts_with(what); }

  void skip(size_t bytes) {
    for (size_t end = at_ + bytes; at_ < end; ++at_) {
      if (text_[at_] == '\n') {
        ++line_;
        column_ = 1;
      } else if ((static_cast<unsigned char>(text_[at_]) & 0xC0) != 0x80) {
        ++column_;
      }
    }
  }
  void copy(size_t bytes) {
    out_ += text_.substr(at_, bytes);
    skip(bytes);
  }

  // A doubled quote closes and opens again, which comes to the same.
  void track_quotes(char c) {
    if (quote_ == 0 && (c == '\'' || c == '"' || c == '`')) {
      quote_ = c;
    } else if (quote_ == c) {
      quote_ = 0;
    }
  }

  Status variable() {
    size_t close = text_.find('}', at_);
    SourceSpan span{static_cast<uint32_t>(at_), static_cast<uint32_t>(at_ + 2), line_, column_};
    if (close == std::string_view::npos)
      return error_at(ErrorCode::invalid_argument, text_, span, "this variable has no end",
                      "a variable is written ${name}; write $${ for the characters themselves");
    std::string_view name = text_.substr(at_ + 2, close - at_ - 2);
    span.end = static_cast<uint32_t>(close + 1);
    auto found = variables_.find(name);
    if (found == variables_.end()) return unknown(name, span);
    const std::string& value = found->second;
    if (quote_ == 0 && !is_one_word(value))
      return error_at(
          ErrorCode::invalid_argument, text_, span,
          "variable " + std::string(name) + " is not one name, number or string: " + value,
          "a variable cannot stand for a piece of a statement");
    for (char c : value) {
      if (quote_ != 0 && c == quote_) out_ += c;
      out_ += c;
    }
    skip(close + 1 - at_);
    return {};
  }

  Error unknown(std::string_view name, const SourceSpan& span) const {
    std::vector<std::string> names;
    for (const auto& [known, value] : variables_) names.push_back(known);
    auto near = nearest(name, names);
    return error_at(ErrorCode::invalid_argument, text_, span,
                    "unknown variable '" + std::string(name) + "'",
                    near ? "did you mean ${" + *near + "}?" : "DEFINE it in an earlier statement");
  }

  std::string_view text_;
  const Variables& variables_;
  size_t at_ = 0;
  uint32_t line_;
  uint32_t column_;
  char quote_ = 0;
  std::string out_;
};

}  // namespace

Result<std::vector<ScriptPiece>> split_script(std::string_view text) {
  LEAT_TRY(auto tokens, tokenize(text, {.directives = true, .variables = true}));
  std::vector<ScriptPiece> pieces;
  const Token* first = nullptr;
  const Token* last = nullptr;
  for (const Token& token : tokens) {
    if (token.kind == TokenKind::directive) {
      pieces.push_back({ScriptPiece::Kind::directive, token.value, token.span});
    } else if (token.kind != TokenKind::semicolon && token.kind != TokenKind::end) {
      if (first == nullptr) first = &token;
      last = &token;
    } else if (first != nullptr) {
      SourceSpan span = join(first->span, last->span);
      pieces.push_back({ScriptPiece::Kind::statement,
                        std::string(text.substr(span.begin, span.end - span.begin)), span});
      first = nullptr;
    }
  }
  return pieces;
}

Result<std::string> substitute(std::string_view text, const Variables& variables,
                               uint32_t first_line, uint32_t first_column) {
  return Substitution(text, variables, first_line, first_column).run();
}

}  // namespace leat::sql
