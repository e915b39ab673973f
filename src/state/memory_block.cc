#include "state/memory_block.h"

#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "base/assert.h"

namespace leat::state {
namespace {

constexpr size_t kLineBytes = 64;

char* map_aligned(size_t bytes) {
  constexpr size_t kAlign = MemoryBlock::kHugePageBytes;
  void* mapped = mmap(nullptr, bytes + kAlign, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  LEAT_ASSERT(mapped != MAP_FAILED);
  auto* start = static_cast<char*>(mapped);
  const size_t before = -reinterpret_cast<uintptr_t>(start) & (kAlign - 1);
  if (before > 0) munmap(start, before);
  if (before < kAlign) munmap(start + before + bytes, kAlign - before);
  // Advice only: without huge pages the table is slower and as right.
  madvise(start + before, bytes, MADV_HUGEPAGE);
  return start + before;
}

}  // namespace

MemoryBlock::MemoryBlock(size_t bytes) : bytes_(bytes) {
  if (bytes == 0) return;
  if (bytes >= kHugePageBytes) {
    bytes_ = (bytes + 4095) & ~size_t{4095};
    data_ = map_aligned(bytes_);
  } else {
    bytes_ = (bytes + kLineBytes - 1) & ~(kLineBytes - 1);
    data_ = static_cast<char*>(std::aligned_alloc(kLineBytes, bytes_));
    LEAT_ASSERT(data_ != nullptr);
    std::memset(data_, 0, bytes_);
  }
}

MemoryBlock::~MemoryBlock() {
  if (bytes_ >= kHugePageBytes) {
    munmap(data_, bytes_);
  } else {
    std::free(data_);
  }
}

}  // namespace leat::state
