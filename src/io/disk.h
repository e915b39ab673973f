#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace leat::io {

/// One open file. Reads and writes at explicit offsets; no position, no mapping (a fault would
/// become a signal and pass by every test's fault injection). Thread-safe as pread and pwrite are.
class File {
 public:
  virtual ~File() = default;
  /// Reads up to `n` bytes at `offset` into `to`; fewer only at the end of the file.
  virtual Result<size_t> read_at(uint64_t offset, char* to, size_t n) = 0;
  /// Writes all of `bytes`. Errors: disk_full, io.
  virtual Status write_at(uint64_t offset, ByteView bytes) = 0;
  /// Makes written data and the size durable (fdatasync). After an error nothing may be assumed of
  /// what was written.
  virtual Status sync_data() = 0;
  /// Allocates and zero-fills [0, bytes) and makes it durable, so that later writes inside change
  /// no metadata.
  virtual Status preallocate_zeroed(uint64_t bytes) = 0;
  /// Allocates [0, bytes) and makes size and space durable, without writing: new bytes read as
  /// zeros, and the first write of each changes metadata.
  virtual Status preallocate(uint64_t bytes) { return preallocate_zeroed(bytes); }
  virtual Status truncate(uint64_t bytes) = 0;
  virtual Result<uint64_t> size() = 0;
  /// What tells the file from every copy of it, and from whatever had its name before; writing and
  /// renaming do not change it. Empty where the file system cannot tell.
  virtual std::string identity() { return {}; }
  /// Drops the page cache of the file where that is possible, so that reads come from the device.
  virtual void drop_cache() = 0;
};

/// Held lock on a directory; released by destruction (and by the kernel when the process dies).
class DirectoryLock {
 public:
  virtual ~DirectoryLock() = default;
};

enum class OpenMode : uint8_t {
  read,
  read_write,  // like read, not_found when there is no such file
  create_new   // already_exists when there is one
};

/// A file system as the engine needs it. Paths are as given; a directory entry is durable after
/// sync_directory of its parent. Thread-safe.
class Disk {
 public:
  virtual ~Disk() = default;
  virtual Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) = 0;
  virtual Status create_directories(const std::string& path) = 0;
  /// Names of the entries of a directory, sorted. Errors: not_found.
  virtual Result<std::vector<std::string>> list(const std::string& path) = 0;
  virtual Result<bool> exists(const std::string& path) = 0;
  virtual Status rename(const std::string& from, const std::string& to) = 0;
  virtual Status remove(const std::string& path) = 0;
  virtual Status sync_directory(const std::string& path) = 0;
  /// Takes the lock file `path`. Errors: busy, naming the pid that holds it.
  virtual Result<std::unique_ptr<DirectoryLock>> lock(const std::string& path) = 0;
  /// Bytes that can still be written below `path`.
  virtual Result<uint64_t> free_bytes(const std::string& path) = 0;

  /// The whole contents of a file (at most `limit` bytes; more is out_of_range).
  Result<std::string> read_file(const std::string& path, uint64_t limit = 1ull << 30);
  /// Replaces a file so that a crash leaves the old or the new contents: writes beside it, syncs,
  /// renames, syncs the directory.
  Status replace_file(const std::string& path, ByteView contents);
  /// The same for contents that name the file's own identity.
  Status replace_file(const std::string& path,
                      const std::function<std::string(const std::string& identity)>& contents);
};

/// The machine's file systems.
Disk& system_disk();

/// Files in memory, without faults: for unit tests and for runs that keep nothing (`leat test`).
/// Together they have at most `capacity` bytes; past that, writes fail with disk_full.
std::unique_ptr<Disk> memory_disk(uint64_t capacity = uint64_t{1} << 40);

}  // namespace leat::io
