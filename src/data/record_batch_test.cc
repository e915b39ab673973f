#include "data/record_batch.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "base/text.h"
#include "data/testdata.h"

namespace leat {
namespace {

// What Kafka's own client wrote, by name.
const std::map<std::string, std::string>& golden() {
  static const auto* batches = [] {
    auto* out = new std::map<std::string, std::string>;
    for (const auto& words : testdata::lines("record_batches.hex"))
      (*out)[words[0]] = testdata::unhex(words[1]);
    return out;
  }();
  return *batches;
}

std::string pattern(int n) {
  std::string out;
  for (int i = 0; i < n; ++i) out += static_cast<char>(i * 7 + 3);
  return out;
}

struct Record {
  TimeMs timestamp;
  ByteView key;
  ByteView value;
  ByteView headers = {};
};

void expect_same(const std::string& name, const std::vector<Record>& records, int64_t base,
                 const RecordBatchBuilder::Producer& producer = {}) {
  const std::string& bytes = golden().at(name);
  RecordBatchBuilder builder;
  for (const Record& r : records) builder.add(r.timestamp, r.key, r.value, r.headers);
  EXPECT_EQ(builder.count(), records.size());
  EXPECT_EQ(hex_encode(builder.finish(Offset(base), producer)), hex_encode(bytes)) << name;

  ASSERT_TRUE(check_batch_crc(bytes).has_value()) << name;
  RecordColumns columns;
  ASSERT_TRUE(decode_records(bytes, columns).has_value()) << name;
  ASSERT_EQ(columns.size(), records.size());
  for (size_t i = 0; i < records.size(); ++i) {
    EXPECT_EQ(columns.offsets[i], base + static_cast<int64_t>(i));
    EXPECT_EQ(columns.timestamps[i], records[i].timestamp);
    EXPECT_EQ(columns.keys[i], records[i].key);
    EXPECT_EQ(is_null(columns.keys[i]), is_null(records[i].key));
    EXPECT_EQ(columns.values[i], records[i].value);
    EXPECT_EQ(is_null(columns.values[i]), is_null(records[i].value));
    EXPECT_EQ(columns.headers.empty() ? ByteView() : columns.headers[i], records[i].headers);
  }
}

TEST(RecordBatch, is_byte_for_byte_what_kafka_writes_and_reads_back) {
  expect_same("one", {{1700000000000, "k", "v"}}, 0);
  expect_same("nulls",
              {{1000, kNullBytes, "value"},
               {1001, "key", kNullBytes},
               {1002, "", ""},
               {1003, kNullBytes, kNullBytes}},
              5);
  expect_same("idempotent", {{1000, "a", "1"}, {1000, "b", "2"}}, 100,
              {.id = 4711, .epoch = 3, .base_sequence = 17});
  expect_same(
      "transactional", {{1000, "a", "1"}}, int64_t{1} << 40,
      {.id = INT64_MAX - 1, .epoch = 32767, .base_sequence = INT32_MAX, .transactional = true});
  expect_same("times",
              {{5000, "a", "late"},
               {0, "b", "earlier"},
               {1, "c", "still earlier"},
               {5000000000000, "d", "far"}},
              0);
  std::vector<std::string> texts;
  std::vector<Record> many;
  for (int i = 0; i < 150; ++i) {
    texts.push_back("key-" + std::to_string(i));
    texts.push_back(pattern(i));
  }
  texts.push_back(pattern(9000));
  for (size_t i = 0; i < 150; ++i)
    many.push_back({static_cast<int64_t>(1000 + i * i), texts[2 * i], texts[2 * i + 1]});
  many.push_back({99, "large", texts.back()});
  expect_same("many", many, 7);
}

TEST(RecordBatch, headers_are_kept_verbatim) {
  std::vector<RecordHeader> headers{{"h1", "x"}, {"", kNullBytes}, {"naïve", ""}};
  std::string encoded = encode_headers(headers);
  expect_same("headers", {{1000, "k", "v", encoded}, {1001, "k2", "v2"}}, 0);
  RecordColumns columns;
  ASSERT_TRUE(decode_records(golden().at("headers"), columns).has_value());
  ASSERT_EQ(columns.headers.size(), 2u);
  auto decoded = decode_headers(columns.headers[0]).value();
  ASSERT_EQ(decoded.size(), 3u);
  EXPECT_EQ(decoded[0].key, "h1");
  EXPECT_EQ(decoded[0].value, "x");
  EXPECT_TRUE(is_null(decoded[1].value));
  EXPECT_FALSE(is_null(decoded[2].value));
  EXPECT_TRUE(decode_headers({}).value().empty());
  // Appending a batch without headers, then one with them, keeps the rows together.
  ASSERT_TRUE(decode_records(golden().at("one"), columns).has_value());
  EXPECT_EQ(columns.headers.size(), 3u);
  EXPECT_TRUE(columns.headers[2].empty());
}

TEST(RecordBatch, control_batches_are_what_kafkas_coordinator_writes) {
  EXPECT_EQ(hex_encode(control_batch(Offset(42), 1700000000123, 4711, 3, true, 6)),
            hex_encode(golden().at("commit")));
  EXPECT_EQ(hex_encode(control_batch(Offset(43), 1700000000124, 4711, 3, false, 0)),
            hex_encode(golden().at("abort")));
  auto header = read_batch_header(golden().at("commit")).value();
  EXPECT_TRUE(header.is_control());
  EXPECT_TRUE(header.is_transactional());
  EXPECT_EQ(header.producer_id, 4711);
  EXPECT_EQ(header.base_sequence, -1);
}

TEST(RecordBatch, append_time_stands_for_every_record) {
  auto header = read_batch_header(golden().at("append_time")).value();
  EXPECT_TRUE(header.is_log_append_time());
  EXPECT_EQ(header.leader_epoch, 9);
  RecordColumns columns;
  ASSERT_TRUE(decode_records(golden().at("append_time"), columns).has_value());
  EXPECT_EQ(columns.timestamps, (RawVector<TimeMs>{123456789, 123456789}));
}

TEST(RecordBatch, the_base_offset_is_outside_of_the_checksum) {
  std::string batch = golden().at("nulls");
  set_base_offset(batch.data(), Offset(1000));
  ASSERT_TRUE(check_batch_crc(batch).has_value());
  RecordColumns columns;
  ASSERT_TRUE(decode_records(batch, columns).has_value());
  EXPECT_EQ(columns.offsets, (RawVector<int64_t>{1000, 1001, 1002, 1003}));
  EXPECT_EQ(read_batch_header(batch).value().last_offset(), 1003);
}

TEST(RecordBatch, times_before_1970_and_the_widest_span_come_back) {
  RecordBatchBuilder builder;
  const RawVector<TimeMs> times{INT64_MAX, INT64_MIN, -1, 0};
  for (TimeMs t : times) builder.add(t, "k", "v");
  RecordColumns columns;
  ASSERT_TRUE(decode_records(builder.finish(), columns).has_value());
  EXPECT_EQ(columns.timestamps, times);
  EXPECT_EQ(builder.max_timestamp(), INT64_MAX);
  builder.clear();
  builder.add(-5, "k", "v");
  EXPECT_EQ(read_batch_header(builder.finish()).value().max_timestamp, -5);
}

TEST(RecordBatch, a_builder_is_reusable_and_grows_past_any_guess) {
  RecordBatchBuilder builder;
  std::string large(3'000'000, 'x');
  builder.add(1, "k", large);
  builder.add(2, "k", large);
  size_t bytes = builder.finish().size();
  EXPECT_EQ(builder.bytes(), bytes);
  ASSERT_TRUE(check_batch_crc(builder.finish()).has_value());
  builder.clear();
  EXPECT_EQ(builder.count(), 0u);
  builder.add(1700000000000, "k", "v");
  EXPECT_EQ(builder.finish(), golden().at("one"));
}

TEST(RecordBatch, every_flipped_bit_that_the_checksum_covers_is_found) {
  const std::string& good = golden().at("headers");
  for (size_t i = 17; i < good.size(); ++i)
    for (int bit = 0; bit < 8; ++bit) {
      std::string bad = good;
      bad[i] = static_cast<char>(bad[i] ^ (1 << bit));
      auto status = check_batch_crc(bad);
      ASSERT_FALSE(status.has_value()) << i << " " << bit;
    }
}

TEST(RecordBatch, cut_batches_and_foreign_magics_are_refused_by_kind) {
  const std::string& good = golden().at("headers");
  for (size_t n = 0; n < good.size(); ++n) {
    auto header = read_batch_header(std::string(good, 0, n));
    ASSERT_FALSE(header.has_value());
    EXPECT_EQ(header.error().code(), ErrorCode::invalid_data);
  }
  std::string old = good;
  old[16] = 1;
  EXPECT_EQ(read_batch_header(old).error().code(), ErrorCode::unsupported);
  old[16] = 3;
  EXPECT_EQ(read_batch_header(old).error().code(), ErrorCode::invalid_data);
  std::string compressed = good;
  compressed[22] = 4;
  RecordColumns columns;
  EXPECT_EQ(decode_records(compressed, columns).error().code(), ErrorCode::unsupported);
}

TEST(RecordBatch, random_damage_never_reads_past_the_batch_and_leaves_the_output_as_it_was) {
  std::mt19937_64 random(3);
  RecordColumns columns;
  ASSERT_TRUE(decode_records(golden().at("one"), columns).has_value());
  for (const auto& [name, good] : golden()) {
    for (int i = 0; i < 3000; ++i) {
      // A heap block of exactly this size, so that the sanitizer sees a read past it.
      std::vector<char> bad(good.begin(), good.end());
      for (size_t flips = 1 + random() % 3; flips > 0; --flips)
        bad[random() % bad.size()] = static_cast<char>(random());
      ByteView batch(bad.data(), bad.size());
      if (decode_records(batch, columns).has_value()) {
        for (ByteView headers : columns.headers) (void)decode_headers(headers).has_value();
        columns.clear();
        ASSERT_TRUE(decode_records(golden().at("one"), columns).has_value());
      }
      ASSERT_EQ(columns.size(), 1u);
      ASSERT_EQ(columns.keys[0], "k");
      ASSERT_TRUE(columns.headers.empty());
    }
  }
}

TEST(RecordBatch, random_bytes_as_headers_are_refused_or_read) {
  std::mt19937_64 random(4);
  for (int i = 0; i < 20000; ++i) {
    std::vector<char> bytes(random() % 12);
    for (char& c : bytes) c = static_cast<char>(random() % 16);
    auto headers = decode_headers(ByteView(bytes.data(), bytes.size()));
    if (headers.has_value()) {
      auto again = decode_headers(encode_headers(*headers)).value();
      ASSERT_EQ(again.size(), headers->size());
    }
  }
}

}  // namespace
}  // namespace leat
