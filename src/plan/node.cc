#include "plan/node.h"

#include <algorithm>

namespace leat::plan {

bool Query::stateful() const {
  return std::any_of(nodes.begin(), nodes.end(), [](const Node& node) {
    return std::holds_alternative<Materialize>(node.op) ||
           std::holds_alternative<Aggregate>(node.op) ||
           std::holds_alternative<StreamTableJoin>(node.op);
  });
}

}  // namespace leat::plan
