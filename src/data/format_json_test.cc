#include <gtest/gtest.h>
#include <simdjson.h>

#include <random>

#include "data/format_testing.h"
#include "data/json_scan.h"

namespace leat {
namespace {
using testing_format::decode_one;
using testing_format::Decoded;
using testing_format::encode_all;

const FormatSpec kJson{.kind = FormatKind::json};
const FormatSpec kUnwrapped{.kind = FormatKind::json, .wrap_single = false};

std::string one(Type type, std::string_view json) {
  std::string row = "{\"A\":" + std::string(json) + "}";
  return decode_one(kJson, {{"A", std::move(type)}}, row);
}

bool refused(Type type, std::string_view json, std::string_view why) {
  std::string got = one(std::move(type), json);
  EXPECT_TRUE(got.starts_with("error: ")) << json << " gave " << got;
  EXPECT_NE(got.find(why), std::string::npos) << got;
  return true;
}

TEST(JsonFormat, fields_are_found_by_exact_name_then_in_any_case) {
  std::vector<Field> fields{{"ID", Type::int32()}, {"name", Type::string()}};
  EXPECT_EQ(decode_one(kJson, fields, R"({"ID":1,"name":"x"})"), R"(1|"x")");
  EXPECT_EQ(decode_one(kJson, fields, R"({"id":1,"NAME":"x"})"), R"(1|"x")");
  EXPECT_EQ(decode_one(kJson, fields, R"({"id":1,"ID":2,"Id":3})"), R"(2|null)");
  EXPECT_EQ(decode_one(kJson, fields, R"({"id":1,"Id":3})"), R"(3|null)");
  EXPECT_EQ(decode_one(kJson, fields, R"({"ID":null,"id":3})"), R"(null|null)");
  EXPECT_EQ(decode_one(kJson, fields, R"({"\u0049D":7})"), R"(7|null)");
  // A value that does not count is not converted.
  EXPECT_EQ(decode_one(kJson, fields, R"({"id":"no number","ID":2})"), R"(2|null)");
  EXPECT_EQ(decode_one(kJson, fields, "{}"), "null|null");
  EXPECT_EQ(decode_one(kJson, fields, " null "), "null|null");
  EXPECT_EQ(decode_one(kJson, fields, ByteView()), "null|null");
}

TEST(JsonFormat, columns_that_differ_in_case_alone_get_their_own) {
  std::vector<Field> fields{{"a", Type::int32()}, {"A", Type::int32()}};
  std::vector<ByteView> rows{R"({"a":1,"A":2})", R"({"A":2})", R"({"a":3,"A":4})", R"({"a":5})"};
  EXPECT_EQ(Decoded(kJson, fields, rows).rows(),
            (std::vector<std::string>{"1|2", "null|2", "3|4", "5|null"}));
}

TEST(JsonFormat, integers_come_from_numbers_and_strings_and_are_cut) {
  EXPECT_EQ(one(Type::int32(), "5"), "5");
  EXPECT_EQ(one(Type::int32(), "\"5\""), "5");
  EXPECT_EQ(one(Type::int32(), "1.9"), "1");
  EXPECT_EQ(one(Type::int32(), "-1.9e1"), "-19");
  EXPECT_EQ(one(Type::int64(), "9007199254740993"), "9007199254740993");
  EXPECT_EQ(one(Type::int64(), "-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(one(Type::timestamp(), "1700000000000"), "1700000000000");
  EXPECT_EQ(one(Type::timestamp(), "\"1700000000000\""), "1700000000000");
  refused(Type::int32(), "2147483648", "out of range of its column: `A` INTEGER, found 2147483648");
  refused(Type::int64(), "9223372036854775808", "out of range");
  refused(Type::int32(), "\"1.9\"", "another type than its column: `A` INTEGER, found \"1.9\"");
  refused(Type::int32(), "\"\"", "another type");
  refused(Type::int32(), "true", "another type");
  refused(Type::int32(), "[1]", "another type");
  refused(Type::timestamp(), "\"2024-01-01T00:00:00Z\"", "another type");
}

TEST(JsonFormat, decimals_fit_exactly_or_the_row_is_refused) {
  EXPECT_EQ(one(Type::decimal(4, 2), "10.1"), "10.10");
  EXPECT_EQ(one(Type::decimal(4, 2), "\"10.1\""), "10.10");
  EXPECT_EQ(one(Type::decimal(4, 2), "10.100"), "10.10");
  EXPECT_EQ(one(Type::decimal(38, 0), "12345678901234567890123456789012345678"),
            "12345678901234567890123456789012345678");
  EXPECT_EQ(one(Type::decimal(38, 37), "1.5"), "1.5000000000000000000000000000000000000");
  refused(Type::decimal(4, 2), "10.123", "without rounding: `A` DECIMAL(4, 2), found 10.123");
  refused(Type::decimal(4, 2), "100", "out of range");
  refused(Type::decimal(4, 2), "\"ten\"", "another type");
}

TEST(JsonFormat, strings_take_anything_as_java_shows_it) {
  EXPECT_EQ(one(Type::string(), R"("a\"\\\/\b\f\n\r\té\u2603😀")"), R"("a\"\\/\b\f\n\r\té☃😀")");
  EXPECT_EQ(one(Type::string(), R"("\u00e9\ud83d\ude00")"), R"("é😀")");
  EXPECT_EQ(one(Type::string(), "12"), R"("12")");
  EXPECT_EQ(one(Type::string(), "1e3"), R"("1E+3")");
  EXPECT_EQ(one(Type::string(), "true"), R"("true")");
  EXPECT_EQ(one(Type::string(), R"(["a", 1, null, [2], {"b": 1.0}])"),
            R"("[a, 1, null, [2], {\"b\":1.0}]")");
  EXPECT_EQ(one(Type::string(), R"({ "x" : [ 1 , "\u00e9\n" ], "y": {}, "z":null })"),
            R"("{\"x\":[1,\"é\\n\"],\"y\":{},\"z\":null}")");
}

TEST(JsonFormat, the_other_types_are_strict) {
  EXPECT_EQ(one(Type::boolean(), "true"), "true");
  EXPECT_EQ(one(Type::boolean(), "false"), "false");
  refused(Type::boolean(), "\"true\"", "another type");
  EXPECT_EQ(one(Type::float64(), "1e2"), "100.0");
  EXPECT_EQ(one(Type::float64(), "\"NaN\""), "\"NaN\"");
  refused(Type::float64(), "1e999", "out of range");
  EXPECT_EQ(one(Type::bytes(), "\"bGVhdCE=\""), "\"bGVhdCE=\"");
  EXPECT_EQ(one(Type::bytes(), "\"\""), "\"\"");
  refused(Type::bytes(), "\"***\"", "not a base64 string: `A` BYTES");
  refused(Type::bytes(), "1", "not a base64 string");
}

TEST(JsonFormat, what_is_not_json_is_refused_and_says_where) {
  std::vector<Field> fields{{"A", Type::int32()}};
  auto error = [&](std::string_view row) { return decode_one(kJson, fields, row); };
  EXPECT_EQ(error(""), "error: JSON is empty");
  EXPECT_EQ(error("  "), "error: JSON is empty");
  EXPECT_EQ(error("[1]"), "error: expected a JSON object, found [1]");
  EXPECT_EQ(error(R"({"A":1)"), "error: malformed JSON: ends too early, found {\"A\":1");
  EXPECT_EQ(error(R"({"A":1} x)"), "error: malformed JSON: at byte 8, found x");
  for (std::string_view row : {"{",
                               "{\"A\"}",
                               "{\"A\":}",
                               "{\"A\":01}",
                               "{\"A\":1.}",
                               "{\"A\":.5}",
                               "{\"A\":+1}",
                               "{\"A\":1,}",
                               "{,}",
                               "{A:1}",
                               "{'A':1}",
                               "{\"A\":nul}",
                               "{\"A\":tru}",
                               "{\"A\":\"x}",
                               "{\"A\":\"\n\"}",
                               "{\"A\":\"\\x\"}",
                               "{\"A\":\"\\u12\"}",
                               "{\"A\":\"\\ud800\"}",
                               "{\"A\":\"\\udc00\"}",
                               "{\"A\":\"\xff\"}",
                               "{\"A\":\"\xed\xa0\x80\"}",
                               "{\"\xff\":1}",
                               "{\"B\":[1,]}",
                               "{\"B\":[1 2]}",
                               "{\"B\":{\"C\":01}}",
                               "{\"B\":\"\xc0\xaf\"}",
                               "{\"A\":1}}",
                               "\xef\xbb\xbf{}"})
    EXPECT_TRUE(error(row).starts_with("error: ")) << row;
  std::string long_row = "{\"A\":\"" + std::string(500, 'x') + "\"}";
  EXPECT_LT(error(long_row).size(), 200u);
}

TEST(JsonFormat, nesting_has_a_limit) {
  auto nested = [](int levels) {
    std::string row = "{\"A\":1,\"B\":";
    for (int i = 1; i < levels; ++i) row += '[';
    for (int i = 1; i < levels; ++i) row += ']';
    return decode_one(kJson, {{"A", Type::int32()}}, row + "}");
  };
  EXPECT_EQ(nested(2), "1");
  EXPECT_EQ(nested(64), "1");
  EXPECT_TRUE(nested(65).starts_with("error: JSON is nested deeper than 64 levels")) << nested(65);
  EXPECT_TRUE(nested(100000).starts_with("error: JSON is nested deeper than 64 levels"));
}

TEST(JsonFormat, one_column_is_bare_as_key_and_where_it_is_not_wrapped) {
  std::vector<Field> number{{"A", Type::int64()}};
  std::vector<Field> text{{"A", Type::string()}};
  EXPECT_EQ(decode_one(kJson, number, " 12 ", true), "12");
  EXPECT_EQ(decode_one(kUnwrapped, text, "\"x\""), "\"x\"");
  EXPECT_EQ(decode_one(kUnwrapped, text, "null"), "null");
  EXPECT_TRUE(decode_one(kJson, number, "12 13", true).starts_with("error: malformed JSON"));
  EXPECT_TRUE(decode_one(kJson, text, "x", true).starts_with("error: malformed JSON"));
  Column column(Type::int64());
  column.resize(2);
  column.at<int64_t>(0) = 12;
  column.set_null(1);
  std::vector<Column> columns;
  columns.push_back(std::move(column));
  using Texts = std::vector<std::string>;
  EXPECT_EQ(encode_all(kJson, number, columns, true), (Texts{"12", "(null)"}));
  EXPECT_EQ(encode_all(kUnwrapped, number, columns), (Texts{"12", "(null)"}));
  EXPECT_EQ(encode_all(kJson, number, columns), (Texts{R"({"A":12})", R"({"A":null})"}));
}

TEST(JsonFormat, several_key_columns_are_an_object_and_no_key_is_null) {
  std::vector<Field> fields{{"A", Type::string()}, {"b", Type::int32()}};
  std::vector<ByteView> rows{R"({"A":"x","b":1})", ByteView(), R"({"A":null,"b":2})"};
  Decoded decoded(kJson, fields, rows, true);
  EXPECT_EQ(decoded.rows(), (std::vector<std::string>{R"("x"|1)", "null|null", "null|2"}));
  EXPECT_EQ(encode_all(kJson, fields, decoded.columns(), true),
            (std::vector<std::string>{R"({"A":"x","b":1})", "(null)", R"({"A":null,"b":2})"}));
  // A value of nulls is a value; a row that is not there is none.
  const uint8_t present[] = {1, 1, 0};
  EXPECT_EQ(encode_all(kJson, fields, decoded.columns(), false, present),
            (std::vector<std::string>{R"({"A":"x","b":1})", R"({"A":null,"b":null})", "(null)"}));
  EXPECT_EQ(encode_all(kJson, {}, {}), (std::vector<std::string>{"{}"}));
}

TEST(JsonFormat, a_row_means_the_same_whatever_rows_came_before_it) {
  std::vector<Field> fields{
      {"ID", Type::int64()},      {"NAME", Type::string()}, {"AMOUNT", Type::decimal(9, 2)},
      {"SCORE", Type::float64()}, {"OK", Type::boolean()},  {"AT", Type::timestamp()},
      {"N", Type::int32()},       {"RAW", Type::bytes()}};
  const std::vector<std::string_view> kValues{
      "0",
      "1",
      "-7",
      "1.5",
      "2.50",
      "1e2",
      "12345678901234567890",
      "null",
      "true",
      "false",
      "\"x\"",
      "\"é\"",
      "\"\"",
      "\"a\\nb\"",
      "\"12\"",
      "\"bGVhdCE=\"",
      "[1,2]",
      "{\"a\":[]}",
      "2147483648",
      "01",
      "1.",
      "nul",
      "\""
      "a string that is longer than one vector of the scanner\"",
      "-0",
      "-",
      "999999999.99"};
  std::mt19937_64 random(77);
  for (int round = 0; round < 300; ++round) {
    // A few layouts, mixed; values mostly such that the row is read.
    std::vector<std::string> rows;
    std::vector<bool> needed;
    for (size_t c = 0; c < fields.size(); ++c) needed.push_back(random() % 3 != 0);
    for (int i = 0; i < 40; ++i) {
      std::mt19937_64 layout(random() % 3);
      std::string row = layout() % 2 ? "{" : "{ ";
      bool first = true;
      for (const Field& field : fields) {
        if (layout() % 5 == 0) continue;
        if (!first) row += layout() % 2 ? "," : " , ";
        first = false;
        row += "\"" + field.name + (layout() % 2 ? "\":" : "\" : ");
        bool typical = random() % 8 != 0;
        switch (field.type.kind) {
          case TypeKind::string:
            row += typical ? "\"name\"" : kValues[random() % kValues.size()];
            break;
          case TypeKind::boolean:
            row += typical ? "true" : kValues[random() % kValues.size()];
            break;
          case TypeKind::bytes:
            row += typical ? "\"AAAA\"" : kValues[random() % kValues.size()];
            break;
          default:
            row += typical ? std::to_string(random() % 1000) : kValues[random() % kValues.size()];
        }
      }
      row += "}";
      if (random() % 50 == 0) row.erase(random() % row.size(), 1);
      rows.push_back(row);
    }
    std::vector<ByteView> views(rows.begin(), rows.end());
    Decoded together(kJson, fields, views, false, needed);
    for (size_t i = 0; i < rows.size(); ++i) {
      Decoded alone(kJson, fields, {views[i]}, false, needed);
      ASSERT_EQ(together.row(i), alone.row()) << rows[i];
    }
  }
}

TEST(JsonFormat, accepts_what_simdjson_accepts_and_refuses_what_it_refuses) {
  std::mt19937_64 random(5);
  simdjson::dom::parser parser;
  const std::string kSeeds[] = {
      R"({"A":1,"b":[1,2.5e-3,{"c":null}],"d":"\u00e9\n","e":true,"f":"a longer string, of text"})",
      R"({ "A" : -0 , "x" : [ ] , "y" : { } , "z" : [[["é☃😀"]]] , "" : "" })",
      R"({"A":"\ud83d\ude00\\","k":[false,true,null,0,-1.0E+5]})"};
  int accepted = 0;
  for (int i = 0; i < 60000; ++i) {
    std::string row = kSeeds[random() % 3];
    for (size_t changes = random() % 4; changes > 0; --changes) {
      size_t at = random() % row.size();
      switch (random() % 3) {
        case 0: row[at] = static_cast<char>(random()); break;
        case 1: row.erase(at, 1 + random() % 3); break;
        default: row.insert(at, 1, "{}[]\",:\\0eu \x80"[random() % 14]); break;
      }
      if (row.empty()) row = "{";
    }
    std::vector<char> exact(row.begin(), row.end());  // no byte past the text
    const char* begin = exact.data();
    const char* end = begin + exact.size();
    const char* p = json::skip_value(begin, json::skip_space(begin, end), end, 0);
    bool ours = p != nullptr && json::skip_space(p, end) == end;
    bool theirs = parser.parse(row).error() == simdjson::SUCCESS;
    accepted += ours;
    ASSERT_EQ(ours, theirs) << row;
    if (!ours) continue;
    // And the text that an object becomes is JSON again, of the same values.
    std::string text;
    json::append_value_text(text,
                            ByteView(begin, exact.size()).substr(row.find_first_not_of(" \t\r\n")));
    bool is_object = row[row.find_first_not_of(" \t\r\n")] == '{';
    ASSERT_TRUE(!is_object || parser.parse(text).error() == simdjson::SUCCESS)
        << row << " became " << text;
  }
  EXPECT_GT(accepted, 5000);
}

TEST(JsonFormat, random_bytes_are_refused_without_harm) {
  std::mt19937_64 random(6);
  std::vector<Field> fields{{"A", Type::string()}, {"B", Type::int64()}};
  std::vector<std::string> rows;
  for (int i = 0; i < 5000; ++i) {
    std::string row(random() % 60, '\0');
    for (char& c : row) c = "{}[]\"AB:,\\u0129e-.tfn \x80\xff\0"[random() % 25];
    rows.push_back(random() % 2 ? row : "{\"A\":\"" + row);
  }
  Decoded decoded(kJson, fields, std::vector<ByteView>(rows.begin(), rows.end()));
  EXPECT_EQ(decoded.rows().size(), rows.size());
}

}  // namespace
}  // namespace leat
