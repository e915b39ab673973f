#include "sql/parser_rules.h"

// Statements that ask or steer, and those of tests.

namespace leat::sql {

Result<Statement::Node> ParserRules::show() {
  struct Row {
    std::string_view word;
    ShowWhat what;
    bool may_extend;
  };
  constexpr Row kRows[] = {
      {"STREAMS", ShowWhat::streams, true},        {"TABLES", ShowWhat::tables, true},
      {"TOPICS", ShowWhat::topics, true},          {"QUERIES", ShowWhat::queries, true},
      {"FUNCTIONS", ShowWhat::functions, false},   {"TYPES", ShowWhat::types, false},
      {"PROPERTIES", ShowWhat::properties, false}, {"VARIABLES", ShowWhat::variables, false},
      {"CONNECTORS", ShowWhat::connectors, false},
  };
  Show result;
  if (cursor_.accept("ALL")) {
    result.all = true;
    LEAT_CHECK(cursor_.expect("TOPICS"));
    result.what = ShowWhat::topics;
    result.extended = cursor_.accept("EXTENDED");
    return Statement::Node(result);
  }
  for (const Row& row : kRows) {
    if (!cursor_.accept(row.word)) continue;
    result.what = row.what;
    if (row.may_extend) result.extended = cursor_.accept("EXTENDED");
    return Statement::Node(result);
  }
  if (cursor_.accept({"CONNECTOR", "PLUGINS"})) {
    result.what = ShowWhat::connector_plugins;
  } else if (cursor_.accept({"SOURCE", "CONNECTORS"})) {
    result.what = ShowWhat::source_connectors;
  } else if (cursor_.accept({"SINK", "CONNECTORS"})) {
    result.what = ShowWhat::sink_connectors;
  } else {
    cursor_.expect_instead("STREAMS, TABLES, TOPICS, QUERIES, FUNCTIONS or another list");
    return cursor_.unexpected();
  }
  return Statement::Node(result);
}

Result<Statement::Node> ParserRules::describe() {
  Describe result;
  // The words are names, too: DESCRIBE FUNCTION; describes what is called so.
  if (cursor_.sees("FUNCTION") && cursor_.sees_name(1) && !cursor_.sees("EXTENDED", 1)) {
    cursor_.advance();
    result.what = DescribeWhat::function;
    LEAT_TRY(result.name, cursor_.expect_name());
    return Statement::Node(std::move(result));
  }
  if (cursor_.sees("CONNECTOR") && cursor_.sees_name(1) && !cursor_.sees("EXTENDED", 1)) {
    cursor_.advance();
    result.what = DescribeWhat::connector;
    LEAT_TRY(result.name, cursor_.expect_name());
    return Statement::Node(std::move(result));
  }
  // Older ksqlDB has the word in front.
  bool in_front = cursor_.sees("EXTENDED") && cursor_.sees_name(1) && !cursor_.sees("EXTENDED", 1);
  if (in_front) cursor_.advance();
  if (cursor_.accept("STREAMS")) {
    result.what = DescribeWhat::all_streams;
  } else if (cursor_.accept("TABLES")) {
    result.what = DescribeWhat::all_tables;
  } else {
    LEAT_TRY(result.name, cursor_.expect_name());
  }
  result.extended = cursor_.accept("EXTENDED") || in_front;
  return Statement::Node(std::move(result));
}

Result<Identifier> ParserRules::topic_name() {
  if (!cursor_.sees(TokenKind::string)) return cursor_.expect_name("the name of a topic");
  Identifier name{cursor_.current().value, true, cursor_.current().span};
  cursor_.advance();
  return name;
}

Result<Statement::Node> ParserRules::print() {
  Print result;
  LEAT_TRY(result.topic, topic_name());
  result.from_beginning = cursor_.accept({"FROM", "BEGINNING"});
  if (cursor_.accept("INTERVAL") || cursor_.accept("SAMPLE")) {
    LEAT_TRY(result.interval, cursor_.expect_count());
  }
  if (cursor_.accept("LIMIT")) {
    LEAT_TRY(result.limit, cursor_.expect_count());
  }
  return Statement::Node(std::move(result));
}

Result<Statement::Node> ParserRules::control(QueryAction action) {
  ControlQuery result{action, std::nullopt};
  if (cursor_.accept("ALL")) return Statement::Node(std::move(result));
  LEAT_TRY(result.id, cursor_.expect_name("the id of a query"));
  return Statement::Node(std::move(result));
}

Result<Statement::Node> ParserRules::set_property(bool system) {
  SetProperty result;
  result.system = system;
  result.name_span = cursor_.current().span;
  LEAT_TRY(result.name, cursor_.expect_string());
  LEAT_CHECK(cursor_.expect(TokenKind::equal));
  size_t begin = cursor_.position();
  if (cursor_.sees("TRUE") || cursor_.sees("FALSE") || at_number()) {
    LEAT_TRY(Literal value, literal());
    result.value = value.kind == LiteralKind::boolean ? (value.boolean ? "true" : "false")
                                                      : std::move(value.text);
  } else {
    LEAT_TRY(result.value, cursor_.expect_string());
  }
  result.value_span = cursor_.span_from(begin);
  return Statement::Node(std::move(result));
}

Result<Statement::Node> ParserRules::unset_property() {
  UnsetProperty result;
  result.name_span = cursor_.current().span;
  LEAT_TRY(result.name, cursor_.expect_string());
  return Statement::Node(std::move(result));
}

Result<Statement::Node> ParserRules::define() {
  DefineVariable result;
  LEAT_TRY(result.name, cursor_.expect_name("a variable's name"));
  LEAT_CHECK(cursor_.expect(TokenKind::equal));
  LEAT_TRY(result.value, cursor_.expect_string());
  return Statement::Node(std::move(result));
}

Result<Statement::Node> ParserRules::run_script() {
  LEAT_CHECK(cursor_.expect("SCRIPT"));
  LEAT_TRY(std::string file, cursor_.expect_string());
  return Statement::Node(RunScript{std::move(file)});
}

Result<Statement::Node> ParserRules::assert_() {
  bool exists = !cursor_.accept({"NOT", "EXISTS"});
  if (cursor_.accept("TOPIC")) return assert_topic(exists);
  if (cursor_.accept("SCHEMA")) return assert_schema(exists);
  if (!exists) return cursor_.unexpected();
  bool of_tests = cursor_.sees("VALUES") || cursor_.sees("NULL") || cursor_.sees("STREAM") ||
                  cursor_.sees("TABLE");
  if (of_tests && !options_.test_statements) {
    std::string what = "ASSERT " + to_upper(cursor_.current().text);
    return cursor_.error(cursor_.current().span, what + " belongs to tests",
                         "`leat test` runs the files that have it");
  }
  if (options_.test_statements) {
    if (cursor_.accept("VALUES")) return assert_values(false);
    if (cursor_.accept({"NULL", "VALUES"})) return assert_values(true);
    if (cursor_.accept("STREAM")) return assert_source(SourceKind::stream);
    if (cursor_.accept("TABLE")) return assert_source(SourceKind::table);
  }
  return cursor_.unexpected();
}

Result<std::optional<Duration>> ParserRules::maybe_timeout() {
  std::optional<Duration> timeout;
  if (cursor_.accept("TIMEOUT")) {
    LEAT_TRY(timeout, duration());
  }
  return timeout;
}

Result<Statement::Node> ParserRules::assert_topic(bool exists) {
  AssertTopic result;
  result.exists = exists;
  LEAT_TRY(result.topic, topic_name());
  LEAT_TRY(result.properties, maybe_with_properties());
  LEAT_TRY(result.timeout, maybe_timeout());
  return Statement::Node(std::move(result));
}

Result<Statement::Node> ParserRules::assert_schema(bool exists) {
  AssertSchema result;
  result.exists = exists;
  if (cursor_.accept("SUBJECT")) {
    LEAT_TRY(result.subject, topic_name());
  }
  if (cursor_.accept("ID")) {
    LEAT_TRY(result.id, cursor_.expect_count());
  }
  LEAT_TRY(result.timeout, maybe_timeout());
  return Statement::Node(std::move(result));
}

Result<Statement::Node> ParserRules::assert_values(bool tombstone) {
  AssertValues result;
  result.tombstone = tombstone;
  LEAT_TRY(result.name, cursor_.expect_name("the name of a stream or table"));
  if (cursor_.sees(TokenKind::left_paren)) {
    LEAT_TRY(result.columns, name_list());
  }
  LEAT_CHECK(cursor_.expect(tombstone ? "KEY" : "VALUES"));
  LEAT_TRY(result.values, value_row());
  return Statement::Node(std::move(result));
}

Result<Statement::Node> ParserRules::assert_source(SourceKind kind) {
  AssertSource result;
  result.kind = kind;
  LEAT_TRY(result.name, cursor_.expect_name("the name of a stream or table"));
  if (cursor_.accept(TokenKind::left_paren)) {
    LEAT_TRY(result.columns, column_list());
    LEAT_CHECK(cursor_.expect(TokenKind::right_paren));
  }
  LEAT_TRY(result.properties, maybe_with_properties());
  return Statement::Node(std::move(result));
}

}  // namespace leat::sql
