#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "log/embedded/frame.h"
#include "log/embedded/section.h"
#include "log/log.h"

namespace leat::log {

/// Memory for groups, aligned to blocks and used again, so that a steady stream of appends touches
/// no fresh pages. Thread-safe: readers may give back the last hold on a group.
class ChunkPool {
 public:
  explicit ChunkPool(size_t kept_bytes_max) : kept_bytes_max_(kept_bytes_max) {}
  ~ChunkPool();
  ChunkPool(const ChunkPool&) = delete;
  ChunkPool& operator=(const ChunkPool&) = delete;

  char* take(size_t bytes);
  void give_back(char* memory, size_t bytes);

 private:
  struct Free {
    char* memory;
    size_t bytes;
  };
  size_t kept_bytes_max_;
  std::mutex mutex_;
  std::vector<Free> free_;
  size_t kept_bytes_ = 0;
};

/// What becomes one frame: appends and commits that share one sync. Filled under the sequencer's
/// mutex, sealed and written by the writer, then read by whoever holds it. The bytes never move
/// once placed.
class Group : public std::enable_shared_from_this<Group> {
 public:
  Group(Lsn lsn, std::shared_ptr<ChunkPool> pool);
  ~Group();
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;

  /// Places `bytes` in the frame, `at` is where. One copy.
  char* add(ByteView bytes, uint64_t& at);
  /// As add(), without the copy when the bytes are many: they become part of the group.
  char* add(Blob bytes, uint64_t& at);

  /// Bytes that the frame takes at most, with what is in it now.
  uint64_t frame_bytes_bound() const;
  /// Bytes placed so far.
  uint64_t payload_bytes() const { return end_; }
  size_t memory_bytes() const { return memory_bytes_; }
  bool empty() const { return end_ == kFrameHeaderBytes && sections.empty(); }

  /// Finishes the frame: directory, padding, header (of which the caller gives incarnation,
  /// generation, place and chain). Afterwards pieces() are the frame.
  void seal(FrameHeader& header);
  /// The frame's bytes in order: each begins on a block.
  std::vector<std::pair<uint64_t, ByteView>> pieces() const;

  const Lsn lsn;
  TimeMs append_time = kNoTime;  // set with the first append
  int64_t opened_ns = 0;
  uint64_t segment = 0;  // set by seal()
  uint64_t position = 0;
  bool has_commit = false;
  int64_t records = 0;
  std::vector<Section> sections;
  size_t directory_bytes_bound = 0;  // kept by whoever adds sections

  struct Completion {
    AppendDone done;
    Appended result;
  };
  std::vector<Completion> completions;

 private:
  struct Chunk {
    char* memory;
    size_t capacity;
    size_t used;
    uint64_t position;  // in the frame
    Blob adopted;
  };
  char* place(size_t bytes, uint64_t& at);
  void pad_last_chunk();

  std::shared_ptr<ChunkPool> pool_;
  std::vector<Chunk> chunks_;
  uint64_t end_ = 0;
  size_t memory_bytes_ = 0;
  size_t copied_bytes_ = 0;
};

}  // namespace leat::log
