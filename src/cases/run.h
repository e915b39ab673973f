#pragma once
#include <string>
#include <vector>

#include "cases/test_case.h"
#include "plan/expr.h"

namespace leat::cases {

/// The ways of running a case; all must give the same answer.
enum class Way : uint8_t {
  straight,
  restored,          // closed and opened again after half of the inputs
  killed,            // the same, without closing
  three_partitions,  // every topic has three; order then holds per key
  no_rewrites,       // plans as they were bound
};
std::string_view name_of(Way way);

enum class Verdict : uint8_t { passed, failed, unsupported };
std::string_view name_of(Verdict verdict);

struct Outcome {
  Verdict verdict = Verdict::passed;
  std::string reason;  // empty when it passed

  static Outcome passed() { return {}; }
  static Outcome failed(std::string reason) { return {Verdict::failed, std::move(reason)}; }
  /// By the error of a statement that should have been accepted.
  static Outcome rejected(const Error& error, std::string_view statement);
};

/// Runs a case the first way and, unless `quick`, in all that it allows; the first that did not
/// pass is the answer.
Outcome run_case(const TestCase& test, const plan::FunctionRegistry& functions, bool quick);

/// One way.
Outcome run_sql_case(const SqlCase& test, const plan::FunctionRegistry& functions, Way way);
Outcome run_json_case(const JsonCase& test, const plan::FunctionRegistry& functions, Way way);
/// Whether the answer is the same whatever the number of partitions: nothing in the case asks for
/// the partition or offset, or depends on when windows close.
bool allows_partitions(const TestCase& test);

}  // namespace leat::cases
