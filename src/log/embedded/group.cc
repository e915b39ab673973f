#include "log/embedded/group.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <new>

#include "base/crc32c.h"

namespace leat::log {
namespace {

constexpr size_t kChunkBytesMin = 16u << 10;
constexpr size_t kChunkBytesMax = 1u << 20;
/// From here on bytes are taken over instead of copied. Each such piece pads two blocks at most,
/// its own last one and that of what was copied before it: an eighth, as the sequencer promises.
constexpr size_t kAdoptBytesMin = 64u << 10;
static_assert(2 * kBlockBytes * 8 <= kAdoptBytesMin);

size_t chunk_bytes(size_t needed, size_t copied_so_far) {
  // Few sizes, so that the pool has them, and whole blocks: a chunk is padded to one.
  const size_t size = std::clamp(std::bit_ceil(4 * copied_so_far), kChunkBytesMin, kChunkBytesMax);
  return std::max<size_t>(size, block_ceil(needed));
}

}  // namespace

ChunkPool::~ChunkPool() {
  for (const Free& chunk : free_) std::free(chunk.memory);
}

char* ChunkPool::take(size_t bytes) {
  {
    std::lock_guard lock(mutex_);
    for (size_t i = free_.size(); i-- > 0;) {
      if (free_[i].bytes != bytes) continue;
      char* memory = free_[i].memory;
      free_.erase(free_.begin() + static_cast<ptrdiff_t>(i));
      kept_bytes_ -= bytes;
      return memory;
    }
  }
  void* memory = std::aligned_alloc(kBlockBytes, bytes);
  if (!memory) throw std::bad_alloc();
  return static_cast<char*>(memory);
}

void ChunkPool::give_back(char* memory, size_t bytes) {
  std::lock_guard lock(mutex_);
  if (kept_bytes_ + bytes > kept_bytes_max_) {
    std::free(memory);
    return;
  }
  free_.push_back({memory, bytes});
  kept_bytes_ += bytes;
}

Group::Group(Lsn place_in_journal, std::shared_ptr<ChunkPool> pool)
    : lsn(place_in_journal), pool_(std::move(pool)) {
  uint64_t at = 0;
  place(kFrameHeaderBytes, at);
}

Group::~Group() {
  for (const Chunk& chunk : chunks_) {
    if (chunk.adopted.empty()) pool_->give_back(chunk.memory, chunk.capacity);
  }
}

void Group::pad_last_chunk() {
  Chunk& last = chunks_.back();
  size_t padded = block_ceil(last.used);
  // Behind bytes that were taken over, the rest of its last block is not written: no checksum
  // covers it.
  if (last.adopted.empty()) {
    std::memset(last.memory + last.used, 0, padded - last.used);
    last.used = padded;
  }
  end_ = last.position + padded;
}

char* Group::place(size_t bytes, uint64_t& at) {
  if (chunks_.empty() || chunks_.back().capacity - chunks_.back().used < bytes) {
    if (!chunks_.empty()) pad_last_chunk();
    size_t capacity = chunk_bytes(bytes, copied_bytes_);
    chunks_.push_back({pool_->take(capacity), capacity, 0, end_, {}});
    memory_bytes_ += capacity;
  }
  Chunk& chunk = chunks_.back();
  char* memory = chunk.memory + chunk.used;
  at = chunk.position + chunk.used;
  chunk.used += bytes;
  copied_bytes_ += bytes;
  end_ = chunk.position + chunk.used;
  return memory;
}

char* Group::add(ByteView bytes, uint64_t& at) {
  char* memory = place(bytes.size(), at);
  if (!bytes.empty()) std::memcpy(memory, bytes.data(), bytes.size());
  return memory;
}

char* Group::add(Blob bytes, uint64_t& at) {
  if (bytes.size() < kAdoptBytesMin) return add(ByteView(bytes), at);
  pad_last_chunk();
  at = end_;
  size_t size = bytes.size();
  char* memory = bytes.data();
  memory_bytes_ += size;
  chunks_.push_back({memory, size, size, end_, std::move(bytes)});
  end_ += size;
  return memory;
}

uint64_t Group::frame_bytes_bound() const {
  const Chunk& last = chunks_.back();
  bool joins = last.capacity - last.used >= directory_bytes_bound;
  return joins ? block_ceil(end_ + directory_bytes_bound)
               : block_ceil(end_) + block_ceil(directory_bytes_bound);
}

void Group::seal(FrameHeader& header) {
  std::string directory;
  directory.reserve(directory_bytes_bound);
  for (const Section& section : sections) encode_section(section, directory);
  header.lsn = lsn;
  header.append_time = append_time;
  header.segment = segment;
  header.position = position;
  header.sections = static_cast<uint32_t>(sections.size());
  header.directory_bytes = directory.size();
  header.directory_checksum = crc32c(directory);
  add(ByteView(directory), header.directory_position);
  pad_last_chunk();
  header.frame_bytes = end_;
  encode_frame_header(header, chunks_.front().memory);
}

std::vector<std::pair<uint64_t, ByteView>> Group::pieces() const {
  std::vector<std::pair<uint64_t, ByteView>> out;
  out.reserve(chunks_.size());
  for (const Chunk& chunk : chunks_) {
    out.emplace_back(chunk.position, ByteView(chunk.memory, chunk.used));
  }
  return out;
}

}  // namespace leat::log
