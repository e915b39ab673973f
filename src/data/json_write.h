#pragma once
// Writing JSON into room that the caller has made. json_value.h is the same for std::string.
#include "base/bytes.h"
#include "data/column.h"

namespace leat {

/// Room that put_json_value needs at most for a value of a type; 0: it depends on the value.
size_t json_value_bound(TypeKind kind);
/// Room that put_json_value needs at most for this value.
size_t json_value_bound(const Column& column, size_t row);
/// Writes one value as JSON at `p` and returns the end. Null values too.
char* put_json_value(char* p, const Column& column, size_t row);

/// Room for `text` as a JSON string.
inline size_t json_string_bound(ByteView text) { return 6 * text.size() + 2; }
char* put_json_string(char* p, ByteView text);

/// Writes base64 of `bytes` at `p` (room for (n + 2) / 3 * 4).
char* put_base64(char* p, ByteView bytes);

}  // namespace leat
