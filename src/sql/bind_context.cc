#include "sql/bind_context.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace leat::sql {
namespace {

constexpr std::array<std::string_view, 5> kReservedColumns = {
    "ROWTIME", "ROWPARTITION", "ROWOFFSET", "WINDOWSTART", "WINDOWEND"};
constexpr size_t kTopicNameMax = 249;

bool topic_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

/// Offsets of a span count in what the parser was given, of which the statement is a part.
SourceSpan within(const Statement& statement, SourceSpan span) {
  uint32_t base = statement.span.begin;
  span.begin = span.begin < base ? 0 : span.begin - base;
  span.end = span.end < base ? 0 : span.end - base;
  return span;
}

}  // namespace

Error BindContext::error(ErrorCode code, const SourceSpan& span, std::string_view message,
                         std::string hint) const {
  return error_at(code, statement.text, within(statement, span), message, std::move(hint));
}

Error BindContext::unsupported(const SourceSpan& span, std::string_view what,
                               std::string hint) const {
  return error(ErrorCode::unsupported, span, std::string(what) + " not supported yet",
               std::move(hint));
}

Error BindContext::at(const SourceSpan& span, const Error& below) const {
  return error(below.code(), span, below.message(), below.hint());
}

std::string_view BindContext::text(const SourceSpan& span) const {
  SourceSpan inside = within(statement, span);
  std::string_view all = statement.text;
  if (inside.begin >= all.size() || inside.end < inside.begin) return {};
  return all.substr(inside.begin, inside.end - inside.begin);
}

std::string BindContext::name(const Identifier& identifier) const {
  return ksqldb && !identifier.quoted ? to_upper(identifier.text) : identifier.text;
}

std::string BindContext::name(std::string_view word) const {
  bool quoted = word.size() >= 2 && word.front() == '`' && word.back() == '`';
  if (quoted) return std::string(word.substr(1, word.size() - 2));
  return ksqldb ? to_upper(word) : std::string(word);
}

bool BindContext::same(std::string_view a, std::string_view b) const {
  return ksqldb ? a == b : equals_ignoring_case(a, b);
}

Result<const SourceDef*> BindContext::source(const Identifier& identifier) const {
  std::string wanted = name(identifier);
  if (const SourceDef* found = catalogue.find(wanted)) return found;
  for (const SourceDef* other : catalogue.list())
    if (equals_ignoring_case(other->name, wanted))
      return error(ErrorCode::not_found, identifier.span, "there is no stream or table " + wanted,
                   "names in quotes keep their case: did you mean \"" + other->name + "\"?");
  auto near = nearest(wanted, catalogue.names());
  return error(ErrorCode::not_found, identifier.span, "there is no stream or table " + wanted,
               near ? "did you mean " + *near + "?" : "SHOW STREAMS and SHOW TABLES list them");
}

std::string_view kind_word(bool is_table) { return is_table ? "a table" : "a stream"; }

bool is_reserved_column(std::string_view name) {
  return std::any_of(kReservedColumns.begin(), kReservedColumns.end(),
                     [&](std::string_view word) { return equals_ignoring_case(word, name); });
}

Status check_new_name(const BindContext& context, const SourceSpan& span, std::string_view name) {
  if (name.size() >= 5 && equals_ignoring_case(name.substr(0, 5), "_leat"))
    return context.invalid(span, "names that begin with _leat are Leat's own: " + std::string(name),
                           "choose another name");
  return {};
}

Status check_topic_name(const BindContext& context, const SourceSpan& span,
                        std::string_view topic) {
  LEAT_CHECK(check_new_name(context, span, topic));
  bool fits = !topic.empty() && topic.size() <= kTopicNameMax && topic != "." && topic != ".." &&
              std::all_of(topic.begin(), topic.end(), topic_character);
  if (!fits)
    return context.invalid(span, "this cannot be a topic's name: '" + std::string(topic) + "'",
                           "KAFKA_TOPIC: up to 249 letters, digits and any of . _ -");
  return {};
}

}  // namespace leat::sql
