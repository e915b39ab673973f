#include "base/arena.h"

#include <algorithm>

namespace leat {

char* Arena::allocate_slow(size_t n, size_t align) {
  size_t size = std::max(block_bytes_, n + align);
  if (!blocks_.empty()) size = std::max(size, std::min<size_t>(blocks_.back().size * 2, 4 << 20));
  blocks_.push_back({std::unique_ptr<char[]>(new char[size]), size});
  held_ += size;
  next_ = blocks_.back().bytes.get();
  end_ = next_ + size;
  return allocate(n, align);
}

void Arena::reset() {
  if (blocks_.empty()) return;
  auto largest = std::max_element(blocks_.begin(), blocks_.end(),
                                  [](const Block& a, const Block& b) { return a.size < b.size; });
  Block kept = std::move(*largest);
  blocks_.clear();
  held_ = kept.size;
  next_ = kept.bytes.get();
  end_ = next_ + kept.size;
  blocks_.push_back(std::move(kept));
}

}  // namespace leat
