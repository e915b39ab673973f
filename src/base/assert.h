#pragma once

namespace leat::internal {
/// Prints the broken invariant with its place and aborts the process: a wrong answer is worse than
/// none.
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line);
}  // namespace leat::internal

/// Checks an invariant of ours, in release builds too. Never for what input can cause: that is an
/// Error.
#define LEAT_ASSERT(condition)        \
  (__builtin_expect(!!(condition), 1) \
       ? void()                       \
       : ::leat::internal::assertion_failed(#condition, __FILE__, __LINE__))
