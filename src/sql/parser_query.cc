#include "sql/parser_rules.h"

namespace leat::sql {
namespace {

constexpr std::string_view kClauseOrder =
    "the order is SELECT, FROM, WINDOW, WHERE, GROUP BY, PARTITION BY, HAVING, EMIT, LIMIT";

/// The name of the clause that begins here, or nothing.
std::string_view clause_at(const ParserCursor& cursor) {
  if (cursor.sees({"GROUP", "BY"})) return "GROUP BY";
  if (cursor.sees({"PARTITION", "BY"})) return "PARTITION BY";
  for (std::string_view word : {"WINDOW", "WHERE", "HAVING", "EMIT", "LIMIT", "JOIN", "FROM"})
    if (cursor.sees(word)) return word;
  return {};
}

}  // namespace

Result<Query> ParserRules::query() {
  size_t begin = cursor_.position();
  Query query;
  LEAT_CHECK(cursor_.expect("SELECT"));
  if (cursor_.sees("DISTINCT"))
    return not_in_the_language("SELECT DISTINCT", "GROUP BY gives each combination once");
  do {
    LEAT_TRY(SelectItem item, select_item());
    query.items.push_back(std::move(item));
  } while (cursor_.accept(TokenKind::comma));
  LEAT_CHECK(cursor_.expect("FROM"));
  LEAT_TRY(query.from, relation());
  LEAT_CHECK(joins(query.joins));
  LEAT_CHECK(clauses(query));
  query.span = cursor_.span_from(begin);
  return query;
}

Result<SelectItem> ParserRules::select_item() {
  size_t begin = cursor_.position();
  SelectItem item;
  if (cursor_.sees(TokenKind::star)) {
    cursor_.advance();
    item.kind = SelectItem::Kind::all;
  } else if (cursor_.sees_name() && cursor_.sees(TokenKind::dot, 1) &&
             cursor_.sees(TokenKind::star, 2)) {
    item.kind = SelectItem::Kind::all_of_source;
    LEAT_TRY(item.source, cursor_.expect_name());
    cursor_.advance(), cursor_.advance();
  } else {
    LEAT_TRY(item.expr, expression());
    if (struct_star_at_ == cursor_.position()) {
      if (item.expr->span.begin != struct_star_base_)
        return cursor_.error(sql::join(cursor_.current().span, cursor_.ahead(1).span),
                             "->* stands for the fields of one STRUCT, not inside an expression");
      item.kind = SelectItem::Kind::all_of_struct;
      cursor_.advance(), cursor_.advance();
    } else if (cursor_.accept("AS")) {
      LEAT_TRY(item.alias, cursor_.expect_name("a name for the column"));
    } else if (at_alias()) {
      cursor_.candidates({"FROM"});
      item.alias = cursor_.take_unannounced_name();
    }
  }
  item.span = cursor_.span_from(begin);
  return item;
}

/// A word that can only be the name of what stands before it, since no clause begins with it.
bool ParserRules::at_alias() const {
  if (!cursor_.sees_name() || cursor_.sees("EMIT") || cursor_.sees("PARTITION")) return false;
  if (cursor_.sees({"ORDER", "BY"}) || cursor_.sees({"CROSS", "JOIN"}) ||
      cursor_.sees({"NATURAL", "JOIN"}))
    return false;
  for (std::string_view set : {"UNION", "EXCEPT", "INTERSECT"})
    if (cursor_.sees(set) && (cursor_.sees("SELECT", 1) || cursor_.sees("ALL", 1))) return false;
  return !(cursor_.sees("USING") && cursor_.sees(TokenKind::left_paren, 1));
}

Result<Relation> ParserRules::relation() {
  size_t begin = cursor_.position();
  if (cursor_.sees(TokenKind::left_paren))
    return not_in_the_language("a subquery",
                               "give it a name with CREATE STREAM or CREATE TABLE .. AS SELECT");
  Relation relation;
  LEAT_TRY(relation.name, cursor_.expect_name("the name of a stream or table"));
  if (cursor_.sees(TokenKind::left_paren))
    return not_in_the_language("a function in FROM", "functions that give rows stand in SELECT");
  if (cursor_.accept("AS")) {
    LEAT_TRY(relation.alias, cursor_.expect_name("a name for the source"));
  } else if (at_alias()) {
    cursor_.candidates({"JOIN", "INNER", "LEFT", "RIGHT", "FULL", "WITHIN", "ON", "WINDOW", "WHERE",
                        "GROUP", "PARTITION", "HAVING", "EMIT", "LIMIT"});
    relation.alias = cursor_.take_unannounced_name();
  }
  relation.span = cursor_.span_from(begin);
  return relation;
}

Status ParserRules::joins(std::vector<Join>& out) {
  while (true) {
    LEAT_CHECK(refuse_foreign_clause());
    size_t begin = cursor_.position();
    Join next;
    bool outer_allowed = true;
    if (cursor_.sees("JOIN") || cursor_.sees("INNER")) {
      outer_allowed = false;
      if (cursor_.sees("INNER")) cursor_.advance();
    } else if (cursor_.sees("LEFT")) {
      next.kind = JoinKind::left;
      cursor_.advance();
    } else if (cursor_.sees("RIGHT")) {
      next.kind = JoinKind::right;
      cursor_.advance();
    } else if (cursor_.sees("FULL")) {
      next.kind = JoinKind::full;
      cursor_.advance();
    } else if (cursor_.sees("OUTER")) {
      next.kind = JoinKind::full;
    } else {
      return {};
    }
    if (outer_allowed) cursor_.accept("OUTER");
    LEAT_CHECK(cursor_.expect("JOIN"));
    LEAT_TRY(next.relation, relation());
    if (cursor_.accept("WITHIN")) {
      LEAT_TRY(next.within, within());
    }
    LEAT_CHECK(refuse_foreign_clause());
    LEAT_CHECK(cursor_.expect("ON"));
    LEAT_TRY(next.on, expression());
    next.span = cursor_.span_from(begin);
    out.push_back(std::move(next));
  }
}

Result<Within> ParserRules::within() {
  size_t begin = cursor_.position();
  Within within;
  if (cursor_.accept(TokenKind::left_paren)) {
    within.symmetric = false;
    LEAT_TRY(within.before, duration());
    LEAT_CHECK(cursor_.expect(TokenKind::comma));
    LEAT_TRY(within.after, duration());
    LEAT_CHECK(cursor_.expect(TokenKind::right_paren));
  } else {
    LEAT_TRY(within.before, duration());
    within.after = within.before;
  }
  if (cursor_.accept({"GRACE", "PERIOD"})) {
    LEAT_TRY(within.grace, duration());
  }
  within.span = cursor_.span_from(begin);
  return within;
}

Result<Duration> ParserRules::duration() {
  size_t begin = cursor_.position();
  Duration duration;
  LEAT_TRY(duration.count, cursor_.expect_count());
  auto unit = cursor_.sees(TokenKind::word) ? time_unit_of(cursor_.current().text) : std::nullopt;
  if (!unit) {
    cursor_.expecting("a unit of time");
    cursor_.candidates({"DAYS", "HOURS", "MINUTES", "SECONDS", "MILLISECONDS", "DAY", "HOUR",
                        "MINUTE", "SECOND", "MILLISECOND"});
    return cursor_.unexpected();
  }
  duration.unit = *unit;
  cursor_.advance();
  duration.span = cursor_.span_from(begin);
  return duration;
}

Result<Window> ParserRules::window() {
  size_t begin = cursor_.position();
  Window window;
  auto at_kind = [&](size_t n) {
    return (cursor_.sees("TUMBLING", n) || cursor_.sees("HOPPING", n) ||
            cursor_.sees("SESSION", n)) &&
           cursor_.sees(TokenKind::left_paren, n + 1);
  };
  if (!at_kind(0) && cursor_.sees_name() && at_kind(1)) {
    LEAT_TRY(window.name, cursor_.expect_name());
  }
  if (cursor_.accept("TUMBLING")) {
    window.kind = Window::Kind::tumbling;
  } else if (cursor_.accept("HOPPING")) {
    window.kind = Window::Kind::hopping;
  } else if (cursor_.accept("SESSION")) {
    window.kind = Window::Kind::session;
  } else {
    return cursor_.unexpected();
  }
  LEAT_CHECK(cursor_.expect(TokenKind::left_paren));
  if (window.kind != Window::Kind::session) LEAT_CHECK(cursor_.expect("SIZE"));
  LEAT_TRY(window.size, duration());
  if (window.kind == Window::Kind::hopping) {
    LEAT_CHECK(cursor_.expect(TokenKind::comma));
    LEAT_CHECK(cursor_.expect("ADVANCE"));
    LEAT_CHECK(cursor_.expect("BY"));
    LEAT_TRY(window.advance, duration());
  }
  LEAT_CHECK(window_options(window));
  LEAT_CHECK(cursor_.expect(TokenKind::right_paren));
  window.span = cursor_.span_from(begin);
  return window;
}

Status ParserRules::window_options(Window& window) {
  while (cursor_.accept(TokenKind::comma)) {
    if (!window.retention && cursor_.accept("RETENTION")) {
      LEAT_TRY(window.retention, duration());
    } else if (!window.grace && cursor_.accept({"GRACE", "PERIOD"})) {
      LEAT_TRY(window.grace, duration());
    } else {
      return cursor_.unexpected();
    }
  }
  return {};
}

Status ParserRules::clauses(Query& query) {
  if (cursor_.sees(TokenKind::comma))
    return not_in_the_language("a second source after a comma", "write JOIN .. ON ..");
  if (cursor_.accept("WINDOW")) {
    LEAT_TRY(query.window, window());
  }
  if (cursor_.accept("WHERE")) {
    LEAT_TRY(query.where, expression());
  }
  size_t begin = cursor_.position();
  if (cursor_.accept({"GROUP", "BY"})) {
    LEAT_TRY(query.group_by, grouping_list());
    query.group_by_span = cursor_.span_from(begin);
  }
  begin = cursor_.position();
  if (cursor_.accept({"PARTITION", "BY"})) {
    LEAT_TRY(query.partition_by, grouping_list());
    query.partition_by_span = cursor_.span_from(begin);
  }
  if (cursor_.accept("HAVING")) {
    LEAT_TRY(query.having, expression());
  }
  begin = cursor_.position();
  if (cursor_.accept("EMIT")) {
    bool final_results = cursor_.accept("FINAL");
    if (!final_results) LEAT_CHECK(cursor_.expect("CHANGES"));
    query.emit = final_results ? Emit::final_ : Emit::changes;
    query.emit_span = cursor_.span_from(begin);
  }
  begin = cursor_.position();
  if (cursor_.accept("LIMIT")) {
    LEAT_TRY(query.limit, cursor_.expect_count());
    query.limit_span = cursor_.span_from(begin);
  }
  LEAT_CHECK(refuse_foreign_clause());
  if (std::string_view clause = clause_at(cursor_); !clause.empty())
    return cursor_.error(cursor_.current().span,
                         std::string(clause) + " is in the wrong place, or there twice",
                         std::string(kClauseOrder));
  return {};
}

/// `a, b` or `(a, b)`. A parenthesis is the list's own when the query goes on after it, and part of
/// an expression when that goes on.
Result<std::vector<Expr>> ParserRules::grouping_list() {
  std::vector<Expr> list;
  size_t close = 0;
  if (cursor_.sees(TokenKind::left_paren)) {
    size_t open = 0;
    do {
      if (cursor_.sees(TokenKind::left_paren, close)) ++open;
      if (cursor_.sees(TokenKind::right_paren, close)) --open;
      ++close;
    } while (open > 0 && !cursor_.sees(TokenKind::end, close));
  }
  TokenKind after = cursor_.ahead(close).kind;
  bool own =
      close > 0 &&
      (after == TokenKind::word || after == TokenKind::semicolon || after == TokenKind::end) &&
      !cursor_.sees("AT", close);
  if (own) {
    cursor_.advance();
    if (cursor_.accept(TokenKind::right_paren)) return list;
  }
  do {
    LEAT_TRY(Expr next, own ? expression() : value_expression());
    list.push_back(std::move(next));
  } while (cursor_.accept(TokenKind::comma));
  if (own) LEAT_CHECK(cursor_.expect(TokenKind::right_paren));
  return list;
}

/// Says by name what other SQL has and this language has not, where it would stand.
Status ParserRules::refuse_foreign_clause() {
  if (cursor_.sees({"ORDER", "BY"}))
    return not_in_the_language("ORDER BY", "a stream has no end to sort up to; sort what you read");
  if (cursor_.sees({"CROSS", "JOIN"}) || cursor_.sees({"NATURAL", "JOIN"}))
    return not_in_the_language(cursor_.sees("CROSS") ? "CROSS JOIN" : "NATURAL JOIN",
                               "write JOIN .. ON ..");
  if (cursor_.sees("USING") && cursor_.sees(TokenKind::left_paren, 1))
    return not_in_the_language("USING", "write ON left.column = right.column");
  for (std::string_view set : {"UNION", "EXCEPT", "INTERSECT"})
    if (cursor_.sees(set) && (cursor_.sees("SELECT", 1) || cursor_.sees("ALL", 1)))
      return not_in_the_language(
          set, "several INSERT INTO .. SELECT can write into one stream, as UNION ALL would");
  return {};
}

}  // namespace leat::sql
