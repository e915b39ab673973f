#pragma once
#include <string_view>

#include "base/error.h"

namespace leat::io {

/// Turns an errno into an Error: "cannot `what`: reason: path", with a code that callers act on and
/// a hint where the user can do something (no space, no permission, too many open files).
Error errno_error(int number, std::string_view what, std::string_view path);

}  // namespace leat::io
