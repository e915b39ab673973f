#pragma once
#include <string>

#include "base/bytes.h"

namespace leat::sql::functions {

/// Letters of all scripts in upper or lower case, as Unicode's simple mappings have them (and sharp
/// s as SS). Bytes that are not UTF-8 stay.
void append_upper(std::string& out, ByteView text);
void append_lower(std::string& out, ByteView text);

/// A code point as UTF-8.
void append_utf8(std::string& out, uint32_t code_point);

}  // namespace leat::sql::functions
