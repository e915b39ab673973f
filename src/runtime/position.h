#pragma once
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "log/log.h"

namespace leat::runtime {

/// How far inputs have been taken (or written): the next offset of each partition. A partition that
/// is absent is at 0.
using Position = std::map<TopicPartition, Offset>;

/// Whether `at` has taken everything that `target` names, among the partitions that `at` follows at
/// all: what nobody reads cannot be waited for.
bool reached(const Position& at, const Position& target);

/// The token of a position as clients hold it: opaque, URL-safe, versioned, bound to one log
/// incarnation. Equal positions have equal tokens.
std::string to_token(const Position& position, std::string_view incarnation);
/// Errors: invalid_argument for text that is no token, or one of another log or of a later version.
Result<Position> from_token(std::string_view token, std::string_view incarnation);

}  // namespace leat::runtime
