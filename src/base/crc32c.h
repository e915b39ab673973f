#pragma once
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace leat {

/// CRC-32C (Castagnoli) of `bytes`, continuing from `seed` (0 to begin). As Kafka's record batches
/// and iSCSI have it. Cost: about 24 GB/s for long inputs (three interleaved streams of the SSE4.2
/// instruction).
uint32_t crc32c(ByteView bytes, uint32_t seed = 0);

}  // namespace leat
