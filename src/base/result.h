#pragma once
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/assert.h"
#include "base/error.h"

namespace leat {

/// Thrown by Result::value() alone: for scripts, tests and `main`, never across the engine.
class BadResult : public std::runtime_error {
 public:
  explicit BadResult(const Error& error) : std::runtime_error(error.to_string()) {}
};

/// A value or an Error. Members are named as in std::expected, so that it can become an alias of it
/// one day.
template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  Result(T value)
      : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Result(Error error)
      : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)
  template <class U>
  requires(std::is_convertible_v<U&&, T> && !std::is_same_v<std::remove_cvref_t<U>, Result> &&
           !std::is_same_v<std::remove_cvref_t<U>, T> &&
           !std::is_same_v<std::remove_cvref_t<U>, Error>) Result(U&& value)
      : state_(std::in_place_index<0>, std::forward<U>(value)) {}  // NOLINT

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  T& operator*() & { return get(); }
  const T& operator*() const& { return get(); }
  T&& operator*() && { return std::move(get()); }
  T* operator->() { return &get(); }
  const T* operator->() const { return &get(); }

  Error& error() & { return std::get<1>(state_); }
  const Error& error() const& { return std::get<1>(state_); }
  Error&& error() && { return std::get<1>(std::move(state_)); }

  /// The value, or throws BadResult.
  T& value() & {
    if (!has_value()) throw BadResult(error());
    return get();
  }
  T&& value() && {
    if (!has_value()) throw BadResult(error());
    return std::move(get());
  }
  template <class U>
  T value_or(U&& other) && {
    return has_value() ? std::move(get()) : static_cast<T>(std::forward<U>(other));
  }

  template <class F>
  auto and_then(F&& f) && -> std::invoke_result_t<F, T&&> {
    if (!has_value()) return std::move(*this).error();
    return std::forward<F>(f)(std::move(get()));
  }
  template <class F>
  auto transform(F&& f) && -> Result<std::invoke_result_t<F, T&&>> {
    if (!has_value()) return std::move(*this).error();
    return std::forward<F>(f)(std::move(get()));
  }

 private:
  T& get() {
    LEAT_ASSERT(has_value());
    return *std::get_if<0>(&state_);
  }
  const T& get() const {
    LEAT_ASSERT(has_value());
    return *std::get_if<0>(&state_);
  }
  std::variant<T, Error> state_;
};

/// Success, or an Error.
template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)
  bool has_value() const { return !error_.has_value(); }
  explicit operator bool() const { return has_value(); }
  Error& error() & { return *error_; }
  const Error& error() const& { return *error_; }
  Error&& error() && { return *std::move(error_); }
  void value() const {
    if (error_) throw BadResult(*error_);
  }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;

namespace internal {
template <class T>
T take(Result<T>&& result) {
  return *std::move(result);
}
inline void take(Status&&) {}
}  // namespace internal

}  // namespace leat

#define LEAT_CONCAT_INNER(a, b) a##b
#define LEAT_CONCAT(a, b) LEAT_CONCAT_INNER(a, b)

/// `LEAT_TRY(auto x, f());` takes the value of a Result or returns its Error from the enclosing
/// function.
#define LEAT_TRY(declaration, ...) \
  LEAT_TRY_INNER(LEAT_CONCAT(leat_result_, __COUNTER__), declaration, __VA_ARGS__)
#define LEAT_TRY_INNER(name, declaration, ...)           \
  auto name = (__VA_ARGS__);                             \
  if (!name.has_value()) return std::move(name).error(); \
  declaration = ::leat::internal::take(std::move(name))

/// `LEAT_CHECK(f());` returns the Error of a Status (or of a Result whose value nobody needs).
#define LEAT_CHECK(...)                                             \
  do {                                                              \
    if (auto leat_status = (__VA_ARGS__); !leat_status.has_value()) \
      return std::move(leat_status).error();                        \
  } while (false)
