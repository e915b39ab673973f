#include "data/row_error.h"

#include "base/text.h"

namespace leat {
namespace {
constexpr size_t kExcerptBytes = 64;
}

std::string excerpt(std::string_view found) {
  bool cut = found.size() > kExcerptBytes;
  if (cut) {
    found = found.substr(0, kExcerptBytes);
    // Not in the middle of a character: at most three bytes continue one.
    for (int i = 0; i < 3 && (static_cast<unsigned char>(found.back()) & 0xc0) == 0x80; ++i)
      found.remove_suffix(1);
    if (static_cast<unsigned char>(found.back()) >= 0xc0) found.remove_suffix(1);
  }
  bool utf8 = is_valid_utf8(found);
  std::string out;
  for (char c : found) {
    auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !utf8))
      out += "\\x" + hex_encode({&c, 1});
    else
      out += c;
  }
  return cut ? out + "..." : out;
}

Error column_error(std::string_view what, const Field& field, std::string_view found) {
  return Error(ErrorCode::invalid_data, std::string(what) + ": `" + field.name + "` " +
                                            field.type.to_string() + ", found " + excerpt(found));
}

Error column_error(Fit fit, const Field& field, std::string_view found) {
  switch (fit) {
    case Fit::out_of_range:
      return column_error("number is out of range of its column", field, found);
    case Fit::not_exact:
      return column_error("number does not fit its column without rounding", field, found);
    default: return column_error("value has another type than its column", field, found);
  }
}

}  // namespace leat
