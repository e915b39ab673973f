#pragma once
#include <string>
#include <vector>

#include "base/arena.h"
#include "base/bytes.h"
#include "data/column.h"

namespace leat {

/// What stands between the values of a JSON object that was read: rows of a topic mostly come from
/// one program, which writes the same fields in the same order with the same spaces. A later row
/// with the same bytes between its values needs no names looked up and no grammar followed: one
/// comparison a field, then the value.
///
/// Reads only what the general way would read, to the same values: anything unusual (another order,
/// escapes, a number where a string was, an error) is left to it.
class JsonLayout {
 public:
  /// A value of an object; `column` of the decoder it goes to, or -1.
  struct Member {
    ByteView value;
    int column;
  };
  /// Takes the layout of the object `text`: its members in order, and the columns that it does not
  /// give.
  void learn(ByteView text, const std::vector<Member>& members, std::vector<int> absent);

  /// Reads a row of this layout into row `row` of the columns. False: it is not one; the row's
  /// values are then unspecified.
  bool read(ByteView text, const std::vector<Column*>& columns, size_t row) const;

 private:
  struct Step {
    uint32_t begin;  // of the bytes in front of the value, in text_
    uint32_t size;
    int column;
  };
  std::string text_;
  std::vector<Step> steps_;
  std::vector<int> absent_;
  uint32_t tail_ = 0;  // where the bytes behind the last value begin
};

}  // namespace leat
