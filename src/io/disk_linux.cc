#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "io/disk.h"
#include "io/errno_error.h"

namespace leat::io {
namespace {

// The data may be somebody's payments: readable by the owner and the group alone.
constexpr mode_t kFileMode = 0640;
constexpr size_t kZeroPiece = size_t{1} << 20;

/// Owns a file descriptor.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

template <class F>
auto retrying(F call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

Result<Descriptor> open_descriptor(const std::string& path, int flags, std::string_view what) {
  const int fd = retrying([&] { return ::open(path.c_str(), flags | O_CLOEXEC, kFileMode); });
  if (fd < 0) return errno_error(errno, what, path);
  return Descriptor(fd);
}

class LinuxFile final : public File {
 public:
  LinuxFile(Descriptor fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  Result<size_t> read_at(uint64_t offset, char* to, size_t n) override {
    size_t done = 0;
    while (done < n) {
      const ssize_t got = retrying([&] {
        return ::pread(fd_.get(), to + done, n - done, static_cast<off_t>(offset + done));
      });
      if (got < 0) return errno_error(errno, "read file", path_);
      if (got == 0) break;
      done += static_cast<size_t>(got);
    }
    return done;
  }

  Status write_at(uint64_t offset, ByteView bytes) override {
    size_t done = 0;
    while (done < bytes.size()) {
      const ssize_t put = retrying([&] {
        return ::pwrite(fd_.get(), bytes.data() + done, bytes.size() - done,
                        static_cast<off_t>(offset + done));
      });
      if (put < 0) return errno_error(errno, "write file", path_);
      done += static_cast<size_t>(put);
    }
    return {};
  }

  Status sync_data() override {
    // Not repeated on EINTR or anything else: after a failed sync the kernel marks pages clean, so
    // a second one would succeed without having written them.
    if (::fdatasync(fd_.get()) != 0) return errno_error(errno, "sync file", path_);
    return {};
  }

  Status preallocate(uint64_t bytes) override {
    const auto length = static_cast<off_t>(bytes);
    if (bytes > 0 && retrying([&] { return ::fallocate(fd_.get(), 0, 0, length); }) != 0) {
      if (errno == EOPNOTSUPP) return preallocate_zeroed(bytes);
      return errno_error(errno, "allocate space for file", path_);
    }
    return sync_data();
  }

  Status preallocate_zeroed(uint64_t bytes) override {
    const auto length = static_cast<off_t>(bytes);
    // Asks for the space at once, so that a full disk is seen before anything is written. A file
    // system without it finds out while the zeros are written.
    if (bytes > 0 && retrying([&] { return ::fallocate(fd_.get(), 0, 0, length); }) != 0 &&
        errno != EOPNOTSUPP) {
      return errno_error(errno, "allocate space for file", path_);
    }
    // Allocated extents are marked unwritten; the first write into one changes metadata, which a
    // later fdatasync would have to wait for. Written zeros leave nothing to change.
    const std::string zeros(std::min<uint64_t>(bytes, kZeroPiece), '\0');
    for (uint64_t at = 0; at < bytes; at += kZeroPiece) {
      const auto piece = static_cast<size_t>(std::min<uint64_t>(kZeroPiece, bytes - at));
      LEAT_CHECK(write_at(at, ByteView(zeros).substr(0, piece)));
    }
    return sync_data();
  }

  Status truncate(uint64_t bytes) override {
    if (retrying([&] { return ::ftruncate(fd_.get(), static_cast<off_t>(bytes)); }) != 0) {
      // A descriptor open for reading gives EINVAL here and EBADF from write; one code for both.
      const bool read_only = (::fcntl(fd_.get(), F_GETFL) & O_ACCMODE) == O_RDONLY;
      return errno_error(read_only ? EBADF : errno, "truncate file", path_);
    }
    return {};
  }

  Result<uint64_t> size() override {
    struct stat info {};
    if (::fstat(fd_.get(), &info) != 0) return errno_error(errno, "read size of file", path_);
    return static_cast<uint64_t>(info.st_size);
  }

  // Inode numbers are given again, so the time of birth is needed too, which not all have.
  std::string identity() override {
    struct statx info {};
    if (::statx(fd_.get(), "", AT_EMPTY_PATH, STATX_INO | STATX_BTIME, &info) != 0) return {};
    if ((info.stx_mask & STATX_BTIME) == 0 || (info.stx_mask & STATX_INO) == 0) return {};
    return std::to_string(info.stx_ino) + ":" + std::to_string(info.stx_btime.tv_sec) + "." +
           std::to_string(info.stx_btime.tv_nsec);
  }

  // Advice: where the kernel does not take it, reads come from memory as before.
  void drop_cache() override { (void)::posix_fadvise(fd_.get(), 0, 0, POSIX_FADV_DONTNEED); }

 private:
  Descriptor fd_;
  std::string path_;
};

class LinuxLock final : public DirectoryLock {
 public:
  explicit LinuxLock(Descriptor fd) : fd_(std::move(fd)) {}

 private:
  Descriptor fd_;  // Closing it releases the lock. The file stays: removing it would race.
};

Error busy_error(int fd, const std::string& path) {
  char text[32] = {};
  const ssize_t got = ::pread(fd, text, sizeof text - 1, 0);
  std::string pid(text, got > 0 ? static_cast<size_t>(got) : 0);
  while (!pid.empty() && pid.back() == '\n') pid.pop_back();
  const std::string directory = std::filesystem::path(path).parent_path().string();
  return Error(ErrorCode::busy,
               "directory is in use by " +
                   (pid.empty() ? std::string("another process") : "process " + pid) + ": " +
                   (directory.empty() ? "." : directory),
               "stop that process or name another directory");
}

class LinuxDisk final : public Disk {
 public:
  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override {
    int flags = O_RDWR;
    if (mode == OpenMode::read) flags = O_RDONLY;
    if (mode == OpenMode::create_new) flags = O_RDWR | O_CREAT | O_EXCL;
    LEAT_TRY(
        Descriptor fd,
        open_descriptor(path, flags, mode == OpenMode::create_new ? "create file" : "open file"));
    struct stat info {};
    if (::fstat(fd.get(), &info) != 0) return errno_error(errno, "open file", path);
    if (S_ISDIR(info.st_mode)) return errno_error(EISDIR, "open file", path);
    return std::unique_ptr<File>(std::make_unique<LinuxFile>(std::move(fd), path));
  }

  Status create_directories(const std::string& path) override {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error) return errno_error(error.value(), "create directory", path);
    if (!std::filesystem::is_directory(path, error)) {
      return errno_error(ENOTDIR, "create directory", path);
    }
    return {};
  }

  Result<std::vector<std::string>> list(const std::string& path) override {
    DIR* const directory = ::opendir(path.c_str());
    if (directory == nullptr) return errno_error(errno, "list directory", path);
    const std::unique_ptr<DIR, int (*)(DIR*)> closing(directory, ::closedir);
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = ::readdir(directory)) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
      errno = 0;
    }
    if (errno != 0) return errno_error(errno, "list directory", path);
    std::sort(names.begin(), names.end());
    return names;
  }

  Result<bool> exists(const std::string& path) override {
    struct stat info {};
    if (::lstat(path.c_str(), &info) == 0) return true;
    if (errno == ENOENT || errno == ENOTDIR) return false;
    return errno_error(errno, "look up file", path);
  }

  Status rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) == 0) return {};
    return errno_error(errno, "rename file", from + " to " + to);
  }

  Status remove(const std::string& path) override {
    if (::remove(path.c_str()) == 0) return {};
    return errno_error(errno, "remove file", path);
  }

  Status sync_directory(const std::string& path) override {
    LEAT_TRY(Descriptor fd, open_descriptor(path, O_RDONLY | O_DIRECTORY, "open directory"));
    if (::fsync(fd.get()) != 0) return errno_error(errno, "sync directory", path);
    return {};
  }

  Result<std::unique_ptr<DirectoryLock>> lock(const std::string& path) override {
    LEAT_TRY(Descriptor fd, open_descriptor(path, O_RDWR | O_CREAT, "open lock file"));
    if (retrying([&] { return ::flock(fd.get(), LOCK_EX | LOCK_NB); }) != 0) {
      if (errno == EWOULDBLOCK) return busy_error(fd.get(), path);
      return errno_error(errno, "lock file", path);
    }
    // The pid is for people and for the message above. A disk too full to hold it stops nobody.
    const std::string pid = std::to_string(::getpid()) + "\n";
    if (::ftruncate(fd.get(), 0) == 0) {
      [[maybe_unused]] const ssize_t put = ::pwrite(fd.get(), pid.data(), pid.size(), 0);
    }
    return std::unique_ptr<DirectoryLock>(std::make_unique<LinuxLock>(std::move(fd)));
  }

  Result<uint64_t> free_bytes(const std::string& path) override {
    struct statvfs info {};
    if (retrying([&] { return ::statvfs(path.c_str(), &info); }) != 0) {
      return errno_error(errno, "read free space", path);
    }
    return uint64_t{info.f_bavail} * info.f_frsize;
  }
};

}  // namespace

Disk& system_disk() {
  static LinuxDisk disk;
  return disk;
}

}  // namespace leat::io
