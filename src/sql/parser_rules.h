#pragma once
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "sql/parser.h"
#include "sql/parser_cursor.h"

namespace leat::sql {

/// The grammar by recursive descent, one function a rule, in the files parser_*.cc. Each takes what
/// it describes from the cursor or returns the error; none goes back.
class ParserRules {
 public:
  ParserRules(std::string_view text, std::vector<Token> tokens, const ParseOptions& options)
      : cursor_(text, std::move(tokens)), options_(options) {}

  ParserCursor& cursor() { return cursor_; }

  // parser_statement.cc
  Result<Statement> statement();

  // parser_query.cc
  Result<Query> query();

  // parser_expr.cc
  Result<Expr> expression();
  /// Without AND, OR, NOT and predicates at its top: what GROUP BY and PARTITION BY take.
  Result<Expr> value_expression();
  Result<Literal> literal();

  // parser_type.cc
  Result<TypeName> type();
  /// `name type [KEY ..]`, ...
  Result<std::vector<ColumnDefinition>> column_list();
  Result<ColumnDefinition> column(bool with_role = true);

 private:
  /// Counts how deep rules lie in one another, so that no text can exhaust the stack.
  class Nested {
   public:
    explicit Nested(int& depth) : depth_(depth) { ++depth_; }
    ~Nested() { --depth_; }
    Nested(const Nested&) = delete;
    Nested& operator=(const Nested&) = delete;

   private:
    int& depth_;
  };
  Status check_nesting() const;
  Error too_deep() const;

  // parser_type.cc
  Result<TypeName> prefix_type();
  Result<TypeName> struct_type();

  // parser_statement.cc
  Result<Statement::Node> statement_node();
  Result<Statement::Node> create();
  Result<Statement::Node> create_source(SourceKind kind, bool or_replace, bool read_only);
  Result<Statement::Node> create_type();
  Result<Statement::Node> create_connector(bool sink);
  Result<Statement::Node> insert();
  Result<Statement::Node> insert_values(Identifier name, std::vector<Identifier> columns);
  Result<Statement::Node> drop();
  Result<Statement::Node> alter();
  Result<Statement::Node> explain();
  Result<std::vector<Property>> with_properties();
  Result<std::vector<Property>> maybe_with_properties();
  Result<std::vector<Identifier>> name_list();
  Result<std::vector<Expr>> value_row();
  Error not_in_the_language(std::string_view what, std::string hint = {}) const;

  // parser_command.cc
  Result<Statement::Node> show();
  Result<Statement::Node> describe();
  Result<Statement::Node> print();
  Result<Statement::Node> control(QueryAction action);
  Result<Statement::Node> set_property(bool system);
  Result<Statement::Node> unset_property();
  Result<Statement::Node> define();
  Result<Statement::Node> run_script();
  Result<Statement::Node> assert_();
  Result<Statement::Node> assert_topic(bool exists);
  Result<Statement::Node> assert_schema(bool exists);
  Result<Statement::Node> assert_values(bool tombstone);
  Result<Statement::Node> assert_source(SourceKind kind);
  Result<std::optional<Duration>> maybe_timeout();
  Result<Identifier> topic_name();

  // parser_query.cc
  Result<SelectItem> select_item();
  Result<Relation> relation();
  Status joins(std::vector<Join>& out);
  Result<Within> within();
  Result<Window> window();
  Status window_options(Window& window);
  Result<Duration> duration();
  Status clauses(Query& query);
  Result<std::vector<Expr>> grouping_list();
  Status refuse_foreign_clause();
  bool at_alias() const;

  // parser_expr.cc
  Result<Expr> binary(int level);
  Result<Expr> predicate(Expr left, size_t begin);
  Result<Expr> unary();
  Result<Expr> postfix();
  Result<Expr> primary();
  Result<Expr> name_or_call();
  Result<Expr> call(Identifier name);
  Result<Expr> argument();
  Result<Expr> lambda();
  Result<Expr> case_();
  Result<Expr> cast();
  Result<Expr> array();
  Result<Expr> map();
  Result<Expr> struct_();
  bool at_number() const;
  bool at_lambda() const;
  /// Puts a node on top of its children; an error if the tree gets too high.
  Result<Expr> make(Expr::Node node, const SourceSpan& span) const;
  Result<Expr> make_from(Expr::Node node, size_t begin) const {
    return make(std::move(node), cursor_.span_from(begin));
  }

  ParserCursor cursor_;
  ParseOptions options_;
  int depth_ = 0;
  // Where a `->*` stands (token position) and where its base begins (byte): only a SELECT item may
  // take it.
  std::optional<size_t> struct_star_at_;
  uint32_t struct_star_base_ = 0;
};

}  // namespace leat::sql
