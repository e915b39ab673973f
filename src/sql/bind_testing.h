#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>

#include "sql/binder.h"
#include "sql/functions/register.h"
#include "sql/parser.h"

namespace leat::sql::testing {

/// A catalogue that statements are bound to and carried out on, one after the other.
class Bench {
 public:
  Bench() { register_functions(functions); }

  /// With ksqlDB's rules.
  static Bench ksqldb() {
    Bench bench;
    bench.session.properties["compatibility"] = "ksqldb";
    bench.catalogue = Catalogue(NameRule::exact);
    return bench;
  }

  Result<bound::Statement> bind(std::string_view text) {
    LEAT_TRY(Statement statement, parse_statement(text, {.test_statements = true}));
    return sql::bind(statement, catalogue, session, functions);
  }

  /// Binds and carries out. Errors: as bind.
  Status run(std::string_view text) {
    LEAT_TRY(bound::Statement statement, bind(text));
    if (const auto* source = std::get_if<bound::CreateSource>(&statement))
      return apply(*source, catalogue);
    if (const auto* query = std::get_if<bound::CreateQuery>(&statement))
      return apply(*query, catalogue);
    if (const auto* drop = std::get_if<bound::DropSource>(&statement))
      return apply(*drop, catalogue);
    if (const auto* set = std::get_if<bound::SetProperty>(&statement))
      return session.set(set->name, set->value);
    return {};
  }

  /// As run, for statements that a test takes for granted.
  Bench& given(std::string_view text) {
    Status done = run(text);
    EXPECT_TRUE(done.has_value()) << text << "\n" << (done ? "" : done.error().to_string());
    return *this;
  }

  /// The bound form of a statement that must bind to one.
  template <class T>
  T bound_as(std::string_view text) {
    auto statement = bind(text);
    if (!statement) {
      ADD_FAILURE() << text << "\n" << statement.error().to_string();
      return T{};
    }
    if (!std::holds_alternative<T>(*statement)) {
      ADD_FAILURE() << text << "\nis another kind of statement: " << statement->index();
      return T{};
    }
    return std::get<T>(*std::move(statement));
  }

  /// The canonical text of the plan of a persistent query.
  std::string plan_of(std::string_view text) {
    return bound_as<bound::CreateQuery>(text).query.statement;
  }

  /// Message and hint of a statement that must not bind, with its code in front.
  std::string error_of(std::string_view text) {
    auto statement = bind(text);
    if (statement) return "no error";
    const Error& error = statement.error();
    return std::string(name_of(error.code())) + ": " + error.message() +
           (error.hint().empty() ? "" : "\nhint: " + error.hint());
  }

  plan::FunctionRegistry functions;
  Catalogue catalogue;
  Session session;
};

}  // namespace leat::sql::testing
