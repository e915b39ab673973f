#include "sql/lexer.h"

#include <array>
#include <limits>

#include "base/text.h"

namespace leat::sql {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool starts_word(char c) { return is_letter(c) || c == '_'; }
bool continues_word(char c) { return starts_word(c) || is_digit(c) || c == '@'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

struct Symbol {
  std::string_view text;
  TokenKind kind;
};
// Longer ones first.
constexpr auto kSymbols = std::to_array<Symbol>({
    {"<>", TokenKind::not_equal},   {"!=", TokenKind::not_equal},
    {"<=", TokenKind::less_equal},  {">=", TokenKind::greater_equal},
    {"||", TokenKind::concat},      {":=", TokenKind::assign},
    {"->", TokenKind::arrow},       {"=>", TokenKind::fat_arrow},
    {"=", TokenKind::equal},        {"<", TokenKind::less},
    {">", TokenKind::greater},      {"+", TokenKind::plus},
    {"-", TokenKind::minus},        {"*", TokenKind::star},
    {"/", TokenKind::slash},        {"%", TokenKind::percent},
    {"(", TokenKind::left_paren},   {")", TokenKind::right_paren},
    {"[", TokenKind::left_bracket}, {"]", TokenKind::right_bracket},
    {",", TokenKind::comma},        {".", TokenKind::dot},
    {";", TokenKind::semicolon},
});

// What other languages write, and what it is here.
struct Foreign {
  std::string_view text;
  std::string_view hint;
};
constexpr auto kForeign = std::to_array<Foreign>({
    {"==", "write = to compare"},
    {"&&", "write AND"},
    {"!", "write NOT, or != for 'not equal'"},
    {"|", "write || to join strings, or OR"},
    {"::", "write CAST(x AS type)"},
    {"\xE2\x80\x98", "strings are quoted with '"},
    {"\xE2\x80\x99", "strings are quoted with '"},
    {"\xE2\x80\x9C", "names are quoted with \" or `, strings with '"},
    {"\xE2\x80\x9D", "names are quoted with \" or `, strings with '"},
    {"\xC2\xA0", "this is a no-break space; write an ordinary one"},
});

class Lexer {
 public:
  Lexer(std::string_view text, const LexOptions& options)
      : text_(text), options_(options), line_(options.first_line), column_(options.first_column) {}

  Result<std::vector<Token>> run() {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (starts_with(kByteOrderMark)) at_ += kByteOrderMark.size();
    while (true) {
      LEAT_CHECK(skip_blanks());
      begin_token();
      if (at_ == text_.size()) break;
      LEAT_CHECK(next());
    }
    push(TokenKind::end);
    return std::move(tokens_);
  }

 private:
  char peek(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool starts_with(std::string_view what) const { return text_.substr(at_).starts_with(what); }

  void advance(size_t bytes = 1) {
    for (size_t end = std::min(text_.size(), at_ + bytes); at_ < end; ++at_) {
      if (text_[at_] == '\n') {
        ++line_;
        column_ = 1;
      } else if ((static_cast<unsigned char>(text_[at_]) & 0xC0) != 0x80) {
        ++column_;
      }
    }
  }
  template <class Predicate>
  void advance_while(Predicate&& keep) {
    while (at_ < text_.size() && keep(text_[at_])) advance();
  }

  void begin_token() {
    begin_ = {static_cast<uint32_t>(at_), static_cast<uint32_t>(at_), line_, column_};
  }
  SourceSpan span() const {
    SourceSpan s = begin_;
    s.end = static_cast<uint32_t>(at_);
    return s;
  }
  void push(TokenKind kind, std::string value = {}) {
    tokens_.push_back(
        {kind, text_.substr(begin_.begin, at_ - begin_.begin), std::move(value), span()});
  }
  Error error(std::string_view message, std::string hint = {}) const {
    return error_at(ErrorCode::invalid_argument, text_, span(), message, std::move(hint));
  }

  /// Spaces and comments; a directive among them becomes a token.
  Status skip_blanks() {
    while (true) {
      advance_while(is_space);
      if (starts_with("--")) {
        line_comment();
      } else if (starts_with("/*")) {
        LEAT_CHECK(block_comment());
      } else {
        return {};
      }
    }
  }

  void line_comment() {
    begin_token();
    bool directive = options_.directives && peek(2) == '@';
    advance_while([](char c) { return c != '\n' && c != '\r'; });
    if (directive)
      push(TokenKind::directive,
           std::string(trim(text_.substr(begin_.begin + 3, at_ - begin_.begin - 3))));
  }

  Status block_comment() {
    begin_token();
    size_t end = text_.find("*/", at_ + 2);
    if (end == std::string_view::npos) {
      advance(2);
      return error("this comment has no end", "close it with */");
    }
    advance(end + 2 - at_);
    return {};
  }

  Status next() {
    char c = peek();
    if (starts_word(c)) {
      advance_while(continues_word);
      push(TokenKind::word);
      return {};
    }
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) {
      number();
      return {};
    }
    if (c == '\'') return quoted('\'', TokenKind::string, "this string has no end");
    if (c == '`' || c == '"')
      return quoted(c, TokenKind::quoted_word, "this quoted name has no end");
    if (c == '$') return variable();
    return symbol();
  }

  /// A quote inside is written twice.
  Status quoted(char quote, TokenKind kind, std::string_view unfinished) {
    advance();
    std::string value;
    while (true) {
      if (at_ == text_.size()) {
        at_ = begin_.begin + 1;  // only the opening quote is worth pointing at
        return error(unfinished, std::string("close it with ") + quote);
      }
      if (peek() == quote) {
        if (peek(1) != quote) break;
        advance();
      }
      value += peek();
      advance();
    }
    advance();
    if (!is_valid_utf8(value)) return error("this text is not valid UTF-8");
    if (kind == TokenKind::quoted_word && value.empty()) return error("a name cannot be empty");
    push(kind, std::move(value));
    return {};
  }

  /// The longest of a number and a name that begins with a digit.
  void number() {
    size_t end = at_;
    while (end < text_.size() && is_digit(text_[end])) ++end;
    TokenKind kind = TokenKind::integer;
    size_t word_end = end;
    while (word_end < text_.size() && continues_word(text_[word_end])) ++word_end;
    if (end < text_.size() && text_[end] == '.') {
      kind = TokenKind::decimal;
      ++end;
      while (end < text_.size() && is_digit(text_[end])) ++end;
    }
    if (size_t exponent_end = after_exponent(end); exponent_end != end) {
      kind = TokenKind::floating;
      end = exponent_end;
    }
    if (word_end > end) {
      kind = TokenKind::word;
      end = word_end;
    }
    advance(end - at_);
    push(kind);
  }

  size_t after_exponent(size_t from) const {
    size_t i = from;
    if (i == text_.size() || (text_[i] != 'e' && text_[i] != 'E')) return from;
    ++i;
    if (i < text_.size() && (text_[i] == '+' || text_[i] == '-')) ++i;
    size_t digits = i;
    while (i < text_.size() && is_digit(text_[i])) ++i;
    return i == digits ? from : i;
  }

  Status variable() {
    size_t end = at_ + 2;
    while (end < text_.size() && continues_word(text_[end])) ++end;
    bool whole = peek(1) == '{' && end < text_.size() && text_[end] == '}' && end > at_ + 2;
    if (!whole) {
      advance();
      return error("unexpected character '$'", "a variable is written ${name}");
    }
    std::string name(text_.substr(at_ + 2, end - at_ - 2));
    advance(end + 1 - at_);
    if (!options_.variables)
      return error("variable " + name + " has no value here", "DEFINE it in an earlier statement");
    push(TokenKind::variable, std::move(name));
    return {};
  }

  Status symbol() {
    for (const Foreign& foreign : kForeign) {
      if (!starts_with(foreign.text) || starts_with("!=") || starts_with("||")) continue;
      advance(foreign.text.size());
      return error("unexpected '" + std::string(foreign.text) + "'", std::string(foreign.hint));
    }
    for (const Symbol& s : kSymbols) {
      if (!starts_with(s.text)) continue;
      advance(s.text.size());
      push(s.kind);
      return {};
    }
    return unknown_character();
  }

  Status unknown_character() {
    size_t bytes = 1;
    while (bytes < 4 && (static_cast<unsigned char>(peek(bytes)) & 0xC0) == 0x80) ++bytes;
    std::string_view character = text_.substr(at_, bytes);
    advance(bytes);
    if (!is_valid_utf8(character)) return error("this byte is not valid UTF-8");
    if (static_cast<unsigned char>(character[0]) < 0x20 || character[0] == 0x7f)
      return error("unexpected control character 0x" + hex_encode(character));
    return error("unexpected character '" + std::string(character) + "'",
                 bytes > 1 ? "names with other than ASCII letters need quotes" : "");
  }

  std::string_view text_;
  LexOptions options_;
  size_t at_ = 0;
  uint32_t line_;
  uint32_t column_;
  SourceSpan begin_;
  std::vector<Token> tokens_;
};

}  // namespace

Result<std::vector<Token>> tokenize(std::string_view text, const LexOptions& options) {
  if (text.size() >= std::numeric_limits<uint32_t>::max())
    return Error(ErrorCode::invalid_argument, "the SQL text is longer than 4 GiB");
  return Lexer(text, options).run();
}

}  // namespace leat::sql
