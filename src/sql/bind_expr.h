#pragma once
#include <string_view>
#include <vector>

#include "plan/node.h"
#include "sql/bind_context.h"
#include "sql/scope.h"

namespace leat::sql {

/// The aggregates of a query, each once. While expressions over them are bound, the result of call
/// i stands as the column kAggregateColumn + i.
struct AggregateCalls {
  struct Call {
    plan::AggregateKind kind;
    int argument = -1;  // index into arguments
    Type result;
  };
  std::vector<plan::ExprPtr> arguments;  // over the scope
  std::vector<Call> calls;
};
inline constexpr int kAggregateColumn = 1 << 20;

/// Binds expressions of one clause of a query. Made on the spot, used, thrown away; everything is
/// lent.
class ExprBinder {
 public:
  /// `clause` is what errors call it ("WHERE"). `aggregates` is nullptr where the clause cannot
  /// have any. A scope of nullptr: constants only.
  ExprBinder(const BindContext& context, Scope* scope, std::string_view clause,
             AggregateCalls* aggregates = nullptr, WindowBounds bounds = WindowBounds::of_source)
      : context_(context),
        scope_(scope),
        clause_(clause),
        aggregates_(aggregates),
        bounds_(bounds) {}

  Result<plan::ExprPtr> bind(const Expr& expr);
  /// A condition. Errors: as bind, and when it is not BOOLEAN.
  Result<plan::ExprPtr> bind_condition(const Expr& expr);
  /// An expression whose value has a type of its own. Errors: as bind, and for a bare NULL.
  Result<plan::ExprPtr> bind_value(const Expr& expr);

 private:
  Result<plan::ExprPtr> bind_node(const Literal& node, const Expr& expr);
  Result<plan::ExprPtr> bind_node(const TypedString& node, const Expr& expr);
  Result<plan::ExprPtr> bind_node(const ColumnRef& node, const Expr& expr);
  Result<plan::ExprPtr> bind_node(const FieldAccess& node, const Expr& expr);
  Result<plan::ExprPtr> bind_node(const Subscript& node, const Expr& expr);
  Result<plan::ExprPtr> bind_node(const Unary& node, const Expr& expr);
  Result<plan::ExprPtr> bind_node(const Binary& node, const Expr& expr);
  Result<plan::ExprPtr> bind_node(const IsNull& node, const Expr& expr);
  Result<plan::ExprPtr> bind_node(const Between& node, const Expr& expr);
  Result<plan::ExprPtr> bind_node(const InList& node, const Expr& expr);
  Result<plan::ExprPtr> bind_node(const Like& node, const Expr& expr);
  Result<plan::ExprPtr> bind_node(const Case& node, const Expr& expr);
  Result<plan::ExprPtr> bind_node(const Cast& node, const Expr& expr);
  Result<plan::ExprPtr> bind_node(const Call& node, const Expr& expr);
  Result<plan::ExprPtr> bind_node(const Lambda& node, const Expr& expr);
  Result<plan::ExprPtr> bind_node(const ArrayConstructor& node, const Expr& expr);
  Result<plan::ExprPtr> bind_node(const MapConstructor& node, const Expr& expr);
  Result<plan::ExprPtr> bind_node(const StructConstructor& node, const Expr& expr);
  Result<plan::ExprPtr> bind_node(const AtTimeZone& node, const Expr& expr);

  Result<plan::ExprPtr> bind_logic(const Binary& node);
  Result<plan::ExprPtr> bind_comparison(const Binary& node, const Expr& expr);
  Result<plan::ExprPtr> bind_coalesce(const Call& node, const Expr& expr);
  Result<plan::ExprPtr> bind_aggregate(plan::AggregateKind kind, const Call& node,
                                       const Expr& expr);
  Result<Type> aggregate_type(plan::AggregateKind kind, const Type& type, const Expr& expr);
  Result<plan::ExprPtr> call(std::string_view name, std::vector<plan::ExprPtr> args,
                             const SourceSpan& span);
  Result<plan::ExprPtr> negated(bool negated, plan::ExprPtr expr, const SourceSpan& span);
  /// Brings a list to one type; `written[i]` is where element i stands.
  Status coerce(std::vector<plan::ExprPtr>& list, const std::vector<const Expr*>& written);
  /// A text beside a time is read as a time.
  Result<plan::ExprPtr> beside(const plan::ExprPtr& other, plan::ExprPtr expr,
                               const SourceSpan& span);
  Error mismatch(const Binary& node, const plan::Expr& left, const plan::Expr& right,
                 const SourceSpan& span) const;

  const BindContext& context_;
  Scope* scope_;
  std::string_view clause_;
  AggregateCalls* aggregates_;
  WindowBounds bounds_;
  bool in_aggregate_ = false;
};

/// The expression with every column replaced by what `replace` makes of it.
plan::ExprPtr with_columns(const plan::ExprPtr& expr,
                           const std::function<plan::ExprPtr(const plan::ExprPtr&)>& replace);

/// AS_VALUE(x) is x, but never a key column: it is bound as a mark around x (COALESCE of one),
/// which this takes away.
plan::ExprPtr without_marks(const plan::ExprPtr& expr);

bool same_expr(const plan::Expr& a, const plan::Expr& b);

}  // namespace leat::sql
