#include "benchmarks/machine.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <fstream>
#include <thread>

namespace leat::benchmarks {
namespace {

std::string cpu_model() {
  std::ifstream info("/proc/cpuinfo");
  std::string line, family, model, name;
  auto value = [&] { return line.substr(std::min(line.find(':') + 2, line.size())); };
  while (std::getline(info, line) && !line.empty()) {
    if (line.starts_with("model name")) name = value();
    if (line.starts_with("cpu family")) family = value();
    if (line.starts_with("model\t")) model = value();
  }
  if (name.empty()) return "unknown";
  return name + " (family " + family + ", model " + model + ")";
}

}  // namespace

Machine this_machine() {
  Machine machine;
  machine.cpu = cpu_model();
  machine.cores = static_cast<int>(std::thread::hardware_concurrency());
  machine.memory_bytes =
      static_cast<uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  utsname system{};
  if (uname(&system) == 0) machine.kernel = std::string(system.sysname) + " " + system.release;
#if defined(__clang__)
  machine.compiler = "clang " __clang_version__;
#else
  machine.compiler = "gcc " __VERSION__;
#endif
  machine.commit = LEAT_COMMIT;
  return machine;
}

}  // namespace leat::benchmarks
