#include "state/row_writer.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "base/varint.h"
#include "state/row_reader.h"
#include "state/table_model_testing.h"

namespace leat::state {
namespace {

std::string written(RowWriter& rows) { return std::string(rows.lend()); }

TEST(Rows, that_equal_the_row_before_take_a_byte_and_a_mask_for_each_word) {
  RowWriter rows;
  rows.begin();
  rows.add("key of 15 bytes", "0123456789abcdef");
  rows.flush();
  const size_t first = rows.size();
  EXPECT_EQ(first, 2 + 4 + 15 + 16u);
  rows.add("key of 15 bytes", "0123456789abcdef");
  rows.flush();
  EXPECT_EQ(rows.size() - first, 1 + 4u);
  rows.add("key of 15 bytes", "0123456789abcdeF");
  rows.flush();
  EXPECT_EQ(rows.size() - first, 2 * (1 + 4u) + 1);
}

TEST(Rows, do_not_remember_what_was_before_they_began) {
  RowWriter rows;
  rows.begin();
  rows.add("key", "value");
  const std::string once = written(rows);
  rows.begin();
  rows.add("key", "value");
  EXPECT_EQ(written(rows), once);
}

using Row = std::pair<std::string, std::optional<std::string>>;

/// Writes the rows, loads them into a table, and expects there what they say.
void expect_back(const std::vector<Row>& rows) {
  RowWriter writer;
  writer.begin(3);
  Model model;
  for (const auto& [key, value] : rows) {
    writer.add(key, value ? ByteView(*value) : ByteView());
    if (value)
      model[key] = *value;
    else
      model.erase(key);
  }
  ASSERT_EQ(writer.count(), rows.size());
  const std::string bytes = written(writer).substr(3);
  // Exactly as large as needed, so that a sanitizer finds who reads past the end.
  const auto exact = std::make_unique<char[]>(bytes.size());
  std::copy(bytes.begin(), bytes.end(), exact.get());
  KeyedTable table;
  ASSERT_TRUE(load_rows({exact.get(), bytes.size()}, rows.size(), table));
  ASSERT_EQ(contents(table), model);
}

/// Few letters, so that bytes often agree with those before; NUL is one of them.
std::string text(std::mt19937_64& random, size_t size) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random() % 3 * 0x7f);
  return bytes;
}

TEST(Rows, of_any_sizes_come_back_as_they_were) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 300; ++round) {
    SCOPED_TRACE(round);
    const size_t longest = round % 3 == 0 ? 20 : 150;
    std::vector<Row> rows(random() % 400);
    for (auto& [key, value] : rows) {
      key = text(random, random() % longest);
      if (random() % 5 != 0) value = text(random, random() % longest);
    }
    ASSERT_NO_FATAL_FAILURE(expect_back(rows));
  }
}

TEST(Rows, of_the_same_sizes_in_a_run_come_back_as_they_were) {
  std::mt19937_64 random(12);
  for (size_t key_size = 0; key_size < 40; ++key_size) {
    for (size_t value_size = 0; value_size < 40; ++value_size) {
      SCOPED_TRACE(std::to_string(key_size) + ", " + std::to_string(value_size));
      std::vector<Row> rows;
      for (const size_t run : {1, 2, 70}) {
        for (size_t i = 0; i < run; ++i)
          rows.emplace_back(text(random, key_size), text(random, value_size));
        rows.emplace_back(text(random, key_size), std::nullopt);
        rows.emplace_back(text(random, random() % 80), text(random, random() % 80));
      }
      ASSERT_NO_FATAL_FAILURE(expect_back(rows));
    }
  }
}

TEST(Rows, refuse_a_first_row_like_the_one_before) {
  KeyedTable table;
  EXPECT_EQ(load_rows(ByteView("\0\0", 2), 1, table).error().code(), ErrorCode::invalid_data);
}

TEST(Rows, refuse_sizes_that_their_bytes_cannot_hold) {
  KeyedTable table;
  std::string huge;
  append_varint(huge, KeyedTable::kKeySizeMax + uint64_t{1});
  append_varint(huge, KeyedTable::kValueSizeMax + uint64_t{1});
  huge += std::string(200, '\0');
  EXPECT_EQ(load_rows(huge, 1, table).error().code(), ErrorCode::invalid_data);
}

}  // namespace
}  // namespace leat::state
