#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/result.h"

namespace leat {

/// What the engine has to know of a C++ user's type: how a value is held in a column, and how it
/// becomes bytes that outlive the process. One static instance a type; a Type refers to it.
///
/// A column holds a view per row. Of a trivially copyable type it points to the `size` bytes of the
/// struct, aligned to 16; of any other (`size` 0) to the encoded value, and the user's lambdas get
/// a value decoded for the call.
struct OpaqueTraits {
  std::string_view name;     // stable, in plans and messages: "shop::Order"
  uint64_t fingerprint = 0;  // of the encoded form; kept with state, a change is refused
  size_t size = 0;           // bytes of the struct; 0: held encoded
  /// Appends the encoded form of a held value. nullptr: the held bytes are the encoded form.
  void (*encode)(ByteView held, std::string& out) = nullptr;
  /// The held form of an encoded value, in `arena` or pointing into `encoded`. Errors:
  /// invalid_data. nullptr: the encoded bytes are the held form (their size is checked if `size`
  /// is not 0).
  Result<ByteView> (*decode)(ByteView encoded, Arena& arena) = nullptr;
};

/// Appends the encoded form of `held`.
inline void encode_opaque(const OpaqueTraits& traits, ByteView held, std::string& out) {
  if (traits.encode != nullptr)
    traits.encode(held, out);
  else
    out.append(held);
}

/// The held form of `encoded`.
Result<ByteView> decode_opaque(const OpaqueTraits& traits, ByteView encoded, Arena& arena);

}  // namespace leat
