#include "cases/json.h"

#include "data/json_value.h"

namespace leat::cases {
namespace {

constexpr int kDepthMax = 500;

void append_utf8(std::string& out, uint32_t code) {
  auto put = [&](uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | code >> 6), put(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    put(0xe0 | code >> 12), put(0x80 | (code >> 6 & 0x3f)), put(0x80 | (code & 0x3f));
  } else {
    put(0xf0 | code >> 18), put(0x80 | (code >> 12 & 0x3f)), put(0x80 | (code >> 6 & 0x3f)),
        put(0x80 | (code & 0x3f));
  }
}

/// Recursive descent over the whole text.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<Json> run() {
    LEAT_TRY(Json value, parse_value(0));
    skip_space();
    if (at_ != text_.size()) return error("nothing more");
    return value;
  }

 private:
  Error error(std::string_view expected) const {
    size_t line = 1;
    size_t column = 1;
    for (size_t i = 0; i < at_ && i < text_.size(); ++i) {
      column = text_[i] == '\n' ? 1 : column + 1;
      if (text_[i] == '\n') ++line;
    }
    return Error(ErrorCode::invalid_data, "not JSON: expected " + std::string(expected) +
                                              " at line " + std::to_string(line) + ":" +
                                              std::to_string(column));
  }

  void skip_space() {
    while (at_ < text_.size()) {
      std::string_view rest = text_.substr(at_);
      if (std::string_view(" \t\r\n").find(rest[0]) != std::string_view::npos) {
        ++at_;
      } else if (rest.starts_with("//")) {
        at_ = std::min(text_.size(), at_ + std::min(rest.find('\n'), rest.size()));
      } else if (rest.starts_with("/*")) {
        size_t end = rest.find("*/", 2);
        at_ = end == std::string_view::npos ? text_.size() : at_ + end + 2;
      } else {
        return;
      }
    }
  }

  bool take(char c) {
    skip_space();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool take_word(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  Result<Json> parse_value(int depth) {
    if (depth > kDepthMax) return error("less nesting");
    skip_space();
    if (at_ >= text_.size()) return error("a value");
    Json value;
    switch (text_[at_]) {
      case '{': return parse_object(depth);
      case '[': return parse_array(depth);
      case '"': {
        LEAT_TRY(std::string text, parse_string());
        return Json::of_string(std::move(text));
      }
      case 't': return take_word("true") ? Result<Json>(Json::of_boolean(true)) : error("a value");
      case 'f':
        return take_word("false") ? Result<Json>(Json::of_boolean(false)) : error("a value");
      case 'n': return take_word("null") ? Result<Json>(Json()) : error("a value");
      default: return parse_number();
    }
  }

  Result<Json> parse_number() {
    size_t begin = at_;
    while (at_ < text_.size() &&
           std::string_view("+-.0123456789eE").find(text_[at_]) != std::string_view::npos)
      ++at_;
    if (begin == at_) return error("a value");
    return Json::of_number(std::string(text_.substr(begin, at_ - begin)));
  }

  Result<Json> parse_array(int depth) {
    Json value;
    value.kind = Json::Kind::array;
    take('[');
    if (take(']')) return value;
    do {
      LEAT_TRY(Json item, parse_value(depth + 1));
      value.items.push_back(std::move(item));
    } while (take(','));
    if (!take(']')) return error("',' or ']'");
    return value;
  }

  Result<Json> parse_object(int depth) {
    Json value;
    value.kind = Json::Kind::object;
    take('{');
    if (take('}')) return value;
    do {
      skip_space();
      LEAT_TRY(std::string name, parse_string());
      if (!take(':')) return error("':'");
      LEAT_TRY(Json member, parse_value(depth + 1));
      value.members.emplace_back(std::move(name), std::move(member));
    } while (take(','));
    if (!take('}')) return error("',' or '}'");
    return value;
  }

  Result<uint32_t> parse_hex() {
    if (at_ + 4 > text_.size()) return error("four hexadecimal digits");
    uint32_t code = 0;
    for (int i = 0; i < 4; ++i) {
      char c = text_[at_++];
      int digit = c >= '0' && c <= '9'   ? c - '0'
                  : c >= 'a' && c <= 'f' ? c - 'a' + 10
                  : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                         : -1;
      if (digit < 0) return error("a hexadecimal digit");
      code = code << 4 | static_cast<uint32_t>(digit);
    }
    return code;
  }

  Status parse_escape(std::string& out) {
    if (at_ >= text_.size()) return error("an escape");
    char c = text_[at_++];
    constexpr std::string_view kNames = "\"\\/bfnrt";
    constexpr std::string_view kValues = "\"\\/\b\f\n\r\t";
    if (size_t known = kNames.find(c); known != std::string_view::npos) {
      out += kValues[known];
      return {};
    }
    if (c != 'u') return error("an escape");
    LEAT_TRY(uint32_t code, parse_hex());
    if (code >= 0xd800 && code < 0xdc00 && text_.substr(at_).starts_with("\\u")) {
      at_ += 2;
      LEAT_TRY(uint32_t low, parse_hex());
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    append_utf8(out, code);
    return {};
  }

  Result<std::string> parse_string() {
    if (at_ >= text_.size() || text_[at_] != '"') return error("a string");
    ++at_;
    std::string out;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (text_[at_] != '\\') {
        out += text_[at_++];
        continue;
      }
      ++at_;
      LEAT_CHECK(parse_escape(out));
    }
    if (at_ >= text_.size()) return error("'\"'");
    ++at_;
    return out;
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

Json Json::of_string(std::string text) {
  Json value;
  value.kind = Kind::string;
  value.text = std::move(text);
  return value;
}

Json Json::of_number(std::string text) {
  Json value = of_string(std::move(text));
  value.kind = Kind::number;
  return value;
}

Json Json::of_boolean(bool truth) {
  Json value;
  value.kind = Kind::boolean;
  value.truth = truth;
  return value;
}

const Json* Json::find(std::string_view name) const {
  for (const auto& [key, value] : members)
    if (key == name) return &value;
  return nullptr;
}

std::string Json::string_of(std::string_view name) const {
  const Json* member = find(name);
  return member != nullptr && member->kind == Kind::string ? member->text : std::string();
}

void Json::append_to(std::string& out) const {
  switch (kind) {
    case Kind::null: out += "null"; return;
    case Kind::boolean: out += truth ? "true" : "false"; return;
    case Kind::number: out += text; return;
    case Kind::string: append_json_string(out, text); return;
    case Kind::array:
      out += '[';
      for (size_t i = 0; i < items.size(); ++i) {
        if (i > 0) out += ',';
        items[i].append_to(out);
      }
      out += ']';
      return;
    case Kind::object:
      out += '{';
      for (size_t i = 0; i < members.size(); ++i) {
        if (i > 0) out += ',';
        append_json_string(out, members[i].first);
        out += ':';
        members[i].second.append_to(out);
      }
      out += '}';
  }
}

std::string Json::to_string() const {
  std::string out;
  append_to(out);
  return out;
}

Result<Json> parse_json(std::string_view text) { return Parser(text).run(); }

}  // namespace leat::cases
