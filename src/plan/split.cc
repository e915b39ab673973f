#include <algorithm>
#include <map>
#include <numeric>

#include "plan/node.h"

namespace leat::plan {
namespace {

bool is_repartition(const Node& node) { return std::holds_alternative<Repartition>(node.op); }

// The part that each node belongs to: nodes are together unless only repartitions connect them.
// A part is named by its lowest node.
std::vector<int> parts_of(const Query& query) {
  std::vector<int> part(query.nodes.size());
  std::iota(part.begin(), part.end(), 0);
  auto root = [&part](int n) {
    while (part[static_cast<size_t>(n)] != n) n = part[static_cast<size_t>(n)];
    return n;
  };
  for (size_t i = 0; i < query.nodes.size(); ++i) {
    for (int input : query.nodes[i].inputs) {
      if (is_repartition(query.nodes[static_cast<size_t>(input)])) continue;
      int a = root(static_cast<int>(i));
      int b = root(input);
      part[static_cast<size_t>(std::max(a, b))] = std::min(a, b);
    }
  }
  for (size_t i = 0; i < part.size(); ++i) part[i] = root(static_cast<int>(i));
  return part;
}

struct Cut {
  std::map<int, Subtopology> parts;       // by name
  std::map<int, std::vector<int>> above;  // parts whose repartitions feed this one
};

Cut cut(const Query& query) {
  std::vector<int> part = parts_of(query);
  Cut out;
  for (size_t i = 0; i < query.nodes.size(); ++i) {
    Subtopology& mine = out.parts[part[i]];
    mine.nodes.push_back(static_cast<int>(i));
    for (int input : query.nodes[i].inputs) {
      if (!is_repartition(query.nodes[static_cast<size_t>(input)])) continue;
      auto& feeds = mine.repartitions;
      if (std::find(feeds.begin(), feeds.end(), input) == feeds.end()) feeds.push_back(input);
      out.above[part[i]].push_back(part[static_cast<size_t>(input)]);
    }
  }
  return out;
}

// Upstream before downstream; of several that could come next the one with the lowest node.
std::vector<Subtopology> ordered(Cut cut) {
  std::vector<Subtopology> out;
  std::vector<int> done;
  while (!cut.parts.empty()) {
    auto next = std::find_if(cut.parts.begin(), cut.parts.end(), [&](const auto& entry) {
      const auto& above = cut.above[entry.first];
      return std::all_of(above.begin(), above.end(), [&](int a) {
        return std::find(done.begin(), done.end(), a) != done.end();
      });
    });
    // Two parts may feed each other; then either can come first.
    if (next == cut.parts.end()) next = cut.parts.begin();
    done.push_back(next->first);
    out.push_back(std::move(next->second));
    cut.parts.erase(next);
  }
  return out;
}

Error not_copartitioned(const std::string& a, int32_t a_partitions, const std::string& b,
                        int32_t b_partitions) {
  return Error(ErrorCode::invalid_argument,
               "both sides of a join need the same number of partitions: " + a + " has " +
                   std::to_string(a_partitions) + ", " + b + " has " + std::to_string(b_partitions),
               "create the topic of one with the other's number of partitions, or copy one with "
               "CREATE STREAM .. PARTITION BY");
}

using PartitionsOf = std::function<Result<int32_t>(const std::string&)>;

// The count that the part's own topics give it; 0 when it reads none.
Result<int32_t> source_partitions(const Query& query, const Subtopology& part,
                                  const PartitionsOf& partitions_of) {
  const Source* first = nullptr;
  int32_t partitions = 0;
  for (int n : part.nodes) {
    const auto* source = std::get_if<Source>(&query.nodes[static_cast<size_t>(n)].op);
    if (source == nullptr) continue;
    LEAT_TRY(int32_t count, partitions_of(source->topic));
    if (first != nullptr && count != partitions)
      return not_copartitioned(first->name, partitions, source->name, count);
    first = source;
    partitions = count;
  }
  return partitions;
}

// Settles the repartitions that feed a part, and with them the part. `wanted`: by Repartition node,
// what its upstream would give it.
Status settle(Query& query, Subtopology& part, const std::map<int, int32_t>& wanted) {
  auto repartition = [&query](int n) -> Repartition& {
    return std::get<Repartition>(query.nodes[static_cast<size_t>(n)].op);
  };
  for (int n : part.repartitions) {
    int32_t asked = repartition(n).partitions;
    if (asked == 0) continue;
    if (part.partitions != 0 && part.partitions != asked)
      return not_copartitioned("the other side", part.partitions,
                               query.nodes[static_cast<size_t>(n)].id, asked);
    part.partitions = asked;
  }
  if (part.partitions == 0)
    for (int n : part.repartitions) {
      auto found = wanted.find(n);
      if (found != wanted.end()) part.partitions = std::max(part.partitions, found->second);
    }
  part.partitions = std::max(part.partitions, 1);
  for (int n : part.repartitions) repartition(n).partitions = part.partitions;
  return {};
}
}  // namespace

Result<std::vector<Subtopology>> split(Query& query, const PartitionsOf& partitions_of) {
  std::vector<Subtopology> parts = ordered(cut(query));
  std::map<int, int32_t> wanted;
  for (Subtopology& part : parts) {
    LEAT_TRY(part.partitions, source_partitions(query, part, partitions_of));
    LEAT_CHECK(settle(query, part, wanted));
    for (int n : part.nodes)
      if (is_repartition(query.nodes[static_cast<size_t>(n)])) wanted[n] = part.partitions;
  }
  return parts;
}

}  // namespace leat::plan
