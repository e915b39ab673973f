#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/lending_buffer.h"
#include "base/raw_vector.h"
#include "base/result.h"
#include "base/strong.h"

namespace leat {

/// Kafka's record batch, format v2 (magic 2), both ways. Layout: docs/formats/record-batch.md. A
/// batch of ours is never compressed; all attributes that Kafka defines are read.

inline constexpr size_t kRecordBatchHeaderBytes = 61;

/// The header of a batch, decoded.
struct RecordBatchHeader {
  int64_t base_offset = 0;
  int32_t batch_length = 0;  // of everything after this field: total bytes are batch_length + 12
  int32_t leader_epoch = -1;
  uint32_t crc = 0;
  int16_t attributes = 0;
  int32_t last_offset_delta = 0;
  TimeMs base_timestamp = 0;
  TimeMs max_timestamp = 0;
  int64_t producer_id = -1;
  int16_t producer_epoch = -1;
  int32_t base_sequence = -1;
  int32_t record_count = 0;

  size_t total_bytes() const { return static_cast<size_t>(batch_length) + 12; }
  int64_t last_offset() const { return base_offset + last_offset_delta; }
  bool is_control() const { return (attributes & 0x20) != 0; }
  bool is_transactional() const { return (attributes & 0x10) != 0; }
  bool is_log_append_time() const { return (attributes & 0x08) != 0; }
  int compression() const { return attributes & 0x07; }
};

/// Records as arrays, one entry a record. Views point into the batch's bytes. A null key or value
/// has data() == nullptr (an empty one does not). `headers` are the encoded headers, from their
/// count on; empty when there are none.
struct RecordColumns {
  RawVector<int64_t> offsets;
  RawVector<TimeMs> timestamps;
  RawVector<ByteView> keys;
  RawVector<ByteView> values;
  std::vector<ByteView> headers;  // rows long if any record of the columns has headers, else empty
  size_t size() const { return offsets.size(); }
  void clear();
  /// Forgets the first `rows` records.
  void drop_front(size_t rows);
};

/// Reads and checks the header: magic, lengths against `bytes`. Does not compute the CRC. `bytes`
/// may be longer.
Result<RecordBatchHeader> read_batch_header(ByteView bytes);
/// Checks the CRC of one whole batch.
Status check_batch_crc(ByteView batch);
/// Appends the records of one whole, uncompressed batch to `out`. Does not compute the CRC.
/// Errors: invalid_data (a length that does not fit; `out` is as before), unsupported
/// (compression). Cost: about 15 ns a record.
Status decode_records(ByteView batch, RecordColumns& out);

/// One header of a record.
struct RecordHeader {
  ByteView key;
  ByteView value;  // data() == nullptr: null
};
Result<std::vector<RecordHeader>> decode_headers(ByteView encoded);
std::string encode_headers(const std::vector<RecordHeader>& headers);

/// A null ByteView, as in RecordColumns.
inline constexpr ByteView kNullBytes{};
inline bool is_null(ByteView bytes) { return bytes.data() == nullptr; }

/// Builds one batch, record by record, into its own buffer. Reusable; one copy of each record's
/// bytes.
class RecordBatchBuilder {
 public:
  struct Producer {
    int64_t id = -1;
    int16_t epoch = -1;
    int32_t base_sequence = -1;
    bool transactional = false;
  };
  RecordBatchBuilder();
  /// Adds a record at the next offset. Null key or value: data() == nullptr. `headers` encoded, or
  /// empty for none.
  void add(TimeMs timestamp, ByteView key, ByteView value, ByteView headers = {});
  size_t count() const { return count_; }
  /// Bytes of the batch so far, its header included.
  size_t bytes() const { return buffer_.size(); }
  TimeMs max_timestamp() const { return max_timestamp_; }
  /// Finishes the batch (lengths, CRC) of at least one record and returns its bytes, valid until
  /// the next add() or clear(). The base offset is not covered by the CRC: set_base_offset may
  /// patch it later.
  ByteView finish(Offset base_offset, const Producer& producer);
  ByteView finish(Offset base_offset = Offset(0)) { return finish(base_offset, Producer{}); }
  /// As finish(), and gives the batch away without a copy: the builder is empty then.
  Blob lend();
  void clear();

 private:
  LendingBuffer buffer_;
  size_t count_ = 0;
  TimeMs base_timestamp_ = 0;
  TimeMs max_timestamp_ = kNoTime;
};

/// Patches the base offset of an encoded batch in place.
void set_base_offset(char* batch, Offset base_offset);

/// A control batch with one commit or abort marker, as a transaction coordinator writes.
std::string control_batch(Offset offset, TimeMs timestamp, int64_t producer_id,
                          int16_t producer_epoch, bool commit, int32_t coordinator_epoch);

}  // namespace leat
