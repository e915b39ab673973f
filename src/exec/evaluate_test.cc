#include "exec/evaluate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "data/decimal.h"
#include "plan/coercion.h"
#include "plan/operators.h"

namespace leat::exec {
namespace {

using plan::Expr;
using plan::ExprKind;
using plan::ExprPtr;

plan::FunctionRegistry operators() {
  plan::FunctionRegistry registry;
  plan::register_operators(registry);
  // Fails for negative numbers, as a scalar function of ksqlDB may.
  registry.add(
      {.name = "PICKY",
       .parameters = {Type::int64()},
       .result_type = [](std::span<const Type>) -> Result<Type> { return Type::int64(); },
       .kernel =
           [](const plan::CallContext& c, std::span<const Column* const> args, Column& out) {
             for (size_t i = 0; i < c.rows; ++i) {
               out.at<int64_t>(i) = args[0]->at<int64_t>(i);
               if (!out.is_null(i) && args[0]->at<int64_t>(i) < 0)
                 c.fail(out, i, ErrorCode::invalid_data, "negative");
             }
           }});
  return registry;
}

template <class T>
Column column_of(Type type, std::vector<std::optional<T>> values) {
  Column out(std::move(type));
  out.resize(values.size());
  for (size_t i = 0; i < values.size(); ++i)
    if (values[i])
      out.at<T>(i) = *values[i];
    else
      out.set_null(i);
  return out;
}
Column bigints(std::vector<std::optional<int64_t>> values) {
  return column_of<int64_t>(Type::int64(), std::move(values));
}

class Evaluate : public testing::Test {
 protected:
  ExprPtr op(std::string_view name, std::vector<ExprPtr> args) {
    return plan::make_call(registry_, name, std::move(args)).value();
  }
  Column run(const ExprPtr& expr, const std::vector<Column>& columns, bool ksqldb = false) {
    EvalInput in;
    in.rows = columns.empty() ? 3 : columns[0].size();
    for (const Column& c : columns) in.columns.push_back(&c);
    errors_.clear();
    Column out;
    evaluate(*expr, in, {.ksqldb = ksqldb}, arena_, errors_, out);
    EXPECT_EQ(out.size(), in.rows);
    EXPECT_EQ(out.type(), expr->type);
    return out;
  }
  std::string text(const Column& column) {
    std::string out;
    for (size_t i = 0; i < column.size(); ++i) {
      if (i > 0) out += " ";
      if (column.is_null(i)) {
        out += "null";
        continue;
      }
      switch (column.type().kind) {
        case TypeKind::boolean: out += column.at<uint8_t>(i) ? "t" : "f"; break;
        case TypeKind::int32: out += std::to_string(column.at<int32_t>(i)); break;
        case TypeKind::int64:
        case TypeKind::timestamp: out += std::to_string(column.at<int64_t>(i)); break;
        case TypeKind::float64: out += std::to_string(column.at<double>(i)); break;
        case TypeKind::decimal:
          out += decimal_to_string(column.at<Int128>(i), column.type().scale);
          break;
        default: out += column.at<ByteView>(i);
      }
    }
    return out;
  }
  std::vector<uint32_t> failed_rows() const {
    std::vector<uint32_t> rows;
    for (const auto& error : errors_) rows.push_back(error.row);
    return rows;
  }

  plan::FunctionRegistry registry_ = operators();
  Arena arena_;
  RowErrors errors_;
  ExprPtr a_ = plan::column(0, Type::int64());
  ExprPtr b_ = plan::column(1, Type::int64());
};

ExprPtr big(int64_t value) { return plan::literal(Type::int64(), value); }
ExprPtr integer(int32_t value) { return plan::literal(Type::int32(), value); }
ExprPtr string(std::string value) { return plan::literal(Type::string(), std::move(value)); }
ExprPtr null_of(Type type) { return plan::literal(std::move(type), {}); }

TEST_F(Evaluate, gives_null_for_arithmetic_with_null_and_false_for_a_comparison_with_null) {
  std::vector<Column> in;
  in.push_back(bigints({1, {}, 3}));
  in.push_back(bigints({5, 5, {}}));
  EXPECT_EQ(text(run(op("+", {a_, b_}), in)), "6 null null");
  EXPECT_EQ(text(run(op("<>", {a_, b_}), in)), "t f f");
  EXPECT_EQ(text(run(op("NOT", {op("=", {a_, b_})}), in)), "t t t");
  EXPECT_EQ(text(run(op("IS DISTINCT FROM", {a_, b_}), in)), "t t t");
  EXPECT_EQ(text(run(op("IS NOT DISTINCT FROM", {a_, null_of(Type::int64())}), in)), "f t f");
  EXPECT_TRUE(errors_.empty());
}

TEST_F(Evaluate, reports_overflow_by_row_or_wraps_as_ksqldb_does) {
  std::vector<Column> in;
  in.push_back(bigints({INT64_MAX, 1, {}, INT64_MIN}));
  in.push_back(bigints({1, 2, INT64_MAX, -1}));
  EXPECT_EQ(text(run(op("+", {a_, b_}), in)), "null 3 null null");
  EXPECT_EQ(failed_rows(), (std::vector<uint32_t>{0, 3}));
  EXPECT_EQ(errors_[0].error.code(), ErrorCode::out_of_range);
  EXPECT_EQ(errors_[0].error.message(), "result does not fit BIGINT: 9223372036854775807 + 1");
  EXPECT_EQ(text(run(op("+", {a_, b_}), in, true)),
            "-9223372036854775808 3 null 9223372036854775807");
  EXPECT_TRUE(errors_.empty());
  EXPECT_EQ(text(run(op("*", {a_, b_}), in)), "9223372036854775807 2 null null");
  EXPECT_EQ(text(run(op("/", {a_, b_}), in)), "9223372036854775807 0 null null");
  EXPECT_EQ(text(run(op("/", {a_, b_}), in, true)),
            "9223372036854775807 0 null -9223372036854775808");
  EXPECT_EQ(text(run(op("-", {a_}), in)), "-9223372036854775807 -1 null null");
}

TEST_F(Evaluate, divides_integers_by_zero_to_an_error_and_doubles_to_infinity) {
  std::vector<Column> in;
  in.push_back(bigints({7, -7, 0}));
  EXPECT_EQ(text(run(op("/", {a_, big(0)}), in)), "null null null");
  EXPECT_EQ(failed_rows(), (std::vector<uint32_t>{0, 1, 2}));
  EXPECT_EQ(errors_[1].error.message(), "division by zero: -7 / 0");
  EXPECT_EQ(text(run(op("%", {a_, integer(4)}), in)), "3 -3 0");
  Column r = run(op("/", {a_, plan::literal(Type::float64(), 0.0)}), in);
  EXPECT_EQ(r.at<double>(0), std::numeric_limits<double>::infinity());
  EXPECT_EQ(r.at<double>(1), -std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(r.at<double>(2)));
  EXPECT_TRUE(errors_.empty());
}

TEST_F(Evaluate, types_and_rounds_decimal_arithmetic) {
  std::vector<Column> in;
  Type money = Type::decimal(4, 2);
  in.push_back(column_of<Int128>(money, {Int128{100}, Int128{-250}, {}}));
  ExprPtr d = plan::column(0, money);
  ExprPtr three = plan::literal(Type::decimal(3, 2), Int128{300});
  ExprPtr sum = op("+", {d, three});
  EXPECT_EQ(sum->type, Type::decimal(5, 2));
  EXPECT_EQ(text(run(sum, in)), "4.00 0.50 null");
  ExprPtr quotient = op("/", {d, three});
  EXPECT_EQ(quotient->type, Type::decimal(10, 6));
  EXPECT_EQ(text(run(quotient, in)), "0.333333 -0.833333 null");
  EXPECT_TRUE(errors_.empty());
  // Neither quotient ends, so that ksqlDB has none.
  EXPECT_EQ(text(run(quotient, in, true)), "null null null");
  ExprPtr eight = plan::literal(Type::decimal(1, 0), Int128{8});
  EXPECT_EQ(text(run(op("/", {d, eight}), in, true)), "0.125000 -0.312500 null");
  EXPECT_EQ(op("*", {d, three})->type, Type::decimal(8, 4));
  EXPECT_EQ(text(run(op("*", {d, integer(2)}), in)), "2.00 -5.00 null");
  EXPECT_EQ(text(run(op("%", {d, three}), in)), "1.00 -2.50 null");
  EXPECT_EQ(text(run(op("<", {d, plan::literal(Type::decimal(5, 4), Int128{10001})}), in)),
            "t t f");
}

TEST_F(Evaluate, looks_at_an_operand_of_and_only_where_it_must) {
  std::vector<Column> in;
  in.push_back(bigints({0, 2, {}}));
  // a <> 0 AND 10 / a = 5: no division by zero where a is 0, and none where a is null.
  ExprPtr guarded = plan::make(ExprKind::and_, Type::boolean(),
                               {op("<>", {a_, big(0)}), op("=", {op("/", {big(10), a_}), big(5)})});
  EXPECT_EQ(text(run(guarded, in)), "f t f");
  EXPECT_TRUE(errors_.empty());
  ExprPtr either = plan::make(ExprKind::or_, Type::boolean(),
                              {op("=", {a_, big(0)}), op("=", {op("/", {big(10), a_}), big(5)})});
  EXPECT_EQ(text(run(either, in)), "t t f");
  EXPECT_TRUE(errors_.empty());
}

TEST_F(Evaluate, leaves_branches_alone_that_no_row_takes) {
  std::vector<Column> in;
  in.push_back(bigints({0, 2, {}, 5}));
  ExprPtr division = op("/", {big(10), a_});
  ExprPtr expr = plan::make(
      ExprKind::case_, Type::int64(),
      {op("=", {a_, big(0)}), big(-1), op("=", {a_, big(5)}), null_of(Type::int64()), division});
  EXPECT_EQ(text(run(expr, in)), "-1 5 null null");
  EXPECT_TRUE(errors_.empty());
  ExprPtr no_else = plan::make(ExprKind::case_, Type::int64(), {op("=", {a_, big(2)}), division});
  EXPECT_EQ(text(run(no_else, in)), "null 5 null null");
  ExprPtr first =
      plan::make(ExprKind::coalesce, Type::int64(), {a_, op("/", {big(1), big(0)}), big(9)});
  EXPECT_EQ(text(run(first, in)), "0 2 null 5");
  EXPECT_EQ(failed_rows(), (std::vector<uint32_t>{2}));
}

TEST_F(Evaluate, makes_the_whole_expression_null_in_ksqldb_mode_unless_a_function_failed) {
  std::vector<Column> in;
  in.push_back(bigints({0, 2, -3}));
  ExprPtr division =
      plan::make(ExprKind::coalesce, Type::int64(), {op("/", {big(10), a_}), big(7)});
  EXPECT_EQ(text(run(division, in, true)), "null 5 -3");
  ExprPtr picky = plan::make(ExprKind::coalesce, Type::int64(), {op("PICKY", {a_}), big(7)});
  EXPECT_EQ(text(run(picky, in, true)), "0 2 7");
  EXPECT_TRUE(errors_.empty());
  EXPECT_EQ(text(run(picky, in)), "0 2 null");
  EXPECT_EQ(failed_rows(), (std::vector<uint32_t>{2}));
}

TEST_F(Evaluate, compares_text_by_utf16_units_and_matches_patterns) {
  std::vector<Column> in;
  in.push_back(column_of<ByteView>(Type::string(), {"b10", "\xef\xbf\xbd", "line\nend", {}}));
  ExprPtr s = plan::column(0, Type::string());
  EXPECT_EQ(text(run(op("<", {s, string("b2")}), in)), "t f f f");
  // U+1F600 is a surrogate pair, which comes before U+FFFD.
  EXPECT_EQ(text(run(op(">", {s, string("\xf0\x9f\x98\x80")}), in)), "f t f f");
  EXPECT_EQ(text(run(op("LIKE", {s, string("%1%")}), in)), "t f f f");
  EXPECT_EQ(text(run(op("LIKE", {s, string("line%")}), in)), "f f f f");
  EXPECT_EQ(text(run(op("LIKE", {s, string("line\n_nd")}), in)), "f f t f");
  EXPECT_EQ(text(run(op("LIKE", {s, string("b!"), string("!")}), in)), "null null null f");
  EXPECT_EQ(failed_rows(), (std::vector<uint32_t>{0, 1, 2}));
  EXPECT_EQ(text(run(op("+", {s, string("!")}), in)), "b10! \xef\xbf\xbd! line\nend! null");
  EXPECT_EQ(text(run(op("IN", {s, string("x"), string("b10"), null_of(Type::string())}), in)),
            "t f f f");
  EXPECT_EQ(text(run(op("BETWEEN", {s, string("a"), string("c")}), in)), "t f f f");
}

TEST_F(Evaluate, casts_between_all_types_that_ksqldb_casts) {
  auto cast = [this](Column in, Type to, bool ksqldb = false) {
    ExprPtr expr = plan::make(ExprKind::cast, to, {plan::column(0, in.type())});
    std::vector<Column> columns;
    columns.push_back(std::move(in));
    return text(run(expr, columns, ksqldb));
  };
  auto strings = [] {
    return column_of<ByteView>(Type::string(), {" 12 ", "1.5", "yes", "x", {}});
  };
  EXPECT_EQ(cast(strings(), Type::int32()), "12 null null null null");
  EXPECT_EQ(failed_rows(), (std::vector<uint32_t>{1, 2, 3}));
  EXPECT_EQ(errors_[2].error.code(), ErrorCode::invalid_data);
  EXPECT_EQ(errors_[2].error.message(), "cannot cast to INTEGER: 'x'");
  EXPECT_EQ(cast(strings(), Type::float64()), "12.000000 1.500000 null null null");
  EXPECT_EQ(cast(strings(), Type::decimal(4, 2)), "12.00 1.50 null null null");
  EXPECT_EQ(cast(strings(), Type::boolean()), "null null t null null");
  EXPECT_EQ(cast(strings(), Type::boolean(), true), "f f t f null");

  auto doubles = [] { return column_of<double>(Type::float64(), {1.9, -1.9, 3e9, NAN, 1.005}); };
  EXPECT_EQ(cast(doubles(), Type::int32()), "1 -1 null null 1");
  EXPECT_EQ(cast(doubles(), Type::int32(), true), "1 -1 2147483647 0 1");
  EXPECT_EQ(cast(doubles(), Type::decimal(4, 2)), "1.90 -1.90 null null 1.01");
  EXPECT_EQ(cast(column_of<double>(Type::float64(), {1.0, 1e7}), Type::string()), "1.0 1.0E7");

  EXPECT_EQ(cast(bigints({2147483648, -1}), Type::int32()), "null -1");
  EXPECT_EQ(cast(bigints({2147483648, -1}), Type::int32(), true), "-2147483648 -1");
  EXPECT_EQ(cast(bigints({100, 99}), Type::decimal(4, 2)), "null 99.00");
  EXPECT_EQ(cast(column_of<Int128>(Type::decimal(5, 2), {Int128{12345}, Int128{-5}}),
                 Type::decimal(4, 1)),
            "123.5 -0.1");
  EXPECT_EQ(
      cast(column_of<Int128>(Type::decimal(5, 2), {Int128{12345}, Int128{-5}}), Type::string()),
      "123.45 -0.05");
  EXPECT_EQ(cast(column_of<int64_t>(Type::timestamp(), {1526075913000, -1}), Type::string()),
            "2018-05-11T21:58:33.000 1969-12-31T23:59:59.999");
  EXPECT_EQ(cast(column_of<ByteView>(Type::string(), {"2018-05-11T23:58:33+0200", "2018", "soon"}),
                 Type::timestamp()),
            "1526075913000 1514764800000 null");
  EXPECT_EQ(cast(column_of<ByteView>(Type::string(), {"YWI=", "?"}), Type::bytes()), "ab null");
}

TEST_F(Evaluate, reads_the_coordinates_of_a_row_and_gives_null_where_there_are_none) {
  EvalInput in;
  in.rows = 2;
  std::vector<TimeMs> times = {10, 20};
  std::vector<int32_t> partitions = {1, 2};
  std::vector<int64_t> none;
  in.timestamps = &times;
  in.partitions = &partitions;
  in.offsets = &none;
  Column out;
  auto get = [&](ExprKind kind) {
    evaluate(*plan::pseudo(kind), in, {}, arena_, errors_, out);
    return text(out);
  };
  EXPECT_EQ(get(ExprKind::rowtime), "10 20");
  EXPECT_EQ(get(ExprKind::rowpartition), "1 2");
  EXPECT_EQ(get(ExprKind::rowoffset), "null null");
  EXPECT_EQ(get(ExprKind::window_start), "null null");
}

TEST_F(Evaluate, takes_an_empty_batch) {
  std::vector<Column> in;
  in.push_back(bigints({}));
  EXPECT_EQ(run(op("/", {a_, big(0)}), in).size(), 0u);
  EXPECT_EQ(run(op("IS NULL", {a_}), in).size(), 0u);
  EXPECT_TRUE(errors_.empty());
}

TEST_F(Evaluate, merges_errors_of_several_expressions_one_a_row) {
  std::vector<Column> columns;
  columns.push_back(bigints({0, 1, 0}));
  columns.push_back(bigints({1, 0, 0}));
  EvalInput in;
  in.rows = 3;
  for (const Column& c : columns) in.columns.push_back(&c);
  Column out;
  evaluate(*op("/", {big(1), a_}), in, {}, arena_, errors_, out);
  evaluate(*op("/", {big(2), b_}), in, {}, arena_, errors_, out);
  EXPECT_EQ(failed_rows(), (std::vector<uint32_t>{0, 1, 2}));
  EXPECT_EQ(errors_[2].error.message(), "division by zero: 1 / 0");
}

// ---- against a reference that takes one row at a time ----

struct Failed {};
using Cell = std::optional<int64_t>;  // booleans as 0 and 1

class Reference {
 public:
  Reference(const std::vector<std::vector<Cell>>& columns, bool ksqldb)
      : columns_(columns), ksqldb_(ksqldb) {}

  Cell eval(const Expr& e, size_t row) const {
    switch (e.kind) {
      case ExprKind::literal:
        if (e.value.index() == 0) return {};
        return e.value.index() == 1 ? Cell(std::get<bool>(e.value)) : std::get<int64_t>(e.value);
      case ExprKind::column: return columns_[static_cast<size_t>(e.index)][row];
      case ExprKind::and_: return logic(e, row, 0);
      case ExprKind::or_: return logic(e, row, 1);
      case ExprKind::case_:
        for (size_t i = 0; i + 1 < e.args.size(); i += 2)
          if (eval(*e.args[i], row) == Cell(1)) return eval(*e.args[i + 1], row);
        return e.args.size() % 2 == 1 ? eval(*e.args.back(), row) : Cell();
      case ExprKind::coalesce:
        for (const auto& arg : e.args)
          if (Cell v = eval(*arg, row)) return v;
        return {};
      default: return call(e, row);
    }
  }

  bool fails(const Expr& e, size_t row) const {
    try {
      eval(e, row);
    } catch (const Failed&) {
      return true;
    }
    return false;
  }

 private:
  Cell logic(const Expr& e, size_t row, int64_t decided) const {
    Cell r = eval(*e.args[0], row);
    for (size_t i = 1; i < e.args.size(); ++i) {
      if (r == Cell(decided)) return r;
      if (!r && ksqldb_) return r;
      Cell next = eval(*e.args[i], row);
      if (next == Cell(decided)) return next;
      if (!next) r = next;
    }
    return r;
  }

  Cell call(const Expr& e, size_t row) const {
    std::vector<Cell> v;
    for (const auto& arg : e.args) v.push_back(eval(*arg, row));
    const std::string& f = e.function->name;
    if (f == "IS NULL") return !v[0];
    if (f == "IS NOT NULL") return v[0].has_value();
    if (f == "IS DISTINCT FROM") return v[0] != v[1];
    if (f == "NOT") return v[0] ? Cell(*v[0] == 0) : Cell();
    if (f == "IN") {
      for (size_t i = 1; i < v.size(); ++i)
        if (v[0] && v[i] == v[0]) return 1;
      return 0;
    }
    if (f == "BETWEEN") return v[0] && v[1] && v[2] && *v[1] <= *v[0] && *v[0] <= *v[2];
    if (f == "=") return v[0] && v[1] && *v[0] == *v[1];
    if (f == "<") return v[0] && v[1] && *v[0] < *v[1];
    if (f == ">=") return v[0] && v[1] && *v[0] >= *v[1];
    for (const Cell& c : v)
      if (!c) return {};
    if (f == "PICKY") {
      if (*v[0] >= 0) return v[0];
      if (ksqldb_) return {};
      throw Failed();
    }
    return arithmetic(f, *v[0], v.size() > 1 ? *v[1] : 0, v.size());
  }

  Cell arithmetic(const std::string& f, int64_t a, int64_t b, size_t args) const {
    if ((f == "/" || f == "%") && b == 0) throw Failed();
    Int128 r = f == "+"                ? Int128{a} + b
               : f == "-" && args == 2 ? Int128{a} - b
               : f == "-"              ? -Int128{a}
               : f == "*"              ? Int128{a} * b
               : f == "/"              ? Int128{a} / b
                                       : Int128{a} % b;
    auto narrow = static_cast<int64_t>(r);
    if (narrow != r && !ksqldb_) throw Failed();
    return narrow;
  }

  const std::vector<std::vector<Cell>>& columns_;
  bool ksqldb_;
};

class Generator {
 public:
  Generator(const plan::FunctionRegistry& registry, uint32_t seed)
      : registry_(registry), random_(seed) {}

  int below(int n) { return static_cast<int>(random_() % static_cast<uint32_t>(n)); }
  Cell number() {
    static constexpr int64_t kEdges[] = {0, 1, -1, 2, INT64_MAX, INT64_MIN, 3037000500, 7};
    if (below(5) == 0) return {};
    return below(3) == 0 ? kEdges[below(8)] : below(7) - 3;
  }
  ExprPtr op(std::string_view name, std::vector<ExprPtr> args) {
    return plan::make_call(registry_, name, std::move(args)).value();
  }
  ExprPtr any_number(int depth) {
    if (depth == 0 || below(6) == 0) {
      if (below(3) > 0) return plan::column(below(3), Type::int64());
      // A bare NULL would take the type of the first overload, INTEGER.
      return big(number().value_or(0));
    }
    --depth;
    static constexpr const char* kOps[] = {"+", "-", "*", "/", "%"};
    switch (below(8)) {
      case 0: return op("-", {any_number(depth)});
      case 1: return op("PICKY", {any_number(depth)});
      case 2:
        return plan::make(ExprKind::coalesce, Type::int64(),
                          {any_number(depth), any_number(depth), any_number(depth)});
      case 3: {
        std::vector<ExprPtr> args;
        for (int i = below(2) + 1; i > 0; --i) {
          args.push_back(any_boolean(depth));
          args.push_back(any_number(depth));
        }
        if (below(2)) args.push_back(any_number(depth));
        return plan::make(ExprKind::case_, Type::int64(), std::move(args));
      }
      default: return op(kOps[below(5)], {any_number(depth), any_number(depth)});
    }
  }
  ExprPtr any_boolean(int depth) {
    if (depth == 0) {
      if (below(2)) return plan::column(3, Type::boolean());
      if (below(3)) return plan::literal(Type::boolean(), below(2) == 1);
      return null_of(Type::boolean());
    }
    --depth;
    static constexpr const char* kOps[] = {"=", "<", ">=", "IS DISTINCT FROM"};
    switch (below(8)) {
      case 0: return op("NOT", {any_boolean(depth)});
      case 1: return op(below(2) ? "IS NULL" : "IS NOT NULL", {any_number(depth)});
      case 2:
      case 3:
        return plan::make(below(2) ? ExprKind::and_ : ExprKind::or_, Type::boolean(),
                          {any_boolean(depth), any_boolean(depth), any_boolean(depth)});
      case 4: return op("BETWEEN", {any_number(depth), any_number(depth), any_number(depth)});
      case 5: return op("IN", {any_number(depth), any_number(depth), any_number(depth)});
      default: return op(kOps[below(4)], {any_number(depth), any_number(depth)});
    }
  }

 private:
  const plan::FunctionRegistry& registry_;
  std::mt19937 random_;
};

TEST_F(Evaluate, agrees_with_a_row_at_a_time_reference_on_random_expressions) {
  for (uint32_t seed = 0; seed < 600; ++seed) {
    Generator g(registry_, seed);
    size_t rows = static_cast<size_t>(g.below(40));
    std::vector<std::vector<Cell>> cells(4);
    std::vector<Column> columns;
    for (size_t c = 0; c < 3; ++c) {
      for (size_t i = 0; i < rows; ++i) cells[c].push_back(g.number());
      columns.push_back(bigints(cells[c]));
    }
    std::vector<std::optional<uint8_t>> flags;
    for (size_t i = 0; i < rows; ++i) {
      int kind = g.below(3);
      flags.push_back(kind == 2 ? std::optional<uint8_t>() : static_cast<uint8_t>(kind));
      cells[3].push_back(kind == 2 ? Cell() : Cell(kind));
    }
    columns.push_back(column_of<uint8_t>(Type::boolean(), flags));
    bool ksqldb = seed % 2 == 1;
    ExprPtr expr = g.below(2) ? g.any_number(4) : g.any_boolean(4);
    Column out = run(expr, columns, ksqldb);
    Reference reference(cells, ksqldb);
    std::vector<uint32_t> failed;
    for (uint32_t i = 0; i < rows; ++i) {
      bool fails = reference.fails(*expr, i);
      Cell expected = fails ? Cell() : reference.eval(*expr, i);
      if (fails && !ksqldb) failed.push_back(i);
      Cell got;
      if (!out.is_null(i))
        got = out.type().kind == TypeKind::boolean ? out.at<uint8_t>(i) : out.at<int64_t>(i);
      ASSERT_EQ(got, expected) << "seed " << seed << " row " << i << ": " << to_string(*expr);
    }
    ASSERT_EQ(failed_rows(), failed) << "seed " << seed << ": " << to_string(*expr);
  }
}

}  // namespace
}  // namespace leat::exec
