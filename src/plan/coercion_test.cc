#include "plan/coercion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plan/operators.h"

namespace leat::plan {
namespace {

using testing::HasSubstr;

class Coercion : public testing::Test {
 protected:
  Coercion() {
    register_operators(registry_);
    for (const Type& type : {Type::int32(), Type::int64(), Type::float64()})
      registry_.add(
          {.name = "WIDEST",
           .parameters = {type, type},
           .variadic = true,
           .result_type = [type](std::span<const Type>) -> Result<Type> { return type; }});
    registry_.add(
        {.name = "WORDS",
         .parameters = {Type::string(), Type::int32()},
         .result_type = [](std::span<const Type>) -> Result<Type> { return Type::string(); }});
  }
  std::string made(std::string_view name, std::vector<ExprPtr> args, bool strict = false) {
    auto call = make_call(registry_, name, std::move(args), strict);
    if (!call) return call.error().to_string();
    return to_string(**call) + " " + (*call)->type.to_string();
  }
  FunctionRegistry registry_;
  ExprPtr i_ = column(0, Type::int32());
  ExprPtr l_ = column(1, Type::int64());
  ExprPtr d_ = column(2, Type::float64());
  ExprPtr m_ = column(3, Type::decimal(4, 2));
  ExprPtr s_ = column(4, Type::string());
  ExprPtr t_ = column(5, Type::timestamp());
  ExprPtr null_ = literal(Type::string(), {});
};

TEST_F(Coercion, widens_numbers_to_what_both_sides_fit) {
  EXPECT_EQ(made("+", {i_, i_}), "($0 + $0) INTEGER");
  EXPECT_EQ(made("+", {i_, l_}), "(CAST($0 AS BIGINT) + $1) BIGINT");
  EXPECT_EQ(made("+", {l_, d_}), "(CAST($1 AS DOUBLE) + $2) DOUBLE");
  EXPECT_EQ(made("+", {i_, m_}), "(CAST($0 AS DECIMAL(10, 0)) + $3) DECIMAL(13, 2)");
  EXPECT_EQ(made("*", {m_, l_}), "($3 * CAST($1 AS DECIMAL(19, 0))) DECIMAL(24, 2)");
  EXPECT_EQ(made("/", {m_, d_}), "(CAST($3 AS DOUBLE) / $2) DOUBLE");
  EXPECT_EQ(made("+", {s_, s_}), "($4 + $4) STRING");
}

TEST_F(Coercion, rewrites_a_literal_rather_than_casting_it) {
  EXPECT_EQ(made("+", {l_, literal(Type::int32(), 5)}), "($1 + 5L) BIGINT");
  EXPECT_EQ(made("=", {d_, literal(Type::decimal(2, 1), Int128{11})}),
            "($2 = 1.1000000000000001e0) BOOLEAN");
  EXPECT_EQ(made(">", {t_, literal(Type::string(), std::string("2018-01-01T00:00:01Z"))}),
            "($5 > TIMESTAMP '1514764801000') BOOLEAN");
  EXPECT_THAT(made(">", {t_, literal(Type::string(), std::string("soon"))}),
              HasSubstr("not a timestamp: 'soon'"));
  EXPECT_EQ(made("+", {l_, null_}), "($1 + NULL::BIGINT) BIGINT");
}

TEST_F(Coercion, says_what_an_operator_or_function_does_not_take) {
  EXPECT_THAT(made("+", {s_, i_}), HasSubstr("operator + does not apply to (STRING, INTEGER)"));
  EXPECT_THAT(made("<", {literal(Type::boolean(), true), literal(Type::boolean(), true)}),
              HasSubstr("operator < does not apply"));
  EXPECT_THAT(made("WORDS", {i_}), HasSubstr("function WORDS does not accept (INTEGER)"));
  EXPECT_THAT(made("WORDS", {i_}), HasSubstr("it takes WORDS(STRING, INTEGER)"));
  EXPECT_THAT(made("WORD", {i_}), HasSubstr("there is no function WORD"));
  EXPECT_THAT(made("word", {i_}), HasSubstr("did you mean WORDS?"));
  EXPECT_THAT(made("WIDEST", {}), HasSubstr("does not accept ()"));
}

TEST_F(Coercion, takes_the_nearest_overload_or_in_strict_mode_calls_it_ambiguous) {
  EXPECT_EQ(made("widest", {i_, l_, i_}),
            "WIDEST(CAST($0 AS BIGINT), $1, CAST($0 AS BIGINT)) BIGINT");
  EXPECT_THAT(made("WIDEST", {i_, l_}, true), HasSubstr("ambiguous for (INTEGER, BIGINT)"));
  EXPECT_EQ(made("WIDEST", {l_, l_}, true), "WIDEST($1, $1) BIGINT");
  EXPECT_EQ(made("WIDEST", {l_, d_}, true), "WIDEST(CAST($1 AS DOUBLE), $2) DOUBLE");
  EXPECT_EQ(made("WIDEST", {l_, null_}, true), "WIDEST($1, NULL::BIGINT) BIGINT");
  EXPECT_EQ(made("+", {i_, l_}, true), "(CAST($0 AS BIGINT) + $1) BIGINT");
}

TEST_F(Coercion, finds_an_overload_again_by_its_signature) {
  auto call = make_call(registry_, "+", {m_, m_}).value();
  EXPECT_EQ(signature(*call->function), "+(DECIMAL, DECIMAL)");
  EXPECT_EQ(registry_.find("+(DECIMAL, DECIMAL)"), call->function);
  EXPECT_EQ(registry_.find("WIDEST(INTEGER, INTEGER...)")->parameters[0], Type::int32());
  EXPECT_EQ(registry_.find("IS NULL(BYTES)")->name, "IS NULL");
  EXPECT_EQ(registry_.find("NOBODY(STRING)"), nullptr);
  for (const Function* f : registry_.all()) EXPECT_EQ(registry_.find(signature(*f)), f);
}

TEST_F(Coercion, gives_decimal_results_the_digits_that_ksqldb_gives_them) {
  Type a = Type::decimal(5, 2), b = Type::decimal(4, 3);
  EXPECT_EQ(decimal_result(ArithmeticOp::add, a, b), Type::decimal(7, 3));
  EXPECT_EQ(decimal_result(ArithmeticOp::multiply, a, b), Type::decimal(10, 5));
  EXPECT_EQ(decimal_result(ArithmeticOp::divide, a, b), Type::decimal(13, 7));
  EXPECT_EQ(decimal_result(ArithmeticOp::remainder, a, b), Type::decimal(4, 3));
  // Past 38 digits, those behind the point go first.
  Type wide = Type::decimal(30, 10);
  EXPECT_EQ(decimal_result(ArithmeticOp::multiply, wide, wide), Type::decimal(38, 6));
  EXPECT_EQ(decimal_result(ArithmeticOp::add, Type::decimal(38, 2), a), Type::decimal(38, 2));
}

std::string listed(std::vector<ExprPtr> list) {
  auto done = coerce_list(list);
  if (!done) return done.error().message();
  std::string out = list[0]->type.to_string() + ":";
  for (const ExprPtr& e : list) out += " " + to_string(*e);
  return out;
}
ExprPtr text(std::string value) { return literal(Type::string(), std::move(value)); }

TEST_F(Coercion, brings_a_list_to_the_type_of_its_first_element) {
  EXPECT_EQ(listed({i_, literal(Type::int32(), 1), text("4")}), "INTEGER: $0 1 4");
  EXPECT_EQ(listed({i_, literal(Type::int64(), int64_t{7}), null_}),
            "BIGINT: CAST($0 AS BIGINT) 7L NULL::BIGINT");
  EXPECT_EQ(listed({i_, text("5.10")}),
            "DECIMAL(12, 2): CAST($0 AS DECIMAL(12, 2)) DECIMAL(12, 2) '5.10'");
  EXPECT_EQ(listed({s_, literal(Type::boolean(), true), literal(Type::int32(), 10)}),
            "STRING: $4 'true' '10'");
  EXPECT_EQ(listed({s_, literal(Type::decimal(4, 2), Int128{1030})}), "STRING: $4 '10.30'");
  EXPECT_EQ(listed({literal(Type::boolean(), true), text("no")}), "BOOLEAN: TRUE FALSE");
  EXPECT_EQ(listed({t_, text("2020-01-01")}), "TIMESTAMP: $5 TIMESTAMP '1577836800000'");
  EXPECT_EQ(listed({null_, i_}), "INTEGER: NULL::INTEGER $0");
}

TEST_F(Coercion, refuses_lists_that_have_no_common_type) {
  EXPECT_EQ(listed({i_, s_}), "cannot mix INTEGER with STRING: $4");
  EXPECT_EQ(listed({s_, d_}), "cannot mix STRING with DOUBLE: $2");
  EXPECT_EQ(listed({d_, text("10.0 - no number")}),
            "cannot mix DOUBLE with STRING: '10.0 - no number'");
  EXPECT_EQ(listed({l_, literal(Type::boolean(), true)}), "cannot mix BIGINT with BOOLEAN: TRUE");
  EXPECT_EQ(listed({null_, null_}), "the type of NULL alone is unknown");
}

TEST_F(Coercion, reads_numbers_with_the_type_that_their_form_says) {
  auto number = [](std::string_view text) {
    auto n = number_literal(text);
    return n ? to_string(**n) + " " + (*n)->type.to_string() : n.error().message();
  };
  EXPECT_EQ(number("12"), "12 INTEGER");
  EXPECT_EQ(number("-2147483648"), "-2147483648 INTEGER");
  EXPECT_EQ(number("2147483648"), "2147483648L BIGINT");
  EXPECT_EQ(number("000009223372036854775807"), "9223372036854775807L BIGINT");
  EXPECT_EQ(number("9223372036854775808"), "the number is too large: 9223372036854775808");
  EXPECT_EQ(number("1.1"), "DECIMAL(2, 1) '1.1' DECIMAL(2, 1)");
  EXPECT_EQ(number("0.005"), "DECIMAL(4, 3) '0.005' DECIMAL(4, 3)");
  EXPECT_EQ(number("1e1"), "10e0 DOUBLE");
  EXPECT_EQ(number("1e999"), "the number is too large: 1e999");
}

TEST(Expr, substitutes_columns_and_shares_what_stays) {
  FunctionRegistry registry;
  register_operators(registry);
  ExprPtr one = literal(Type::int64(), int64_t{1});
  ExprPtr sum = make_call(registry, "+", {column(0, Type::int64()), one}).value();
  ExprPtr both = make(ExprKind::and_, Type::boolean(),
                      {make_call(registry, "=", {sum, column(2, Type::int64())}).value(),
                       literal(Type::boolean(), true)});
  std::vector<uint8_t> used(4, 0);
  collect_columns(*both, used);
  EXPECT_EQ(used, (std::vector<uint8_t>{1, 0, 1, 0}));
  std::vector<ExprPtr> replacement = {sum, nullptr, column(7, Type::int64())};
  ExprPtr replaced = substitute(both, replacement);
  EXPECT_EQ(to_string(*replaced), "(((($0 + 1L) + 1L) = $7) AND TRUE)");
  EXPECT_EQ(replaced->args[1], both->args[1]);
  EXPECT_EQ(substitute(one, replacement), one);
}

}  // namespace
}  // namespace leat::plan
