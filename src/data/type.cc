#include "data/type.h"

#include "data/opaque.h"

namespace leat {
namespace {

void append_quoted_name(std::string& out, std::string_view name) {
  out += '`';
  for (char c : name) {
    if (c == '`') out += '`';
    out += c;
  }
  out += '`';
}

std::string nested_to_string(const Type& type) {
  const NestedType& nested = *type.nested;
  switch (type.kind) {
    case TypeKind::array: return "ARRAY<" + nested.types[0].to_string() + ">";
    case TypeKind::map:
      return "MAP<" + nested.types[0].to_string() + ", " + nested.types[1].to_string() + ">";
    default: break;
  }
  std::string out = "STRUCT<";
  for (size_t i = 0; i < nested.types.size(); ++i) {
    if (i > 0) out += ", ";
    append_quoted_name(out, nested.names[i]);
    out += ' ';
    out += nested.types[i].to_string();
  }
  return out + ">";
}

bool same_nested(const NestedType* a, const NestedType* b) {
  if (a == b) return true;
  if (a == nullptr || b == nullptr) return false;
  return a->names == b->names && a->types == b->types;
}

bool same_opaque(const OpaqueTraits* a, const OpaqueTraits* b) {
  if (a == b) return true;
  if (a == nullptr || b == nullptr) return false;
  return a->name == b->name && a->fingerprint == b->fingerprint && a->size == b->size;
}

}  // namespace

std::string Type::to_string() const {
  switch (kind) {
    case TypeKind::boolean: return "BOOLEAN";
    case TypeKind::int32: return "INTEGER";
    case TypeKind::int64: return "BIGINT";
    case TypeKind::float64: return "DOUBLE";
    case TypeKind::decimal:
      return "DECIMAL(" + std::to_string(precision) + ", " + std::to_string(scale) + ")";
    case TypeKind::string: return "STRING";
    case TypeKind::bytes: return "BYTES";
    case TypeKind::timestamp: return "TIMESTAMP";
    case TypeKind::date: return "DATE";
    case TypeKind::time: return "TIME";
    case TypeKind::array:
    case TypeKind::map:
    case TypeKind::struct_: return nested_to_string(*this);
    case TypeKind::opaque: return opaque == nullptr ? "OPAQUE" : std::string(opaque->name);
  }
  return {};
}

bool operator==(const Type& a, const Type& b) {
  if (a.kind != b.kind) return false;
  if (a.kind == TypeKind::decimal && (a.precision != b.precision || a.scale != b.scale))
    return false;
  return same_nested(a.nested.get(), b.nested.get()) && same_opaque(a.opaque, b.opaque);
}

std::string Schema::to_string(bool is_table) const {
  std::string out;
  for (size_t i = 0; i < width(); ++i) {
    if (i > 0) out += ", ";
    append_quoted_name(out, at(i).name);
    out += ' ';
    out += at(i).type.to_string();
    if (i < key.size()) out += is_table ? " PRIMARY KEY" : " KEY";
  }
  return out;
}

Result<ByteView> decode_opaque(const OpaqueTraits& traits, ByteView encoded, Arena& arena) {
  if (traits.decode != nullptr) return traits.decode(encoded, arena);
  if (traits.size == 0) return encoded;
  if (encoded.size() != traits.size)
    return Error(ErrorCode::invalid_data, "value of " + std::string(traits.name) + " has " +
                                              std::to_string(encoded.size()) + " bytes, not " +
                                              std::to_string(traits.size));
  char* held = arena.allocate(traits.size, 16);
  std::memcpy(held, encoded.data(), traits.size);
  return ByteView(held, traits.size);
}

}  // namespace leat
