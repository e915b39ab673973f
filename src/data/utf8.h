#pragma once
#include "base/bytes.h"

namespace leat {

/// Whether `text` is UTF-8, quick for the short ASCII strings that most values are.
bool is_utf8(ByteView text);

}  // namespace leat
