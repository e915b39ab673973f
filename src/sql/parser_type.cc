#include "sql/parser_rules.h"

namespace leat::sql {

Error ParserRules::too_deep() const {
  return cursor_.error(cursor_.current().span,
                       "this is nested too deeply, the limit is " + std::to_string(kNestingMax));
}

Status ParserRules::check_nesting() const {
  if (depth_ < kNestingMax) return {};
  return too_deep();
}

Result<TypeName> ParserRules::type() {
  LEAT_CHECK(check_nesting());
  Nested nested(depth_);
  size_t begin = cursor_.position();
  LEAT_TRY(TypeName type, prefix_type());
  type.span = cursor_.span_from(begin);
  for (int wraps = 1; cursor_.sees("ARRAY"); ++wraps) {  // INT ARRAY
    if (depth_ + wraps > kNestingMax) return too_deep();
    cursor_.advance();
    TypeName outer;
    outer.shape = TypeShape::array;
    outer.children.push_back(std::move(type));
    outer.span = cursor_.span_from(begin);
    type = std::move(outer);
  }
  return type;
}

Result<TypeName> ParserRules::prefix_type() {
  TypeName type;
  bool bracket = cursor_.sees(TokenKind::less, 1);
  if (cursor_.sees("STRUCT") && (bracket || cursor_.sees(TokenKind::not_equal, 1)))
    return struct_type();
  if (bracket && cursor_.sees("ARRAY")) {
    cursor_.advance(), cursor_.advance();
    type.shape = TypeShape::array;
    LEAT_TRY(TypeName element, this->type());
    type.children.push_back(std::move(element));
    LEAT_CHECK(cursor_.expect(TokenKind::greater));
    return type;
  }
  if (bracket && cursor_.sees("MAP")) {
    cursor_.advance(), cursor_.advance();
    type.shape = TypeShape::map;
    LEAT_TRY(TypeName key, this->type());
    LEAT_CHECK(cursor_.expect(TokenKind::comma));
    LEAT_TRY(TypeName value, this->type());
    type.children.push_back(std::move(key));
    type.children.push_back(std::move(value));
    LEAT_CHECK(cursor_.expect(TokenKind::greater));
    return type;
  }
  LEAT_TRY(type.name, cursor_.expect_name("a type's name"));
  if (!cursor_.sees(TokenKind::left_paren)) return type;
  cursor_.advance();
  do {
    if (cursor_.accept("STRING")) {
      type.parameters.push_back(std::nullopt);
    } else {
      LEAT_TRY(int64_t number, cursor_.expect_count());
      type.parameters.push_back(number);
    }
  } while (cursor_.accept(TokenKind::comma));
  LEAT_CHECK(cursor_.expect(TokenKind::right_paren));
  return type;
}

Result<TypeName> ParserRules::struct_type() {
  TypeName type;
  type.shape = TypeShape::struct_;
  cursor_.advance();
  if (cursor_.accept(TokenKind::not_equal)) return type;  // STRUCT<>
  cursor_.advance();
  if (cursor_.accept(TokenKind::greater)) return type;
  do {
    LEAT_TRY(Identifier field, cursor_.expect_name("a field's name"));
    LEAT_TRY(TypeName child, this->type());
    type.fields.push_back(std::move(field));
    type.children.push_back(std::move(child));
  } while (cursor_.accept(TokenKind::comma));
  LEAT_CHECK(cursor_.expect(TokenKind::greater));
  return type;
}

Result<ColumnDefinition> ParserRules::column(bool with_role) {
  size_t begin = cursor_.position();
  ColumnDefinition column;
  LEAT_TRY(column.name, cursor_.expect_name("a column's name"));
  LEAT_TRY(column.type, type());
  if (with_role) {
    if (cursor_.accept("KEY")) {
      column.role = ColumnRole::key;
    } else if (cursor_.accept("PRIMARY")) {
      LEAT_CHECK(cursor_.expect("KEY"));
      column.role = ColumnRole::primary_key;
    } else if (cursor_.accept("HEADERS")) {
      column.role = ColumnRole::headers;
    } else if (cursor_.accept("HEADER")) {
      column.role = ColumnRole::header;
      LEAT_CHECK(cursor_.expect(TokenKind::left_paren));
      LEAT_TRY(column.header, cursor_.expect_string());
      LEAT_CHECK(cursor_.expect(TokenKind::right_paren));
    }
  }
  column.span = cursor_.span_from(begin);
  return column;
}

Result<std::vector<ColumnDefinition>> ParserRules::column_list() {
  std::vector<ColumnDefinition> columns;
  do {
    LEAT_TRY(ColumnDefinition next, column());
    columns.push_back(std::move(next));
  } while (cursor_.accept(TokenKind::comma));
  return columns;
}

}  // namespace leat::sql
