#pragma once
#include <array>
#include <exception>
#include <string_view>

#include "base/error.h"

namespace leat::plan {

/// Words of the plan's JSON form, by enumerator. They are kept on disk: add at the end only.

inline constexpr int kPlanVersion = 1;
inline constexpr std::array<std::string_view, 13> kExprKinds = {
    "literal", "column", "rowtime",  "rowpartition", "rowoffset", "windowstart", "windowend",
    "call",    "case",   "coalesce", "cast",         "and",       "or"};
inline constexpr std::array<std::string_view, 3> kWindowKinds = {"tumbling", "hopping", "session"};
inline constexpr std::array<std::string_view, 3> kPolicies = {"dead_letter", "skip", "fail"};
inline constexpr std::array<std::string_view, 9> kAggregates = {
    "count_all", "count", "count_distinct", "sum", "min", "max", "avg", "earliest", "latest"};

/// Leaves encode() or decode() from within; caught there, since the JSON library throws too.
class BadPlan : public std::exception {
 public:
  explicit BadPlan(Error e) : error(std::move(e)) {}
  const char* what() const noexcept override { return error.message().c_str(); }
  Error error;
};

}  // namespace leat::plan
