#include "io/random.h"

#include <sys/random.h>

#include <cerrno>

#include "base/assert.h"

namespace leat::io {
namespace {

class SystemRandom final : public Random {
 public:
  uint64_t next() override {
    uint64_t value = 0;
    ssize_t got = 0;
    do {
      got = getrandom(&value, sizeof value, 0);
    } while (got < 0 && errno == EINTR);
    // Up to 256 bytes the kernel gives all or fails; failing would mean a kernel without getrandom.
    LEAT_ASSERT(got == sizeof value);
    return value;
  }
};

}  // namespace

Random& system_random() {
  static SystemRandom random;
  return random;
}

// Source: Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014.
uint64_t SeededRandom::next() {
  state_ += 0x9e3779b97f4a7c15;
  uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

}  // namespace leat::io
