#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "event.h"
#include "program.h"

namespace leat::system_sim {

// What must come out, worked out from what went in, in a few lines each and without any of the
// engine's code.

/// The events of a topic's partitions in the order of their offsets.
using TopicEvents = std::vector<std::vector<const Event*>>;
struct Inputs {
  TopicEvents orders;
  TopicEvents products;
};

/// Rows as text: "key" or "key@window start" -> "column|column".
using Rows = std::map<std::string, std::string>;

/// The rows of a view. Empty optional: they depend on how epochs fell, so only sums can be said.
std::optional<Rows> expected_view(const Program& program, const std::string& view,
                                  const Inputs& inputs);

/// The records of a stream, by partition of the orders that they come from, in order:
/// "key|column|column"; those of orders without a key in `unkeyed`, in no order.
struct Streamed {
  std::vector<std::vector<std::string>> partitions;
  std::multiset<std::string> unkeyed;
};
Streamed expected_stream(const Program& program, const std::string& stream, const Inputs& inputs);

/// What `debits` or `credits` write: "account|id|cents", once each.
std::multiset<std::string> expected_legs(const std::string& query, const Inputs& inputs);

/// Orders that a query cannot use, as "topic/partition/offset"; each becomes one dead letter.
std::multiset<std::string> expected_dead_letters(const std::string& query, const Inputs& inputs);

}  // namespace leat::system_sim
