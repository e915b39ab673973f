#pragma once
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/strong.h"
#include "data/column.h"
#include "data/format.h"

namespace leat::plan {

struct Function;

/// A constant. monostate is NULL (of the expression's type). boolean bool · int32 int32_t · int64
/// and timestamp int64_t · float64 double · decimal Int128 (unscaled) · string and bytes
/// std::string.
using Value = std::variant<std::monostate, bool, int32_t, int64_t, double, Int128, std::string>;

enum class ExprKind : uint8_t {
  literal,
  column,   // `index` into the columns of the input's schema (key columns first)
  rowtime,  // the row's timestamp, BIGINT
  rowpartition,
  rowoffset,
  window_start,
  window_end,
  call,      // `function` over `args`
  case_,     // args: condition, result, condition, result, ..., else; conditions are BOOLEAN
  coalesce,  // the first argument that is not null; later ones are not looked at
  cast,      // args[0] to `type`
  and_,
  or_,
};

struct Expr;
/// Expressions are immutable and shared.
using ExprPtr = std::shared_ptr<const Expr>;

/// A bound expression: names are resolved, every node has its type, coercions are explicit casts.
struct Expr {
  ExprKind kind;
  Type type;
  Value value;                         // literal
  int index = -1;                      // column
  const Function* function = nullptr;  // call; lives as long as the registry
  std::vector<ExprPtr> args;
};

ExprPtr literal(Type type, Value value);
ExprPtr column(int index, Type type);
ExprPtr pseudo(ExprKind kind);
ExprPtr call(const Function& function, Type type, std::vector<ExprPtr> args);
ExprPtr make(ExprKind kind, Type type, std::vector<ExprPtr> args);

/// Canonical text of an expression: what a statement's bound form is compared by. Columns appear as
/// $0, $1, ...
std::string to_string(const Expr& expr);
/// The same for readers, with the names of the columns that it reads.
std::string to_string(const Expr& expr, const Schema& names);
/// Indexes of the columns that an expression reads, added to `used` (sized to the schema's width).
void collect_columns(const Expr& expr, std::vector<uint8_t>& used);
/// The expression with every column i replaced by `replacement[i]`.
ExprPtr substitute(const ExprPtr& expr, std::span<const ExprPtr> replacement);

/// Whether the expression never fails for a row and costs little, so that it may be computed for
/// rows that do not need it.
bool is_total(const Expr& expr);

/// What a kernel may use while it computes one batch.
struct CallContext {
  size_t rows;
  Arena& arena;          // for the bytes of string results
  RowErrors& errors;     // rows that cannot be computed; their result is null. Ascending by row.
  const Type& result;    // the type that the binder gave the call
  bool ksqldb = false;   // ksqlDB's arithmetic: integers wrap, DECIMAL division must terminate.
                         // Kernels report what cannot be computed all the same; the evaluator makes
                         // the whole expression null there and drops the report.
  TimeMs now = kNoTime;  // wall clock, as the task was given it

  /// Makes `row` of `out` null and reports why.
  void fail(Column& out, size_t row, ErrorCode code, std::string message) const;
};

/// Computes one call for all rows. Args have `rows` rows each. `out` has the result type and
/// `rows` rows; kernels do not resize it. If the function says null_in_null_out, rows with a null
/// argument are already null in it: the kernel may compute garbage there (from numbers; it must not
/// follow the bytes of null strings) and must not report an error for them.
using Kernel =
    std::function<void(const CallContext&, std::span<const Column* const> args, Column& out)>;

/// One overload of a scalar function.
struct Function {
  std::string name;  // upper case
  std::vector<Type> parameters;
  bool variadic = false;  // the last parameter may repeat
  bool null_in_null_out = true;
  /// The result type for argument types; also says no (an Error for the user) to what it cannot
  /// take.
  std::function<Result<Type>(std::span<const Type>)> result_type;
  Kernel kernel;
  std::string description;
  bool any_decimal = false;  // a DECIMAL parameter takes every precision and scale
  bool total = false;  // never reports an error and costs little: may be computed for rows that do
                       // not need it (branches of CASE, operands of AND)
  bool constant_per_batch = true;  // equal arguments give equal results within a batch
};

/// All scalar functions by name. Built once at start, then read by any thread.
class FunctionRegistry {
 public:
  const Function& add(Function function);
  /// The overload that fits the argument types exactly or with the fewest implicit conversions (INT
  /// to BIGINT to DECIMAL to DOUBLE, STRING to TIMESTAMP; NULL to anything). `strict`, as ksqlDB
  /// has it: when several overloads fit, and only by conversion, the call is ambiguous. Errors:
  /// not_found with the nearest name; invalid_argument listing overloads.
  Result<const Function*> resolve(std::string_view name, std::span<const Type> arguments,
                                  std::span<const uint8_t> argument_is_null_literal,
                                  bool strict = false) const;
  /// The overload by the text that to_string prints for a call's function; for persisted plans.
  const Function* find(std::string_view signature) const;
  std::vector<const Function*> all() const;
  bool has(std::string_view name) const;

 private:
  std::map<std::string, std::vector<std::unique_ptr<Function>>, std::less<>> by_name_;
};

/// "SUBSTRING(STRING, INTEGER)": identifies an overload.
std::string signature(const Function& function);

}  // namespace leat::plan
