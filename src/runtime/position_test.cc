#include "runtime/position.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace leat::runtime {
namespace {

TopicId topic(uint8_t n) {
  TopicId id;
  id.bytes.fill(n);
  return id;
}

Position some_position() {
  return {{{topic(1), PartitionId(0)}, Offset(12)},
          {{topic(1), PartitionId(7)}, Offset(1'000'000'000'000)},
          {{topic(2), PartitionId(3)}, Offset(1)}};
}

TEST(Position, token_round_trips_and_is_url_safe) {
  std::string token = to_token(some_position(), "log-a");
  EXPECT_EQ(from_token(token, "log-a").value(), some_position());
  EXPECT_EQ(
      token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
      std::string::npos);
  EXPECT_TRUE(from_token(to_token({}, "log-a"), "log-a").value().empty());
}

TEST(Position, token_of_another_log_or_damaged_is_refused_and_never_crashes) {
  std::string token = to_token(some_position(), "log-a");
  EXPECT_EQ(from_token(token, "log-b").error().code(), ErrorCode::invalid_argument);
  EXPECT_FALSE(from_token("", "log-a").has_value());
  EXPECT_FALSE(from_token("not a token!", "log-a").has_value());
  std::string bytes = *base64url_decode(token);
  for (size_t n = 0; n < bytes.size(); ++n) {
    auto cut = from_token(base64url_encode(bytes.substr(0, n)), "log-a");
    if (cut.has_value()) {
      EXPECT_LT(cut->size(), 3u);  // a cut between topics is a smaller position, never another one
    }
  }
}

TEST(Position, is_reached_when_every_followed_partition_is_at_or_past_it) {
  Position at = some_position();
  EXPECT_TRUE(reached(at, some_position()));
  EXPECT_TRUE(reached(at, {}));
  EXPECT_FALSE(reached(at, {{{topic(2), PartitionId(3)}, Offset(2)}}));
  EXPECT_TRUE(reached(at, {{{topic(9), PartitionId(0)}, Offset(5)}}));  // nobody reads topic 9
}

}  // namespace
}  // namespace leat::runtime
