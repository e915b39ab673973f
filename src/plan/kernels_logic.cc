#include <cstring>

#include "plan/kernels.h"
#include "plan/like.h"

namespace leat::plan {
namespace {

// The pattern of the latest row, since it is the same for all rows as a rule.
class PatternOfRow {
 public:
  PatternOfRow(const Column& pattern, const Column* escape) : pattern_(pattern), escape_(escape) {}

  /// nullptr: not a pattern.
  const LikePattern* at(size_t row) {
    ByteView text = pattern_.at<ByteView>(row);
    ByteView escape = escape_ == nullptr ? ByteView() : escape_->at<ByteView>(row);
    if (!read_ || text != text_ || escape != escape_text_) {
      read_ = true;
      text_ = text;
      escape_text_ = escape;
      std::optional<std::string> escape_copy;
      if (escape_ != nullptr) escape_copy = std::string(escape);
      parsed_ = LikePattern::parse(text, escape_copy);
    }
    return parsed_ ? &*parsed_ : nullptr;
  }

 private:
  const Column& pattern_;
  const Column* escape_;
  bool read_ = false;
  ByteView text_, escape_text_;
  std::optional<LikePattern> parsed_;
};
}  // namespace

Kernel is_null_kernel(bool negated) {
  return [negated](const CallContext& c, std::span<const Column* const> args, Column& out) {
    uint8_t* r = out.data<uint8_t>();
    const uint8_t* valid = args[0]->validity();
    for (size_t i = 0; i < c.rows; ++i)
      r[i] = valid == nullptr ? negated : (valid[i] != 0) == negated;
  };
}

Kernel not_kernel() {
  return [](const CallContext& c, std::span<const Column* const> args, Column& out) {
    const uint8_t* a = args[0]->data<uint8_t>();
    uint8_t* r = out.data<uint8_t>();
    for (size_t i = 0; i < c.rows; ++i) r[i] = a[i] == 0;
  };
}

Kernel like_kernel() {
  return [](const CallContext& c, std::span<const Column* const> args, Column& out) {
    const Column* escape = args.size() > 2 ? args[2] : nullptr;
    PatternOfRow patterns(*args[1], escape);
    for (size_t i = 0; i < c.rows; ++i) {
      bool null = args[0]->is_null(i) || args[1]->is_null(i) || (escape && escape->is_null(i));
      out.at<uint8_t>(i) = 0;
      if (null) continue;
      const LikePattern* pattern = patterns.at(i);
      if (pattern == nullptr)
        c.fail(out, i, ErrorCode::invalid_data,
               "LIKE pattern ends with its escape character: " + value_text(*args[1], i));
      else
        out.at<uint8_t>(i) = pattern->matches(args[0]->at<ByteView>(i));
    }
  };
}

Kernel concat_kernel() {
  return [](const CallContext& c, std::span<const Column* const> args, Column& out) {
    for (size_t i = 0; i < c.rows; ++i) {
      ByteView& r = out.at<ByteView>(i);
      r = {};
      if (out.is_null(i)) continue;
      ByteView a = args[0]->at<ByteView>(i);
      ByteView b = args[1]->at<ByteView>(i);
      char* p = c.arena.allocate(a.size() + b.size());
      if (!a.empty()) std::memcpy(p, a.data(), a.size());
      if (!b.empty()) std::memcpy(p + a.size(), b.data(), b.size());
      r = {p, a.size() + b.size()};
    }
  };
}

}  // namespace leat::plan
