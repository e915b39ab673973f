#pragma once
#include "base/result.h"
#include "leat/types.h"

namespace leat::streams {

/// Errors of the engine as users of the DSL get them.
[[noreturn]] void throw_error(const Error& error);
inline void check(const Status& status) {
  if (!status.has_value()) throw_error(status.error());
}
template <class T>
T check(Result<T> result) {
  if (!result.has_value()) throw_error(result.error());
  return *std::move(result);
}

}  // namespace leat::streams
