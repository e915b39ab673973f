#include "sql/typing.h"

#include <array>

#include "base/text.h"
#include "data/decimal.h"

namespace leat::sql {
namespace {

struct NamedType {
  std::string_view name;
  TypeKind kind;
};
constexpr std::array kTypes = {
    NamedType{"BOOLEAN", TypeKind::boolean}, NamedType{"INT", TypeKind::int32},
    NamedType{"INTEGER", TypeKind::int32},   NamedType{"BIGINT", TypeKind::int64},
    NamedType{"DOUBLE", TypeKind::float64},  NamedType{"DECIMAL", TypeKind::decimal},
    NamedType{"STRING", TypeKind::string},   NamedType{"VARCHAR", TypeKind::string},
    NamedType{"BYTES", TypeKind::bytes},     NamedType{"TIMESTAMP", TypeKind::timestamp},
    NamedType{"DATE", TypeKind::date},       NamedType{"TIME", TypeKind::time},
};
/// What a Type can say of a DECIMAL that is declared and never read.
constexpr int kDeclaredPrecisionMax = 255;

Result<Type> bind_decimal(const BindContext& context, const TypeName& type) {
  const auto& p = type.parameters;
  if (p.size() != 2 || !p[0] || !p[1])
    return context.invalid(type.span, "DECIMAL needs its precision and scale",
                           "DECIMAL(9, 2): nine digits, two of them behind the point");
  int64_t precision = *p[0];
  int64_t scale = *p[1];
  int64_t most = context.ksqldb ? kDeclaredPrecisionMax : kDecimalPrecisionMax;
  if (precision < 1 || precision > most)
    return context.invalid(
        type.span, "the precision of a DECIMAL is between 1 and 38: " + std::to_string(precision));
  if (scale < 0 || scale > precision)
    return context.invalid(type.span, "the scale of a DECIMAL is between 0 and its precision: " +
                                          std::to_string(scale));
  return Type::decimal(static_cast<int>(precision), static_cast<int>(scale));
}

}  // namespace

Result<Type> bind_type(const BindContext& context, const TypeName& type) {
  switch (type.shape) {
    case TypeShape::array: return context.unsupported(type.span, "ARRAY types are");
    case TypeShape::map: return context.unsupported(type.span, "MAP types are");
    case TypeShape::struct_: return context.unsupported(type.span, "STRUCT types are");
    case TypeShape::named: break;
  }
  for (const NamedType& known : kTypes) {
    if (!equals_ignoring_case(known.name, type.name.text)) continue;
    if (known.kind == TypeKind::decimal) return bind_decimal(context, type);
    if (known.kind == TypeKind::date || known.kind == TypeKind::time)
      return context.unsupported(type.span, std::string(known.name) + " columns are",
                                 "a TIMESTAMP has both");
    return Type{.kind = known.kind};
  }
  std::vector<std::string> names;
  for (const NamedType& known : kTypes) names.emplace_back(known.name);
  auto near = nearest(type.name.text, names);
  return context.error(ErrorCode::not_found, type.span, "there is no type " + type.name.text,
                       near ? "did you mean " + *near + "?" : std::string());
}

Status check_width(const BindContext& context, const SourceSpan& span, const Schema& schema) {
  for (size_t i = 0; i < schema.width(); ++i) {
    const Field& field = schema.at(i);
    if (field.type.kind == TypeKind::decimal && field.type.precision > kDecimalPrecisionMax)
      return context.unsupported(span,
                                 "column " + field.name + ": DECIMALs of more than 38 digits are");
  }
  return {};
}

}  // namespace leat::sql
