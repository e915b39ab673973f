#include "benchmarks/meter.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "io/clock.h"

namespace leat::benchmarks {
namespace {
constexpr auto kSampleEvery = std::chrono::milliseconds(5);

int64_t nanoseconds(const timeval& time) {
  return static_cast<int64_t>(time.tv_sec) * 1'000'000'000 +
         static_cast<int64_t>(time.tv_usec) * 1000;
}
}  // namespace

uint64_t anonymous_bytes() {
  // statm: pages in all, resident, resident and backed by a file (or shared memory).
  char text[128];
  int fd = ::open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  ssize_t n = ::read(fd, text, sizeof text - 1);
  ::close(fd);
  if (n <= 0) return 0;
  text[n] = 0;
  unsigned long long total = 0, resident = 0, shared = 0;
  if (std::sscanf(text, "%llu %llu %llu", &total, &resident, &shared) != 3) return 0;
  return (resident - shared) * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
}

Meter::Meter() {
  sampler_ = std::thread([this] {
    while (!done_.load(std::memory_order_relaxed)) {
      sample();
      std::this_thread::sleep_for(kSampleEvery);
    }
  });
}

Meter::~Meter() {
  done_ = true;
  sampler_.join();
}

void Meter::sample() {
  uint64_t now = anonymous_bytes();
  uint64_t peak = peak_bytes_.load();
  while (now > peak && !peak_bytes_.compare_exchange_weak(peak, now)) {
  }
}

Meter::Times Meter::now() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return {io::system_clock().monotonic_ns(),
          nanoseconds(usage.ru_utime) + nanoseconds(usage.ru_stime), nanoseconds(usage.ru_stime)};
}

void Meter::start() { begin_ = now(); }

Measurement Meter::stop(int64_t records) {
  Times end = now();
  sample();
  Measurement out;
  out.records = records;
  out.seconds = static_cast<double>(end.wall_ns - begin_.wall_ns) / 1e9;
  out.cpu_seconds = static_cast<double>(end.cpu_ns - begin_.cpu_ns) / 1e9;
  out.rss_bytes = peak_bytes_;
  out.more.emplace_back(
      "system_ns_per_record",
      static_cast<double>(end.system_ns - begin_.system_ns) / static_cast<double>(records));
  return out;
}

double percentile(std::vector<double>& values, double p) {
  if (values.empty()) return 0;
  auto at = static_cast<size_t>(p * static_cast<double>(values.size()));
  auto nth = values.begin() + static_cast<ptrdiff_t>(std::min(at, values.size() - 1));
  std::nth_element(values.begin(), nth, values.end());
  return *nth;
}

Status pin_to_one_core() {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0)
    return Error(ErrorCode::io, "the cores of this process are unknown");
  // The last one: interrupts of the first are the busiest.
  for (int core = CPU_SETSIZE - 1; core >= 0; --core) {
    if (!CPU_ISSET(core, &allowed)) continue;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(core, &one);
    if (sched_setaffinity(0, sizeof one, &one) == 0) return {};
  }
  return Error(ErrorCode::io, "the process cannot be bound to a core");
}

}  // namespace leat::benchmarks
