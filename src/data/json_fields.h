#pragma once
#include <string>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"
#include "data/type.h"

namespace leat {

/// Finds the columns that a field of a JSON object goes to: that of exactly its name, else all of
/// its name in another case. Remembers the answer by name, and looks first where the order of the
/// object before says, so that a name costs one comparison.
class JsonFields {
 public:
  struct Columns {
    std::string name;
    std::vector<int> columns;
    bool exact = false;
  };
  explicit JsonFields(const std::vector<Field>& fields) : fields_(fields) {}

  /// Starts a new object.
  void begin() { next_ = 0; }
  const Columns& find(ByteView name);

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  const Columns& look_up(ByteView name);
  Columns resolve(ByteView name) const;
  const std::vector<Field>& fields_;
  std::vector<Columns> known_;  // in the order first seen
  std::unordered_map<std::string, size_t, Hash, std::equal_to<>> index_;
  size_t next_ = 0;  // in known_: where the next name probably is
};

}  // namespace leat
