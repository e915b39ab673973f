#pragma once
#include <string>
#include <string_view>

#include "base/error.h"
#include "data/number_text.h"
#include "data/type.h"

namespace leat {

/// The first bytes of `found`, printable, for a message.
std::string excerpt(std::string_view found);

/// "value has another type than its column: `A` INTEGER, found "x"".
Error column_error(std::string_view what, const Field& field, std::string_view found);
/// The same for text that did not fit, by how it did not.
Error column_error(Fit fit, const Field& field, std::string_view found);

}  // namespace leat
