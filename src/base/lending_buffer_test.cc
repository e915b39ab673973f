#include "base/lending_buffer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

namespace leat {
namespace {

void put(LendingBuffer& buffer, ByteView bytes) {
  char* p = buffer.room(bytes.size());
  std::copy(bytes.begin(), bytes.end(), p);
  buffer.end_at(p + bytes.size());
}

TEST(LendingBuffer, keeps_what_was_written_while_it_grows) {
  LendingBuffer buffer;
  std::string all;
  for (int i = 0; i < 5000; ++i) {
    std::string piece(static_cast<size_t>(i % 97), static_cast<char>('a' + i % 26));
    put(buffer, piece);
    all += piece;
  }
  EXPECT_EQ(ByteView(buffer.lend()), all);
  EXPECT_EQ(buffer.size(), 0u);
}

TEST(LendingBuffer, fills_no_memory_that_is_lent_and_takes_back_what_came_back) {
  LendingBuffer buffer;
  put(buffer, "first");
  Blob first = buffer.lend();
  put(buffer, "second");
  Blob second = buffer.lend();
  EXPECT_EQ(ByteView(first), "first");
  const char* memory = first.data();
  first = Blob();
  put(buffer, "third");
  EXPECT_EQ(buffer.data(), memory);
  EXPECT_EQ(ByteView(second), "second");
}

TEST(LendingBuffer, lends_what_outlives_it_and_is_dropped_by_another_thread) {
  auto buffer = std::make_unique<LendingBuffer>();
  std::vector<Blob> lent;
  for (int i = 0; i < 50; ++i) {
    put(*buffer, std::string(20'000, static_cast<char>('a' + i % 26)));
    lent.push_back(buffer->lend());
    if (i % 5 == 4) std::thread([some = std::exchange(lent, {})] {}).join();
  }
  put(*buffer, "last");
  Blob last = buffer->lend();
  buffer.reset();
  EXPECT_EQ(ByteView(last), "last");
}

TEST(LendingBuffer, lends_nothing_as_an_empty_blob) {
  LendingBuffer buffer;
  EXPECT_TRUE(buffer.lend().empty());
  put(buffer, "x");
  EXPECT_EQ(ByteView(buffer.lend()), "x");
}

}  // namespace
}  // namespace leat
