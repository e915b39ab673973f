#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "io/random.h"

namespace leat::sim {

/// What a device writes whole or not at all, or tears when it breaks its word.
inline constexpr uint64_t kSectorBytes = 512;

/// One file as the page cache shows it and as the device has it, with the changes in between, in
/// order and sector by sector. Not thread-safe.
class FileImage {
 public:
  size_t read(uint64_t offset, char* to, size_t n) const;
  void write(uint64_t offset, ByteView bytes);
  void truncate(uint64_t bytes);
  /// Zeroes [0, bytes), durably.
  void preallocate(uint64_t bytes);

  /// Makes durable what was written so far, but for what a failed sync has given up.
  void sync();
  /// What Linux does when the device fails a sync: pages count as clean, so that no later sync
  /// writes them, and reads go on showing them until the cache is dropped.
  void fail_sync();
  /// Forgets the pages that count as clean: of those given up, the device has an unknown part.
  void drop_cache(io::SeededRandom& random);
  /// The power goes: each unsynced sector is kept or dropped, the last ones are torn with the
  /// given probability, a size is as old as the device likes.
  void power_cut(io::SeededRandom& random, double torn_sector);

  /// Changes bytes on the device and in the cache alike, as decay or a stray write does. What lies
  /// past the end is left out.
  void damage(uint64_t offset, ByteView bytes);

  uint64_t size() const { return cached_.size; }
  size_t unsynced() const { return changes_.size(); }

 private:
  /// Whole sectors; bytes behind `size` are zeros, save on the device between a write and the
  /// size that goes with it.
  struct Image {
    std::string bytes;
    uint64_t size = 0;

    void reserve_to(uint64_t end);
    void set_size(uint64_t bytes);
    void trim();
  };
  /// One sector's new contents, or (when `bytes` is empty) a new size.
  struct Change {
    uint64_t sector = 0;
    uint64_t size = 0;
    std::string bytes;
    bool given_up = false;

    bool is_size() const { return bytes.empty(); }
    bool replaces(const Change& older) const {
      return is_size() == older.is_size() && (is_size() || sector == older.sector);
    }
  };

  static void apply(const Change& change, Image& image, uint64_t bytes = kSectorBytes);
  void resize(uint64_t bytes);
  void forget_replaced();

  Image cached_;
  Image device_;
  std::vector<Change> changes_;
};

}  // namespace leat::sim
