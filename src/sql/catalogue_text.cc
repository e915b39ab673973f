#include <charconv>

#include "sql/catalogue.h"

// An entry is one line: what it is, then name=value fields with tabs between them. Tabs, line ends
// and backslashes in values are escaped, so that a line is a line.

namespace leat::sql {
namespace {

void append_escaped(std::string& out, std::string_view text) {
  for (char c : text) switch (c) {
      case '\t': out += "\\t"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\\': out += "\\\\"; break;
      default: out += c;
    }
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    char c = text[++i];
    out += c == 't' ? '\t' : c == 'n' ? '\n' : c == 'r' ? '\r' : c;
  }
  return out;
}

class Writer {
 public:
  explicit Writer(std::string_view kind) : line_(kind) {}
  Writer& field(std::string_view name, std::string_view value) {
    line_ += '\t';
    line_ += name;
    line_ += '=';
    append_escaped(line_, value);
    return *this;
  }
  Writer& field(std::string_view name, int64_t value) { return field(name, std::to_string(value)); }
  std::string take() { return std::move(line_); }

 private:
  std::string line_;
};

Error damaged(std::string_view what) {
  return Error(ErrorCode::invalid_data, "not a catalogue entry: " + std::string(what));
}

/// The fields of a line in order; names repeat where there are several values.
class Reader {
 public:
  static Result<Reader> of(std::string_view line, std::string_view kind) {
    Reader reader;
    size_t tab = line.find('\t');
    if (line.substr(0, tab) != kind) return damaged(line.substr(0, 40));
    while (tab != std::string_view::npos) {
      line.remove_prefix(tab + 1);
      tab = line.find('\t');
      std::string_view field = line.substr(0, tab);
      size_t equals = field.find('=');
      if (equals == std::string_view::npos) return damaged(field);
      reader.fields_.emplace_back(field.substr(0, equals), unescaped(field.substr(equals + 1)));
    }
    return reader;
  }

  std::optional<std::string> find(std::string_view name) const {
    for (const auto& [known, value] : fields_)
      if (known == name) return value;
    return std::nullopt;
  }
  Result<std::string> text(std::string_view name) const {
    auto value = find(name);
    if (!value) return damaged("no field " + std::string(name));
    return *value;
  }
  Result<int64_t> number(std::string_view name) const {
    LEAT_TRY(std::string value, text(name));
    int64_t out = 0;
    auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), out);
    if (error != std::errc() || end != value.data() + value.size()) return damaged(value);
    return out;
  }
  std::vector<std::string> all(std::string_view name) const {
    std::vector<std::string> out;
    for (const auto& [known, value] : fields_)
      if (known == name) out.push_back(value);
    return out;
  }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

Result<Type> type_named(std::string_view text) {
  for (const Type& type : {Type::boolean(), Type::int32(), Type::int64(), Type::float64(),
                           Type::string(), Type::bytes(), Type::timestamp()})
    if (type.to_string() == text) return type;
  int precision = 0;
  int scale = 0;
  if (sscanf(std::string(text).c_str(), "DECIMAL(%d, %d)", &precision, &scale) == 2 &&
      precision > 0 && precision < 256 && scale >= 0 && scale <= precision)
    return Type::decimal(precision, scale);
  return damaged(text);
}

// "BIGINT:name": no type has a colon.
std::string column_text(const Field& field) { return field.type.to_string() + ":" + field.name; }

Result<Field> column_of(std::string_view text) {
  size_t colon = text.find(':');
  if (colon == std::string_view::npos) return damaged(text);
  LEAT_TRY(Type type, type_named(text.substr(0, colon)));
  return Field{std::string(text.substr(colon + 1)), std::move(type)};
}

std::string format_text(const FormatSpec& format) {
  return std::string(name_of(format.kind)) + (format.wrap_single ? " wrapped " : " bare ") +
         format.delimiter;
}

Result<FormatSpec> format_of(std::string_view text) {
  size_t space = text.find(' ');
  auto kind = format_named(text.substr(0, space));
  size_t last = text.rfind(' ', text.size() - 2);
  if (!kind || space == std::string_view::npos || text.size() < 2) return damaged(text);
  FormatSpec format{.kind = *kind, .delimiter = text.back()};
  format.wrap_single = text.substr(space + 1, last - space - 1) == "wrapped";
  return format;
}

std::string window_text(const plan::WindowSpec& window) {
  std::string out;
  for (int64_t part :
       {static_cast<int64_t>(window.kind), window.size_ms, window.grace_ms, window.retention_ms})
    out += (out.empty() ? "" : " ") + std::to_string(part);
  return out;
}

Result<plan::WindowSpec> window_of(const std::string& text) {
  plan::WindowSpec window;
  int kind = 0;
  long long size = 0, grace = 0, retention = 0;
  if (sscanf(text.c_str(), "%d %lld %lld %lld", &kind, &size, &grace, &retention) != 4 ||
      kind < 0 || kind > static_cast<int>(plan::WindowSpec::Kind::session))
    return damaged(text);
  window.kind = static_cast<plan::WindowSpec::Kind>(kind);
  window.size_ms = size;
  window.grace_ms = grace;
  window.retention_ms = retention;
  return window;
}

}  // namespace

std::string encode(const SourceDef& source) {
  Writer out("source");
  out.field("name", source.name).field("table", source.is_table).field("topic", source.topic);
  for (const Field& field : source.schema.key) out.field("key", column_text(field));
  for (const Field& field : source.schema.value) out.field("value", column_text(field));
  out.field("key_format", format_text(source.key_format));
  out.field("value_format", format_text(source.value_format));
  out.field("timestamp", source.timestamp.column);
  out.field("timestamp_format", source.timestamp.format);
  if (source.window) out.field("window", window_text(*source.window));
  out.field("read_only", source.read_only).field("made_by", source.made_by);
  if (source.errors) out.field("errors", static_cast<int64_t>(*source.errors));
  out.field("partitions", source.partitions);
  if (source.retention_ms) out.field("retention_ms", *source.retention_ms);
  return out.field("statement", source.statement).take();
}

Result<SourceDef> decode_source(std::string_view text) {
  LEAT_TRY(Reader in, Reader::of(text, "source"));
  SourceDef source;
  LEAT_TRY(source.name, in.text("name"));
  LEAT_TRY(int64_t is_table, in.number("table"));
  source.is_table = is_table != 0;
  LEAT_TRY(source.topic, in.text("topic"));
  for (const std::string& column : in.all("key")) {
    LEAT_TRY(Field field, column_of(column));
    source.schema.key.push_back(std::move(field));
  }
  for (const std::string& column : in.all("value")) {
    LEAT_TRY(Field field, column_of(column));
    source.schema.value.push_back(std::move(field));
  }
  LEAT_TRY(std::string key_format, in.text("key_format"));
  LEAT_TRY(source.key_format, format_of(key_format));
  LEAT_TRY(std::string value_format, in.text("value_format"));
  LEAT_TRY(source.value_format, format_of(value_format));
  LEAT_TRY(int64_t timestamp, in.number("timestamp"));
  source.timestamp.column = static_cast<int>(timestamp);
  LEAT_TRY(source.timestamp.format, in.text("timestamp_format"));
  if (auto window = in.find("window")) {
    LEAT_TRY(source.window, window_of(*window));
  }
  LEAT_TRY(int64_t read_only, in.number("read_only"));
  source.read_only = read_only != 0;
  LEAT_TRY(source.made_by, in.text("made_by"));
  if (in.find("errors")) {
    LEAT_TRY(int64_t errors, in.number("errors"));
    source.errors = static_cast<plan::BadRecordPolicy>(errors);
  }
  LEAT_TRY(int64_t partitions, in.number("partitions"));
  source.partitions = static_cast<int32_t>(partitions);
  if (in.find("retention_ms")) {
    LEAT_TRY(source.retention_ms, in.number("retention_ms"));
  }
  LEAT_TRY(source.statement, in.text("statement"));
  return source;
}

std::string encode(const QueryDef& query) {
  Writer out("query");
  out.field("id", query.id).field("insert", query.is_insert).field("sink", query.sink);
  for (const std::string& source : query.sources) out.field("source", source);
  for (const auto& [name, value] : query.properties) out.field("property", name + "=" + value);
  return out.field("statement", query.statement).take();
}

Result<QueryDef> decode_query(std::string_view text) {
  LEAT_TRY(Reader in, Reader::of(text, "query"));
  QueryDef query;
  LEAT_TRY(query.id, in.text("id"));
  LEAT_TRY(int64_t is_insert, in.number("insert"));
  query.is_insert = is_insert != 0;
  LEAT_TRY(query.sink, in.text("sink"));
  query.sources = in.all("source");
  for (const std::string& property : in.all("property")) {
    size_t equals = property.find('=');
    if (equals == std::string::npos) return damaged(property);
    query.properties[property.substr(0, equals)] = property.substr(equals + 1);
  }
  LEAT_TRY(query.statement, in.text("statement"));
  return query;
}

std::string Catalogue::encode() const {
  std::string out = rule_ == NameRule::exact ? "catalogue exact\n" : "catalogue folded\n";
  for (const auto& [name, source] : sources_) out += sql::encode(source) + "\n";
  for (const auto& [id, query] : queries_) out += sql::encode(query) + "\n";
  return out;
}

Result<Catalogue> Catalogue::decode(std::string_view text) {
  auto next_line = [&text] {
    size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return line;
  };
  std::string_view head = next_line();
  if (head != "catalogue exact" && head != "catalogue folded") return damaged(head.substr(0, 40));
  Catalogue out(head == "catalogue exact" ? NameRule::exact : NameRule::folded);
  while (!text.empty()) {
    std::string_view line = next_line();
    if (line.starts_with("source\t")) {
      LEAT_TRY(SourceDef source, decode_source(line));
      LEAT_CHECK(out.add(std::move(source)));
    } else {
      LEAT_TRY(QueryDef query, decode_query(line));
      LEAT_CHECK(out.add_query(std::move(query)));
    }
  }
  return out;
}

}  // namespace leat::sql
