#pragma once
// Where the fields of a record batch's header lie. docs/formats/record-batch.md has the table.
#include <cstddef>
#include <cstdint>

namespace leat::record_batch {

inline constexpr size_t kBaseOffset = 0;
inline constexpr size_t kBatchLength = 8;
inline constexpr size_t kLeaderEpoch = 12;
inline constexpr size_t kMagic = 16;
inline constexpr size_t kCrc = 17;
inline constexpr size_t kAttributes = 21;  // the CRC covers everything from here on
inline constexpr size_t kLastOffsetDelta = 23;
inline constexpr size_t kBaseTimestamp = 27;
inline constexpr size_t kMaxTimestamp = 35;
inline constexpr size_t kProducerId = 43;
inline constexpr size_t kProducerEpoch = 51;
inline constexpr size_t kBaseSequence = 53;
inline constexpr size_t kRecordCount = 57;

inline constexpr char kMagicV2 = 2;
inline constexpr uint16_t kTransactional = 0x10;
inline constexpr uint16_t kControl = 0x20;

// The bytes that batch_length does not count.
inline constexpr size_t kLengthOverhead = 12;
// The smallest record: length, attributes, two deltas, two null lengths, no headers.
inline constexpr size_t kRecordBytesMin = 7;

}  // namespace leat::record_batch
