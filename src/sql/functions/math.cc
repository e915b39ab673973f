#include <cmath>
#include <limits>
#include <numbers>

#include "data/decimal.h"
#include "plan/kernels.h"
#include "sql/functions/add_function.h"
#include "sql/functions/families.h"

// Functions of numbers. INT, BIGINT and DECIMAL arguments become DOUBLE by themselves.

namespace leat::sql::functions {
namespace {

template <class T>
Result<T> absolute(const plan::CallContext& c, T x) {
  if (x != std::numeric_limits<T>::min()) return x < 0 ? static_cast<T>(-x) : x;
  if (c.ksqldb) return x;
  return Error(ErrorCode::out_of_range, "result does not fit: " + std::to_string(x));
}

int32_t sign(double x) { return x > 0 ? 1 : x < 0 ? -1 : 0; }

double logarithm(double base, double x) {
  if (base <= 0 || base == 1) return std::numeric_limits<double>::quiet_NaN();
  return std::log(x) / std::log(base);
}

void add_absolute(plan::FunctionRegistry& r) {
  const char* about = "the number without its sign";
  add<Result<int32_t>(int32_t)>(r, "ABS", about, absolute<int32_t>);
  add<Result<int64_t>(int64_t)>(r, "ABS", about, absolute<int64_t>);
  add<double(double)>(r, "ABS", about, [](double x) { return std::fabs(x); });
  r.add({.name = "ABS",
         .parameters = {Type::decimal(38, 10)},
         .result_type = [](std::span<const Type> args) -> Result<Type> { return args[0]; },
         .kernel =
             [](const plan::CallContext& c, std::span<const Column* const> args, Column& out) {
               for (size_t i = 0; i < c.rows; ++i) {
                 Int128 x = args[0]->at<Int128>(i);
                 out.at<Int128>(i) = x < 0 ? -x : x;
               }
             },
         .description = about,
         .any_decimal = true,
         .total = true});
}

void add_angles(plan::FunctionRegistry& r) {
  add<double(double)>(r, "ACOS", "the angle with this cosine",
                      [](double x) { return std::acos(x); });
  add<double(double)>(r, "ASIN", "the angle with this sine", [](double x) { return std::asin(x); });
  add<double(double)>(r, "ATAN", "the angle with this tangent",
                      [](double x) { return std::atan(x); });
  add<double(double, double)>(r, "ATAN2", "the angle of the point (x, y), from y and x",
                              [](double y, double x) { return std::atan2(y, x); });
  add<double(double)>(r, "COS", "the cosine", [](double x) { return std::cos(x); });
  add<double(double)>(r, "COSH", "the hyperbolic cosine", [](double x) { return std::cosh(x); });
  add<double(double)>(r, "COT", "the cotangent", [](double x) { return 1 / std::tan(x); });
  add<double(double)>(r, "SIN", "the sine", [](double x) { return std::sin(x); });
  add<double(double)>(r, "SINH", "the hyperbolic sine", [](double x) { return std::sinh(x); });
  add<double(double)>(r, "TAN", "the tangent", [](double x) { return std::tan(x); });
  add<double(double)>(r, "TANH", "the hyperbolic tangent", [](double x) { return std::tanh(x); });
  add<double(double)>(r, "DEGREES", "radians as degrees",
                      [](double x) { return x * (180 / std::numbers::pi); });
  add<double(double)>(r, "RADIANS", "degrees as radians",
                      [](double x) { return x * (std::numbers::pi / 180); });
  add<double()>(r, "PI", "3.141592653589793", [] { return std::numbers::pi; });
}
}  // namespace

void register_math(plan::FunctionRegistry& r) {
  add_absolute(r);
  add_angles(r);
  // With more digits on the way: glibc's own is one off in the last place for 27.
  add<double(double)>(r, "CBRT", "the cube root", [](double x) {
    return static_cast<double>(std::cbrt(static_cast<long double>(x)));
  });
  add<double(double)>(r, "EXP", "e to this power", [](double x) { return std::exp(x); });
  add<double(double)>(r, "LN", "the natural logarithm", [](double x) { return std::log(x); });
  add<double(double)>(r, "LOG", "the natural logarithm", [](double x) { return std::log(x); });
  add<double(double, double)>(r, "LOG", "the logarithm to a base, from base and number", logarithm);
  add<double(double, double)>(r, "POWER", "a base to a power",
                              [](double x, double y) { return std::pow(x, y); });
  add<double(double)>(r, "SQRT", "the square root", [](double x) { return std::sqrt(x); });
  add<int32_t(int32_t)>(r, "SIGN", "1, 0 or -1", [](int32_t x) { return (x > 0) - (x < 0); });
  add<int32_t(int64_t)>(r, "SIGN", "1, 0 or -1", [](int64_t x) { return (x > 0) - (x < 0); });
  add<int32_t(double)>(r, "SIGN", "1, 0 or -1", sign);
}

}  // namespace leat::sql::functions
