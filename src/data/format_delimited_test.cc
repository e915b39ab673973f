#include <gtest/gtest.h>

#include <random>

#include "data/format_testing.h"
#include "data/testdata.h"

namespace leat {
namespace {
using testing_format::decode_one;
using testing_format::Decoded;
using testing_format::encode_all;

const FormatSpec kCsv{.kind = FormatKind::delimited};
using Texts = std::vector<std::string>;

std::vector<Field> strings(size_t n) {
  std::vector<Field> fields;
  for (size_t i = 0; i < n; ++i) fields.push_back({"S" + std::to_string(i), Type::string()});
  return fields;
}

TEST(DelimitedFormat, reads_each_type_and_nothing_is_null) {
  std::vector<Field> fields{{"B", Type::boolean()},     {"I", Type::int32()},
                            {"L", Type::int64()},       {"D", Type::float64()},
                            {"M", Type::decimal(6, 3)}, {"S", Type::string()},
                            {"Y", Type::bytes()},       {"T", Type::timestamp()}};
  EXPECT_EQ(decode_one(kCsv, fields, "TRUE,-7,9223372036854775807,1e2,1.5,a b,bGVhdCE=,17"),
            R"(true|-7|9223372036854775807|100.0|1.500|"a b"|"bGVhdCE="|17)");
  EXPECT_EQ(decode_one(kCsv, fields, ",,,,,,,"), "null|null|null|null|null|null|null|null");
  EXPECT_EQ(decode_one(kCsv, fields,
                       "\"false\",\"+7\",\"1\",\".5\",\"-.5\",\" \"\"x\"\" \",\"\",\"\"\r\n"),
            R"(false|7|1|0.5|-0.500|" \"x\" "|""|null)");
}

TEST(DelimitedFormat, quotes_hold_delimiters_quotes_and_line_ends) {
  EXPECT_EQ(decode_one(kCsv, strings(3), "\"a,b\",\"say \"\"no\"\"\",\"two\nlines\""),
            R"("a,b"|"say \"no\""|"two\nlines")");
  EXPECT_EQ(decode_one(kCsv, strings(2), "a\"b,c\""), R"("a\"b"|"c\"")");
  EXPECT_EQ(decode_one(kCsv, strings(2), "\"\","), R"(""|null)");
  EXPECT_EQ(decode_one(kCsv, {{"I", Type::int32()}, {"S", Type::string()}}, "\"22\",x\r\n"),
            R"(22|"x")");
  EXPECT_EQ(decode_one(kCsv, {{"I", Type::int32()}}, "\"\""), "null");
  EXPECT_EQ(decode_one(kCsv, strings(1), ""), "null");
  EXPECT_EQ(decode_one(kCsv, strings(1), ByteView()), "null");
  EXPECT_EQ(decode_one({.kind = FormatKind::delimited, .delimiter = '|'}, strings(2), "a,b|c"),
            R"("a,b"|"c")");
}

TEST(DelimitedFormat, bad_rows_say_what_is_wrong) {
  std::vector<Field> fields{{"I", Type::int32()}, {"M", Type::decimal(4, 2)}};
  auto error = [&](std::string_view row) { return decode_one(kCsv, fields, row); };
  EXPECT_EQ(error("1"),
            "error: row has another number of fields than there are columns: 1 of 2, found 1");
  EXPECT_EQ(error("1,2,3"),
            "error: row has another number of fields than there are columns: 3 of 2, found 1,2,3");
  EXPECT_EQ(error("x,1"), "error: value has another type than its column: `I` INTEGER, found x");
  EXPECT_EQ(error(" 1,1"), "error: value has another type than its column: `I` INTEGER, found  1");
  EXPECT_EQ(error("2147483648,1"),
            "error: number is out of range of its column: `I` INTEGER, found 2147483648");
  EXPECT_EQ(error("1,1.234"),
            "error: number does not fit its column without rounding: `M` DECIMAL(4, 2), found "
            "1.234");
  EXPECT_EQ(error("\"1,1"), "error: quoted field has no end: \"1,1");
  EXPECT_EQ(error("\"1\"x,1"), "error: quoted field goes on after its closing quote: \"1\"x,1");
  EXPECT_EQ(error("1,1\n2,2"), "error: row has more than one line: 1,1\\x0a2,2");
  EXPECT_EQ(decode_one(kCsv, strings(2), "a,\xff"), "error: row is not valid UTF-8: a,\\xff");
  EXPECT_EQ(decode_one(kCsv, {{"B", Type::boolean()}}, "yes"),
            "error: value has another type than its column: `B` BOOLEAN, found yes");
  EXPECT_EQ(decode_one(kCsv, {{"Y", Type::bytes()}}, "a"),
            "error: value is not base64: `Y` BYTES, found a");
}

TEST(DelimitedFormat, columns_that_nobody_needs_are_not_converted) {
  std::vector<Field> fields{{"I", Type::int32()}, {"S", Type::string()}};
  EXPECT_EQ(Decoded(kCsv, fields, {"not a number,x"}, false, {false, true}).row(), R"(|"x")");
}

TEST(DelimitedFormat, rows_are_byte_for_byte_as_commons_csv_prints_them) {
  size_t rows = 0;
  for (const auto& words : testdata::lines("delimited.hex")) {
    FormatSpec spec{.kind = FormatKind::delimited, .delimiter = words[0][0]};
    std::vector<Column> columns;
    std::vector<std::string> values;
    std::istringstream list(words[1]);
    for (std::string hex; std::getline(list, hex, ',');) values.push_back(testdata::unhex(hex));
    for (const std::string& value : values) {
      columns.emplace_back(Type::string());
      columns.back().resize(1);
      columns.back().at<ByteView>(0) = value;
    }
    std::string expected = testdata::unhex(words[2]);
    ASSERT_EQ(encode_all(spec, strings(values.size()), columns), Texts{expected});
    Decoded decoded(spec, strings(values.size()), {expected});
    for (size_t c = 0; c < values.size(); ++c)
      ASSERT_EQ(decoded.columns()[c].at<ByteView>(0), values[c]) << decoded.row();
    ++rows;
  }
  EXPECT_EQ(rows, 400u);
}

TEST(DelimitedFormat, numbers_keep_their_scale_and_negative_ones_in_front_are_quoted) {
  std::vector<Field> fields{{"M", Type::decimal(33, 16)}, {"I", Type::int64()}};
  Decoded decoded(kCsv, fields, {"-12345.12,-5", "0,7", ",", ".12,"});
  EXPECT_EQ(encode_all(kCsv, fields, decoded.columns()),
            (Texts{"\"-12345.1200000000000000\",-5", "0.0000000000000000,7", ",",
                   "0.1200000000000000,"}));
  // No key is null, a value of nulls is not.
  EXPECT_EQ(encode_all(kCsv, fields, decoded.columns(), true)[2], "(null)");
  FormatSpec dashes{.kind = FormatKind::delimited, .delimiter = '-'};
  EXPECT_EQ(encode_all(dashes, fields, decoded.columns())[0], "\"-12345.1200000000000000\"-\"-5\"");
}

TEST(DelimitedFormat, empty_strings_stay_strings) {
  std::vector<Column> columns;
  for (int i = 0; i < 2; ++i) {
    columns.emplace_back(Type::string());
    columns.back().resize(1);
    columns.back().at<ByteView>(0) = "";
  }
  columns.emplace_back(Type::string());
  columns.back().append_null();
  auto rows = encode_all(kCsv, strings(3), columns);
  EXPECT_EQ(rows, Texts{"\"\",\"\","});
  EXPECT_EQ(decode_one(kCsv, strings(3), rows[0]), R"(""|""|null)");
}

TEST(DelimitedFormat, random_rows_come_back_or_are_refused) {
  std::mt19937_64 random(8);
  for (int i = 0; i < 20000; ++i) {
    std::string row(random() % 70, '\0');
    for (char& c : row) c = "a1-,,,\"\"\n\r \xc3\xa9"[random() % 13];
    size_t width = 1 + random() % 4;
    Decoded decoded(kCsv, strings(width), {row});
    if (decoded.row().starts_with("error")) continue;
    auto again = encode_all(kCsv, strings(width), decoded.columns());
    ASSERT_EQ(decode_one(kCsv, strings(width), again[0]), decoded.row()) << row;
  }
}

}  // namespace
}  // namespace leat
