#include "base/text.h"

#include <gtest/gtest.h>

namespace leat {
namespace {

TEST(Text, nearest_finds_a_typing_mistake_and_not_another_word) {
  std::vector<std::string> names{"transfers", "balances", "accounts"};
  EXPECT_EQ(nearest("balanecs", names), "balances");
  EXPECT_EQ(nearest("TRANSFER", names), "transfers");
  EXPECT_EQ(nearest("flights", names), std::nullopt);
  EXPECT_EQ(nearest("rnu", std::vector<std::string>{"sql", "run"}), "run");  // letters swapped
}

TEST(Text, base64_round_trips_every_length_and_refuses_what_is_not_it) {
  std::string bytes;
  for (int i = 0; i < 70; ++i) {
    EXPECT_EQ(base64_decode(base64_encode(bytes)), bytes);
    EXPECT_EQ(base64url_decode(base64url_encode(bytes)), bytes);
    bytes += static_cast<char>(i * 37);
  }
  EXPECT_EQ(base64_encode("leat!"), "bGVhdCE=");
  EXPECT_EQ(base64_decode("bGVhdCE"), std::nullopt);
  EXPECT_EQ(base64_decode("bGVh*CE="), std::nullopt);
}

TEST(Text, utf8_is_checked_for_overlong_forms_surrogates_and_cuts) {
  EXPECT_TRUE(is_valid_utf8("naïve ☃ 😀"));
  EXPECT_FALSE(is_valid_utf8("\xc0\xaf"));
  EXPECT_FALSE(is_valid_utf8("\xed\xa0\x80"));
  EXPECT_FALSE(is_valid_utf8("\xe2\x98"));
  EXPECT_FALSE(is_valid_utf8("\xff"));
}

}  // namespace
}  // namespace leat
