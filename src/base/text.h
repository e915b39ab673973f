#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace leat {

/// ASCII upper and lower case; other bytes stay.
std::string to_upper(std::string_view text);
std::string to_lower(std::string_view text);
bool equals_ignoring_case(std::string_view a, std::string_view b);

/// Orders and compares names without regard to ASCII case: the way catalogue names compare. For
/// std::map.
struct IgnoringCase {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const;
};

std::string_view trim(std::string_view text);

/// The candidate nearest to `word` by edit distance, if one is near enough to be a typing mistake.
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates);

bool is_valid_utf8(std::string_view text);

std::string base64_encode(std::string_view bytes);
/// Standard alphabet, padding required. nullopt when `text` is not that.
std::optional<std::string> base64_decode(std::string_view text);
/// URL-safe alphabet without padding, for tokens and cursors.
std::string base64url_encode(std::string_view bytes);
std::optional<std::string> base64url_decode(std::string_view text);

std::string hex_encode(std::string_view bytes);

}  // namespace leat
