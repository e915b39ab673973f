#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sql/ast.h"
#include "sql/print_ast.h"

namespace leat::sql {

/// Appends canonical SQL to one string; print_ast.cc has expressions and types, print_statement.cc
/// the rest.
class SqlWriter {
 public:
  /// The level of what never needs parentheses: names, literals, calls, ...
  static constexpr int kTightest = 10;

  explicit SqlWriter(PrintOptions options) : options_(options) {}

  void name(const Identifier& id);
  void type(const TypeName& t);
  /// With parentheses if `e` binds more loosely than `level` (0: never
  /// needed, kTightest: unless it is a name, literal, call or the like).
  void expr(const Expr& e, int level = 0);
  void query(const Query& q);
  void statement(const Statement& s);
  std::string take() && { return std::move(out_); }

 private:
  void write(const Literal& e);
  void write(const TypedString& e);
  void write(const ColumnRef& e);
  void write(const FieldAccess& e);
  void write(const Subscript& e);
  void write(const Unary& e);
  void write(const Binary& e);
  void write(const IsNull& e);
  void write(const Between& e);
  void write(const InList& e);
  void write(const Like& e);
  void write(const Case& e);
  void write(const Cast& e);
  void write(const Call& e);
  void write(const Lambda& e);
  void write(const ArrayConstructor& e);
  void write(const MapConstructor& e);
  void write(const StructConstructor& e);
  void write(const AtTimeZone& e);

  void write(const CreateSource& s);
  void write(const CreateAsSelect& s);
  void write(const InsertSelect& s);
  void write(const InsertValues& s);
  void write(const Select& s);
  void write(const DropSource& s);
  void write(const AlterSource& s);
  void write(const CreateType& s);
  void write(const DropType& s);
  void write(const CreateConnector& s);
  void write(const DropConnector& s);
  void write(const ControlQuery& s);
  void write(const Explain& s);
  void write(const Show& s);
  void write(const Describe& s);
  void write(const Print& s);
  void write(const SetProperty& s);
  void write(const UnsetProperty& s);
  void write(const DefineVariable& s);
  void write(const UndefineVariable& s);
  void write(const RunScript& s);
  void write(const AssertTopic& s);
  void write(const AssertSchema& s);
  void write(const AssertValues& s);
  void write(const AssertSource& s);

  void list(const std::vector<Expr>& exprs);
  void names(const std::vector<Identifier>& ids);
  void row(const std::vector<Expr>& values);
  void relation(const Relation& r);
  void join(const Join& j);
  void window(const Window& w);
  void duration(const Duration& d);
  void select_item(const SelectItem& item);
  void columns(const std::vector<ColumnDefinition>& list);
  void column(const ColumnDefinition& c);
  void properties(const std::vector<Property>& list);
  static std::string quote(std::string_view text, char mark);

  PrintOptions options_;
  std::string out_;
};

}  // namespace leat::sql
