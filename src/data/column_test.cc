#include "data/column.h"

#include <gtest/gtest.h>

#include "data/batch.h"
#include "data/opaque.h"

namespace leat {
namespace {

Column integers(const std::vector<int64_t>& values) {
  Column column(Type::int64());
  column.resize(values.size());
  for (size_t i = 0; i < values.size(); ++i) column.at<int64_t>(i) = values[i];
  return column;
}

std::string show(const Column& column) {
  std::string out;
  for (size_t i = 0; i < column.size(); ++i)
    out += column.is_null(i) ? "- " : std::to_string(column.at<int64_t>(i)) + " ";
  return out;
}

TEST(Column, null_rows_are_marked_without_touching_the_others) {
  Column column = integers({1, 2, 3});
  EXPECT_FALSE(column.has_nulls());
  EXPECT_EQ(column.validity(), nullptr);
  column.set_null(1);
  EXPECT_EQ(show(column), "1 - 3 ");
  column.set_valid(1);
  column.at<int64_t>(1) = 7;
  EXPECT_EQ(show(column), "1 7 3 ");
  column.set_all_null();
  EXPECT_EQ(show(column), "- - - ");
  column.resize(2);
  EXPECT_FALSE(column.has_nulls());
}

TEST(Column, rows_are_kept_and_gathered_with_their_validity) {
  Column column = integers({10, 11, 12, 13});
  column.set_null(2);
  Column gathered;
  gathered.gather(column, {3, 2, 0, 0});
  EXPECT_EQ(show(gathered), "13 - 10 10 ");
  column.keep({1, 2});
  EXPECT_EQ(show(column), "11 - ");
  column.keep({});
  EXPECT_EQ(column.size(), 0u);
}

TEST(Column, appending_grows_and_truncating_takes_back) {
  Column from = integers({5, 6});
  from.set_null(1);
  Column column(Type::int64());
  for (int i = 0; i < 100; ++i) column.append_from(from, static_cast<size_t>(i % 2));
  column.append_null();
  column.at<int64_t>(column.append()) = 9;
  EXPECT_EQ(column.size(), 102u);
  EXPECT_EQ(column.at<int64_t>(98), 5);
  EXPECT_TRUE(column.is_null(99));
  EXPECT_TRUE(column.is_null(100));
  EXPECT_EQ(column.at<int64_t>(101), 9);
  column.truncate(2);
  EXPECT_EQ(show(column), "5 - ");
  column.reset(Type::int32());
  EXPECT_EQ(column.size(), 0u);
  EXPECT_EQ(column.type(), Type::int32());
}

TEST(Column, owned_bytes_outlive_their_source_and_structs_are_aligned) {
  static const OpaqueTraits kTraits{.name = "Point", .size = 8};
  for (Type type : {Type::string(), Type{TypeKind::opaque, 0, 0, nullptr, &kTraits}}) {
    Arena arena;
    Column column(type);
    {
      std::string source = "abcdefgh";
      column.resize(3);
      column.at<ByteView>(0) = std::string_view(source).substr(1, 1);
      column.at<ByteView>(1) = source;
      column.set_null(2);
      column.own_bytes(arena);
      source.assign(8, '#');
      EXPECT_EQ(column.at<ByteView>(1), "abcdefgh");
    }
    EXPECT_EQ(column.at<ByteView>(0), "b");
    if (type.kind == TypeKind::opaque) {
      EXPECT_EQ(reinterpret_cast<uintptr_t>(column.at<ByteView>(1).data()) % 16, 0u);
    }
  }
}

TEST(Batch, keeping_rows_keeps_every_array_in_step) {
  Batch batch;
  batch.columns.push_back(integers({1, 2, 3}));
  batch.old.push_back(integers({4, 5, 6}));
  batch.present = {1, 0, 1};
  batch.old_present = {0, 1, 1};
  batch.timestamps = {100, 200, 300};
  batch.headers = {"a", "", "c"};
  batch.keep({0, 2});
  EXPECT_EQ(batch.rows(), 2u);
  EXPECT_EQ(show(batch.columns[0]), "1 3 ");
  EXPECT_EQ(show(batch.old[0]), "4 6 ");
  EXPECT_EQ(batch.present, (std::vector<uint8_t>{1, 1}));
  EXPECT_EQ(batch.old_present, (std::vector<uint8_t>{0, 1}));
  EXPECT_EQ(batch.timestamps, (std::vector<TimeMs>{100, 300}));
  EXPECT_EQ(batch.headers, (std::vector<ByteView>{"a", "c"}));
  EXPECT_TRUE(batch.offsets.empty());
  batch.clear();
  EXPECT_EQ(batch.rows(), 0u);
  EXPECT_EQ(batch.columns[0].size(), 0u);
}

}  // namespace
}  // namespace leat
