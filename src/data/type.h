#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace leat {

enum class TypeKind : uint8_t {
  boolean,
  int32,
  int64,
  float64,
  decimal,
  string,
  bytes,
  timestamp,
  // Named in the language, without columns of their own yet.
  date,
  time,
  array,
  map,
  struct_,
  /// A value of a C++ user, which the engine moves and stores and never looks into.
  opaque,
};

struct OpaqueTraits;
struct NestedType;

/// The type of a column. Small; compares by structure.
struct Type {
  TypeKind kind = TypeKind::string;
  uint8_t precision = 0;                     // DECIMAL only: digits in all, 1..38
  uint8_t scale = 0;                         // DECIMAL only: digits after the point
  std::shared_ptr<const NestedType> nested;  // ARRAY, MAP, STRUCT only
  const OpaqueTraits* opaque = nullptr;      // opaque only

  static Type boolean() { return {TypeKind::boolean}; }
  static Type int32() { return {TypeKind::int32}; }
  static Type int64() { return {TypeKind::int64}; }
  static Type float64() { return {TypeKind::float64}; }
  static Type string() { return {TypeKind::string}; }
  static Type bytes() { return {TypeKind::bytes}; }
  static Type timestamp() { return {TypeKind::timestamp}; }
  static Type decimal(int precision, int scale) {
    return {TypeKind::decimal, static_cast<uint8_t>(precision), static_cast<uint8_t>(scale)};
  }

  bool is_numeric() const {
    return kind == TypeKind::int32 || kind == TypeKind::int64 || kind == TypeKind::float64 ||
           kind == TypeKind::decimal;
  }
  /// As SQL writes it, in ksqlDB's spelling: "INTEGER", "BIGINT", "DOUBLE", "DECIMAL(4, 2)",
  /// "STRING".
  std::string to_string() const;
  friend bool operator==(const Type& a, const Type& b);
};

struct NestedType {
  std::vector<std::string> names;  // STRUCT: field names; else empty
  std::vector<Type> types;         // ARRAY: element; MAP: key, value; STRUCT: fields
};

/// One named column of a schema.
struct Field {
  std::string name;
  Type type;
  friend bool operator==(const Field&, const Field&) = default;
};

/// The columns of a stream or table: those of the record's key, then those of its value.
struct Schema {
  std::vector<Field> key;
  std::vector<Field> value;
  size_t width() const { return key.size() + value.size(); }
  const Field& at(size_t i) const { return i < key.size() ? key[i] : value[i - key.size()]; }
  friend bool operator==(const Schema&, const Schema&) = default;
  /// "`ID` STRING KEY, `AMOUNT` DECIMAL(4, 2)".
  std::string to_string(bool is_table = false) const;
};

}  // namespace leat
