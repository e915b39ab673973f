#pragma once
#include <string>

#include "sql/ast.h"

namespace leat::sql {

struct PrintOptions {
  /// Unquoted names in upper case and all names in back quotes where they need it: two texts are
  /// equal exactly when they say the same under ksqlDB's rule for names.
  bool fold_case = false;
  /// Parentheses around every operator: shows how an expression was understood.
  bool parenthesize = false;
};

/// Canonical SQL: keywords in upper case, single spaces, only the parentheses that are needed, no
/// comments. Parsing it gives the same tree back.
std::string to_sql(const Statement& statement, PrintOptions options = {});
std::string to_sql(const Query& query, PrintOptions options = {});
std::string to_sql(const Expr& expr, PrintOptions options = {});
std::string to_sql(const TypeName& type, PrintOptions options = {});
std::string to_sql(const Identifier& name, PrintOptions options = {});

/// True when two expressions are written alike but for spaces, parentheses without effect and the
/// case of unquoted names: how GROUP BY and SELECT find their common expressions.
bool same(const Expr& a, const Expr& b);

}  // namespace leat::sql
