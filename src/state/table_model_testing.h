#pragma once
#include <map>
#include <string>

#include "state/keyed_table.h"

namespace leat::state {

/// What a table is held against in tests.
using Model = std::map<std::string, std::string>;

inline Model contents(const KeyedTable& table) {
  Model all;
  table.for_each([&](const Entry& entry) { all.emplace(entry.key(), entry.value_bytes()); });
  return all;
}

}  // namespace leat::state
