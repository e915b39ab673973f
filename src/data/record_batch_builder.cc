#include "base/assert.h"
#include "base/crc32c.h"
#include "base/short_bytes.h"
#include "base/varint.h"
#include "data/record_batch.h"
#include "data/record_batch_layout.h"

namespace leat {
namespace {
using namespace record_batch;

constexpr int64_t kNullLength = -1;
// Of a record besides its key, value and headers: attributes, five varints, a count of headers.
constexpr size_t kRecordOverheadMax = 2 + 5 * kVarintBytesMax;

int64_t length_of(ByteView bytes) {
  return is_null(bytes) ? kNullLength : static_cast<int64_t>(bytes.size());
}

// As put_varint, with two bytes inline.
inline char* put_short(char* p, uint64_t v) {
  if (v < 0x80) {
    *p = static_cast<char>(v);
    return p + 1;
  }
  if (v < 0x4000) {
    p[0] = static_cast<char>(v | 0x80);
    p[1] = static_cast<char>(v >> 7);
    return p + 2;
  }
  return put_varint(p, v);
}

inline char* put_nullable(char* p, ByteView bytes) {
  p = put_short(p, zigzag(length_of(bytes)));
  copy_bytes(p, bytes.data(), bytes.size());
  return p + bytes.size();
}

// A number below 2^14, in one or two bytes without a branch. Two bytes at `p` are written.
inline char* put_two(char* p, uint64_t v) {
  const bool two = v >= 0x80;
  const uint64_t both = (v & 0x7f) | static_cast<uint64_t>(two) << 7 | v >> 7 << 8;
  store_le(p, static_cast<uint16_t>(both));
  return p + 1 + two;
}

// A number below 2^21, in one to three bytes without a branch. Four bytes at `p` are written.
inline char* put_three(char* p, uint64_t v) {
  const size_t more = static_cast<size_t>(v >= 0x80) + static_cast<size_t>(v >= 0x4000);
  const uint64_t groups = (v & 0x7f) | (v & 0x3f80) << 1 | (v & 0x1fc000) << 2;
  const uint64_t goes_on = 0x8080 & ((uint64_t{1} << 8 * more) - 1);
  store_le(p, static_cast<uint32_t>(groups | goes_on));
  return p + 1 + more;
}

// A record as nearly all are: small, and near in time and place to the first one of its batch.
constexpr size_t kPlainPayloadMax = 8000;
constexpr uint64_t kPlainDeltaEnd = 1 << 21;

inline char* put_plain(char* p, uint64_t time_delta, uint64_t offset_delta, ByteView key,
                       ByteView value) {
  const uint64_t key_size = 2 * key.size(), value_size = 2 * value.size();  // zigzag
  const size_t more = (time_delta >= 0x80) + (time_delta >= 0x4000) + (offset_delta >= 0x80) +
                      (offset_delta >= 0x4000) + (key_size >= 0x80) + (value_size >= 0x80);
  // Besides: attributes, four numbers of a byte, the count of headers.
  p = put_two(p, 2 * (6 + more + key.size() + value.size()));
  *p++ = 0;  // attributes: none are defined
  p = put_three(p, time_delta);
  p = put_three(p, offset_delta);
  p = put_two(p, key_size);
  copy_bytes(p, key.data(), key.size());
  p = put_two(p + key.size(), value_size);
  copy_bytes(p, value.data(), value.size());
  p += value.size();
  *p = 0;  // no headers
  return p + 1;
}

char* put_any(char* begin, uint64_t time_delta, uint64_t offset_delta, ByteView key, ByteView value,
              ByteView headers) {
  const size_t payload = key.size() + value.size() + headers.size();
  // The length stands in front and is known last. Its own size is guessed, from a record whose
  // deltas take about three bytes, and the record moved where the guess was wrong.
  const auto guess = static_cast<size_t>(varint_size(zigzag(static_cast<int64_t>(payload + 8))));
  char* body = begin + guess;
  char* p = body;
  *p++ = 0;  // attributes: none are defined
  p = put_short(p, time_delta);
  p = put_short(p, offset_delta);
  p = put_nullable(p, key);
  p = put_nullable(p, value);
  if (headers.empty()) {
    *p++ = 0;
  } else {
    std::memcpy(p, headers.data(), headers.size());
    p += headers.size();
  }
  const uint64_t length = zigzag(p - body);
  const auto length_size = static_cast<size_t>(varint_size(length));
  if (length_size != guess) {
    std::memmove(begin + length_size, body, static_cast<size_t>(p - body));
    p += length_size - guess;
  }
  put_short(begin, length);
  return p;
}

// Writes the header of a batch whose records follow it already, the CRC last.
void write_header(char* batch, size_t bytes, const RecordBatchHeader& header) {
  store_be64(batch + kBaseOffset, static_cast<uint64_t>(header.base_offset));
  store_be32(batch + kBatchLength, static_cast<uint32_t>(bytes - kLengthOverhead));
  store_be32(batch + kLeaderEpoch, static_cast<uint32_t>(header.leader_epoch));
  batch[kMagic] = kMagicV2;
  store_be16(batch + kAttributes, static_cast<uint16_t>(header.attributes));
  store_be32(batch + kLastOffsetDelta, static_cast<uint32_t>(header.last_offset_delta));
  store_be64(batch + kBaseTimestamp, static_cast<uint64_t>(header.base_timestamp));
  store_be64(batch + kMaxTimestamp, static_cast<uint64_t>(header.max_timestamp));
  store_be64(batch + kProducerId, static_cast<uint64_t>(header.producer_id));
  store_be16(batch + kProducerEpoch, static_cast<uint16_t>(header.producer_epoch));
  store_be32(batch + kBaseSequence, static_cast<uint32_t>(header.base_sequence));
  store_be32(batch + kRecordCount, static_cast<uint32_t>(header.record_count));
  store_be32(batch + kCrc, crc32c(ByteView(batch + kAttributes, bytes - kAttributes)));
}

}  // namespace

RecordBatchBuilder::RecordBatchBuilder() { clear(); }

void RecordBatchBuilder::add(TimeMs timestamp, ByteView key, ByteView value, ByteView headers) {
  if (count_ == 0) base_timestamp_ = max_timestamp_ = timestamp;
  // Wraps for times more than 2^63 apart, and back when read.
  const uint64_t time_delta = zigzag(static_cast<int64_t>(static_cast<uint64_t>(timestamp) -
                                                          static_cast<uint64_t>(base_timestamp_)));
  const uint64_t offset_delta = zigzag(static_cast<int64_t>(count_));
  const size_t payload = key.size() + value.size() + headers.size();
  char* begin = buffer_.room(payload + kRecordOverheadMax);
  const bool plain = headers.empty() && payload < kPlainPayloadMax &&
                     (time_delta | offset_delta) < kPlainDeltaEnd && !is_null(key) &&
                     !is_null(value);
  char* end = plain ? put_plain(begin, time_delta, offset_delta, key, value)
                    : put_any(begin, time_delta, offset_delta, key, value, headers);
  buffer_.end_at(end);
  ++count_;
  max_timestamp_ = std::max(max_timestamp_, timestamp);
}

ByteView RecordBatchBuilder::finish(Offset base_offset, const Producer& producer) {
  LEAT_ASSERT(count_ > 0);
  LEAT_ASSERT(buffer_.size() <= INT32_MAX);
  RecordBatchHeader header;
  header.base_offset = base_offset.value;
  header.attributes = producer.transactional ? kTransactional : 0;
  header.last_offset_delta = static_cast<int32_t>(count_ - 1);
  header.base_timestamp = base_timestamp_;
  header.max_timestamp = max_timestamp_;
  header.producer_id = producer.id;
  header.producer_epoch = producer.epoch;
  header.base_sequence = producer.base_sequence;
  header.record_count = static_cast<int32_t>(count_);
  write_header(buffer_.data(), buffer_.size(), header);
  return {buffer_.data(), buffer_.size()};
}

Blob RecordBatchBuilder::lend() {
  finish();
  Blob batch = buffer_.lend();
  clear();
  return batch;
}

void RecordBatchBuilder::clear() {
  buffer_.clear();
  buffer_.end_at(buffer_.room(kRecordBatchHeaderBytes) + kRecordBatchHeaderBytes);
  count_ = 0;
  base_timestamp_ = 0;
  max_timestamp_ = kNoTime;
}

void set_base_offset(char* batch, Offset base_offset) {
  store_be64(batch + kBaseOffset, static_cast<uint64_t>(base_offset.value));
}

std::string encode_headers(const std::vector<RecordHeader>& headers) {
  size_t bytes = kVarintBytesMax;
  for (const RecordHeader& header : headers)
    bytes += header.key.size() + header.value.size() + 2 * kVarintBytesMax;
  std::string out(bytes, '\0');
  char* p = put_zigzag(out.data(), static_cast<int64_t>(headers.size()));
  for (const RecordHeader& header : headers) {
    LEAT_ASSERT(!is_null(header.key));
    p = put_nullable(p, header.key);
    p = put_nullable(p, header.value);
  }
  out.resize(static_cast<size_t>(p - out.data()));
  return out;
}

std::string control_batch(Offset offset, TimeMs timestamp, int64_t producer_id,
                          int16_t producer_epoch, bool commit, int32_t coordinator_epoch) {
  // Key: version, type (0 abort, 1 commit). Value: version, epoch of the coordinator.
  char key[4] = {0, 0, 0, static_cast<char>(commit ? 1 : 0)};
  char value[6] = {};
  store_be32(value + 2, static_cast<uint32_t>(coordinator_epoch));
  RecordBatchBuilder builder;
  builder.add(timestamp, ByteView(key, sizeof key), ByteView(value, sizeof value));
  std::string batch(builder.finish(offset));
  RecordBatchHeader header;
  header.base_offset = offset.value;
  header.attributes = kTransactional | kControl;
  header.base_timestamp = header.max_timestamp = timestamp;
  header.producer_id = producer_id;
  header.producer_epoch = producer_epoch;
  header.record_count = 1;
  write_header(batch.data(), batch.size(), header);
  return batch;
}

}  // namespace leat
