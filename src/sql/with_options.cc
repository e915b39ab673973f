#include "sql/with_options.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"

namespace leat::sql {
namespace {

constexpr uint8_t kCreate = 1;
constexpr uint8_t kCreateAs = 2;
constexpr uint8_t kInsert = 4;

/// Everything that a WITH list may hold. `apply` is given the property and fills `out`.
struct Rule {
  std::string_view name;
  uint8_t statements;
  Status (*apply)(const BindContext& context, const Property& property, WithOptions& out);
};

std::optional<std::string> text_of(const Literal& value) {
  if (value.kind == LiteralKind::null) return std::nullopt;
  if (value.kind == LiteralKind::boolean) return value.boolean ? "true" : "false";
  return value.text;
}

Error wrong(const BindContext& context, const Property& property, std::string_view wanted) {
  return context.invalid(property.value_span,
                         to_upper(property.name.text) + " must be " + std::string(wanted));
}

Result<std::string> text(const BindContext& context, const Property& property) {
  if (property.value.kind != LiteralKind::string || property.value.text.empty())
    return wrong(context, property, "a string, in single quotes");
  return property.value.text;
}

Result<int64_t> integer(const BindContext& context, const Property& property) {
  std::string written = text_of(property.value).value_or("");
  int64_t number = 0;
  auto [end, error] = std::from_chars(written.data(), written.data() + written.size(), number);
  if (error != std::errc() || end != written.data() + written.size())
    return wrong(context, property, "a whole number");
  return number;
}

Result<bool> boolean(const BindContext& context, const Property& property) {
  std::string written = text_of(property.value).value_or("");
  if (equals_ignoring_case(written, "true")) return true;
  if (equals_ignoring_case(written, "false")) return false;
  return wrong(context, property, "true or false");
}

Result<FormatKind> format(const BindContext& context, const Property& property) {
  LEAT_TRY(std::string name, text(context, property));
  return bind_format(context, property.value_span, name);
}

Result<char> delimiter(const BindContext& context, const Property& property) {
  std::string written = text_of(property.value).value_or("");
  if (equals_ignoring_case(written, "SPACE")) return ' ';
  if (equals_ignoring_case(written, "TAB")) return '\t';
  if (written.size() != 1) return wrong(context, property, "one character, 'SPACE' or 'TAB'");
  return written[0];
}

Status topic(const BindContext& context, const Property& property, WithOptions& out) {
  LEAT_TRY(out.topic, text(context, property));
  return check_topic_name(context, property.value_span, *out.topic);
}

Status both_formats(const BindContext& context, const Property& property, WithOptions& out) {
  if (out.key_format || out.value_format)
    return context.invalid(
        property.name.span,
        "FORMAT stands for KEY_FORMAT and VALUE_FORMAT: it cannot be beside them",
        "write one or the other");
  LEAT_TRY(FormatKind kind, format(context, property));
  if (kind == FormatKind::none)
    return wrong(context, property, "a format that values can have; NONE is for keys");
  out.key_format = out.value_format = kind;
  return {};
}

Status one_format(const BindContext& context, const Property& property,
                  std::optional<FormatKind>& side, const WithOptions& out) {
  if (out.spans.contains("FORMAT"))
    return context.invalid(
        property.name.span,
        "FORMAT stands for KEY_FORMAT and VALUE_FORMAT: it cannot be beside them",
        "write one or the other");
  LEAT_TRY(side, format(context, property));
  return {};
}

Status key_format(const BindContext& context, const Property& property, WithOptions& out) {
  return one_format(context, property, out.key_format, out);
}

Status value_format(const BindContext& context, const Property& property, WithOptions& out) {
  LEAT_CHECK(one_format(context, property, out.value_format, out));
  if (*out.value_format == FormatKind::none)
    return wrong(context, property, "a format that values can have; NONE is for keys");
  return {};
}

Status partitions(const BindContext& context, const Property& property, WithOptions& out) {
  LEAT_TRY(int64_t number, integer(context, property));
  constexpr int64_t kMost = 100'000;
  if (number < 1 || number > kMost) return wrong(context, property, "between 1 and 100000");
  out.partitions = static_cast<int32_t>(number);
  return {};
}

// There is one copy of everything in the embedded log; the property is read so that statements can
// be brought along.
Status replicas(const BindContext& context, const Property& property, WithOptions&) {
  LEAT_TRY(int64_t number, integer(context, property));
  if (number < 1 && number != -1) return wrong(context, property, "at least 1");
  return {};
}

Status retention(const BindContext& context, const Property& property, WithOptions& out) {
  LEAT_TRY(out.retention_ms, integer(context, property));
  if (*out.retention_ms < -1)
    return wrong(context, property, "a number of milliseconds, or -1 for ever");
  return {};
}

Status cleanup_policy(const BindContext& context, const Property& property, WithOptions&) {
  LEAT_TRY(std::string policy, text(context, property));
  if (equals_ignoring_case(policy, "delete")) return {};
  if (equals_ignoring_case(policy, "compact") || equals_ignoring_case(policy, "compact,delete") ||
      equals_ignoring_case(policy, "delete,compact"))
    return context.unsupported(property.value_span, "compaction is");
  return wrong(context, property, "'delete' or 'compact'");
}

Status window_type(const BindContext& context, const Property& property, WithOptions& out) {
  LEAT_TRY(std::string type, text(context, property));
  if (equals_ignoring_case(type, "TUMBLING")) out.window_type = plan::WindowSpec::Kind::tumbling;
  // A hopping window's key says where it starts, as a tumbling one's does.
  else if (equals_ignoring_case(type, "HOPPING"))
    out.window_type = plan::WindowSpec::Kind::hopping;
  else if (equals_ignoring_case(type, "SESSION"))
    return context.unsupported(property.value_span, "SESSION windows are");
  else
    return wrong(context, property, "'TUMBLING', 'HOPPING' or 'SESSION'");
  return {};
}

Status window_size(const BindContext& context, const Property& property, WithOptions& out) {
  LEAT_TRY(std::string written, text(context, property));
  std::string_view rest = trim(written);
  Duration duration;
  auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), duration.count);
  std::string_view word = trim(rest.substr(static_cast<size_t>(end - rest.data())));
  auto unit = time_unit_of(word);
  if (error != std::errc() || !unit) return wrong(context, property, "such as '30 SECONDS'");
  duration.unit = *unit;
  out.window_size = duration.millis();
  if (!out.window_size || *out.window_size <= 0)
    return wrong(context, property, "a duration of fixed length, more than 0");
  return {};
}

Status errors_policy(const BindContext& context, const Property& property, WithOptions& out) {
  LEAT_TRY(std::string policy, text(context, property));
  if (equals_ignoring_case(policy, "dlq"))
    out.errors = plan::BadRecordPolicy::dead_letter;
  else if (equals_ignoring_case(policy, "skip"))
    out.errors = plan::BadRecordPolicy::skip;
  else if (equals_ignoring_case(policy, "fail"))
    out.errors = plan::BadRecordPolicy::fail;
  else
    return wrong(context, property, "'dlq', 'skip' or 'fail'");
  return {};
}

Status query_id(const BindContext& context, const Property& property, WithOptions& out) {
  LEAT_TRY(std::string id, text(context, property));
  bool fits = std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
  if (!fits) return wrong(context, property, "letters, digits and underscores");
  out.query_id = context.ksqldb ? to_upper(id) : id;
  return check_new_name(context, property.value_span, *out.query_id);
}

Status later(const BindContext& context, const Property& property, WithOptions&) {
  return context.unsupported(property.name.span, to_upper(property.name.text) + " is");
}

template <class T, std::optional<T> WithOptions::*member,
          Result<T> (*read)(const BindContext&, const Property&)>
Status store(const BindContext& context, const Property& property, WithOptions& out) {
  LEAT_TRY(out.*member, read(context, property));
  return {};
}

constexpr uint8_t kBoth = kCreate | kCreateAs;
constexpr std::array kRules = {
    Rule{"KAFKA_TOPIC", kBoth, topic},
    Rule{"FORMAT", kBoth, both_formats},
    Rule{"KEY_FORMAT", kBoth, key_format},
    Rule{"VALUE_FORMAT", kBoth, value_format},
    Rule{"KEY_DELIMITER", kBoth, store<char, &WithOptions::key_delimiter, delimiter>},
    Rule{"VALUE_DELIMITER", kBoth, store<char, &WithOptions::value_delimiter, delimiter>},
    Rule{"WRAP_SINGLE_VALUE", kBoth, store<bool, &WithOptions::wrap_single, boolean>},
    Rule{"PARTITIONS", kBoth, partitions},
    Rule{"REPLICAS", kBoth, replicas},
    Rule{"RETENTION_MS", kBoth, retention},
    Rule{"CLEANUP_POLICY", kBoth, cleanup_policy},
    Rule{"TIMESTAMP", kBoth, store<std::string, &WithOptions::timestamp, text>},
    Rule{"TIMESTAMP_FORMAT", kBoth, store<std::string, &WithOptions::timestamp_format, text>},
    Rule{"WINDOW_TYPE", kCreate, window_type},
    Rule{"WINDOW_SIZE", kCreate, window_size},
    Rule{"ERRORS", kCreate, errors_policy},
    Rule{"QUERY_ID", kInsert, query_id},
    Rule{"KEY_SCHEMA_ID", kBoth, later},
    Rule{"VALUE_SCHEMA_ID", kBoth, later},
    Rule{"KEY_SCHEMA_FULL_NAME", kBoth, later},
    Rule{"VALUE_SCHEMA_FULL_NAME", kBoth, later},
    Rule{"VALUE_AVRO_SCHEMA_FULL_NAME", kBoth, later},
    Rule{"KEY_PROTOBUF_NULLABLE_REPRESENTATION", kBoth, later},
    Rule{"VALUE_PROTOBUF_NULLABLE_REPRESENTATION", kBoth, later},
    Rule{"SOURCED_BY_CONNECTOR", kBoth, later},
};

uint8_t bit_of(WithOf statement) {
  switch (statement) {
    case WithOf::create: return kCreate;
    case WithOf::create_as: return kCreateAs;
    case WithOf::insert: return kInsert;
  }
  return 0;
}

Result<const Rule*> rule_for(const BindContext& context, const Property& property,
                             WithOf statement) {
  uint8_t bit = bit_of(statement);
  std::vector<std::string> names;
  for (const Rule& rule : kRules) {
    if (equals_ignoring_case(rule.name, property.name.text)) {
      if ((rule.statements & bit) != 0) return &rule;
      return context.invalid(property.name.span, std::string(rule.name) + " does not belong to " +
                                                     std::string(kind_of(context.statement)));
    }
    if ((rule.statements & bit) != 0) names.emplace_back(rule.name);
  }
  auto near = nearest(to_upper(property.name.text), names);
  return context.invalid(property.name.span, "there is no property " + to_upper(property.name.text),
                         near ? "did you mean " + *near + "?" : std::string());
}

}  // namespace

SourceSpan WithOptions::span(std::string_view property, const SourceSpan& otherwise) const {
  auto found = spans.find(property);
  if (found == spans.end() && property.ends_with("_FORMAT")) found = spans.find("FORMAT");
  return found == spans.end() ? otherwise : found->second;
}

Result<WithOptions> bind_with(const BindContext& context, const std::vector<Property>& properties,
                              WithOf statement) {
  WithOptions out;
  for (const Property& property : properties) {
    LEAT_TRY(const Rule* rule, rule_for(context, property, statement));
    if (out.spans.contains(rule->name))
      return context.invalid(property.name.span,
                             std::string(rule->name) + " is written more than once");
    LEAT_CHECK(rule->apply(context, property, out));
    out.spans.emplace(rule->name, property.value_span);
  }
  return out;
}

Result<FormatKind> bind_format(const BindContext& context, const SourceSpan& span,
                               std::string_view name) {
  if (auto kind = format_named(to_upper(name))) return *kind;
  for (std::string_view later : {"AVRO", "PROTOBUF", "PROTOBUF_NOSR", "JSON_SR"})
    if (equals_ignoring_case(later, name))
      return context.unsupported(span, "the format " + std::string(later) + " is");
  std::vector<std::string> names = {"JSON", "DELIMITED", "KAFKA", "NONE"};
  auto near = nearest(to_upper(name), names);
  return context.invalid(span, "there is no format " + std::string(name),
                         near ? "did you mean " + *near + "?"
                              : "there are JSON, DELIMITED and KAFKA, and NONE for keys");
}

}  // namespace leat::sql
