#include "data/json_fields.h"

#include "base/text.h"

namespace leat {
namespace {
constexpr size_t kKnownMax = 1024;  // names that differ from row to row are not worth remembering
constexpr size_t kLookAhead = 4;    // fields that a row may leave out in a run
}  // namespace

const JsonFields::Columns& JsonFields::find(ByteView name) {
  size_t end = std::min(known_.size(), next_ + kLookAhead);
  for (size_t i = next_; i < end; ++i)
    if (known_[i].name == name) {
      next_ = i + 1;
      return known_[i];
    }
  return look_up(name);
}

const JsonFields::Columns& JsonFields::look_up(ByteView name) {
  auto found = index_.find(name);
  if (found == index_.end()) {
    if (known_.size() >= kKnownMax) {
      known_.clear();
      index_.clear();
    }
    found = index_.emplace(std::string(name), known_.size()).first;
    known_.push_back(resolve(name));
  }
  next_ = found->second + 1;
  return known_[found->second];
}

JsonFields::Columns JsonFields::resolve(ByteView name) const {
  Columns out{.name = std::string(name)};
  for (size_t c = 0; c < fields_.size(); ++c) {
    if (fields_[c].name == name)
      return {.name = std::string(name), .columns = {static_cast<int>(c)}, .exact = true};
    if (equals_ignoring_case(fields_[c].name, name)) out.columns.push_back(static_cast<int>(c));
  }
  return out;
}

}  // namespace leat
