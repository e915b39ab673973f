#include "cli/record_lines.h"

#include <charconv>

#include <simdjson.h>

#include "base/text.h"
#include "data/json_value.h"

namespace leat::cli {
namespace {

/// Splits one line as RFC 4180 has it: fields in double quotes may hold commas, and "" is a quote.
/// nullopt: a quote without its end.
struct Cell {
  std::string text;
  bool quoted = false;
};
std::optional<std::vector<Cell>> split_line(std::string_view line) {
  std::vector<Cell> cells(1);
  for (size_t i = 0; i < line.size(); ++i) {
    Cell& cell = cells.back();
    if (line[i] == ',') {
      cells.emplace_back();
    } else if (line[i] == '"' && cell.text.empty() && !cell.quoted) {
      cell.quoted = true;
      for (++i;; ++i) {
        if (i >= line.size()) return std::nullopt;
        if (line[i] != '"') {
          cell.text += line[i];
        } else if (i + 1 < line.size() && line[i + 1] == '"') {
          cell.text += line[i++];
        } else {
          break;
        }
      }
    } else {
      cell.text += line[i];
    }
  }
  return cells;
}

/// A delimited field as JSON of its column's type; the server checks what it means.
std::string as_json(const Cell& cell, const Type& type) {
  if (cell.text.empty() && !cell.quoted) return "null";
  bool text = type.kind == TypeKind::string || type.kind == TypeKind::bytes ||
              type.kind == TypeKind::timestamp;
  if (!text) return cell.text;
  std::string out;
  append_json_string(out, cell.text);
  return out;
}

TypeKind kind_named(std::string_view type) {
  if (type == "STRING" || type == "VARCHAR") return TypeKind::string;
  if (type == "BYTES") return TypeKind::bytes;
  if (type == "TIMESTAMP") return TypeKind::timestamp;
  if (type == "BOOLEAN") return TypeKind::boolean;
  return TypeKind::float64;  // a number: its text is JSON already
}

}  // namespace

Result<RecordLines> RecordLines::make(LineReader reader, LineOptions options) {
  RecordLines lines(std::move(reader));
  lines.options_ = std::move(options);
  const std::string& time = lines.options_.timestamp;
  int64_t fixed = 0;
  auto [end, bad] = std::from_chars(time.data(), time.data() + time.size(), fixed);
  if (!time.empty() && bad == std::errc() && end == time.data() + time.size())
    lines.fixed_time_ = fixed;
  if (lines.options_.format != "delimited") return lines;

  lines.order_ = lines.options_.columns;
  if (!lines.options_.header) return lines;
  LEAT_TRY(auto header, lines.line());
  auto cells = header ? split_line(*header) : std::nullopt;
  if (!cells) return Error(ErrorCode::invalid_argument, "the header line is missing or broken");
  std::vector<std::string> names;
  for (const Field& column : lines.options_.columns) names.push_back(column.name);
  lines.order_.clear();
  for (const Cell& cell : *cells) {
    auto column =
        std::find_if(lines.options_.columns.begin(), lines.options_.columns.end(),
                     [&](const Field& f) { return equals_ignoring_case(f.name, trim(cell.text)); });
    if (column == lines.options_.columns.end()) {
      auto near = nearest(cell.text, names);
      return Error(ErrorCode::invalid_argument,
                   "the header names a column that is not declared: " + cell.text,
                   near ? "did you mean " + *near + "?" : "");
    }
    lines.order_.push_back(*column);
  }
  return lines;
}

Error RecordLines::at_line(const std::string& why) const {
  return Error(ErrorCode::invalid_data, "line " + std::to_string(line_number_) + ": " + why);
}

Result<std::optional<std::string_view>> RecordLines::line() {
  for (;;) {
    LEAT_TRY(std::optional<std::string_view> line, reader_.next());
    if (line) ++line_number_;
    if (!line || !trim(*line).empty()) return line;
  }
}

Result<std::optional<std::string>> RecordLines::next() {
  LEAT_TRY(auto text, line());
  if (!text) return std::optional<std::string>();
  LEAT_TRY(std::string record,
           options_.format == "delimited" ? from_delimited(*text) : from_json(*text));
  return std::optional<std::string>(std::move(record));
}

std::string RecordLines::record(const std::optional<std::string>& key, const std::string& value,
                                const std::optional<std::string>& timestamp) const {
  std::string out = "{";
  if (key) out += "\"key\":" + *key + ",";
  if (fixed_time_) {
    out += "\"timestamp\":" + std::to_string(*fixed_time_) + ",";
  } else if (timestamp) {
    out += "\"timestamp\":" + *timestamp + ",";
  }
  return out + "\"value\":" + value + "}";
}

Result<std::string> RecordLines::from_json(std::string_view line) const {
  namespace ondemand = simdjson::ondemand;
  ondemand::parser parser;
  simdjson::padded_string padded(line);
  ondemand::document document;
  ondemand::object object;
  if (parser.iterate(padded).get(document) != simdjson::SUCCESS) return at_line("it is not JSON");
  if (options_.key.empty() && (options_.timestamp.empty() || fixed_time_))
    return record(std::nullopt, std::string(trim(line)), std::nullopt);
  if (document.get_object().get(object) != simdjson::SUCCESS)
    return at_line("it is not a JSON object");
  std::optional<std::string> key;
  std::optional<std::string> time;
  std::string value = "{";
  for (auto field : object) {
    std::string_view name;
    std::string_view raw;
    ondemand::value member;
    if (field.unescaped_key().get(name) != simdjson::SUCCESS ||
        field.value().get(member) != simdjson::SUCCESS)
      return at_line("it is not JSON");
    std::string name_text(name);
    if (simdjson::to_json_string(member).get(raw) != simdjson::SUCCESS)
      return at_line("it is not JSON");
    if (!fixed_time_ && equals_ignoring_case(name_text, options_.timestamp))
      time = std::string(trim(raw));
    if (equals_ignoring_case(name_text, options_.key)) {
      key = std::string(trim(raw));
      continue;
    }
    if (value.size() > 1) value += ',';
    append_json_string(value, name_text);
    value += ':';
    value += trim(raw);
  }
  if (!options_.key.empty() && !key) return at_line("the key's field is missing: " + options_.key);
  if (!options_.timestamp.empty() && !fixed_time_ && !time)
    return at_line("the timestamp's field is missing: " + options_.timestamp);
  return record(key, value + "}", time);
}

Result<std::string> RecordLines::from_delimited(std::string_view line) const {
  auto cells = split_line(line);
  if (!cells) return at_line("a quote has no end");
  if (cells->size() != order_.size())
    return at_line("it has " + std::to_string(cells->size()) + " fields, not " +
                   std::to_string(order_.size()));
  std::optional<std::string> key;
  std::optional<std::string> time;
  std::string value = "{";
  for (size_t i = 0; i < order_.size(); ++i) {
    std::string json = as_json((*cells)[i], order_[i].type);
    if (!fixed_time_ && equals_ignoring_case(order_[i].name, options_.timestamp))
      time = (*cells)[i].text;
    if (equals_ignoring_case(order_[i].name, options_.key)) {
      key = json;
      continue;
    }
    if (value.size() > 1) value += ',';
    append_json_string(value, order_[i].name);
    value += ':' + json;
  }
  if (!options_.key.empty() && !key) return at_line("the key's field is missing: " + options_.key);
  return record(key, value + "}", time);
}

Result<std::vector<Field>> declared_columns(Target& target, const std::string& topic) {
  LEAT_TRY(std::string answer, target.get("/v1/topics/" + topic));
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  simdjson::dom::array columns;
  if (parser.parse(answer).get(document) != simdjson::SUCCESS ||
      document["columns"].get_array().get(columns) != simdjson::SUCCESS)
    return Error(ErrorCode::not_found, "nothing is declared over topic " + topic,
                 "delimited lines need a CREATE STREAM or TABLE that names their columns");
  std::vector<Field> fields;
  for (simdjson::dom::element column : columns) {
    Type type;
    type.kind = kind_named(column["type"].get_string().value());
    fields.push_back({std::string(column["name"].get_string().value()), type});
  }
  return fields;
}

}  // namespace leat::cli
