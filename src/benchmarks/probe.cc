// What the machine can do: memory, and this disk.
#include <fcntl.h>
#include <unistd.h>

#include <cstring>
#include <memory>
#include <vector>

#include "benchmarks/machine.h"
#include "benchmarks/meter.h"
#include "io/clock.h"
#include "io/errno_error.h"

namespace leat::benchmarks {
namespace {

constexpr size_t kCopyBytes = 64 << 20;
constexpr int kCopies = 8;
constexpr size_t kWriteChunk = 1 << 20;
constexpr size_t kWriteBytes = 256 << 20;
constexpr size_t kBlock = 4096;
constexpr uint64_t kSyncFileBytes = 4 << 20;
constexpr int kSyncs = 400;

int64_t now_ns() { return io::system_clock().monotonic_ns(); }

double copy_bandwidth() {
  std::vector<char> from(kCopyBytes, 1), to(kCopyBytes, 2);
  double best = 0;
  for (int i = 0; i < kCopies; ++i) {
    from[static_cast<size_t>(i)] = static_cast<char>(i);
    int64_t begin = now_ns();
    std::memcpy(to.data(), from.data(), kCopyBytes);
    asm volatile("" : : "r"(to.data()) : "memory");
    best = std::max(best,
                    static_cast<double>(kCopyBytes) * 1e9 / static_cast<double>(now_ns() - begin));
  }
  return best;
}

Result<double> write_bandwidth(const std::string& path) {
  int fd = ::open(path.c_str(), O_CREAT | O_RDWR | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return io::errno_error(errno, "open", path);
  auto close_file = [&](int* p) {
    ::close(*p);
    ::unlink(path.c_str());
  };
  std::unique_ptr<int, decltype(close_file)> closer(&fd, close_file);
  std::vector<char> chunk(kWriteChunk, 'x');
  int64_t begin = now_ns();
  for (size_t done = 0; done < kWriteBytes; done += kWriteChunk)
    if (::write(fd, chunk.data(), chunk.size()) != static_cast<ssize_t>(chunk.size()))
      return io::errno_error(errno, "write", path);
  if (::fdatasync(fd) != 0) return io::errno_error(errno, "fdatasync", path);
  return static_cast<double>(kWriteBytes) * 1e9 / static_cast<double>(now_ns() - begin);
}

}  // namespace

Result<SyncProbe> SyncProbe::open(const std::string& path) {
  int fd = ::open(path.c_str(), O_CREAT | O_RDWR | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return io::errno_error(errno, "open", path);
  SyncProbe probe(fd);
  std::vector<char> zeros(kSyncFileBytes, 0);
  if (::pwrite(fd, zeros.data(), zeros.size(), 0) != static_cast<ssize_t>(zeros.size()) ||
      ::fsync(fd) != 0)
    return io::errno_error(errno, "write", path);
  return probe;
}

SyncProbe::~SyncProbe() {
  if (fd_ >= 0) ::close(fd_);
}

Result<double> SyncProbe::once() {
  char block[kBlock];
  std::memset(block, static_cast<int>(block_ % 251) + 1, sizeof block);
  auto at = static_cast<off_t>(block_++ * kBlock % kSyncFileBytes);
  int64_t begin = now_ns();
  if (::pwrite(fd_, block, sizeof block, at) != static_cast<ssize_t>(sizeof block) ||
      ::fdatasync(fd_) != 0)
    return io::errno_error(errno, "fdatasync", "the probe's file");
  return static_cast<double>(now_ns() - begin) / 1e3;
}

Result<Probe> probe(const std::string& directory) {
  Probe out;
  out.copy_bytes_per_second = copy_bandwidth();
  LEAT_TRY(out.write_bytes_per_second, write_bandwidth(directory + "/probe-write"));
  std::string path = directory + "/probe-sync";
  LEAT_TRY(SyncProbe syncs, SyncProbe::open(path));
  std::vector<double> times;
  for (int i = 0; i < kSyncs; ++i) {
    LEAT_TRY(double us, syncs.once());
    times.push_back(us);
  }
  ::unlink(path.c_str());
  out.sync_p50_us = percentile(times, 0.5);
  out.sync_p99_us = percentile(times, 0.99);
  return out;
}

}  // namespace leat::benchmarks
