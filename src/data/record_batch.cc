#include "data/record_batch.h"

#include <algorithm>

#include "base/crc32c.h"
#include "base/varint.h"
#include "data/record_batch_layout.h"

namespace leat {
namespace {
using namespace record_batch;

Error malformed(std::string_view what) {
  return Error(ErrorCode::invalid_data, "malformed record batch: " + std::string(what));
}

// As get_zigzag, with two bytes inline: lengths of a hundred bytes, and offsets past 63, take two.
inline const char* get_short(const char* p, const char* end, int64_t& v) {
  if (end - p >= 2) {
    auto first = static_cast<unsigned char>(p[0]);
    if (first < 0x80) {
      v = unzigzag(first);
      return p + 1;
    }
    auto second = static_cast<unsigned char>(p[1]);
    if (second < 0x80) {
      v = unzigzag((first & 0x7fU) | static_cast<uint64_t>(second) << 7);
      return p + 2;
    }
  }
  return get_zigzag(p, end, v);
}

// A varint of one or two bytes, which are both there; nullptr when it is longer.
inline const char* get_two(const char* p, uint64_t& v) {
  auto both = load_le<uint16_t>(p);
  if ((both & 0x80) == 0) {
    v = both & 0x7fU;
    return p + 1;
  }
  if ((both & 0x8000) != 0) return nullptr;
  v = (both & 0x7fU) | (both >> 1 & 0x3f80U);
  return p + 2;
}

// A varint of one to three bytes; at least four are there. nullptr when it is longer.
inline const char* get_three(const char* p, uint64_t& v) {
  auto all = load_le<uint32_t>(p);
  if ((all & 0x80) == 0) {
    v = all & 0x7fU;
    return p + 1;
  }
  v = (all & 0x7fU) | (all >> 1 & 0x3f80U);
  if ((all & 0x8000) == 0) return p + 2;
  v |= all >> 2 & 0x1fc000U;
  return (all & 0x800000) == 0 ? p + 3 : nullptr;
}

// Reads a length and that many bytes; -1 is null.
inline const char* get_nullable(const char* p, const char* end, ByteView& bytes) {
  int64_t length = 0;
  p = get_short(p, end, length);
  if (p == nullptr || length > end - p || length < -1) return nullptr;
  if (length < 0) {
    bytes = kNullBytes;
    return p;
  }
  bytes = ByteView(p, static_cast<size_t>(length));
  return p + length;
}

// The end of `count` headers; nullptr when they do not fit.
const char* skip_headers(const char* p, const char* end, int64_t count) {
  // Two bytes a header at least: a huge count is refused before it is counted to.
  if (count > (end - p) / 2) return nullptr;
  ByteView ignored;
  for (; count > 0 && p != nullptr; --count) {
    p = get_nullable(p, end, ignored);
    if (p == nullptr || is_null(ignored)) return nullptr;  // a header's key is never null
    p = get_nullable(p, end, ignored);
  }
  return p;
}

// What read_plain() may look at before it knows where the record ends.
constexpr ptrdiff_t kPlainBytesMin = 16;

// Where the records of a batch go: the ends of the output arrays, grown beforehand.
struct Output {
  int64_t* offset;
  TimeMs* timestamp;
  ByteView* key;
  ByteView* value;
};

class RecordReader {
 public:
  RecordReader(const RecordBatchHeader& header, ByteView records)
      : header_(header), p_(records.data()), end_(p_ + records.size()) {}

  /// Reads the next record to `out`, its headers to `headers`. False: it does not fit.
  inline bool read(Output& out, ByteView& headers) {
    return read_plain(out) || read_any(out, headers);
  }
  bool done() const { return p_ == end_; }

 private:
  // A record as nearly all are: numbers of one or two bytes, no headers, not at the very end of the
  // batch. False, and nothing is read: read_any() knows.
  inline bool read_plain(Output& out) {
    if (end_ - p_ < kPlainBytesMin) return false;
    uint64_t length = 0, time_delta = 0, offset_delta = 0, key_size = 0, value_size = 0;
    const char* p = get_two(p_, length);
    if (p == nullptr || (length & 1) != 0) return false;
    const char* end = p + length / 2;
    if (end > end_) return false;
    if ((p = get_three(p + 1, time_delta)) == nullptr) return false;
    if ((p = get_three(p, offset_delta)) == nullptr) return false;
    if ((p = get_two(p, key_size)) == nullptr) return false;
    const char* key = p;
    if ((key_size & 1) == 0)
      p += key_size / 2;
    else if (key_size == 1)
      key = nullptr;
    else
      return false;
    if (end - p < 2) return false;
    if ((p = get_two(p, value_size)) == nullptr || (value_size & 1) != 0) return false;
    if (p + value_size / 2 + 1 != end || end[-1] != 0) return false;
    int64_t delta = unzigzag(offset_delta);
    if (delta <= last_delta_ || delta > header_.last_offset_delta) return false;
    last_delta_ = delta;
    *out.key++ = ByteView(key, key == nullptr ? 0 : key_size / 2);
    *out.value++ = ByteView(p, value_size / 2);
    add_place(out, delta, unzigzag(time_delta));
    p_ = end;
    return true;
  }

  inline void add_place(Output& out, int64_t offset_delta, int64_t time_delta) {
    *out.offset++ = header_.base_offset + offset_delta;
    // Wraps as the writer's subtraction did.
    *out.timestamp++ = header_.is_log_append_time()
                           ? header_.max_timestamp
                           : static_cast<TimeMs>(static_cast<uint64_t>(header_.base_timestamp) +
                                                 static_cast<uint64_t>(time_delta));
  }

  bool read_any(Output& out, ByteView& headers) {
    int64_t length = 0;
    const char* p = get_short(p_, end_, length);
    if (p == nullptr || length < 1 || length > end_ - p) return false;
    const char* end = p + length;
    int64_t time_delta = 0;
    int64_t offset_delta = 0;
    p = get_short(p + 1, end, time_delta);
    if (p == nullptr || (p = get_short(p, end, offset_delta)) == nullptr) return false;
    if (offset_delta <= last_delta_ || offset_delta > header_.last_offset_delta) return false;
    last_delta_ = offset_delta;
    p = get_nullable(p, end, *out.key++);
    if (p == nullptr || (p = get_nullable(p, end, *out.value++)) == nullptr) return false;
    add_place(out, offset_delta, time_delta);
    p_ = end;
    if (end - p == 1 && *p == 0) return true;  // no headers
    headers = ByteView(p, static_cast<size_t>(end - p));
    int64_t count = 0;
    p = get_short(p, end, count);
    return p != nullptr && count > 0 && skip_headers(p, end, count) == end;
  }

  const RecordBatchHeader& header_;
  const char* p_;
  const char* end_;
  int64_t last_delta_ = -1;
};

void resize(RecordColumns& columns, size_t size) {
  columns.offsets.resize(size);
  columns.timestamps.resize(size);
  columns.keys.resize(size);
  columns.values.resize(size);
  if (!columns.headers.empty()) columns.headers.resize(size);
}

bool read_all(RecordReader& reader, size_t before, size_t count, RecordColumns& out) {
  Output at{out.offsets.data() + before, out.timestamps.data() + before, out.keys.data() + before,
            out.values.data() + before};
  for (size_t i = 0; i < count; ++i) {
    ByteView headers;
    if (!reader.read(at, headers)) return false;
    if (headers.empty()) continue;
    if (out.headers.empty()) out.headers.resize(out.offsets.size());
    out.headers[before + i] = headers;
  }
  return reader.done();
}

}  // namespace

void RecordColumns::clear() {
  offsets.clear();
  timestamps.clear();
  keys.clear();
  values.clear();
  headers.clear();
}

void RecordColumns::drop_front(size_t rows) {
  auto drop = [rows](auto& array) {
    if (array.empty()) return;
    std::copy(array.begin() + static_cast<ptrdiff_t>(rows), array.end(), array.begin());
    array.resize(array.size() - rows);
  };
  drop(offsets);
  drop(timestamps);
  drop(keys);
  drop(values);
  drop(headers);
}

Result<RecordBatchHeader> read_batch_header(ByteView bytes) {
  if (bytes.size() < kRecordBatchHeaderBytes) return malformed("header is cut");
  const char* p = bytes.data();
  if (p[kMagic] == 0 || p[kMagic] == 1)
    return Error(ErrorCode::unsupported, "record batch of format " + std::to_string(p[kMagic]),
                 "write with a client of Kafka 0.11 or later");
  if (p[kMagic] != kMagicV2) return malformed("magic is not 2");
  RecordBatchHeader header;
  header.base_offset = static_cast<int64_t>(load_be64(p + kBaseOffset));
  header.batch_length = static_cast<int32_t>(load_be32(p + kBatchLength));
  header.leader_epoch = static_cast<int32_t>(load_be32(p + kLeaderEpoch));
  header.crc = load_be32(p + kCrc);
  header.attributes = static_cast<int16_t>(load_be16(p + kAttributes));
  header.last_offset_delta = static_cast<int32_t>(load_be32(p + kLastOffsetDelta));
  header.base_timestamp = static_cast<TimeMs>(load_be64(p + kBaseTimestamp));
  header.max_timestamp = static_cast<TimeMs>(load_be64(p + kMaxTimestamp));
  header.producer_id = static_cast<int64_t>(load_be64(p + kProducerId));
  header.producer_epoch = static_cast<int16_t>(load_be16(p + kProducerEpoch));
  header.base_sequence = static_cast<int32_t>(load_be32(p + kBaseSequence));
  header.record_count = static_cast<int32_t>(load_be32(p + kRecordCount));
  if (header.batch_length < static_cast<int32_t>(kRecordBatchHeaderBytes - kLengthOverhead))
    return malformed("length is less than the header's");
  if (header.total_bytes() > bytes.size()) return malformed("length runs past the bytes");
  if (header.record_count < 0 || header.last_offset_delta < 0 ||
      header.record_count - 1 > header.last_offset_delta)
    return malformed("count of records does not agree with its offsets");
  if (header.base_offset > INT64_MAX - header.last_offset_delta)
    return malformed("offsets run past the largest");
  return header;
}

Status check_batch_crc(ByteView batch) {
  LEAT_TRY(RecordBatchHeader header, read_batch_header(batch));
  if (crc32c(batch.substr(kAttributes, header.total_bytes() - kAttributes)) == header.crc)
    return {};
  return Error(ErrorCode::corruption, "checksum of the record batch does not match: base offset " +
                                          std::to_string(header.base_offset));
}

Status decode_records(ByteView batch, RecordColumns& out) {
  LEAT_TRY(RecordBatchHeader header, read_batch_header(batch));
  if (header.compression() != 0)
    return Error(ErrorCode::unsupported,
                 "record batch is compressed: codec " + std::to_string(header.compression()));
  ByteView records =
      batch.substr(kRecordBatchHeaderBytes, header.total_bytes() - kRecordBatchHeaderBytes);
  auto count = static_cast<size_t>(header.record_count);
  if (count > records.size() / kRecordBytesMin) return malformed("more records than bytes");
  size_t before = out.size();
  bool had_headers = !out.headers.empty();
  resize(out, before + count);
  RecordReader reader(header, records);
  if (read_all(reader, before, count, out)) return {};
  resize(out, before);
  if (!had_headers) out.headers.clear();
  return malformed("a record does not fit: base offset " + std::to_string(header.base_offset));
}

Result<std::vector<RecordHeader>> decode_headers(ByteView encoded) {
  std::vector<RecordHeader> headers;
  if (encoded.empty()) return headers;
  const char* p = encoded.data();
  const char* end = p + encoded.size();
  int64_t count = 0;
  p = get_short(p, end, count);
  if (p == nullptr || count < 0 || skip_headers(p, end, count) != end)
    return malformed("headers do not fit");
  headers.resize(static_cast<size_t>(count));
  for (RecordHeader& header : headers) {
    p = get_nullable(p, end, header.key);
    p = get_nullable(p, end, header.value);
  }
  return headers;
}

}  // namespace leat
