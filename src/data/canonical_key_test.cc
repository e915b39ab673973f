#include "data/canonical_key.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace leat {
namespace {

std::string key_of(const Column& column, size_t row) {
  std::string out;
  append_canonical(out, column, row);
  return out;
}

template <class T>
Column column_of(Type type, const std::vector<T>& values) {
  Column column(std::move(type));
  column.resize(values.size());
  for (size_t i = 0; i < values.size(); ++i) column.at<T>(i) = values[i];
  return column;
}

// Values given in ascending order: their keys must be too, with null before all of them.
template <class T>
void expect_ordered(Type type, const std::vector<T>& ascending) {
  Column column = column_of(type, ascending);
  for (size_t i = 0; i + 1 < ascending.size(); ++i)
    EXPECT_LT(key_of(column, i), key_of(column, i + 1)) << type.to_string() << " row " << i;
  Column null(type);
  null.append_null();
  EXPECT_LT(key_of(null, 0), key_of(column, 0));
}

TEST(CanonicalKey, bytes_order_as_values_of_every_type) {
  expect_ordered<uint8_t>(Type::boolean(), {0, 1});
  expect_ordered<int32_t>(Type::int32(), {INT32_MIN, -256, -1, 0, 1, 255, 256, INT32_MAX});
  expect_ordered<int64_t>(Type::int64(), {INT64_MIN, -256, -1, 0, 1, 255, 256, INT64_MAX});
  expect_ordered<int64_t>(Type::timestamp(), {-1, 0, 1, 1700000000000});
  constexpr double kInf = std::numeric_limits<double>::infinity();
  expect_ordered<double>(
      Type::float64(), {-kInf, -1e300, -1.5, -1e-300, 0.0, 5e-324, 1.5, 1e300, kInf, std::nan("")});
  Int128 big = power_of_ten(37);
  expect_ordered<Int128>(Type::decimal(38, 4), {-big, -1, 0, 1, 1000, big});
  using namespace std::string_view_literals;
  expect_ordered<ByteView>(Type::string(), {"", "\0"sv, "\0\0"sv, "\0a"sv, "\1"sv, "a", "a\0"sv,
                                            "a\0b"sv, "a\1"sv, "aa", "b", "é", "😀"});
}

TEST(CanonicalKey, equal_values_have_equal_bytes) {
  Column zeros = column_of<double>(Type::float64(), {0.0, -0.0});
  EXPECT_EQ(key_of(zeros, 0), key_of(zeros, 1));
  Column nans = column_of<double>(Type::float64(), {std::nan(""), -std::nan("7"),
                                                    std::numeric_limits<double>::signaling_NaN()});
  EXPECT_EQ(key_of(nans, 0), key_of(nans, 1));
  EXPECT_EQ(key_of(nans, 0), key_of(nans, 2));
}

// A random column in which equal values, nulls and zero bytes are frequent.
Column random_column(const Type& type, size_t rows, Arena& arena, std::mt19937_64& random) {
  Column column(type);
  column.resize(rows);
  for (size_t i = 0; i < rows; ++i) {
    if (random() % 8 == 0) {
      column.set_null(i);
      continue;
    }
    int64_t n =
        random() % 2 == 0 ? static_cast<int64_t>(random() % 5) - 2 : static_cast<int64_t>(random());
    switch (type.kind) {
      case TypeKind::boolean: column.at<uint8_t>(i) = n & 1; break;
      case TypeKind::int32: column.at<int32_t>(i) = static_cast<int32_t>(n); break;
      case TypeKind::float64: column.at<double>(i) = static_cast<double>(n) / 3; break;
      case TypeKind::decimal: column.at<Int128>(i) = static_cast<Int128>(n) * n; break;
      case TypeKind::string: {
        std::string text;
        for (size_t length = random() % 5; length > 0; --length)
          text += static_cast<char>("\0\1a\xff"[random() % 4]);
        column.at<ByteView>(i) = arena.copy(text);
        break;
      }
      default: column.at<int64_t>(i) = n; break;
    }
  }
  return column;
}

int compare(const Column& column, size_t a, size_t b) {
  if (column.is_null(a) || column.is_null(b)) return column.is_null(b) - column.is_null(a);
  auto three_way = [](const auto& x, const auto& y) { return x < y ? -1 : y < x ? 1 : 0; };
  switch (column.type().kind) {
    case TypeKind::boolean: return three_way(column.at<uint8_t>(a), column.at<uint8_t>(b));
    case TypeKind::int32: return three_way(column.at<int32_t>(a), column.at<int32_t>(b));
    case TypeKind::float64: return three_way(column.at<double>(a), column.at<double>(b));
    case TypeKind::decimal: return three_way(column.at<Int128>(a), column.at<Int128>(b));
    case TypeKind::string: return three_way(column.at<ByteView>(a), column.at<ByteView>(b));
    default: return three_way(column.at<int64_t>(a), column.at<int64_t>(b));
  }
}

TEST(CanonicalKey, random_composite_keys_order_as_their_values_and_come_back) {
  std::mt19937_64 random(20240611);
  const std::vector<Type> kTypes{Type::boolean(), Type::int32(),        Type::int64(),
                                 Type::float64(), Type::decimal(38, 2), Type::string(),
                                 Type::string(),  Type::timestamp()};
  for (int round = 0; round < 60; ++round) {
    Arena arena;
    size_t rows = 1 + random() % 40;
    std::vector<Type> types;
    for (size_t width = 1 + random() % 3; width > 0; --width)
      types.push_back(kTypes[random() % kTypes.size()]);
    std::vector<Column> columns;
    for (const Type& type : types) columns.push_back(random_column(type, rows, arena, random));
    std::vector<const Column*> lent;
    for (const Column& column : columns) lent.push_back(&column);
    std::vector<ByteView> keys;
    canonical_keys(lent, rows, arena, keys);

    std::vector<Column> back;
    for (size_t i = 0; i < rows; ++i) {
      std::string one;
      for (const Column& column : columns) append_canonical(one, column, i);
      ASSERT_EQ(keys[i], one);
      ASSERT_TRUE(decode_canonical(keys[i], types, arena, back).has_value());
    }
    for (size_t c = 0; c < columns.size(); ++c)
      for (size_t i = 0; i < rows; ++i) {
        ASSERT_EQ(back[c].is_null(i), columns[c].is_null(i));
        ASSERT_EQ(key_of(back[c], i), key_of(columns[c], i));
      }
    for (size_t a = 0; a < rows; ++a)
      for (size_t b = 0; b < rows; ++b) {
        int expected = 0;
        for (const Column& column : columns)
          if (expected == 0) expected = compare(column, a, b);
        int got = keys[a].compare(keys[b]);
        ASSERT_EQ(got < 0, expected < 0);
        ASSERT_EQ(got == 0, expected == 0);
      }
  }
}

TEST(CanonicalKey, bytes_that_no_value_has_are_refused_and_leave_no_row) {
  std::vector<Type> types{Type::int32(), Type::string()};
  std::vector<Column> out;
  Arena arena;
  Column number = column_of<int32_t>(Type::int32(), {7});
  Column text = column_of<ByteView>(Type::string(), {"abc"});
  std::string good = key_of(number, 0) + key_of(text, 0);
  ASSERT_TRUE(decode_canonical(good, types, arena, out).has_value());
  for (size_t n = 0; n < good.size(); ++n) {
    auto status = decode_canonical(std::string_view(good).substr(0, n), types, arena, out);
    ASSERT_FALSE(status.has_value()) << n;
    EXPECT_EQ(status.error().code(), ErrorCode::invalid_data);
    ASSERT_EQ(out[0].size(), 1u);
    ASSERT_EQ(out[1].size(), 1u);
  }
  EXPECT_FALSE(decode_canonical(good + "x", types, arena, out).has_value());
  std::mt19937_64 random(5);
  for (int i = 0; i < 2000; ++i) {
    std::string bad = good;
    bad[random() % bad.size()] = static_cast<char>(random());
    (void)decode_canonical(bad, types, arena, out).has_value();
    ASSERT_EQ(out[0].size(), out[1].size());
  }
}

}  // namespace
}  // namespace leat
