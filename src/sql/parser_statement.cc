#include "sql/parser_rules.h"

namespace leat::sql {

Error ParserRules::not_in_the_language(std::string_view what, std::string hint) const {
  return cursor_.error(cursor_.current().span, std::string(what) + " is not part of this language",
                       std::move(hint));
}

Result<Statement> ParserRules::statement() {
  LEAT_CHECK(check_nesting());
  Nested nested(depth_);
  size_t begin = cursor_.position();
  LEAT_TRY(Statement::Node node, statement_node());
  Statement statement{std::move(node), cursor_.span_from(begin), {}};
  statement.text =
      cursor_.text().substr(statement.span.begin, statement.span.end - statement.span.begin);
  return statement;
}

Result<Statement::Node> ParserRules::statement_node() {
  if (cursor_.sees("SELECT")) {
    LEAT_TRY(Query select, query());
    return Statement::Node(Select{std::move(select)});
  }
  cursor_.candidates({"SELECT"});
  if (cursor_.accept("CREATE")) return create();
  if (cursor_.accept("INSERT")) return insert();
  if (cursor_.accept("DROP")) return drop();
  if (cursor_.accept("ALTER")) return alter();
  if (cursor_.accept("EXPLAIN")) return explain();
  if (cursor_.accept("SHOW") || cursor_.accept("LIST")) return show();
  if (cursor_.accept("DESCRIBE")) return describe();
  if (cursor_.accept("PRINT")) return print();
  if (cursor_.accept("TERMINATE")) return control(QueryAction::terminate);
  if (cursor_.accept("PAUSE")) return control(QueryAction::pause);
  if (cursor_.accept("RESUME")) return control(QueryAction::resume);
  if (cursor_.accept("SET")) return set_property(false);
  if (cursor_.accept("UNSET")) return unset_property();
  if (cursor_.accept("DEFINE")) return define();
  if (cursor_.accept("UNDEFINE")) {
    LEAT_TRY(Identifier name, cursor_.expect_name("a variable's name"));
    return Statement::Node(UndefineVariable{std::move(name)});
  }
  if (cursor_.accept("RUN")) return run_script();
  if (cursor_.accept("ASSERT")) return assert_();
  if (cursor_.sees("UPDATE") || cursor_.sees("DELETE") || cursor_.sees("MERGE"))
    return not_in_the_language(to_upper(cursor_.current().text),
                               "a table changes by the records of its topic");
  if (cursor_.sees("WITH"))
    return not_in_the_language("WITH in front of a query",
                               "name the part with CREATE STREAM or CREATE TABLE .. AS SELECT");
  cursor_.expect_instead("a statement");
  return cursor_.unexpected();
}

Result<Statement::Node> ParserRules::create() {
  bool or_replace = cursor_.accept({"OR", "REPLACE"});
  bool source = cursor_.accept("SOURCE");
  if (cursor_.accept("STREAM")) return create_source(SourceKind::stream, or_replace, source);
  if (cursor_.accept("TABLE")) return create_source(SourceKind::table, or_replace, source);
  if (!or_replace) {
    if (source) {
      LEAT_CHECK(cursor_.expect("CONNECTOR"));
      return create_connector(false);
    }
    if (cursor_.accept({"SINK", "CONNECTOR"})) return create_connector(true);
    if (cursor_.accept("TYPE")) return create_type();
  }
  if (cursor_.sees("VIEW") || cursor_.sees("MATERIALIZED"))
    return not_in_the_language("CREATE VIEW", "CREATE TABLE .. AS SELECT keeps a view");
  return cursor_.unexpected();
}

Result<Statement::Node> ParserRules::create_source(SourceKind kind, bool or_replace,
                                                   bool read_only) {
  CreateSource source{kind, or_replace, read_only};
  source.if_not_exists = cursor_.accept({"IF", "NOT", "EXISTS"});
  LEAT_TRY(source.name, cursor_.expect_name());
  bool has_columns = cursor_.accept(TokenKind::left_paren);
  if (has_columns) {
    LEAT_TRY(source.columns, column_list());
    LEAT_CHECK(cursor_.expect(TokenKind::right_paren));
  }
  LEAT_TRY(source.properties, maybe_with_properties());
  if (!cursor_.sees("AS")) {
    if (!cursor_.at_statement_end()) cursor_.accept("AS");
    return Statement::Node(std::move(source));
  }
  if (has_columns)
    return cursor_.error(cursor_.current().span,
                         "a list of columns and AS SELECT exclude each other",
                         "the SELECT gives the columns their names and types");
  if (read_only)
    return cursor_.error(cursor_.current().span, "SOURCE and AS SELECT exclude each other",
                         "a SOURCE is read only, the result of a query is written");
  cursor_.advance();
  CreateAsSelect result{kind, or_replace, source.if_not_exists, std::move(source.name),
                        std::move(source.properties)};
  LEAT_TRY(result.query, query());
  return Statement::Node(std::move(result));
}

Result<Statement::Node> ParserRules::create_type() {
  CreateType result;
  result.if_not_exists = cursor_.accept({"IF", "NOT", "EXISTS"});
  LEAT_TRY(result.name, cursor_.expect_name());
  LEAT_CHECK(cursor_.expect("AS"));
  LEAT_TRY(result.type, type());
  return Statement::Node(std::move(result));
}

Result<Statement::Node> ParserRules::create_connector(bool sink) {
  CreateConnector result{sink};
  result.if_not_exists = cursor_.accept({"IF", "NOT", "EXISTS"});
  LEAT_TRY(result.name, cursor_.expect_name());
  LEAT_TRY(result.properties, with_properties());
  return Statement::Node(std::move(result));
}

Result<std::vector<Property>> ParserRules::maybe_with_properties() {
  if (cursor_.sees("WITH")) return with_properties();
  cursor_.expecting("WITH");
  cursor_.candidates({"WITH"});
  return std::vector<Property>{};
}

Result<std::vector<Property>> ParserRules::with_properties() {
  LEAT_CHECK(cursor_.expect("WITH"));
  LEAT_CHECK(cursor_.expect(TokenKind::left_paren));
  std::vector<Property> properties;
  do {
    Property next;
    if (cursor_.sees(TokenKind::string)) {
      next.name = {cursor_.current().value, true, cursor_.current().span};
      cursor_.advance();
    } else {
      LEAT_TRY(next.name, cursor_.expect_name("a property's name"));
    }
    LEAT_CHECK(cursor_.expect(TokenKind::equal));
    size_t begin = cursor_.position();
    if (cursor_.sees_name()) {
      std::string word(cursor_.current().text);
      return cursor_.error(cursor_.current().span,
                           "expected a string, number, TRUE, FALSE or NULL, found '" + word + "'",
                           "a string is quoted with ': '" + word + "'");
    }
    LEAT_TRY(next.value, literal());
    next.value_span = cursor_.span_from(begin);
    properties.push_back(std::move(next));
  } while (cursor_.accept(TokenKind::comma));
  LEAT_CHECK(cursor_.expect(TokenKind::right_paren));
  return properties;
}

Result<std::vector<Identifier>> ParserRules::name_list() {
  LEAT_CHECK(cursor_.expect(TokenKind::left_paren));
  std::vector<Identifier> names;
  do {
    LEAT_TRY(Identifier next, cursor_.expect_name("a column's name"));
    names.push_back(std::move(next));
  } while (cursor_.accept(TokenKind::comma));
  LEAT_CHECK(cursor_.expect(TokenKind::right_paren));
  return names;
}

Result<std::vector<Expr>> ParserRules::value_row() {
  LEAT_CHECK(cursor_.expect(TokenKind::left_paren));
  std::vector<Expr> values;
  if (!cursor_.sees(TokenKind::right_paren)) {
    do {
      LEAT_TRY(Expr next, expression());
      values.push_back(std::move(next));
    } while (cursor_.accept(TokenKind::comma));
  }
  LEAT_CHECK(cursor_.expect(TokenKind::right_paren));
  return values;
}

Result<Statement::Node> ParserRules::insert() {
  LEAT_CHECK(cursor_.expect("INTO"));
  LEAT_TRY(Identifier name, cursor_.expect_name("the name of a stream or table"));
  if (cursor_.sees(TokenKind::left_paren)) {
    LEAT_TRY(auto columns, name_list());
    if (!cursor_.accept("VALUES")) return cursor_.unexpected();
    return insert_values(std::move(name), std::move(columns));
  }
  if (cursor_.accept("VALUES")) return insert_values(std::move(name), {});
  InsertSelect result{std::move(name), {}, {}};
  LEAT_TRY(result.properties, maybe_with_properties());
  LEAT_TRY(result.query, query());
  return Statement::Node(std::move(result));
}

Result<Statement::Node> ParserRules::insert_values(Identifier name,
                                                   std::vector<Identifier> columns) {
  InsertValues result{std::move(name), std::move(columns), {}, {}};
  do {
    size_t begin = cursor_.position();
    LEAT_TRY(auto row, value_row());
    result.rows.push_back(std::move(row));
    result.row_spans.push_back(cursor_.span_from(begin));
  } while (cursor_.accept(TokenKind::comma));
  return Statement::Node(std::move(result));
}

Result<Statement::Node> ParserRules::drop() {
  auto if_exists = [&] { return cursor_.accept({"IF", "EXISTS"}); };
  if (cursor_.accept("TYPE")) {
    DropType result{if_exists(), {}};
    LEAT_TRY(result.name, cursor_.expect_name());
    return Statement::Node(std::move(result));
  }
  if (cursor_.accept("CONNECTOR")) {
    DropConnector result{if_exists(), {}};
    LEAT_TRY(result.name, cursor_.expect_name());
    return Statement::Node(std::move(result));
  }
  DropSource result;
  if (cursor_.accept("TABLE")) {
    result.kind = SourceKind::table;
  } else {
    LEAT_CHECK(cursor_.expect("STREAM"));
  }
  result.if_exists = if_exists();
  LEAT_TRY(result.name, cursor_.expect_name());
  result.delete_topic = cursor_.accept({"DELETE", "TOPIC"});
  return Statement::Node(std::move(result));
}

Result<Statement::Node> ParserRules::alter() {
  if (cursor_.accept("SYSTEM")) return set_property(true);
  AlterSource result;
  if (cursor_.accept("TABLE")) {
    result.kind = SourceKind::table;
  } else {
    LEAT_CHECK(cursor_.expect("STREAM"));
  }
  LEAT_TRY(result.name, cursor_.expect_name());
  do {
    LEAT_CHECK(cursor_.expect("ADD"));
    // COLUMN may be the column's name, then a type follows: ADD COLUMN INT.
    if (cursor_.sees("COLUMN") && cursor_.sees_name(1) && cursor_.sees_name(2)) cursor_.advance();
    LEAT_TRY(ColumnDefinition next, column(false));
    result.added.push_back(std::move(next));
  } while (cursor_.accept(TokenKind::comma));
  return Statement::Node(std::move(result));
}

Result<Statement::Node> ParserRules::explain() {
  Explain result;
  bool alone = cursor_.sees(TokenKind::semicolon, 1) || cursor_.sees(TokenKind::end, 1);
  if (cursor_.sees_name() && alone) {
    LEAT_TRY(result.id, cursor_.expect_name());
  } else {
    LEAT_TRY(result.statement, statement());
  }
  return Statement::Node(std::move(result));
}

}  // namespace leat::sql
