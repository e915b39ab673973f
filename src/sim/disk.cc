#include "sim/disk.h"

#include <unistd.h>

#include <array>
#include <filesystem>
#include <mutex>
#include <set>
#include <string_view>
#include <utility>

#include "io/errno_error.h"
#include "sim/entry_tree.h"

namespace leat::sim {
namespace {

constexpr size_t kOperations = static_cast<size_t>(Operation::sync_directory) + 1;

bool is_change(Operation operation) {
  return operation != Operation::read && operation != Operation::list &&
         operation != Operation::open;
}

Error power_error(std::string_view what, const std::string& path) {
  return Error(ErrorCode::io,
               "cannot " + std::string(what) + ": the simulated power is off: " + path);
}

}  // namespace

struct FaultyDisk::State {
  explicit State(const FaultyDiskOptions& options)
      : random(options.seed), capacity(options.capacity), torn_sector(options.torn_sector) {}

  /// What stands in the way of an operation. `cut` says that the power goes in this one.
  struct Verdict {
    int error_number = 0;
    bool cut = false;
  };

  Verdict judge(Operation operation, const std::string& path) {
    Verdict verdict;
    if (is_change(operation)) {
      ++changes;
      if (changes == cut_at) {
        power_off = true;
        verdict.cut = true;
        return verdict;
      }
    }
    for (Fault& fault : faults) {
      if (fault.operation != operation || fault.nth == 0) continue;
      if (path.find(fault.path_part) == std::string::npos) continue;
      if (fault.nth > 1) {
        --fault.nth;
        continue;
      }
      verdict.error_number = fault.error_number;
      if (!fault.sticky) fault.nth = 0;
    }
    const double chance = chances[static_cast<size_t>(operation)];
    if (chance > 0 && random.chance(chance)) verdict.error_number = EIO;
    return verdict;
  }

  /// Judges an operation on names and performs it when nothing is in the way; in the one that the
  /// power goes in it is performed too, as a change that power_cut() may keep.
  template <class F>
  Status on_names(Operation operation, std::string_view what, const std::string& path, F perform) {
    if (power_off) return power_error(what, path);
    const Verdict verdict = judge(operation, path);
    if (verdict.error_number != 0) return io::errno_error(verdict.error_number, what, path);
    const int wrong = perform(verdict.cut);
    if (verdict.cut) return power_error(what, path);
    if (wrong != 0) return io::errno_error(wrong, what, path);
    return {};
  }

  uint64_t free() const {
    const uint64_t used = tree.bytes();
    return used < capacity ? capacity - used : 0;
  }

  mutable std::mutex mutex;
  EntryTree tree;
  io::SeededRandom random;
  uint64_t capacity;
  double torn_sector;
  std::vector<Fault> faults;
  std::array<double, kOperations> chances{};
  uint64_t changes = 0;
  uint64_t cut_at = 0;
  bool power_off = false;
  uint64_t process = 0;  // grows with every death of the process; older handles are dead
  std::set<std::string> locked;
};

namespace {

class FaultyFile final : public io::File {
 public:
  FaultyFile(std::shared_ptr<FaultyDisk::State> state, std::shared_ptr<Node> node, std::string path,
             bool writable)
      : state_(std::move(state)),
        node_(std::move(node)),
        path_(std::move(path)),
        writable_(writable),
        process_(state_->process) {}

  Result<size_t> read_at(uint64_t offset, char* to, size_t n) override {
    const std::scoped_lock lock(state_->mutex);
    if (dead()) return power_error("read file", path_);
    const auto verdict = state_->judge(Operation::read, path_);
    if (verdict.error_number != 0) {
      return io::errno_error(verdict.error_number, "read file", path_);
    }
    return node_->file.read(offset, to, n);
  }

  Status write_at(uint64_t offset, ByteView bytes) override {
    const std::scoped_lock lock(state_->mutex);
    LEAT_CHECK(check_writable("write file"));
    auto verdict = state_->judge(Operation::write, path_);
    size_t taken = bytes.size();
    if (verdict.error_number != 0) taken = state_->random.below(bytes.size() + 1);
    const uint64_t size = node_->file.size();
    if (offset + taken > size && offset + taken > size + state_->free()) {
      const uint64_t room = size + state_->free();
      taken = room > offset ? room - offset : 0;
      if (verdict.error_number == 0) verdict.error_number = ENOSPC;
    }
    node_->file.write(offset, bytes.substr(0, taken));
    return outcome(verdict, "write file");
  }

  Status sync_data() override {
    const std::scoped_lock lock(state_->mutex);
    if (dead()) return power_error("sync file", path_);
    const auto verdict = state_->judge(Operation::sync, path_);
    if (verdict.error_number != 0) {
      node_->file.fail_sync();
    } else if (!verdict.cut) {
      node_->file.sync();
    }
    return outcome(verdict, "sync file");
  }

  Status preallocate_zeroed(uint64_t bytes) override {
    const std::scoped_lock lock(state_->mutex);
    LEAT_CHECK(check_writable("allocate space for file"));
    auto verdict = state_->judge(Operation::preallocate, path_);
    const uint64_t size = node_->file.size();
    if (bytes > size && bytes - size > state_->free() && verdict.error_number == 0) {
      verdict.error_number = ENOSPC;
    }
    if (verdict.cut) {
      node_->file.write(0, std::string(bytes, '\0'));
    } else if (verdict.error_number == 0) {
      node_->file.preallocate(bytes);
    }
    return outcome(verdict, "allocate space for file");
  }

  Status truncate(uint64_t bytes) override {
    const std::scoped_lock lock(state_->mutex);
    LEAT_CHECK(check_writable("truncate file"));
    auto verdict = state_->judge(Operation::truncate, path_);
    const uint64_t size = node_->file.size();
    if (bytes > size && bytes - size > state_->free() && verdict.error_number == 0) {
      verdict.error_number = ENOSPC;
    }
    if (verdict.error_number == 0) node_->file.truncate(bytes);
    return outcome(verdict, "truncate file");
  }

  Result<uint64_t> size() override {
    const std::scoped_lock lock(state_->mutex);
    if (dead()) return power_error("read size of file", path_);
    return node_->file.size();
  }

  std::string identity() override { return std::to_string(node_->number); }

  void drop_cache() override {
    const std::scoped_lock lock(state_->mutex);
    if (!dead()) node_->file.drop_cache(state_->random);
  }

 private:
  bool dead() const { return state_->power_off || process_ != state_->process; }

  Status check_writable(std::string_view what) const {
    if (dead()) return power_error(what, path_);
    if (!writable_) return io::errno_error(EBADF, what, path_);
    return {};
  }

  Status outcome(const FaultyDisk::State::Verdict& verdict, std::string_view what) const {
    if (verdict.cut) return power_error(what, path_);
    if (verdict.error_number != 0) return io::errno_error(verdict.error_number, what, path_);
    return {};
  }

  std::shared_ptr<FaultyDisk::State> state_;
  std::shared_ptr<Node> node_;
  std::string path_;
  bool writable_;
  uint64_t process_;
};

class FaultyLock final : public io::DirectoryLock {
 public:
  FaultyLock(std::shared_ptr<FaultyDisk::State> state, std::string path)
      : state_(std::move(state)), path_(std::move(path)), process_(state_->process) {}
  ~FaultyLock() override {
    const std::scoped_lock lock(state_->mutex);
    if (process_ == state_->process) state_->locked.erase(path_);
  }

 private:
  std::shared_ptr<FaultyDisk::State> state_;
  std::string path_;
  uint64_t process_;
};

}  // namespace

FaultyDisk::FaultyDisk(FaultyDiskOptions options) : state_(std::make_shared<State>(options)) {}
FaultyDisk::~FaultyDisk() = default;

Result<std::unique_ptr<io::File>> FaultyDisk::open(const std::string& path, io::OpenMode mode) {
  const std::scoped_lock lock(state_->mutex);
  const bool create = mode == io::OpenMode::create_new;
  LEAT_CHECK(state_->on_names(create ? Operation::create : Operation::open,
                              create ? "create file" : "open file", path, [&](bool) {
                                if (create) return state_->tree.create(path, false);
                                if (state_->tree.check_directory(path) == 0) return EISDIR;
                                return state_->tree.find(path) ? 0 : ENOENT;
                              }));
  return std::unique_ptr<io::File>(std::make_unique<FaultyFile>(state_, state_->tree.find(path),
                                                                path, mode != io::OpenMode::read));
}

Status FaultyDisk::create_directories(const std::string& path) {
  const std::scoped_lock lock(state_->mutex);
  return state_->on_names(Operation::create_directory, "create directory", path, [&](bool) {
    std::filesystem::path made;
    for (const auto& part : std::filesystem::path(path)) {
      made /= part;
      const int wrong = state_->tree.create(made.string(), true);
      if (wrong != 0 && wrong != EEXIST) return wrong;
    }
    return state_->tree.check_directory(path);
  });
}

Result<std::vector<std::string>> FaultyDisk::list(const std::string& path) {
  const std::scoped_lock lock(state_->mutex);
  LEAT_CHECK(state_->on_names(Operation::list, "list directory", path,
                              [&](bool) { return state_->tree.check_directory(path); }));
  std::vector<std::string> names;
  for (const auto& [name, node] : state_->tree.find(path)->entries) names.push_back(name);
  return names;
}

Result<bool> FaultyDisk::exists(const std::string& path) {
  const std::scoped_lock lock(state_->mutex);
  if (state_->power_off) return power_error("look up file", path);
  return state_->tree.find(path) != nullptr;
}

Status FaultyDisk::rename(const std::string& from, const std::string& to) {
  const std::scoped_lock lock(state_->mutex);
  return state_->on_names(Operation::rename, "rename file", from + " to " + to,
                          [&](bool) { return state_->tree.rename(from, to); });
}

Status FaultyDisk::remove(const std::string& path) {
  const std::scoped_lock lock(state_->mutex);
  return state_->on_names(Operation::remove, "remove file", path,
                          [&](bool) { return state_->tree.remove(path); });
}

Status FaultyDisk::sync_directory(const std::string& path) {
  const std::scoped_lock lock(state_->mutex);
  return state_->on_names(Operation::sync_directory, "sync directory", path, [&](bool cut) {
    const int wrong = state_->tree.check_directory(path);
    if (wrong == 0 && !cut) state_->tree.sync(*state_->tree.find(path));
    return wrong;
  });
}

Result<std::unique_ptr<io::DirectoryLock>> FaultyDisk::lock(const std::string& path) {
  const std::scoped_lock lock(state_->mutex);
  if (state_->power_off) return power_error("open lock file", path);
  const int wrong = state_->tree.create(path, false);
  if (wrong != 0 && wrong != EEXIST) return io::errno_error(wrong, "open lock file", path);
  if (!state_->locked.insert(path).second) {
    return Error(ErrorCode::busy,
                 "directory is in use by process " + std::to_string(::getpid()) + ": " +
                     std::filesystem::path(path).parent_path().string(),
                 "stop that process or name another directory");
  }
  return std::unique_ptr<io::DirectoryLock>(std::make_unique<FaultyLock>(state_, path));
}

Result<uint64_t> FaultyDisk::free_bytes(const std::string& path) {
  const std::scoped_lock lock(state_->mutex);
  if (state_->power_off) return power_error("read free space", path);
  if (!state_->tree.find(path)) return io::errno_error(ENOENT, "read free space", path);
  return state_->free();
}

void FaultyDisk::power_cut(io::SeededRandom& random) {
  const std::scoped_lock lock(state_->mutex);
  state_->tree.power_cut(random, state_->torn_sector);
  state_->power_off = false;
  state_->cut_at = 0;
  state_->locked.clear();
  ++state_->process;
}

void FaultyDisk::kill_process() {
  const std::scoped_lock lock(state_->mutex);
  state_->locked.clear();
  ++state_->process;
}

void FaultyDisk::cut_power_at(uint64_t nth) {
  const std::scoped_lock lock(state_->mutex);
  state_->cut_at = state_->changes + nth;
}

bool FaultyDisk::power_is_off() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->power_off;
}

uint64_t FaultyDisk::changes() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->changes;
}

void FaultyDisk::fail(const Fault& fault) {
  const std::scoped_lock lock(state_->mutex);
  state_->faults.push_back(fault);
}

void FaultyDisk::fail_randomly(Operation operation, double probability) {
  const std::scoped_lock lock(state_->mutex);
  state_->chances[static_cast<size_t>(operation)] = probability;
}

void FaultyDisk::clear_faults() {
  const std::scoped_lock lock(state_->mutex);
  state_->faults.clear();
  state_->chances = {};
}

void FaultyDisk::set_capacity(uint64_t bytes) {
  const std::scoped_lock lock(state_->mutex);
  state_->capacity = bytes;
}

Status FaultyDisk::damage(const std::string& path, uint64_t offset, ByteView bytes) {
  const std::scoped_lock lock(state_->mutex);
  const std::shared_ptr<Node> node = state_->tree.find(path);
  if (!node || node->directory) return io::errno_error(ENOENT, "damage file", path);
  node->file.damage(offset, bytes);
  return {};
}

size_t FaultyDisk::unsynced() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->tree.unsynced_sectors() + state_->tree.unsynced_entries();
}

}  // namespace leat::sim
