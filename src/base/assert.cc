#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace leat::internal {

void assertion_failed(const char* expression, const char* file, int line) {
  std::fprintf(stderr, "leat: broken invariant: %s at %s:%d\n", expression, file, line);
  std::fflush(stderr);
  std::abort();
}

}  // namespace leat::internal
