#include "data/format.h"

#include <gtest/gtest.h>

#include <bit>

#include "base/bytes.h"
#include "data/format_testing.h"
#include "data/opaque.h"

namespace leat {
namespace {
using namespace std::string_view_literals;
using testing_format::decode_one;
using testing_format::Decoded;
using testing_format::encode_all;

const FormatSpec kKafka{.kind = FormatKind::kafka};
const FormatSpec kNoFormat{.kind = FormatKind::none};

TEST(Format, names_are_found_in_any_case) {
  EXPECT_EQ(format_named("json"), FormatKind::json);
  EXPECT_EQ(format_named("Kafka"), FormatKind::kafka);
  EXPECT_EQ(format_named("AVRO"), std::nullopt);
  EXPECT_EQ(name_of(FormatKind::delimited), "DELIMITED");
}

TEST(Format, what_a_format_cannot_hold_is_refused_in_words) {
  auto refusal = [](const FormatSpec& spec, std::vector<Field> fields) {
    auto decoder = make_decoder(spec, fields, false);
    auto encoder = make_encoder(spec, fields, false);
    EXPECT_FALSE(decoder.has_value());
    EXPECT_FALSE(encoder.has_value());
    return decoder.error();
  };
  std::vector<Field> two{{"A", Type::int32()}, {"B", Type::string()}};
  EXPECT_EQ(refusal(kKafka, two).message(),
            "the KAFKA format holds a single column, got: `A` INTEGER, `B` STRING");
  EXPECT_EQ(refusal(kKafka, {{"A", Type::boolean()}}).message(),
            "the KAFKA format does not support the type: `A` BOOLEAN");
  EXPECT_EQ(refusal(kKafka, {{"A", Type::timestamp()}}).code(), ErrorCode::invalid_argument);
  EXPECT_EQ(refusal(kNoFormat, two).code(), ErrorCode::invalid_argument);
  Type array{TypeKind::array};
  array.nested = std::make_shared<NestedType>(NestedType{.types = {Type::int32()}});
  EXPECT_EQ(refusal({.kind = FormatKind::delimited}, {{"A", array}}).message(),
            "the DELIMITED format does not support the type: `A` ARRAY<INTEGER>");
  EXPECT_EQ(refusal({.kind = FormatKind::json}, {{"A", array}}).code(), ErrorCode::unsupported);
  EXPECT_EQ(refusal({.kind = FormatKind::delimited, .delimiter = '"'}, two).code(),
            ErrorCode::invalid_argument);
}

TEST(KafkaFormat, values_are_kafkas_own_serializers) {
  EXPECT_EQ(decode_one(kKafka, {{"A", Type::int32()}}, "\xff\xff\xff\xfe"sv), "-2");
  EXPECT_EQ(decode_one(kKafka, {{"A", Type::int64()}}, "\0\0\0\0\0\0\1\2"sv), "258");
  EXPECT_EQ(decode_one(kKafka, {{"A", Type::float64()}}, "\x3f\xf8\0\0\0\0\0\0"sv), "1.5");
  EXPECT_EQ(decode_one(kKafka, {{"A", Type::string()}}, "é"), "\"é\"");
  EXPECT_EQ(decode_one(kKafka, {{"A", Type::bytes()}}, "leat!"), "\"bGVhdCE=\"");
  EXPECT_EQ(decode_one(kKafka, {{"A", Type::string()}}, ""), "\"\"");
  EXPECT_EQ(decode_one(kKafka, {{"A", Type::string()}}, ByteView()), "null");
  EXPECT_EQ(decode_one(kKafka, {{"A", Type::int32()}}, "abc"),
            "error: value has another size than its column: `A` INTEGER has 4 bytes, found 3");
  EXPECT_EQ(decode_one(kKafka, {{"A", Type::string()}}, "a\xff"),
            "error: string is not valid UTF-8: `A` STRING, found a\\xff");
}

TEST(KafkaFormat, every_type_comes_back_and_null_stays_null) {
  for (const Type& type : {Type::int32(), Type::int64(), Type::float64(), Type::string()}) {
    std::vector<Field> fields{{"A", type}};
    Column column(type);
    column.resize(3);
    switch (type.kind) {
      case TypeKind::int32: column.at<int32_t>(0) = INT32_MIN; break;
      case TypeKind::int64: column.at<int64_t>(0) = INT64_MIN; break;
      case TypeKind::float64: column.at<double>(0) = -0.1; break;
      default: column.at<ByteView>(0) = "text"; break;
    }
    column.append_from(column, 0);
    column.set_null(1);
    column.set_null(2);
    std::vector<Column> columns;
    columns.push_back(std::move(column));
    auto rows = encode_all(kKafka, fields, columns, true);
    EXPECT_EQ(rows[1], "(null)");
    EXPECT_EQ(rows[3], rows[0]);
    std::string expected;
    append_json_value(expected, columns[0], 0);
    EXPECT_EQ(decode_one(kKafka, fields, rows[0], true), expected);
  }
}

TEST(KafkaFormat, a_value_of_cpp_is_written_by_its_own_codec) {
  // Held as an int64, written as text.
  static const OpaqueTraits kTraits{
      .name = "Number",
      .fingerprint = 1,
      .size = 8,
      .encode = [](ByteView held,
                   std::string& out) { out += std::to_string(load_le<int64_t>(held.data())); },
      .decode = [](ByteView encoded, Arena& arena) -> Result<ByteView> {
        if (encoded.empty() || encoded.find_first_not_of("0123456789") != ByteView::npos)
          return Error(ErrorCode::invalid_data, "not a number");
        char* p = arena.allocate(8, 16);
        store_le<int64_t>(p, std::stoll(std::string(encoded)));
        return ByteView(p, 8);
      }};
  std::vector<Field> fields{{"V", Type{TypeKind::opaque, 0, 0, nullptr, &kTraits}}};
  Decoded decoded(kKafka, fields, {"4711", "x", ByteView()});
  EXPECT_EQ(load_le<int64_t>(decoded.columns()[0].at<ByteView>(0).data()), 4711);
  EXPECT_EQ(decoded.row(1), "error: not a number");
  EXPECT_EQ(encode_all(kKafka, fields, decoded.columns()),
            (std::vector<std::string>{"4711", "(null)", "(null)"}));
}

TEST(NoneFormat, holds_nothing) {
  Decoded decoded(kNoFormat, {}, {"anything", ByteView()}, true);
  EXPECT_EQ(decoded.rows(), (std::vector<std::string>{"", ""}));
  EXPECT_EQ(encode_all(kNoFormat, {}, {}, true), std::vector<std::string>{"(null)"});
  EXPECT_EQ(encode_all(kKafka, {}, {}, true), std::vector<std::string>{"(null)"});
}

TEST(EncodedRows, rows_of_several_batches_follow_one_another) {
  std::vector<Field> fields{{"A", Type::int32()}};
  auto encoder = make_encoder({.kind = FormatKind::json}, fields, true).value();
  Column column(Type::int32());
  column.resize(1);
  column.at<int32_t>(0) = 1;
  EncodedRows out;
  RowErrors errors;
  encoder->encode({&column}, 1, nullptr, out, errors);
  column.set_null(0);
  encoder->encode({&column}, 1, nullptr, out, errors);
  column.set_valid(0);
  column.at<int32_t>(0) = 22;
  encoder->encode({&column}, 1, nullptr, out, errors);
  EXPECT_EQ(out.row(0), "1");
  EXPECT_EQ(out.row(1).data(), nullptr);
  EXPECT_EQ(out.row(2), "22");
}

}  // namespace
}  // namespace leat
