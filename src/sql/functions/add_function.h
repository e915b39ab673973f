#pragma once
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "plan/expr.h"

namespace leat::sql::functions {

/// Makes scalar functions out of functions of one row: add<double(double)>(registry, "SQRT", "the
/// square root", [](double x) { return std::sqrt(x); }) registers SQRT(DOUBLE) with its loop, its
/// types and its nulls.
///
/// Parameters and results are bool, int32_t, int64_t, double, ByteView (STRING), Bytes or
/// Timestamp.
///   A parameter std::optional<T> takes NULL as a value; a NULL for any other makes the result
///   NULL. A result std::optional<T> can be NULL; a Result<T> can be an error of the row. A first
///   parameter `const CallContext&`, which the signature leaves out, gives the arena for the bytes
///   of a result, and more.

/// BYTES, as ByteView is STRING.
struct Bytes {
  ByteView view;
};
/// TIMESTAMP, as int64_t is BIGINT.
struct Timestamp {
  TimeMs ms;
};

/// How a C++ type lies in a column.
template <class T>
struct Held;
template <>
struct Held<bool> {
  using Stored = uint8_t;
  static Type type() { return Type::boolean(); }
  static bool load(uint8_t v) { return v != 0; }
  static uint8_t store(bool v) { return v; }
};
template <class T>
struct HeldAsIs {
  using Stored = T;
  static T load(T v) { return v; }
  static T store(T v) { return v; }
};
template <>
struct Held<int32_t> : HeldAsIs<int32_t> {
  static Type type() { return Type::int32(); }
};
template <>
struct Held<int64_t> : HeldAsIs<int64_t> {
  static Type type() { return Type::int64(); }
};
template <>
struct Held<double> : HeldAsIs<double> {
  static Type type() { return Type::float64(); }
};
template <>
struct Held<ByteView> : HeldAsIs<ByteView> {
  static Type type() { return Type::string(); }
};
template <>
struct Held<Bytes> {
  using Stored = ByteView;
  static Type type() { return Type::bytes(); }
  static Bytes load(ByteView v) { return {v}; }
  static ByteView store(Bytes v) { return v.view; }
};
template <>
struct Held<Timestamp> {
  using Stored = int64_t;
  static Type type() { return Type::timestamp(); }
  static Timestamp load(int64_t v) { return {v}; }
  static int64_t store(Timestamp v) { return v.ms; }
};

template <class T>
struct Unwrapped {
  using Value = T;
  static constexpr bool kPlain = true;
};
template <class T>
struct Unwrapped<std::optional<T>> {
  using Value = T;
  static constexpr bool kPlain = false;
};
template <class T>
struct Unwrapped<Result<T>> {
  using Value = T;
  static constexpr bool kPlain = false;
};
template <class T>
using ValueOf = typename Unwrapped<T>::Value;
template <class T>
inline constexpr bool kTakesNull = !Unwrapped<T>::kPlain;
/// Numbers: what a loop may compute for null rows too.
template <class T>
inline constexpr bool kNumber =
    Unwrapped<T>::kPlain && !std::is_same_v<T, ByteView> && !std::is_same_v<T, Bytes>;

/// Argument `A` of a row.
template <class A>
A load_argument(const Column& column, size_t row) {
  using H = Held<ValueOf<A>>;
  if constexpr (kTakesNull<A>)
    if (column.is_null(row)) return std::nullopt;
  return H::load(column.at<typename H::Stored>(row));
}

template <class R>
void store_result(const plan::CallContext& c, const std::string& name, R&& result, Column& out,
                  size_t row) {
  using Plain = std::remove_cvref_t<R>;
  using H = Held<ValueOf<Plain>>;
  if constexpr (Unwrapped<Plain>::kPlain) {
    out.at<typename H::Stored>(row) = H::store(result);
  } else if (result) {
    out.at<typename H::Stored>(row) = H::store(*result);
  } else if constexpr (std::is_same_v<Plain, std::optional<ValueOf<Plain>>>) {
    out.set_null(row);
  } else {
    c.fail(out, row, result.error().code(), name + ": " + result.error().message());
  }
}

template <class Signature>
struct FunctionMaker;
template <class R, class... A>
struct FunctionMaker<R(A...)> {
  template <class F>
  static plan::Function make(std::string name, std::string description, F f) {
    constexpr bool kContext = std::is_invocable_v<F, const plan::CallContext&, A...>;
    constexpr bool kTotal = !kContext && kNumber<R> && (kNumber<A> && ...);
    plan::Function out;
    out.name = std::move(name);
    out.description = std::move(description);
    out.parameters = {Held<ValueOf<A>>::type()...};
    out.null_in_null_out = !(kTakesNull<A> || ...);
    out.result_type = [](std::span<const Type>) -> leat::Result<Type> {
      return Held<ValueOf<R>>::type();
    };
    out.total = kTotal;
    out.kernel = [f, function = out.name](const plan::CallContext& c,
                                          std::span<const Column* const> args, Column& column) {
      if constexpr (kTotal)
        every_row(c, args, column, f, std::index_sequence_for<A...>());
      else
        valid_rows(c, function, args, column, f, std::index_sequence_for<A...>());
    };
    return out;
  }

 private:
  using H = Held<ValueOf<R>>;

  template <class F, size_t... i>
  static void every_row(const plan::CallContext& c,
                        [[maybe_unused]] std::span<const Column* const> args, Column& out,
                        const F& f, std::index_sequence<i...>) {
    [[maybe_unused]] auto values =
        std::make_tuple(args[i]->template data<typename Held<A>::Stored>()...);
    auto* results = out.data<typename H::Stored>();
    for (size_t row = 0; row < c.rows; ++row)
      results[row] = H::store(f(Held<A>::load(std::get<i>(values)[row])...));
  }

  template <class F, size_t... i>
  static void valid_rows(const plan::CallContext& c, const std::string& name,
                         [[maybe_unused]] std::span<const Column* const> args, Column& out,
                         const F& f, std::index_sequence<i...>) {
    for (size_t row = 0; row < c.rows; ++row) {
      if ((false || ... || (!kTakesNull<A> && args[i]->is_null(row)))) {
        out.set_null(row);
        continue;
      }
      if constexpr (std::is_invocable_v<F, const plan::CallContext&, A...>)
        store_result(c, name, f(c, load_argument<A>(*args[i], row)...), out, row);
      else
        store_result(c, name, f(load_argument<A>(*args[i], row)...), out, row);
    }
  }
};

template <class Signature, class F>
void add(plan::FunctionRegistry& registry, std::string name, std::string description, F f) {
  registry.add(FunctionMaker<Signature>::make(std::move(name), std::move(description), f));
}

/// The types that columns have now, DECIMAL once: for functions of any type.
std::span<const Type> column_types();

/// A result type that is always the same.
inline auto always(Type type) {
  return [type](std::span<const Type>) -> leat::Result<Type> { return type; };
}

}  // namespace leat::sql::functions
