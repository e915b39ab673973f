#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <utility>

#include "io/disk.h"
#include "io/errno_error.h"

// Files are sparse: a log that preallocates its journal costs nothing until it writes, so that a
// run of thousands of small test cases is not a run of thousands of zero-fillings.

namespace leat::io {
namespace {

constexpr uint64_t kChunk = 64 << 10;

/// Counts the bytes that all files together may have. Thread-safe.
class Space {
 public:
  explicit Space(uint64_t capacity) : free_(capacity) {}

  bool take(uint64_t bytes) {
    uint64_t left = free_.load();
    do {
      if (left < bytes) return false;
    } while (!free_.compare_exchange_weak(left, left - bytes));
    return true;
  }
  void give_back(uint64_t bytes) { free_.fetch_add(bytes); }
  uint64_t left() const { return free_.load(); }

 private:
  std::atomic<uint64_t> free_;
};

/// The bytes of one file; a chunk that was never written is absent and reads as zeros. Lives as
/// long as a name or an open file refers to it, as an inode does. Thread-safe.
class Contents {
 public:
  explicit Contents(std::shared_ptr<Space> space) : space_(std::move(space)) {}
  Contents(const Contents&) = delete;
  Contents& operator=(const Contents&) = delete;
  ~Contents() { space_->give_back(size_); }

  size_t read(uint64_t offset, char* to, size_t n) const {
    const std::shared_lock lock(mutex_);
    if (offset >= size_) return 0;
    n = static_cast<size_t>(std::min<uint64_t>(n, size_ - offset));
    for_each_piece(offset, n, [&](uint64_t chunk, uint64_t within, size_t done, size_t piece) {
      const char* const bytes = chunk < chunks_.size() ? chunks_[chunk].get() : nullptr;
      if (bytes == nullptr) {
        std::memset(to + done, 0, piece);
      } else {
        std::memcpy(to + done, bytes + within, piece);
      }
    });
    return n;
  }

  bool write(uint64_t offset, ByteView bytes) {
    const std::unique_lock lock(mutex_);
    if (!bytes.empty() && !grow_to(offset + bytes.size())) return false;
    for_each_piece(offset, bytes.size(),
                   [&](uint64_t chunk, uint64_t within, size_t done, size_t piece) {
                     if (chunks_.size() <= chunk) chunks_.resize(chunk + 1);
                     if (!chunks_[chunk]) chunks_[chunk] = std::make_unique<char[]>(kChunk);
                     std::memcpy(chunks_[chunk].get() + within, bytes.data() + done, piece);
                   });
    return true;
  }

  bool zero(uint64_t bytes) {
    const std::unique_lock lock(mutex_);
    if (!grow_to(bytes)) return false;
    const uint64_t whole = std::min<uint64_t>(bytes / kChunk, chunks_.size());
    for (uint64_t chunk = 0; chunk < whole; ++chunk) chunks_[chunk].reset();
    if (whole < chunks_.size() && chunks_[whole]) {
      std::memset(chunks_[whole].get(), 0, bytes - whole * kChunk);
    }
    return true;
  }

  bool truncate(uint64_t bytes) {
    const std::unique_lock lock(mutex_);
    if (bytes >= size_) return grow_to(bytes);
    space_->give_back(size_ - bytes);
    size_ = bytes;
    chunks_.resize(std::min<uint64_t>(chunks_.size(), (bytes + kChunk - 1) / kChunk));
    // What lies past the end must read as zeros should the file grow again.
    const uint64_t within = bytes % kChunk;
    if (within > 0 && bytes / kChunk < chunks_.size() && chunks_.back()) {
      std::memset(chunks_.back().get() + within, 0, kChunk - within);
    }
    return true;
  }

  uint64_t size() const {
    const std::shared_lock lock(mutex_);
    return size_;
  }

 private:
  template <class F>
  static void for_each_piece(uint64_t offset, size_t n, F piece_at) {
    for (size_t done = 0; done < n;) {
      const uint64_t within = (offset + done) % kChunk;
      const auto piece = static_cast<size_t>(std::min<uint64_t>(kChunk - within, n - done));
      piece_at((offset + done) / kChunk, within, done, piece);
      done += piece;
    }
  }

  bool grow_to(uint64_t bytes) {
    if (bytes <= size_) return true;
    if (!space_->take(bytes - size_)) return false;
    size_ = bytes;
    return true;
  }

  std::shared_ptr<Space> space_;
  mutable std::shared_mutex mutex_;
  std::vector<std::unique_ptr<char[]>> chunks_;
  uint64_t size_ = 0;
};

class MemoryFile final : public File {
 public:
  MemoryFile(std::shared_ptr<Contents> contents, std::string path, bool writable)
      : contents_(std::move(contents)), path_(std::move(path)), writable_(writable) {}

  Result<size_t> read_at(uint64_t offset, char* to, size_t n) override {
    return contents_->read(offset, to, n);
  }
  Status write_at(uint64_t offset, ByteView bytes) override {
    return changed("write file", [&] { return contents_->write(offset, bytes); });
  }
  Status sync_data() override { return {}; }
  Status preallocate_zeroed(uint64_t bytes) override {
    return changed("allocate space for file", [&] { return contents_->zero(bytes); });
  }
  Status truncate(uint64_t bytes) override {
    return changed("truncate file", [&] { return contents_->truncate(bytes); });
  }
  Result<uint64_t> size() override { return contents_->size(); }
  void drop_cache() override {}

 private:
  template <class F>
  Status changed(std::string_view what, F change) {
    if (!writable_) return errno_error(EBADF, what, path_);
    if (!change()) return errno_error(ENOSPC, what, path_);
    return {};
  }

  std::shared_ptr<Contents> contents_;
  std::string path_;
  bool writable_;
};

/// Names and what they name, under one mutex; null contents are a directory.
struct Tree {
  std::mutex mutex;
  std::map<std::string, std::shared_ptr<Contents>> nodes;
  std::set<std::string> locked;
};

class MemoryLock final : public DirectoryLock {
 public:
  MemoryLock(std::shared_ptr<Tree> tree, std::string name)
      : tree_(std::move(tree)), name_(std::move(name)) {}
  ~MemoryLock() override {
    const std::scoped_lock lock(tree_->mutex);
    tree_->locked.erase(name_);
  }

 private:
  std::shared_ptr<Tree> tree_;
  std::string name_;
};

/// One spelling for a path: no `.`, no doubled or trailing slash; the working directory is "".
std::string normal(const std::string& path) {
  std::string name = std::filesystem::path(path).lexically_normal().string();
  while (name.size() > 1 && name.back() == '/') name.pop_back();
  return name == "." ? std::string() : name;
}

std::string parent_of(const std::string& name) {
  return std::filesystem::path(name).parent_path().string();
}

class MemoryDisk final : public Disk {
 public:
  explicit MemoryDisk(uint64_t capacity) : space_(std::make_shared<Space>(capacity)) {
    tree_->nodes[""] = nullptr;
    tree_->nodes["/"] = nullptr;
  }

  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override {
    const std::scoped_lock lock(tree_->mutex);
    const std::string name = normal(path);
    const bool create = mode == OpenMode::create_new;
    auto found = tree_->nodes.find(name);
    if (create) {
      if (found != tree_->nodes.end()) return errno_error(EEXIST, "create file", path);
      LEAT_CHECK(require_directory(parent_of(name), "create file", path));
      found = tree_->nodes.emplace(name, std::make_shared<Contents>(space_)).first;
    }
    if (found == tree_->nodes.end()) return errno_error(ENOENT, "open file", path);
    if (!found->second) return errno_error(EISDIR, "open file", path);
    return std::unique_ptr<File>(
        std::make_unique<MemoryFile>(found->second, path, mode != OpenMode::read));
  }

  Status create_directories(const std::string& path) override {
    const std::scoped_lock lock(tree_->mutex);
    std::vector<std::string> missing;
    std::string name = normal(path);
    for (; !tree_->nodes.contains(name); name = parent_of(name)) missing.push_back(name);
    LEAT_CHECK(require_directory(name, "create directory", path));
    for (std::string& each : missing) tree_->nodes.emplace(std::move(each), nullptr);
    return {};
  }

  Result<std::vector<std::string>> list(const std::string& path) override {
    const std::scoped_lock lock(tree_->mutex);
    const std::string name = normal(path);
    LEAT_CHECK(require_directory(name, "list directory", path));
    std::vector<std::string> names;
    const std::string prefix = children_prefix(name);
    for (auto at = tree_->nodes.lower_bound(prefix); at != tree_->nodes.end(); ++at) {
      if (!at->first.starts_with(prefix)) break;
      const std::string rest = at->first.substr(prefix.size());
      if (!rest.empty() && rest.find('/') == std::string::npos) names.push_back(rest);
    }
    return names;
  }

  Result<bool> exists(const std::string& path) override {
    const std::scoped_lock lock(tree_->mutex);
    return tree_->nodes.contains(normal(path));
  }

  Status rename(const std::string& from, const std::string& to) override {
    const std::scoped_lock lock(tree_->mutex);
    const std::string old_name = normal(from);
    const std::string new_name = normal(to);
    const std::string both = from + " to " + to;
    const auto found = tree_->nodes.find(old_name);
    if (found == tree_->nodes.end()) return errno_error(ENOENT, "rename file", both);
    LEAT_CHECK(require_directory(parent_of(new_name), "rename file", both));
    if (old_name == new_name) return {};
    if (new_name.starts_with(children_prefix(old_name))) {
      return errno_error(EINVAL, "rename file", both);
    }
    const auto target = tree_->nodes.find(new_name);
    if (target != tree_->nodes.end()) {
      const bool directory = found->second == nullptr;
      if (!target->second && !directory) return errno_error(EISDIR, "rename file", both);
      if (target->second && directory) return errno_error(ENOTDIR, "rename file", both);
      if (!target->second && has_children(new_name)) {
        return errno_error(ENOTEMPTY, "rename file", both);
      }
      tree_->nodes.erase(target);
    }
    move(old_name, new_name);
    return {};
  }

  Status remove(const std::string& path) override {
    const std::scoped_lock lock(tree_->mutex);
    const auto found = tree_->nodes.find(normal(path));
    if (found == tree_->nodes.end()) return errno_error(ENOENT, "remove file", path);
    if (!found->second && has_children(found->first)) {
      return errno_error(ENOTEMPTY, "remove file", path);
    }
    tree_->nodes.erase(found);
    return {};
  }

  Status sync_directory(const std::string& path) override {
    const std::scoped_lock lock(tree_->mutex);
    return require_directory(normal(path), "open directory", path);
  }

  Result<std::unique_ptr<DirectoryLock>> lock(const std::string& path) override {
    const std::scoped_lock lock(tree_->mutex);
    const std::string name = normal(path);
    LEAT_CHECK(require_directory(parent_of(name), "open lock file", path));
    if (!tree_->locked.insert(name).second) {
      const std::string directory = std::filesystem::path(path).parent_path().string();
      return Error(ErrorCode::busy,
                   "directory is in use by process " + std::to_string(::getpid()) + ": " +
                       (directory.empty() ? "." : directory),
                   "stop that process or name another directory");
    }
    auto& contents = tree_->nodes[name];
    if (!contents) contents = std::make_shared<Contents>(space_);
    return std::unique_ptr<DirectoryLock>(std::make_unique<MemoryLock>(tree_, name));
  }

  Result<uint64_t> free_bytes(const std::string& path) override {
    const std::scoped_lock lock(tree_->mutex);
    if (!tree_->nodes.contains(normal(path))) return errno_error(ENOENT, "read free space", path);
    return space_->left();
  }

 private:
  static std::string children_prefix(const std::string& name) {
    return name.empty() || name == "/" ? name : name + "/";
  }

  bool has_children(const std::string& name) const {
    const std::string prefix = children_prefix(name);
    const auto at = tree_->nodes.lower_bound(prefix);
    return at != tree_->nodes.end() && at->first.starts_with(prefix);
  }

  Status require_directory(const std::string& name, std::string_view what,
                           const std::string& path) const {
    const auto found = tree_->nodes.find(name);
    if (found == tree_->nodes.end()) return errno_error(ENOENT, what, path);
    if (found->second) return errno_error(ENOTDIR, what, path);
    return {};
  }

  void move(const std::string& old_name, const std::string& new_name) {
    auto node = tree_->nodes.extract(old_name);
    node.key() = new_name;
    tree_->nodes.insert(std::move(node));
    const std::string prefix = children_prefix(old_name);
    for (auto at = tree_->nodes.lower_bound(prefix);
         at != tree_->nodes.end() && at->first.starts_with(prefix);
         at = tree_->nodes.lower_bound(prefix)) {
      auto child = tree_->nodes.extract(at);
      child.key() = new_name + "/" + child.key().substr(prefix.size());
      tree_->nodes.insert(std::move(child));
    }
  }

  std::shared_ptr<Space> space_;
  std::shared_ptr<Tree> tree_ = std::make_shared<Tree>();
};

}  // namespace

std::unique_ptr<Disk> memory_disk(uint64_t capacity) {
  return std::make_unique<MemoryDisk>(capacity);
}

}  // namespace leat::io
