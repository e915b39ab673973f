#pragma once
#include <cerrno>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "io/disk.h"
#include "io/random.h"

namespace leat::sim {

enum class Operation : uint8_t {
  open,
  create,  // of a file, by opening it with create_new
  read,
  write,
  sync,
  preallocate,
  truncate,
  create_directory,
  list,
  rename,
  remove,
  sync_directory
};

/// Makes operations of one kind fail: the `nth` from now (1 is the next), or, when sticky, that one
/// and all after it.
struct Fault {
  Operation operation = Operation::write;
  uint64_t nth = 1;
  bool sticky = false;
  int error_number = EIO;
  std::string path_part = {};  // counts only operations on paths that contain it
};

struct FaultyDiskOptions {
  uint64_t seed = 1;
  uint64_t capacity = uint64_t{1} << 40;
  /// How likely one of the last unsynced sectors of a file is torn inside when the power goes.
  double torn_sector = 0.1;
};

/// A disk in memory that keeps what is durable apart from what was merely written, and that fails
/// as devices, file systems and power supplies do. The same calls and seed give the same disk.
///
/// Strict where POSIX is: syncing a file does not make its directory entry durable. A write that
/// fails, for space or by a fault, may have written its first part. Thread-safe.
class FaultyDisk final : public io::Disk {
 public:
  explicit FaultyDisk(FaultyDiskOptions options = {});
  ~FaultyDisk() override;

  Result<std::unique_ptr<io::File>> open(const std::string& path, io::OpenMode mode) override;
  Status create_directories(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& path) override;
  Result<bool> exists(const std::string& path) override;
  Status rename(const std::string& from, const std::string& to) override;
  Status remove(const std::string& path) override;
  Status sync_directory(const std::string& path) override;
  Result<std::unique_ptr<io::DirectoryLock>> lock(const std::string& path) override;
  Result<uint64_t> free_bytes(const std::string& path) override;

  /// The power goes and comes back: what was not synced is kept, dropped or torn as `random` has
  /// it. Files that were open fail from then on; locks are free.
  void power_cut(io::SeededRandom& random);
  /// The process is gone, the machine is not: nothing written is lost, open files fail, locks are
  /// free.
  void kill_process();
  /// Takes the power away in the `nth` changing operation from now: it and everything after it
  /// fails, until power_cut() decides what is left.
  void cut_power_at(uint64_t nth);
  bool power_is_off() const;
  /// Changing operations (all but reads and look-ups) so far: the crash points of a run.
  uint64_t changes() const;

  void fail(const Fault& fault);
  /// Fails every operation of this kind with this probability, with EIO.
  void fail_randomly(Operation operation, double probability);
  /// Takes all faults back. What a failed sync has given up stays given up.
  void clear_faults();
  void set_capacity(uint64_t bytes);
  /// Changes bytes of a file beneath everybody, as decay or a misdirected write does.
  Status damage(const std::string& path, uint64_t offset, ByteView bytes);

  /// Sector writes, sizes and directory entries that a power cut could take.
  size_t unsynced() const;

  struct State;  // in disk.cc: shared with open files and locks, which may outlive the disk

 private:
  std::shared_ptr<State> state_;
};

}  // namespace leat::sim
