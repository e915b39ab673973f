#include "data/type.h"

#include <gtest/gtest.h>

#include "data/opaque.h"

namespace leat {
namespace {

Type struct_of(std::vector<std::string> names, std::vector<Type> types) {
  Type type{TypeKind::struct_};
  type.nested = std::make_shared<NestedType>(
      NestedType{.names = std::move(names), .types = std::move(types)});
  return type;
}

TEST(Type, is_written_in_the_spelling_of_the_language) {
  EXPECT_EQ(Type::int32().to_string(), "INTEGER");
  EXPECT_EQ(Type::decimal(4, 2).to_string(), "DECIMAL(4, 2)");
  EXPECT_EQ(Type::string().to_string(), "STRING");
  EXPECT_EQ(struct_of({"A", "b`c"}, {Type::int64(), Type::float64()}).to_string(),
            "STRUCT<`A` BIGINT, `b``c` DOUBLE>");
  Type map{TypeKind::map};
  map.nested = std::make_shared<NestedType>(NestedType{.types = {Type::string(), Type::bytes()}});
  EXPECT_EQ(map.to_string(), "MAP<STRING, BYTES>");
}

TEST(Type, compares_by_structure_not_by_identity) {
  EXPECT_EQ(Type::decimal(4, 2), Type::decimal(4, 2));
  EXPECT_NE(Type::decimal(4, 2), Type::decimal(5, 2));
  EXPECT_NE(Type::int32(), Type::int64());
  EXPECT_EQ(struct_of({"A"}, {Type::int32()}), struct_of({"A"}, {Type::int32()}));
  EXPECT_NE(struct_of({"A"}, {Type::int32()}), struct_of({"B"}, {Type::int32()}));
  OpaqueTraits one{.name = "Order", .fingerprint = 1, .size = 8};
  OpaqueTraits same = one;
  OpaqueTraits changed = one;
  changed.fingerprint = 2;
  Type a{TypeKind::opaque, 0, 0, nullptr, &one};
  Type b{TypeKind::opaque, 0, 0, nullptr, &same};
  Type c{TypeKind::opaque, 0, 0, nullptr, &changed};
  EXPECT_EQ(a, b);
  EXPECT_NE(a, c);
  EXPECT_EQ(a.to_string(), "Order");
}

TEST(Schema, names_are_always_quoted_and_key_columns_marked) {
  Schema schema{.key = {{"ID", Type::string()}}, .value = {{"amount", Type::decimal(4, 2)}}};
  EXPECT_EQ(schema.to_string(), "`ID` STRING KEY, `amount` DECIMAL(4, 2)");
  EXPECT_EQ(schema.to_string(true), "`ID` STRING PRIMARY KEY, `amount` DECIMAL(4, 2)");
}

TEST(Opaque, a_plain_struct_is_held_aligned_and_its_size_is_checked) {
  OpaqueTraits traits{.name = "Point", .fingerprint = 7, .size = 16};
  Arena arena;
  arena.allocate(3);
  auto held = decode_opaque(traits, "0123456789abcdef", arena);
  ASSERT_TRUE(held.has_value());
  EXPECT_EQ(*held, "0123456789abcdef");
  EXPECT_EQ(reinterpret_cast<uintptr_t>(held->data()) % 16, 0u);
  auto wrong = decode_opaque(traits, "short", arena);
  ASSERT_FALSE(wrong.has_value());
  EXPECT_EQ(wrong.error().code(), ErrorCode::invalid_data);
}

}  // namespace
}  // namespace leat
