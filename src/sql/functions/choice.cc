#include <bit>

#include "data/decimal.h"
#include "plan/coercion.h"
#include "plan/kernels.h"
#include "plan/utf16.h"
#include "sql/functions/add_function.h"
#include "sql/functions/families.h"

// GREATEST and LEAST: the highest or lowest of the arguments that are not NULL.

namespace leat::sql::functions {
namespace {

// Java's order of doubles: -0.0 below 0.0, NaN above all.
int64_t double_order(double x) {
  if (x != x) return INT64_MAX;
  auto bits = std::bit_cast<int64_t>(x);
  return bits < 0 ? bits ^ INT64_MAX : bits;
}

template <class T, class Less>
plan::Kernel pick_kernel(bool greatest, Less less) {
  return [greatest, less](const plan::CallContext& c, std::span<const Column* const> args,
                          Column& out) {
    for (size_t i = 0; i < c.rows; ++i) {
      const Column* best = nullptr;
      for (const Column* arg : args) {
        if (arg->is_null(i)) continue;
        if (best == nullptr ||
            (greatest ? less(best->at<T>(i), arg->at<T>(i)) : less(arg->at<T>(i), best->at<T>(i))))
          best = arg;
      }
      if (best == nullptr)
        out.set_null(i);
      else
        out.at<T>(i) = best->at<T>(i);
    }
  };
}

// Arguments of several scales; the result has room for all.
plan::Kernel pick_decimal(bool greatest) {
  return [greatest](const plan::CallContext& c, std::span<const Column* const> args, Column& out) {
    for (size_t i = 0; i < c.rows; ++i) {
      std::optional<Int128> best;
      bool fits = true;
      for (const Column* arg : args) {
        if (arg->is_null(i)) continue;
        auto value = rescale(arg->at<Int128>(i), arg->type().scale, c.result.scale);
        fits &= value.has_value();
        if (value && (!best || (greatest ? *value > *best : *value < *best))) best = value;
      }
      if (!fits)
        c.fail(out, i, ErrorCode::out_of_range,
               "an argument does not fit " + c.result.to_string() + ": " +
                   plan::value_text(*args[0], i));
      else if (!best)
        out.set_null(i);
      else
        out.at<Int128>(i) = *best;
    }
  };
}

Result<Type> widest(std::span<const Type> args) {
  Type out = args[0];
  for (const Type& type : args) out = *plan::common_type(out, type);
  return out;
}

plan::Kernel kernel_of(TypeKind kind, bool greatest) {
  auto less = [](auto a, auto b) { return a < b; };
  switch (kind) {
    case TypeKind::int32: return pick_kernel<int32_t>(greatest, less);
    case TypeKind::int64:
    case TypeKind::timestamp: return pick_kernel<int64_t>(greatest, less);
    case TypeKind::float64:
      return pick_kernel<double>(
          greatest, [](double a, double b) { return double_order(a) < double_order(b); });
    case TypeKind::string:
      return pick_kernel<ByteView>(
          greatest, [](ByteView a, ByteView b) { return plan::compare_utf16(a, b) < 0; });
    case TypeKind::decimal: return pick_decimal(greatest);
    default: return pick_kernel<ByteView>(greatest, less);
  }
}

void add_pick(plan::FunctionRegistry& r, const char* name, bool greatest, const char* about) {
  for (const Type& type : column_types()) {
    if (type.kind == TypeKind::boolean) continue;
    plan::Function f{.name = name, .parameters = {type, type}, .variadic = true};
    f.null_in_null_out = false;
    f.result_type = always(type);
    if (type.kind == TypeKind::decimal) f.result_type = widest;
    f.kernel = kernel_of(type.kind, greatest);
    f.description = about;
    f.any_decimal = true;
    f.total = type.kind != TypeKind::decimal;
    r.add(std::move(f));
  }
}
}  // namespace

std::span<const Type> column_types() {
  static const Type kTypes[] = {Type::boolean(), Type::int32(),         Type::int64(),
                                Type::float64(), Type::decimal(38, 10), Type::string(),
                                Type::bytes(),   Type::timestamp()};
  return kTypes;
}

void register_choice(plan::FunctionRegistry& r) {
  add_pick(r, "GREATEST", true, "the highest argument that is not NULL");
  add_pick(r, "LEAST", false, "the lowest argument that is not NULL");
}

}  // namespace leat::sql::functions
