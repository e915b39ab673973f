#include <cmath>
#include <limits>

#include "base/assert.h"
#include "data/decimal.h"
#include "plan/kernels.h"

namespace leat::plan {
namespace {

std::string_view sign_of(ArithmeticOp op) {
  switch (op) {
    case ArithmeticOp::add: return " + ";
    case ArithmeticOp::subtract: return " - ";
    case ArithmeticOp::multiply: return " * ";
    case ArithmeticOp::divide: return " / ";
    case ArithmeticOp::remainder: return " % ";
  }
  return {};
}

std::string formula(ArithmeticOp op, const Column& a, const Column& b, size_t row) {
  return value_text(a, row).append(sign_of(op)).append(value_text(b, row));
}

void overflow(const CallContext& c, ArithmeticOp op, const Column& a, const Column& b, Column& out,
              size_t row) {
  c.fail(out, row, ErrorCode::out_of_range,
         "result does not fit " + c.result.to_string() + ": " + formula(op, a, b, row));
}

void by_zero(const CallContext& c, ArithmeticOp op, const Column& a, const Column& b, Column& out,
             size_t row) {
  c.fail(out, row, ErrorCode::invalid_data, "division by zero: " + formula(op, a, b, row));
}

// Wrapped result and whether it wrapped, in a form that the compiler turns into vector code; the
// sign bit of `wrapped` is what counts.
template <class T>
struct Add {
  static constexpr ArithmeticOp kOp = ArithmeticOp::add;
  static T apply(T a, T b, T& wrapped) {
    using U = std::make_unsigned_t<T>;
    T r = static_cast<T>(static_cast<U>(a) + static_cast<U>(b));
    wrapped = static_cast<T>((a ^ r) & (b ^ r));
    return r;
  }
};
template <class T>
struct Subtract {
  static constexpr ArithmeticOp kOp = ArithmeticOp::subtract;
  static T apply(T a, T b, T& wrapped) {
    using U = std::make_unsigned_t<T>;
    T r = static_cast<T>(static_cast<U>(a) - static_cast<U>(b));
    wrapped = static_cast<T>((a ^ b) & (a ^ r));
    return r;
  }
};
template <class T>
struct Multiply {
  static constexpr ArithmeticOp kOp = ArithmeticOp::multiply;
  static T apply(T a, T b, T& wrapped) {
    T r = 0;
    wrapped = __builtin_mul_overflow(a, b, &r) ? T{-1} : T{0};
    return r;
  }
};

template <class T, template <class> class Op>
void integers(const CallContext& c, std::span<const Column* const> args, Column& out) {
  const T* a = args[0]->data<T>();
  const T* b = args[1]->data<T>();
  T* r = out.data<T>();
  T any = 0;
  for (size_t i = 0; i < c.rows; ++i) {
    T wrapped = 0;
    r[i] = Op<T>::apply(a[i], b[i], wrapped);
    any |= wrapped;
  }
  if (any >= 0 || c.ksqldb) return;
  for (size_t i = 0; i < c.rows; ++i) {
    T wrapped = 0;
    Op<T>::apply(a[i], b[i], wrapped);
    if (wrapped < 0 && !out.is_null(i)) overflow(c, Op<T>::kOp, *args[0], *args[1], out, i);
  }
}

template <class T>
void divide_integers(const CallContext& c, std::span<const Column* const> args, Column& out) {
  const T* a = args[0]->data<T>();
  const T* b = args[1]->data<T>();
  for (size_t i = 0; i < c.rows; ++i) {
    if (b[i] != 0 && b[i] != -1) {
      out.at<T>(i) = a[i] / b[i];
      continue;
    }
    if (out.is_null(i)) continue;
    if (b[i] == 0) {
      by_zero(c, ArithmeticOp::divide, *args[0], *args[1], out, i);
    } else if (a[i] == std::numeric_limits<T>::min() && !c.ksqldb) {
      overflow(c, ArithmeticOp::divide, *args[0], *args[1], out, i);
    } else {
      using U = std::make_unsigned_t<T>;
      out.at<T>(i) = static_cast<T>(U{0} - static_cast<U>(a[i]));
    }
  }
}

template <class T>
void remain_integers(const CallContext& c, std::span<const Column* const> args, Column& out) {
  const T* a = args[0]->data<T>();
  const T* b = args[1]->data<T>();
  for (size_t i = 0; i < c.rows; ++i) {
    if (b[i] != 0) {
      out.at<T>(i) = b[i] == -1 ? T{0} : static_cast<T>(a[i] % b[i]);
    } else if (!out.is_null(i)) {
      by_zero(c, ArithmeticOp::remainder, *args[0], *args[1], out, i);
    }
  }
}

template <class F>
Kernel doubles(F f) {
  return [f](const CallContext& c, std::span<const Column* const> args, Column& out) {
    const double* a = args[0]->data<double>();
    const double* b = args[1]->data<double>();
    double* r = out.data<double>();
    for (size_t i = 0; i < c.rows; ++i) r[i] = f(a[i], b[i]);
  };
}

// Whether a / b is exactly `quotient` at `scale`, when it is known to be rounded from it. The two
// sides differ by less than 2^127, so that comparing them modulo 2^128 is enough.
bool divides_exactly(Int128 a, int sa, Int128 b, int sb, Int128 quotient, int scale) {
  auto left = static_cast<UInt128>(quotient) * static_cast<UInt128>(b);
  auto right = static_cast<UInt128>(a);
  int shift = scale + sb - sa;
  UInt128& side = shift >= 0 ? right : left;
  for (int n = shift < 0 ? -shift : shift; n > 0; --n) side *= 10;
  return left == right;
}

struct DecimalPair {
  Int128 a;
  int sa;
  Int128 b;
  int sb;
};

// Sum or difference at the result's scale; products may have to lose digits there.
std::optional<Int128> combine(ArithmeticOp op, const DecimalPair& p, int scale) {
  if (op == ArithmeticOp::multiply) {
    auto product = checked_multiply(p.a, p.b);
    return product ? rescale(*product, p.sa + p.sb, scale) : std::nullopt;
  }
  int common = std::max(p.sa, p.sb);
  auto a = rescale(p.a, p.sa, common);
  auto b = rescale(p.b, p.sb, common);
  if (!a || !b) return std::nullopt;
  std::optional<Int128> r;
  if (op == ArithmeticOp::add) r = checked_add(*a, *b);
  if (op == ArithmeticOp::subtract) r = checked_subtract(*a, *b);
  if (op == ArithmeticOp::remainder) r = *a % *b;
  return r ? rescale(*r, common, scale) : std::nullopt;
}

Kernel decimals(ArithmeticOp op) {
  return [op](const CallContext& c, std::span<const Column* const> args, Column& out) {
    DecimalPair p{0, args[0]->type().scale, 0, args[1]->type().scale};
    int scale = c.result.scale;
    bool divides = op == ArithmeticOp::divide || op == ArithmeticOp::remainder;
    for (size_t i = 0; i < c.rows; ++i) {
      if (out.is_null(i)) continue;
      p.a = args[0]->at<Int128>(i);
      p.b = args[1]->at<Int128>(i);
      if (divides && p.b == 0) {
        by_zero(c, op, *args[0], *args[1], out, i);
        continue;
      }
      auto r = op == ArithmeticOp::divide ? checked_divide(p.a, p.sa, p.b, p.sb, scale)
                                          : combine(op, p, scale);
      bool fits = r && fits_precision(*r, c.result.precision);
      // ksqlDB knows no rounding here: a quotient that does not end is no result.
      if (fits && c.ksqldb && op == ArithmeticOp::divide)
        fits = divides_exactly(p.a, p.sa, p.b, p.sb, *r, scale);
      if (fits)
        out.at<Int128>(i) = *r;
      else
        overflow(c, op, *args[0], *args[1], out, i);
    }
  };
}

template <class T>
Kernel integer_kernel(ArithmeticOp op) {
  switch (op) {
    case ArithmeticOp::add: return integers<T, Add>;
    case ArithmeticOp::subtract: return integers<T, Subtract>;
    case ArithmeticOp::multiply: return integers<T, Multiply>;
    case ArithmeticOp::divide: return divide_integers<T>;
    case ArithmeticOp::remainder: return remain_integers<T>;
  }
  return {};
}

Kernel double_kernel(ArithmeticOp op) {
  switch (op) {
    case ArithmeticOp::add: return doubles([](double a, double b) { return a + b; });
    case ArithmeticOp::subtract: return doubles([](double a, double b) { return a - b; });
    case ArithmeticOp::multiply: return doubles([](double a, double b) { return a * b; });
    case ArithmeticOp::divide: return doubles([](double a, double b) { return a / b; });
    case ArithmeticOp::remainder:
      return doubles([](double a, double b) { return std::fmod(a, b); });
  }
  return {};
}

template <class T>
void negate_integers(const CallContext& c, std::span<const Column* const> args, Column& out) {
  using U = std::make_unsigned_t<T>;
  const T* a = args[0]->data<T>();
  T* r = out.data<T>();
  for (size_t i = 0; i < c.rows; ++i) r[i] = static_cast<T>(U{0} - static_cast<U>(a[i]));
  if (c.ksqldb) return;
  for (size_t i = 0; i < c.rows; ++i)
    if (a[i] == std::numeric_limits<T>::min() && !out.is_null(i))
      c.fail(
          out, i, ErrorCode::out_of_range,
          "result does not fit " + c.result.to_string() + ": -(" + value_text(*args[0], i) + ")");
}
}  // namespace

Kernel arithmetic_kernel(ArithmeticOp op, TypeKind kind) {
  switch (kind) {
    case TypeKind::int32: return integer_kernel<int32_t>(op);
    case TypeKind::int64: return integer_kernel<int64_t>(op);
    case TypeKind::float64: return double_kernel(op);
    case TypeKind::decimal: return decimals(op);
    default: LEAT_ASSERT(false); return {};
  }
}

Kernel negate_kernel(TypeKind kind) {
  switch (kind) {
    case TypeKind::int32: return negate_integers<int32_t>;
    case TypeKind::int64: return negate_integers<int64_t>;
    case TypeKind::float64:
      return [](const CallContext& c, std::span<const Column* const> args, Column& out) {
        for (size_t i = 0; i < c.rows; ++i) out.at<double>(i) = -args[0]->at<double>(i);
      };
    default:
      return [](const CallContext& c, std::span<const Column* const> args, Column& out) {
        for (size_t i = 0; i < c.rows; ++i) out.at<Int128>(i) = -args[0]->at<Int128>(i);
      };
  }
}

}  // namespace leat::plan
