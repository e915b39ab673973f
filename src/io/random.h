#pragma once
#include <cstdint>

namespace leat::io {

/// Where identities come from. Thread-safe in its system form.
class Random {
 public:
  virtual ~Random() = default;
  virtual uint64_t next() = 0;
};

/// The kernel's generator.
Random& system_random();

/// A small seeded generator (SplitMix64), for tests and for retry jitter. Not thread-safe, not for
/// secrets.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(uint64_t seed) : state_(seed) {}
  uint64_t next() override;
  /// Uniform in [0, bound), bound > 0.
  uint64_t below(uint64_t bound) { return next() % bound; }
  bool chance(double p) { return static_cast<double>(next() >> 11) * 0x1p-53 < p; }

 private:
  uint64_t state_;
};

}  // namespace leat::io
