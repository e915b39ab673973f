#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace leat::plan {

/// A LIKE pattern, read once: `%` stands for any characters and `_` for one, neither of them for
/// the end of a line. After `escape` the next character stands for itself; there is none by
/// default.
class LikePattern {
 public:
  /// nullopt: the pattern ends with its escape.
  static std::optional<LikePattern> parse(ByteView pattern, std::optional<std::string> escape);
  /// Whether the whole text matches. Cost: linear for one `%`, at worst text times pattern.
  bool matches(ByteView text) const;

 private:
  size_t next_try(ByteView text, size_t at, size_t piece, bool lines) const;
  enum class Part : uint8_t { text, one, many };
  struct Piece {
    Part part;
    std::string text;
  };
  std::vector<Piece> pieces_;
};

}  // namespace leat::plan
