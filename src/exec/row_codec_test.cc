#include "exec/row_codec.h"

#include <gmock/gmock.h>

#include "data/decimal.h"
#include "data/opaque.h"
#include "exec/node_state.h"

namespace leat::exec {
namespace {

using ::testing::HasSubstr;

TEST(RowCodec, writes_what_docs_formats_task_state_says) {
  std::vector<Column> columns;
  columns.emplace_back(Type::string());
  columns.emplace_back(Type::int64());
  for (Column& column : columns) column.resize(2);
  columns[0].at<ByteView>(0) = "ab";
  columns[1].set_null(0);
  RowCodec codec({{"A", Type::string()}, {"B", Type::int64()}});
  Arena arena;
  std::vector<ByteView> rows;
  codec.encode(columns, 0, {1, 2}, {1, 0}, arena, rows);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0], ByteView("\1\0\0\0\0\0\0\0"
                              "\2"
                              "\2\0\0\0"
                              "\0\0\0\0\0\0\0\0"
                              "ab",
                              23));
  EXPECT_EQ(rows[1].data(), nullptr);
}

struct Point {
  double x, y;
};
const OpaqueTraits kPoint{.name = "Point", .fingerprint = 1, .size = sizeof(Point)};

TEST(RowCodec, gives_back_every_type_with_nulls_and_a_null_row) {
  Type point{TypeKind::opaque};
  point.opaque = &kPoint;
  std::vector<Field> fields = {
      {"B", Type::boolean()}, {"I", Type::int32()},        {"L", Type::int64()},
      {"D", Type::float64()}, {"N", Type::decimal(38, 4)}, {"S", Type::string()},
      {"Y", Type::bytes()},   {"T", Type::timestamp()},    {"P", point},
      {"E", Type::string()}};
  alignas(16) Point held{1.5, -2.5};
  std::vector<Column> columns;
  for (const Field& field : fields) {
    columns.emplace_back(field.type);
    columns.back().resize(3);
    columns.back().set_null(1);
  }
  const Int128 big = power_of_ten(37) * 9 + 1;
  for (size_t row : {size_t{0}, size_t{2}}) {
    columns[0].at<uint8_t>(row) = 1;
    columns[1].at<int32_t>(row) = INT32_MIN;
    columns[2].at<int64_t>(row) = INT64_MAX;
    columns[3].at<double>(row) = -0.25;
    columns[4].at<Int128>(row) = big;
    columns[5].at<ByteView>(row) = "text";
    columns[6].at<ByteView>(row) = ByteView("\0\xff", 2);
    columns[7].at<int64_t>(row) = 77;
    columns[8].at<ByteView>(row) = ByteView(reinterpret_cast<const char*>(&held), sizeof held);
    columns[9].at<ByteView>(row) = "";
  }
  RowCodec codec(fields);
  Arena arena;
  std::vector<ByteView> rows;
  codec.encode(columns, 0, {5, 6, 7}, {1, 1, 0}, arena, rows);

  std::vector<Column> read(fields.size() + 1);  // behind a key column
  codec.decode(rows, read, 1, arena);
  for (size_t c = 0; c < fields.size(); ++c) {
    EXPECT_EQ(read[c + 1].type(), fields[c].type);
    EXPECT_FALSE(read[c + 1].is_null(0)) << c;
    EXPECT_TRUE(read[c + 1].is_null(1)) << c;
    EXPECT_TRUE(read[c + 1].is_null(2)) << c;
  }
  EXPECT_EQ(read[1].at<uint8_t>(0), 1);
  EXPECT_EQ(read[2].at<int32_t>(0), INT32_MIN);
  EXPECT_EQ(read[3].at<int64_t>(0), INT64_MAX);
  EXPECT_EQ(read[4].at<double>(0), -0.25);
  EXPECT_TRUE(read[5].at<Int128>(0) == big);
  EXPECT_EQ(read[6].at<ByteView>(0), "text");
  EXPECT_EQ(read[7].at<ByteView>(0), ByteView("\0\xff", 2));
  EXPECT_EQ(read[8].at<int64_t>(0), 77);
  ByteView given = read[9].at<ByteView>(0);
  ASSERT_EQ(given.size(), sizeof(Point));
  EXPECT_EQ(reinterpret_cast<uintptr_t>(given.data()) % 16, 0u);
  EXPECT_EQ(reinterpret_cast<const Point*>(given.data())->y, -2.5);
  EXPECT_EQ(read[10].at<ByteView>(0), "");
}

TEST(NodeState, survives_its_bytes_and_refuses_half_of_them) {
  NodeState state{.time = -5, .emitted = kNoTime, .spread = 7, .counters = {1, 2, 300, 4, 5}};
  std::string bytes;
  encode(state, bytes);
  NodeState read = decode_node_state(bytes).value();
  EXPECT_EQ(read.time, -5);
  EXPECT_EQ(read.emitted, kNoTime);
  EXPECT_EQ(read.spread, 7u);
  EXPECT_EQ(read.counters.late, 300u);
  EXPECT_EQ(read.counters.errors, 5u);
  auto cut = decode_node_state(ByteView(bytes).substr(0, bytes.size() - 1));
  ASSERT_FALSE(cut.has_value());
  EXPECT_EQ(cut.error().code(), ErrorCode::corruption);
  EXPECT_THAT(cut.error().message(), HasSubstr("cut short"));
}

}  // namespace
}  // namespace leat::exec
