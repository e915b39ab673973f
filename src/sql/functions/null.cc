#include <cstring>

#include "data/decimal.h"
#include "plan/coercion.h"
#include "plan/kernels.h"
#include "sql/functions/add_function.h"
#include "sql/functions/families.h"

// Functions of NULL, for all types. Statements get COALESCE and IFNULL as an expression that does
// not look at arguments it does not need; here they stand for listings and for C++ callers.

namespace leat::sql::functions {
namespace {

void copy_value(const Column& from, size_t row, Column& out) {
  size_t width = value_size(from.type().kind);
  std::memcpy(out.data<char>() + row * width, from.data<char>() + row * width, width);
}

plan::Kernel first_kernel() {
  return [](const plan::CallContext& c, std::span<const Column* const> args, Column& out) {
    for (size_t i = 0; i < c.rows; ++i) {
      const Column* found = nullptr;
      for (const Column* arg : args)
        if (found == nullptr && !arg->is_null(i)) found = arg;
      if (found == nullptr) {
        out.set_null(i);
      } else if (c.result.kind == TypeKind::decimal) {
        auto value = rescale(found->at<Int128>(i), found->type().scale, c.result.scale);
        if (value)
          out.at<Int128>(i) = *value;
        else
          c.fail(out, i, ErrorCode::out_of_range,
                 "value does not fit " + c.result.to_string() + ": " + plan::value_text(*found, i));
      } else {
        copy_value(*found, i, out);
      }
    }
  };
}

// The first argument, unless it equals the second.
plan::Kernel null_if_kernel(TypeKind kind) {
  return [equal = plan::compare_kernel(plan::CompareOp::equal, kind)](
             const plan::CallContext& c, std::span<const Column* const> args, Column& out) {
    Column same(Type::boolean());
    same.resize(c.rows);
    equal(c, args, same);
    for (size_t i = 0; i < c.rows; ++i) {
      if (args[0]->is_null(i) || same.at<uint8_t>(i) != 0)
        out.set_null(i);
      else
        copy_value(*args[0], i, out);
    }
  };
}

plan::Kernel copy_kernel() {
  return [](const plan::CallContext& c, std::span<const Column* const> args, Column& out) {
    for (size_t i = 0; i < c.rows; ++i) copy_value(*args[0], i, out);
  };
}

Result<Type> first_type(std::span<const Type> args) { return args[0]; }
Result<Type> common_type(std::span<const Type> args) {
  Type out = args[0];
  for (const Type& type : args) out = *plan::common_type(out, type);
  return out;
}

void add(plan::FunctionRegistry& r, const char* name, std::vector<Type> parameters,
         plan::Kernel kernel, const char* about, bool variadic = false) {
  bool decimal = parameters[0].kind == TypeKind::decimal;
  plan::Function f{.name = name, .parameters = std::move(parameters), .variadic = variadic};
  f.null_in_null_out = f.parameters.size() == 1 && !variadic;
  f.result_type = std::string_view(name) == "NULLIF" ? first_type : common_type;
  f.kernel = std::move(kernel);
  f.description = about;
  f.any_decimal = true;
  f.total = !decimal;
  r.add(std::move(f));
}
}  // namespace

void register_null(plan::FunctionRegistry& r) {
  for (const Type& type : column_types()) {
    add(r, "AS_VALUE", {type}, copy_kernel(), "a copy of a key column, for the value");
    add(r, "COALESCE", {type, type}, first_kernel(), "the first argument that is not NULL", true);
    add(r, "IFNULL", {type, type}, first_kernel(),
        "the first argument, or when it is NULL the second");
    add(r, "NULLIF", {type, type}, null_if_kernel(type.kind),
        "the first argument, or NULL when it equals the second");
  }
}

}  // namespace leat::sql::functions
