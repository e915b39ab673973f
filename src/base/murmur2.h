#pragma once
#include <cstdint>

#include "base/bytes.h"

namespace leat {

/// MurmurHash2, 32 bits, with Kafka's seed: what Java clients partition by.
uint32_t murmur2(ByteView key);

/// The partition of a non-null key among `partitions` (>= 1), byte for byte as Kafka's default
/// partitioner.
inline int32_t partition_for(ByteView key, int32_t partitions) {
  return static_cast<int32_t>(murmur2(key) & 0x7fffffffU) % partitions;
}

}  // namespace leat
