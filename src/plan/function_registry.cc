#include <algorithm>

#include "base/text.h"
#include "plan/coercion.h"
#include "plan/expr.h"
#include "plan/operators.h"

namespace leat::plan {
namespace {

std::string parameter_text(const Function& function, size_t i) {
  const Type& type = function.parameters[i];
  // Written without precision: the overload takes them all.
  std::string text =
      type.kind == TypeKind::decimal && function.any_decimal ? "DECIMAL" : type.to_string();
  if (function.variadic && i + 1 == function.parameters.size()) text += "...";
  return text;
}

std::string types_text(std::span<const Type> types, std::span<const uint8_t> null_literal) {
  std::string out = "(";
  for (size_t i = 0; i < types.size(); ++i) {
    if (i > 0) out += ", ";
    out += i < null_literal.size() && null_literal[i] ? "NULL" : types[i].to_string();
  }
  return out + ")";
}

bool takes_count(const Function& function, size_t arguments) {
  size_t n = function.parameters.size();
  return function.variadic ? arguments + 1 >= n : arguments == n;
}

// How well an overload fits: the sum of conversion steps; none when it does not.
std::optional<int> conversion_steps(const Function& function, std::span<const Type> arguments,
                                    std::span<const uint8_t> null_literal) {
  if (!takes_count(function, arguments.size())) return std::nullopt;
  int steps = 0;
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (i < null_literal.size() && null_literal[i]) continue;
    auto cost = conversion_cost(arguments[i], function.parameters[parameter_index(function, i)],
                                function.any_decimal);
    if (!cost) return std::nullopt;
    steps += *cost;
  }
  return steps;
}

std::string alternatives(const std::vector<std::unique_ptr<Function>>& overloads) {
  std::string out = "it takes ";
  for (size_t i = 0; i < overloads.size(); ++i) {
    if (i > 0) out += i + 1 == overloads.size() ? " or " : ", ";
    out += signature(*overloads[i]);
  }
  return out;
}

// Of two overloads that fit equally well the better one: not variadic, then with more parameters of
// its own.
bool preferred(const Function& a, const Function& b) {
  if (a.variadic != b.variadic) return b.variadic;
  return a.parameters.size() > b.parameters.size();
}
}  // namespace

size_t parameter_index(const Function& function, size_t argument) {
  return std::min(argument, function.parameters.size() - 1);
}

std::string signature(const Function& function) {
  std::string out = function.name + "(";
  for (size_t i = 0; i < function.parameters.size(); ++i) {
    if (i > 0) out += ", ";
    out += parameter_text(function, i);
  }
  return out + ")";
}

const Function& FunctionRegistry::add(Function function) {
  auto& overloads = by_name_[function.name];
  overloads.push_back(std::make_unique<Function>(std::move(function)));
  return *overloads.back();
}

Result<const Function*> FunctionRegistry::resolve(std::string_view name,
                                                  std::span<const Type> arguments,
                                                  std::span<const uint8_t> null_literal,
                                                  bool strict) const {
  auto found = by_name_.find(to_upper(name));
  if (found == by_name_.end()) {
    std::vector<std::string> names;
    for (const auto& [known, overloads] : by_name_)
      if (!is_operator(known)) names.push_back(known);
    auto near = nearest(to_upper(name), names);
    return Error(ErrorCode::not_found, "there is no function " + to_upper(name),
                 near ? "did you mean " + *near + "?" : "SHOW FUNCTIONS lists them");
  }
  const Function* best = nullptr;
  int best_steps = 0;
  int fitting = 0;
  for (const auto& candidate : found->second) {
    auto steps = conversion_steps(*candidate, arguments, null_literal);
    if (!steps) continue;
    ++fitting;
    if (best == nullptr || *steps < best_steps ||
        (*steps == best_steps && preferred(*candidate, *best))) {
      best = candidate.get();
      best_steps = *steps;
    }
  }
  std::string given = types_text(arguments, null_literal);
  if (best == nullptr) {
    if (is_operator(name))
      return Error(ErrorCode::invalid_argument,
                   "operator " + std::string(name) + " does not apply to " + given,
                   "CAST one side to the type of the other");
    return Error(ErrorCode::invalid_argument,
                 "function " + found->first + " does not accept " + given,
                 alternatives(found->second));
  }
  if (strict && best_steps > 0 && fitting > 1 && !is_operator(name))
    return Error(ErrorCode::invalid_argument,
                 "function " + found->first + " is ambiguous for " + given,
                 "CAST the arguments to one type; " + alternatives(found->second));
  return best;
}

const Function* FunctionRegistry::find(std::string_view text) const {
  // Operators have no parenthesis in their names; the last one opens the parameters of a plain
  // overload, the first one those of "DECIMAL(4, 2)".
  auto found = by_name_.find(text.substr(0, text.find('(')));
  if (found == by_name_.end()) return nullptr;
  for (const auto& candidate : found->second)
    if (signature(*candidate) == text) return candidate.get();
  return nullptr;
}

std::vector<const Function*> FunctionRegistry::all() const {
  std::vector<const Function*> out;
  for (const auto& [name, overloads] : by_name_)
    for (const auto& overload : overloads) out.push_back(overload.get());
  return out;
}

bool FunctionRegistry::has(std::string_view name) const {
  return by_name_.contains(to_upper(name));
}

}  // namespace leat::plan
