#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "data/decimal.h"
#include "plan/coercion.h"
#include "plan/kernels.h"
#include "plan/operators.h"
#include "sql/functions/add_function.h"
#include "sql/functions/letter_case.h"
#include "sql/functions/register.h"

namespace leat::sql::functions {
namespace {

using plan::ExprKind;
using plan::ExprPtr;
using testing::HasSubstr;

struct Arg {
  Arg(int v) : expr(plan::literal(Type::int32(), v)) {}                        // NOLINT
  Arg(int64_t v) : expr(plan::literal(Type::int64(), v)) {}                    // NOLINT
  Arg(double v) : expr(plan::literal(Type::float64(), v)) {}                   // NOLINT
  Arg(const char* v) : expr(plan::literal(Type::string(), std::string(v))) {}  // NOLINT
  Arg(Bytes v) : expr(plan::literal(Type::bytes(), std::string(v.view))) {}    // NOLINT
  Arg(Timestamp v) : expr(plan::literal(Type::timestamp(), v.ms)) {}           // NOLINT
  Arg(std::nullptr_t) : expr(plan::literal(Type::boolean(), {})) {}            // NOLINT
  Arg(Type t, std::string_view v)
      : expr(plan::literal_as(*Arg(std::string(v).c_str()).expr, t).value()) {}
  explicit Arg(ExprPtr e) : expr(std::move(e)) {}
  ExprPtr expr;
};
Arg null_of(Type type) { return Arg(plan::make(ExprKind::cast, type, {Arg(nullptr).expr})); }

class Functions : public testing::Test {
 protected:
  Functions() { register_functions(registry_); }

  // The result for one row as text; "NULL", or what went wrong.
  std::string f(std::string_view name, std::vector<Arg> args, bool ksqldb = false) {
    std::vector<ExprPtr> exprs;
    for (Arg& arg : args) exprs.push_back(std::move(arg.expr));
    auto call = plan::make_call(registry_, name, std::move(exprs), ksqldb);
    if (!call) return call.error().message();
    type_ = (*call)->type;
    Column out = compute(**call, ksqldb);
    if (!errors_.empty()) {
      std::string message = errors_[0].error.message();
      EXPECT_TRUE(out.is_null(0)) << message;
      errors_.clear();
      return message;
    }
    if (!out.is_null(0) && type_.kind == TypeKind::string) return std::string(out.at<ByteView>(0));
    return plan::value_text(out, 0);
  }
  double number(std::string_view name, std::vector<Arg> args) {
    return std::strtod(f(name, std::move(args)).c_str(), nullptr);
  }

  Column compute(const plan::Expr& expr, bool ksqldb) {
    Column out(expr.type);
    out.resize(1);
    plan::CallContext context{1, arena_, errors_, expr.type, ksqldb, 1'526'075'913'042};
    if (expr.kind == ExprKind::literal) {
      set(expr.value, out);
    } else if (expr.kind == ExprKind::cast) {
      Column in = compute(*expr.args[0], ksqldb);
      if (in.is_null(0))
        out.set_null(0);
      else
        plan::cast_column(context, in, out);
    } else {
      std::vector<Column> columns;
      for (const auto& arg : expr.args) columns.push_back(compute(*arg, ksqldb));
      std::vector<const Column*> args;
      for (const Column& column : columns) {
        args.push_back(&column);
        if (expr.function->null_in_null_out && column.is_null(0)) out.set_null(0);
      }
      expr.function->kernel(context, args, out);
      for (Column& column : columns) column.own_bytes(arena_);
    }
    return out;
  }

  static void set(const plan::Value& value, Column& out) {
    switch (value.index()) {
      case 0: return out.set_null(0);
      case 1: out.at<uint8_t>(0) = std::get<bool>(value); return;
      case 2: out.at<int32_t>(0) = std::get<int32_t>(value); return;
      case 3: out.at<int64_t>(0) = std::get<int64_t>(value); return;
      case 4: out.at<double>(0) = std::get<double>(value); return;
      case 5: out.at<Int128>(0) = std::get<Int128>(value); return;
      default: out.at<ByteView>(0) = std::get<std::string>(value);
    }
  }

  plan::FunctionRegistry registry_;
  Arena arena_;
  RowErrors errors_;
  Type type_;
};

TEST_F(Functions, are_all_there_once_with_a_description) {
  std::set<std::string> names, signatures;
  for (const plan::Function* function : registry_.all()) {
    names.insert(function->name);
    EXPECT_TRUE(signatures.insert(signature(*function)).second) << signature(*function);
    EXPECT_FALSE(function->description.empty()) << signature(*function);
    EXPECT_TRUE(function->kernel) << signature(*function);
  }
  for (const char* name : {"ABS",
                           "ACOS",
                           "ASIN",
                           "ATAN",
                           "ATAN2",
                           "CBRT",
                           "CEIL",
                           "COS",
                           "COSH",
                           "COT",
                           "DEGREES",
                           "EXP",
                           "FLOOR",
                           "GREATEST",
                           "LEAST",
                           "LN",
                           "LOG",
                           "PI",
                           "POWER",
                           "RADIANS",
                           "ROUND",
                           "SIGN",
                           "SIN",
                           "SINH",
                           "SQRT",
                           "TAN",
                           "TANH",
                           "TRUNC",
                           "AS_VALUE",
                           "CHR",
                           "COALESCE",
                           "CONCAT",
                           "CONCAT_WS",
                           "ELT",
                           "FIELD",
                           "IFNULL",
                           "INITCAP",
                           "INSTR",
                           "LCASE",
                           "LEN",
                           "LPAD",
                           "NULLIF",
                           "REPLACE",
                           "RPAD",
                           "SUBSTRING",
                           "TRIM",
                           "UCASE",
                           "UNIX_TIMESTAMP",
                           "STRINGTOTIMESTAMP",
                           "TIMESTAMPTOSTRING",
                           "PARSE_TIMESTAMP",
                           "FORMAT_TIMESTAMP",
                           "FROM_UNIXTIME"})
    EXPECT_TRUE(names.count(name)) << name;
}

TEST_F(Functions, give_null_for_null_and_take_it_by_any_overload) {
  for (const char* name : {"ABS", "SQRT", "ROUND", "CEIL", "SIGN", "LEN", "UCASE", "CHR", "COT"})
    EXPECT_EQ(f(name, {nullptr}), "NULL") << name;
  EXPECT_EQ(f("SUBSTRING", {"text", nullptr}), "NULL");
  EXPECT_EQ(f("SUBSTRING", {"text", 6, nullptr}), "NULL");
  EXPECT_EQ(f("SUBSTRING", {null_of(Type::string()), 1}), "NULL");
  EXPECT_EQ(f("REPLACE", {"anaconda", nullptr, "o"}), "NULL");
  EXPECT_EQ(f("ATAN2", {1.0, nullptr}), "NULL");
}

TEST_F(Functions, of_angles_and_powers_are_those_of_ieee) {
  EXPECT_DOUBLE_EQ(number("ACOS", {-1}), M_PI);
  EXPECT_EQ(f("ACOS", {2}), "NaN");
  EXPECT_DOUBLE_EQ(number("ATAN2", {-2, -3}), -2.5535900500422257);
  EXPECT_EQ(f("COT", {0}), "Infinity");
  EXPECT_EQ(f("LN", {0}), "-Infinity");
  EXPECT_EQ(f("LN", {-1}), "NaN");
  EXPECT_DOUBLE_EQ(number("LOG", {13}), 2.5649493574615367);
  EXPECT_EQ(f("LOG", {2, 8}), "3.0");
  EXPECT_EQ(f("LOG", {1, 8}), "NaN");
  EXPECT_EQ(f("LOG", {-2, 8}), "NaN");
  EXPECT_EQ(f("CBRT", {-8}), "-2.0");
  EXPECT_EQ(f("CBRT", {27}), "3.0");
  EXPECT_EQ(f("SQRT", {2.25}), "1.5");
  EXPECT_EQ(f("POWER", {2, 10}), "1024.0");
  EXPECT_EQ(f("EXP", {0}), "1.0");
  EXPECT_EQ(f("PI", {}), "3.141592653589793");
  EXPECT_DOUBLE_EQ(number("DEGREES", {M_PI}), 180);
  EXPECT_DOUBLE_EQ(number("RADIANS", {180}), M_PI);
  for (const char* name : {"SIN", "COS", "TAN", "SINH", "COSH", "TANH", "ASIN", "ATAN"})
    EXPECT_TRUE(std::isfinite(number(name, {0.5}))) << name;
  EXPECT_EQ(f("SQRT", {Arg(Type::decimal(3, 2), "2.25")}), "1.5");
}

TEST_F(Functions, abs_and_sign_keep_the_type) {
  EXPECT_EQ(f("ABS", {-2}), "2");
  EXPECT_EQ(type_, Type::int32());
  EXPECT_EQ(f("ABS", {INT32_MIN}), "ABS: result does not fit: -2147483648");
  EXPECT_EQ(f("ABS", {INT32_MIN}, true), "-2147483648");
  EXPECT_EQ(f("ABS", {Arg(Type::decimal(4, 2), "-1.50")}), "1.50");
  EXPECT_EQ(type_, Type::decimal(4, 2));
  EXPECT_EQ(f("SIGN", {-7}), "-1");
  EXPECT_EQ(f("SIGN", {0.0}), "0");
  EXPECT_EQ(f("SIGN", {Arg(Type::decimal(4, 2), "1.50")}), "1");
}

TEST_F(Functions, round_goes_up_from_the_middle) {
  EXPECT_EQ(f("ROUND", {7}), "7");
  EXPECT_EQ(type_, Type::int64());
  EXPECT_EQ(f("ROUND", {1.5}), "2");
  EXPECT_EQ(f("ROUND", {-1.5}), "-1");
  EXPECT_EQ(f("ROUND", {-1.6}), "-2");
  EXPECT_EQ(f("ROUND", {0.49999999999999994}), "0");
  EXPECT_EQ(f("ROUND", {1.005, 2}), "1.01");
  EXPECT_EQ(f("ROUND", {-1.005, 2}), "-1.0");
  EXPECT_EQ(f("ROUND", {1234.5, -2}), "1200.0");
  EXPECT_EQ(f("ROUND", {1e-300, 10}), "0.0");
  EXPECT_EQ(f("ROUND", {NAN, 2}), "NaN");
  EXPECT_EQ(f("ROUND", {1e300}, true), "9223372036854775807");
  EXPECT_THAT(f("ROUND", {1e300}), HasSubstr("does not fit BIGINT"));
  Arg v(Type::decimal(33, 16), "12345678987654321.2345678987654321");
  EXPECT_EQ(f("ROUND", {v}), "12345678987654321");
  EXPECT_EQ(type_, Type::decimal(17, 0));
  EXPECT_EQ(f("ROUND", {v, 10}), "12345678987654321.2345678988000000");
  EXPECT_EQ(f("ROUND", {v, -2}), "12345678987654300.0000000000000000");
  EXPECT_EQ(type_, Type::decimal(33, 16));
  EXPECT_EQ(f("ROUND", {v, -30}), "0.0000000000000000");
  EXPECT_EQ(f("ROUND", {Arg(Type::decimal(3, 2), "-1.55"), 1}), "-1.50");
  EXPECT_EQ(f("ROUND", {Arg(Type::decimal(2, 1), "9.9")}),
            "ROUND: result does not fit DECIMAL(1, 0): 9.9");
}

TEST_F(Functions, trunc_ceil_and_floor_go_where_they_say) {
  EXPECT_EQ(f("TRUNC", {-1.7}), "-1");
  EXPECT_EQ(f("TRUNC", {-12345}), "-12345");
  EXPECT_EQ(f("TRUNC", {1.999, 2}), "1.99");
  EXPECT_EQ(f("TRUNC", {-1.999, 2}), "-1.99");
  EXPECT_EQ(f("TRUNC", {Arg(Type::decimal(4, 3), "1.999"), 1}), "1.900");
  EXPECT_EQ(f("TRUNC", {Arg(Type::decimal(4, 3), "-1.999")}), "-1");
  EXPECT_EQ(f("CEIL", {1.2}), "2.0");
  EXPECT_EQ(f("CEIL", {-1.2}), "-1.0");
  EXPECT_EQ(f("CEIL", {3}), "3");
  EXPECT_EQ(f("CEIL", {Arg(Type::decimal(4, 2), "-1.20")}), "-1.00");
  EXPECT_EQ(f("CEIL", {Arg(Type::decimal(4, 2), "1.20")}), "2.00");
  EXPECT_EQ(f("FLOOR", {-1.2}), "-2.0");
  EXPECT_EQ(f("FLOOR", {Arg(Type::decimal(4, 2), "-1.20")}), "-2.00");
  EXPECT_EQ(f("FLOOR", {Arg(Type::decimal(4, 2), "1.20")}), "1.00");
}

TEST_F(Functions, greatest_and_least_pass_over_null) {
  EXPECT_EQ(f("GREATEST", {INT32_MAX, INT32_MIN, nullptr, 5}), "2147483647");
  EXPECT_EQ(f("LEAST", {3, nullptr, 2}), "2");
  EXPECT_EQ(f("LEAST", {nullptr, null_of(Type::int32())}), "NULL");
  EXPECT_EQ(f("LEAST", {50000.555, -99999.555, nullptr}), "-99999.555");
  EXPECT_EQ(f("GREATEST", {-0.0, 0.0}), "0.0");
  EXPECT_EQ(f("GREATEST", {1.0, NAN, 2.0}), "NaN");
  EXPECT_EQ(f("LEAST", {"apple", "Zebra", "!"}), "!");
  EXPECT_EQ(f("GREATEST", {Bytes{"a"}, Bytes{"b"}}), "X'62'");
  EXPECT_EQ(f("GREATEST", {Timestamp{0}, "2022-06-14"}), "2022-06-14T00:00:00.000");
  EXPECT_EQ(
      f("LEAST", {Arg(Type::decimal(9, 2), "1234567.89"), Arg(Type::decimal(7, 6), "0.123456")}),
      "0.123456");
  EXPECT_EQ(type_, Type::decimal(13, 6));
  EXPECT_EQ(f("GREATEST", {1, int64_t{2}}), "2");
  EXPECT_THAT(f("GREATEST", {1, int64_t{2}}, true), HasSubstr("ambiguous"));
  EXPECT_EQ(f("GREATEST", {1, int64_t{2}, 3.5}, true), "3.5");
  EXPECT_THAT(f("GREATEST", {}), HasSubstr("does not accept ()"));
}

TEST_F(Functions, of_null_choose_by_row) {
  EXPECT_EQ(f("NULLIF", {1, 1}), "NULL");
  EXPECT_EQ(f("NULLIF", {1, 2}), "1");
  EXPECT_EQ(f("NULLIF", {1, nullptr}), "1");
  EXPECT_EQ(f("NULLIF", {null_of(Type::string()), "a"}), "NULL");
  EXPECT_EQ(f("NULLIF", {"a", "a"}), "NULL");
  EXPECT_EQ(f("IFNULL", {null_of(Type::string()), "x"}), "x");
  EXPECT_EQ(f("COALESCE", {nullptr, null_of(Type::int32()), 3, 4}), "3");
  EXPECT_EQ(f("IFNULL", {Arg(Type::decimal(2, 1), "1.5"), Arg(Type::decimal(4, 3), "1.555")}),
            "1.500");
  EXPECT_EQ(f("AS_VALUE", {Arg(Type::decimal(4, 2), "12.30")}), "12.30");
  EXPECT_EQ(f("AS_VALUE", {null_of(Type::int64())}), "NULL");
}

TEST_F(Functions, substring_counts_utf16_units_from_one_or_from_the_end) {
  EXPECT_EQ(f("SUBSTRING", {"some_string", 6, 3}), "str");
  EXPECT_EQ(f("SUBSTRING", {"another", 6, 3}), "er");
  EXPECT_EQ(f("SUBSTRING", {"short", 6, 3}), "");
  EXPECT_EQ(f("SUBSTRING", {"some", 0, 2}), "so");
  EXPECT_EQ(f("SUBSTRING", {"some", -3}), "ome");
  EXPECT_EQ(f("SUBSTRING", {"some", -9, 2}), "so");
  EXPECT_EQ(f("SUBSTRING", {"some", 2, -1}), "");
  EXPECT_EQ(f("SUBSTRING", {"a\xf0\x9f\x98\x80z", 4}), "z");
  EXPECT_EQ(f("SUBSTRING", {"a\xf0\x9f\x98\x80z", 2, 2}), "\xf0\x9f\x98\x80");
  EXPECT_EQ(f("SUBSTRING", {Bytes{"some_string"}, 6}), "X'737472696e67'");
  EXPECT_EQ(f("SUBSTRING", {Bytes{"\xff\xfe\xfd"}, 2, 1}), "X'fe'");
  EXPECT_EQ(f("LEN", {"a\xf0\x9f\x98\x80z"}), "4");
  EXPECT_EQ(f("LEN", {Bytes{"\xf0\x9f"}}), "2");
}

TEST_F(Functions, instr_finds_the_nth_place_from_either_end) {
  EXPECT_EQ(f("INSTR", {"corporate floor", "or"}), "2");
  EXPECT_EQ(f("INSTR", {"corporate floor", "or", 4, 2}), "14");
  EXPECT_EQ(f("INSTR", {"short", "or", 4, 2}), "0");
  EXPECT_EQ(f("INSTR", {"corporate floor", "or", -4}), "5");
  EXPECT_EQ(f("INSTR", {"corporate floor", "or", -4, 2}), "2");
  EXPECT_EQ(f("INSTR", {"corporate floor", "or", -1}), "14");
  EXPECT_EQ(f("INSTR", {"aaaa", "aa", 1, 3}), "3");
  EXPECT_EQ(f("INSTR", {"aaaa", "aa", -1, 3}), "1");
  EXPECT_EQ(f("INSTR", {"short", "or", 9}), "0");
  EXPECT_EQ(f("INSTR", {"\xf0\x9f\x98\x80x", "x"}), "3");
  EXPECT_EQ(f("INSTR", {null_of(Type::string()), "x"}), "0");
}

TEST_F(Functions, pads_fill_or_cut_to_a_length) {
  EXPECT_EQ(f("LPAD", {"foo", 7, "Bar"}), "BarBfoo");
  EXPECT_EQ(f("RPAD", {"foo", 7, "Bar"}), "fooBarB");
  EXPECT_EQ(f("RPAD", {"foo", 2, "Bar"}), "fo");
  EXPECT_EQ(f("RPAD", {"foo", -1, "Bar"}), "NULL");
  EXPECT_EQ(f("RPAD", {"foo", 5, ""}), "NULL");
  EXPECT_EQ(f("RPAD", {"foo", 5, nullptr}), "NULL");
  EXPECT_EQ(f("LPAD", {"\xf0\x9f\x98\x80", 3, "x"}), "x\xf0\x9f\x98\x80");
  EXPECT_EQ(f("LPAD", {Bytes{"yes"}, 8, Bytes{"no"}}), "X'6e6f6e6f6e796573'");
  EXPECT_EQ(f("LPAD", {Bytes{"yes"}, 2, Bytes{"no"}}), "X'7965'");
  EXPECT_THAT(f("LPAD", {"a", INT32_MAX, "b"}), HasSubstr("LPAD: longer than 16777216"));
}

TEST_F(Functions, of_whole_texts) {
  EXPECT_EQ(f("UCASE", {"stra\xc3\x9f"
                        "e \xc3\xa9"}),
            "STRASSE \xc3\x89");
  EXPECT_EQ(f("LCASE", {"\xd0\x9c\xd0\x98\xd0\xa0 A1"}), "\xd0\xbc\xd0\xb8\xd1\x80 a1");
  EXPECT_EQ(f("INITCAP", {" the mAN  who\t\xc3\xa9t\xc3\xa9"}), "The Man  Who\t\xc3\x89t\xc3\xa9");
  EXPECT_EQ(f("TRIM", {" \t x y \n"}), "x y");
  EXPECT_EQ(f("REPLACE", {"anaconda", "a", "o"}), "onocondo");
  EXPECT_EQ(f("REPLACE", {"popcorn", "a", "o"}), "popcorn");
  EXPECT_EQ(f("REPLACE", {"ab", "", "-"}), "-a-b-");
  EXPECT_EQ(f("CHR", {81}), "Q");
  EXPECT_EQ(f("CHR", {0x1f600}), "\xf0\x9f\x98\x80");
  EXPECT_EQ(f("CHR", {-1}), "NULL");
  EXPECT_EQ(f("CHR", {0x110000}), "NULL");
  EXPECT_EQ(f("CHR", {"\\u004b"}), "K");
  EXPECT_EQ(f("CHR", {"\\ud83d\\ude00"}), "\xf0\x9f\x98\x80");
  EXPECT_EQ(f("CHR", {"K"}), "NULL");
  EXPECT_EQ(f("CHR", {"\\u00zz"}), "NULL");
}

TEST_F(Functions, of_lists_of_texts) {
  EXPECT_EQ(f("CONCAT", {"a", nullptr, "b"}), "ab");
  EXPECT_EQ(f("CONCAT", {null_of(Type::string())}), "");
  EXPECT_EQ(f("CONCAT", {Bytes{"a"}, Bytes{"b"}}), "X'6162'");
  EXPECT_EQ(f("CONCAT_WS", {"-", "a", nullptr, "b"}), "a-b");
  EXPECT_EQ(f("CONCAT_WS", {"-", null_of(Type::string()), nullptr}), "");
  EXPECT_EQ(f("CONCAT_WS", {null_of(Type::string()), "a"}), "NULL");
  EXPECT_THAT(f("CONCAT_WS", {"-"}), HasSubstr("does not accept"));
  EXPECT_EQ(f("ELT", {2, "a", "b"}), "b");
  EXPECT_EQ(f("ELT", {3, "a", "b"}), "NULL");
  EXPECT_EQ(f("ELT", {0, "a", "b"}), "NULL");
  EXPECT_EQ(f("ELT", {1, null_of(Type::string()), "b"}), "NULL");
  EXPECT_EQ(f("FIELD", {"b", "a", "b", "b"}), "2");
  EXPECT_EQ(f("FIELD", {"b", "a", nullptr}), "0");
  EXPECT_EQ(f("FIELD", {null_of(Type::string()), "a", nullptr}), "0");
}

TEST_F(Functions, of_time_use_javas_patterns) {
  EXPECT_EQ(f("UNIX_TIMESTAMP", {}), "1526075913042");
  EXPECT_EQ(f("UNIX_TIMESTAMP", {Timestamp{5}}), "5");
  EXPECT_EQ(f("FROM_UNIXTIME", {int64_t{100}}), "1970-01-01T00:00:00.100");
  EXPECT_EQ(f("STRINGTOTIMESTAMP", {"2019-08-27T13:31:09.2+0000", "yyyy-MM-dd'T'HH:mm:ss.SX"}),
            "1566912669200");
  EXPECT_EQ(f("STRINGTOTIMESTAMP", {"2018-01-01", "yyyy-MM-dd", "Europe/Paris"}), "1514761200000");
  EXPECT_EQ(f("PARSE_TIMESTAMP", {"2018-05-11 21", "yyyy-MM-dd HH"}), "2018-05-11T21:00:00.000");
  EXPECT_EQ(type_, Type::timestamp());
  EXPECT_EQ(
      f("TIMESTAMPTOSTRING", {int64_t{1526075913000}, "yyyy-MM-dd HH:mm:ss zzz", "Europe/London"}),
      "2018-05-11 22:58:33 BST");
  EXPECT_EQ(f("FORMAT_TIMESTAMP", {Timestamp{1526075913000}, "yyyy-MM-dd HH:mm:ss"}),
            "2018-05-11 21:58:33");
  EXPECT_EQ(f("FORMAT_TIMESTAMP", {Timestamp{0}, nullptr}), "NULL");
  EXPECT_EQ(f("STRINGTOTIMESTAMP", {"soon", "yyyy"}),
            "STRINGTOTIMESTAMP: the text is not a time as 'yyyy': 'soon'");
  EXPECT_THAT(f("FORMAT_TIMESTAMP", {Timestamp{0}, "bb"}), HasSubstr("unknown letter b"));
  EXPECT_THAT(f("FORMAT_TIMESTAMP", {Timestamp{0}, "HH", "Mars"}), HasSubstr("no time zone Mars"));
}

TEST_F(Functions, of_ten_lines_work_over_whole_columns_with_nulls) {
  plan::FunctionRegistry registry;
  add<std::optional<int64_t>(int64_t, std::optional<int64_t>)>(
      registry, "F", "first by second", [](int64_t a, std::optional<int64_t> b) {
        return b == 0 ? std::nullopt : std::optional<int64_t>(a / b.value_or(1));
      });
  const plan::Function* function = registry.find("F(BIGINT, BIGINT)");
  ASSERT_NE(function, nullptr);
  Column a(Type::int64()), b(Type::int64()), out(Type::int64());
  for (Column* c : {&a, &b, &out}) c->resize(4);
  for (size_t i = 0; i < 4; ++i) a.at<int64_t>(i) = 10, b.at<int64_t>(i) = static_cast<int64_t>(i);
  a.set_null(3);
  b.set_null(1);
  Type result = Type::int64();
  const Column* args[] = {&a, &b};
  function->kernel({4, arena_, errors_, result}, args, out);
  EXPECT_TRUE(out.is_null(0));
  EXPECT_EQ(out.at<int64_t>(1), 10);
  EXPECT_EQ(out.at<int64_t>(2), 5);
  EXPECT_TRUE(out.is_null(3));
}

}  // namespace
}  // namespace leat::sql::functions
