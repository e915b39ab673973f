#include "log/embedded/frame.h"

#include <gtest/gtest.h>

#include "base/crc32c.h"
#include "log/embedded/section.h"

namespace leat::log {
namespace {

FrameHeader example() {
  FrameHeader header;
  header.incarnation.fill(7);
  header.generation = 3;
  header.lsn = Lsn(42);
  header.segment = 5;
  header.position = 8192;
  header.frame_bytes = 12288;
  header.directory_position = 4000;
  header.directory_bytes = 100;
  header.durable_upto = Lsn(41);
  header.append_time = 1'700'000'000'000;
  header.sections = 2;
  header.previous_checksum = 0x01020304;
  header.directory_checksum = 0x05060708;
  return header;
}

std::string encoded(FrameHeader header) {
  std::string bytes(kFrameHeaderBytes, 'x');
  encode_frame_header(header, bytes.data());
  return bytes;
}

void reseal(std::string& bytes) {
  store_le(bytes.data() + 124, crc32c(ByteView(bytes).substr(0, 124)));
}

TEST(Frame, a_header_comes_back_as_it_was) {
  FrameHeader header = example();
  std::string bytes(kFrameHeaderBytes, 'x');
  encode_frame_header(header, bytes.data());
  FrameHeader back;
  EXPECT_EQ(decode_frame_header(bytes, header.incarnation, 5, 8192, back).value(), FrameAt::sound);
  EXPECT_EQ(back.lsn, header.lsn);
  EXPECT_EQ(back.generation, 3u);
  EXPECT_EQ(back.frame_bytes, 12288u);
  EXPECT_EQ(back.directory_position, 4000u);
  EXPECT_EQ(back.directory_bytes, 100u);
  EXPECT_EQ(back.durable_upto, Lsn(41));
  EXPECT_EQ(back.append_time, header.append_time);
  EXPECT_EQ(back.sections, 2u);
  EXPECT_EQ(back.previous_checksum, header.previous_checksum);
  EXPECT_EQ(back.directory_checksum, header.directory_checksum);
  EXPECT_EQ(back.checksum, header.checksum);
}

TEST(Frame, a_header_elsewhere_is_not_taken_for_one) {
  FrameHeader header = example();
  std::string bytes = encoded(header);
  FrameHeader back;
  EXPECT_EQ(decode_frame_header(bytes, header.incarnation, 6, 8192, back).value(),
            FrameAt::elsewhere);
  EXPECT_EQ(decode_frame_header(bytes, header.incarnation, 5, 4096, back).value(),
            FrameAt::elsewhere);
  EXPECT_EQ(decode_frame_header(bytes, Incarnation{}, 5, 8192, back).value(), FrameAt::foreign);
  EXPECT_EQ(decode_frame_header(bytes.substr(1), header.incarnation, 5, 8192, back).value(),
            FrameAt::none);
}

TEST(Frame, any_flipped_bit_of_a_header_is_seen) {
  FrameHeader header = example();
  std::string bytes = encoded(header);
  for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    FrameHeader back;
    EXPECT_EQ(decode_frame_header(flipped, header.incarnation, 5, 8192, back).value(),
              FrameAt::none);
  }
}

TEST(Frame, a_newer_version_or_an_unknown_feature_is_refused_by_name) {
  FrameHeader header = example();
  std::string newer = encoded(header);
  store_le(newer.data() + 4, uint16_t{2});
  reseal(newer);
  header.required_features = 1;
  std::string feature = encoded(header);
  for (const std::string& bytes : {newer, feature}) {
    FrameHeader back;
    auto at = decode_frame_header(bytes, header.incarnation, 5, 8192, back);
    ASSERT_FALSE(at.has_value());
    EXPECT_EQ(at.error().code(), ErrorCode::unsupported);
  }
  header.required_features = 0;
  header.optional_features = 1;
  FrameHeader back;
  EXPECT_EQ(decode_frame_header(encoded(header), header.incarnation, 5, 8192, back).value(),
            FrameAt::sound);
}

TEST(Section, all_kinds_come_back_as_they_were) {
  TopicId id;
  id.bytes.fill(9);
  TopicPartition at{id, PartitionId(3)};
  AppendEntry entry{at, Offset(17), 2, {128, 99, 0xabcd}, -5};
  CommitSection commit;
  commit.application = "app";
  commit.epoch = EpochId(300);
  commit.inputs.push_back({"q", at, Offset(8)});
  commit.appends.push_back(entry);
  commit.states.push_back({"store", {1, 2, 3}});
  commit.metadata.push_back({"k", ""});
  commit.facts = {4, 5, 6};
  std::vector<Section> sections = {AppendsSection{{entry, entry}},
                                   IdempotencySection{id, "key", 7, {Offset(17)}},
                                   commit,
                                   TopicCreatedSection{{id, "name", {4, 5, 6}}},
                                   TopicDeletedSection{id},
                                   StartsSection{{{at, Offset(12)}}},
                                   TrimSection{"app", EpochId(299)}};
  std::string directory;
  for (const Section& section : sections) encode_section(section, directory);
  std::vector<Section> back = decode_sections(directory).value();
  ASSERT_EQ(back.size(), sections.size());
  std::string again;
  for (const Section& section : back) encode_section(section, again);
  EXPECT_EQ(again, directory);
  EXPECT_EQ(std::get<CommitSection>(back[2]).inputs[0].next, Offset(8));
  EXPECT_EQ(std::get<AppendsSection>(back[0]).entries[1].max_timestamp, -5);
}

TEST(Section, cut_anywhere_is_an_error_and_reads_nothing_beyond) {
  std::string directory;
  encode_section(IdempotencySection{{}, "key", 7, {Offset(17)}}, directory);
  for (size_t n = 1; n < directory.size(); ++n) {
    EXPECT_FALSE(decode_sections(ByteView(directory).substr(0, n)).has_value()) << n;
  }
}

TEST(Section, unknown_ones_are_skipped_or_refused_as_they_say) {
  std::string directory;
  encode_section(TopicDeletedSection{}, directory);
  std::string unknown("\x63\x00\x00\x00\x03\x00\x00\x00xyz", 11);
  std::string known = directory;
  EXPECT_EQ(decode_sections(unknown + known).value().size(), 1u);
  unknown[1] = 1;  // must be understood
  auto refused = decode_sections(unknown + known);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code(), ErrorCode::unsupported);
}

}  // namespace
}  // namespace leat::log
