#include <charconv>
#include <cmath>
#include <limits>

#include "data/decimal.h"
#include "plan/kernels.h"
#include "sql/functions/add_function.h"
#include "sql/functions/families.h"

// ROUND, TRUNC, CEIL and FLOOR. ROUND goes to the nearer, and from the middle up: 1.5 to 2, -1.5 to
// -1, as Java's Math.round and so as ksqlDB.

namespace leat::sql::functions {
namespace {

enum class Toward : uint8_t { nearest, zero, floor, ceiling };

// `units` without the digits that power-of-ten `step` stands for, rounded.
Int128 stepped(Int128 units, Int128 step, Toward toward) {
  Int128 rest = units % step;
  Int128 down = units - rest;  // towards zero
  if (rest == 0) return down;
  switch (toward) {
    case Toward::zero: return down;
    case Toward::floor: return rest < 0 ? down - step : down;
    case Toward::ceiling: return rest > 0 ? down + step : down;
    case Toward::nearest:
      if (rest > 0) return rest * 2 >= step ? down + step : down;
      return -rest * 2 > step ? down - step : down;
  }
  return down;
}

// `units` at `scale` rounded to `places` behind the point, still at `scale`.
std::optional<Int128> at_places(Int128 units, int scale, int places, Toward toward) {
  if (places >= scale) return units;
  int cut = scale - places;
  if (cut > kDecimalPrecisionMax) return Int128{0};
  // Half of 10^38 and more would round up to what no DECIMAL holds.
  Int128 rounded = stepped(units, power_of_ten(cut), toward);
  return fits_precision(rounded, kDecimalPrecisionMax) ? std::optional<Int128>(rounded)
                                                       : std::nullopt;
}

// The same for the decimal digits that a DOUBLE is written with.
double double_at_places(double x, int places, Toward toward) {
  if (!std::isfinite(x) || x == 0) return x;
  char text[64];
  auto end = std::to_chars(text, text + sizeof text, x, std::chars_format::scientific).ptr;
  char* e = std::find(text, end, 'e');
  int exponent = 0;
  std::from_chars(e + (e[1] == '+' ? 2 : 1), end, exponent);
  Int128 units = 0;
  int behind_point = 0;
  bool point = false;
  for (char* p = text; p < e; ++p) {
    if (*p == '.') point = true;
    if (*p < '0' || *p > '9') continue;
    units = units * 10 + (*p - '0');
    if (point) ++behind_point;
  }
  if (x < 0) units = -units;
  int scale = behind_point - exponent;
  if (places >= scale) return x;
  int cut = scale - places;
  if (cut > 20) return 0;  // there are 17 digits
  Int128 rounded = stepped(units, power_of_ten(cut), toward) / power_of_ten(cut);
  std::string out = decimal_to_string(rounded, 0) + "e" + std::to_string(-int64_t{places});
  double value = 0;
  std::from_chars(out.data(), out.data() + out.size(), value);
  return value;
}

// To BIGINT; past its ends an error, or as ksqlDB has it those ends.
Result<int64_t> to_bigint(const plan::CallContext& c, double whole) {
  if (whole >= -0x1p63 && whole < 0x1p63) return static_cast<int64_t>(whole);
  if (!c.ksqldb)
    return Error(ErrorCode::out_of_range, "result does not fit BIGINT: " + std::to_string(whole));
  if (std::isnan(whole)) return int64_t{0};
  return whole < 0 ? std::numeric_limits<int64_t>::min() : std::numeric_limits<int64_t>::max();
}

double nearest_whole(double x) {
  double below = std::floor(x);
  return x - below >= 0.5 ? below + 1 : below;
}

// A DECIMAL rounded to `places` (of a column, or none), in the result's scale.
plan::Kernel decimal_kernel(std::string name, Toward toward) {
  return
      [name, toward](const plan::CallContext& c, std::span<const Column* const> args, Column& out) {
        int scale = args[0]->type().scale;
        for (size_t i = 0; i < c.rows; ++i) {
          if (out.is_null(i)) continue;
          int places = args.size() > 1 ? args[1]->at<int32_t>(i) : 0;
          auto rounded = at_places(args[0]->at<Int128>(i), scale, places, toward);
          if (rounded) rounded = rescale(*rounded, scale, c.result.scale);
          if (rounded && fits_precision(*rounded, c.result.precision))
            out.at<Int128>(i) = *rounded;
          else
            c.fail(out, i, ErrorCode::out_of_range,
                   name + ": result does not fit " + c.result.to_string() + ": " +
                       plan::value_text(*args[0], i));
        }
      };
}

Result<Type> same(std::span<const Type> args) { return args[0]; }
Result<Type> whole(std::span<const Type> args) {
  return Type::decimal(std::max(args[0].precision - args[0].scale, 1), 0);
}

void add_decimal(plan::FunctionRegistry& r, std::string name, Toward toward, bool places,
                 Result<Type> (*result)(std::span<const Type>), std::string description) {
  plan::Function f{.name = name, .parameters = {Type::decimal(38, 10)}};
  if (places) f.parameters.push_back(Type::int32());
  f.result_type = result;
  f.kernel = decimal_kernel(std::move(name), toward);
  f.description = std::move(description);
  f.any_decimal = true;
  r.add(std::move(f));
}

void add_to_places(plan::FunctionRegistry& r, const std::string& name, Toward toward,
                   const std::string& about) {
  add<int64_t(int32_t)>(r, name, about, [](int32_t x) { return int64_t{x}; });
  add<int64_t(int64_t)>(r, name, about, [](int64_t x) { return x; });
  add<Result<int64_t>(double)>(r, name, about, [toward](const plan::CallContext& c, double x) {
    return to_bigint(c, toward == Toward::nearest ? nearest_whole(x) : std::trunc(x));
  });
  add_decimal(r, name, toward, false, whole, about);
  std::string to_places = about + ", to a number of places behind the point";
  add<double(double, int32_t)>(r, name, to_places, [toward](double x, int32_t places) {
    return double_at_places(x, places, toward);
  });
  add_decimal(r, name, toward, true, same, to_places);
}

void add_whole(plan::FunctionRegistry& r, const std::string& name, Toward toward,
               const std::string& about) {
  add<int32_t(int32_t)>(r, name, about, [](int32_t x) { return x; });
  add<int64_t(int64_t)>(r, name, about, [](int64_t x) { return x; });
  add<double(double)>(r, name, about, [toward](double x) {
    return toward == Toward::floor ? std::floor(x) : std::ceil(x);
  });
  add_decimal(r, name, toward, false, same, about);
}
}  // namespace

void register_rounding(plan::FunctionRegistry& r) {
  add_to_places(r, "ROUND", Toward::nearest, "the nearest number, from the middle the upper");
  add_to_places(r, "TRUNC", Toward::zero, "the number without the digits behind");
  add_whole(r, "CEIL", Toward::ceiling, "the next whole number up");
  add_whole(r, "FLOOR", Toward::floor, "the next whole number down");
}

}  // namespace leat::sql::functions
