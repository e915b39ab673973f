#include <gtest/gtest.h>

#include <random>

#include "base/crc32c.h"
#include "base/murmur2.h"
#include "base/varint.h"

namespace leat {
namespace {

uint32_t crc32c_bitwise(ByteView bytes) {
  uint32_t crc = ~0u;
  for (char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int i = 0; i < 8; ++i) crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78u : 0);
  }
  return ~crc;
}

TEST(Crc32c, equals_the_definition_at_every_length_around_the_three_way_stride) {
  EXPECT_EQ(crc32c("123456789"), 0xe3069283u);  // RFC 3720, B.4
  std::mt19937 random(7);
  std::string bytes(10000, '\0');
  for (char& c : bytes) c = static_cast<char>(random());
  for (size_t n : {0, 1, 7, 8, 9, 3071, 3072, 3073, 6143, 6144, 9999})
    EXPECT_EQ(crc32c({bytes.data(), n}), crc32c_bitwise({bytes.data(), n})) << n;
}

TEST(Crc32c, continues_from_a_seed) {
  EXPECT_EQ(crc32c("456789", crc32c("123")), crc32c("123456789"));
}

TEST(Murmur2, equals_what_kafka_computes) {
  // From org.apache.kafka.common.utils.UtilsTest, as facts.
  EXPECT_EQ(static_cast<int32_t>(murmur2("21")), -973932308);
  EXPECT_EQ(static_cast<int32_t>(murmur2("foobar")), -790332482);
  EXPECT_EQ(static_cast<int32_t>(murmur2("a-little-bit-long-string")), -985981536);
  EXPECT_EQ(static_cast<int32_t>(murmur2("a-little-bit-longer-string")), -1486304829);
  EXPECT_EQ(static_cast<int32_t>(murmur2("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8")),
            -58897971);
  EXPECT_EQ(static_cast<int32_t>(murmur2("abc")), 479470107);
}

TEST(Varint, round_trips_and_refuses_what_is_cut_or_too_long) {
  for (uint64_t v : {0ull, 1ull, 127ull, 128ull, 300ull, 1ull << 35, ~0ull}) {
    std::string bytes;
    append_varint(bytes, v);
    EXPECT_EQ(bytes.size(), static_cast<size_t>(varint_size(v)));
    uint64_t back = 0;
    EXPECT_EQ(get_varint(bytes.data(), bytes.data() + bytes.size(), back),
              bytes.data() + bytes.size());
    EXPECT_EQ(back, v);
    EXPECT_EQ(get_varint(bytes.data(), bytes.data() + bytes.size() - 1, back), nullptr);
  }
  std::string too_long(11, '\x80');
  uint64_t back = 0;
  EXPECT_EQ(get_varint(too_long.data(), too_long.data() + too_long.size(), back), nullptr);
  EXPECT_EQ(unzigzag(zigzag(INT64_MIN)), INT64_MIN);
}

}  // namespace
}  // namespace leat
