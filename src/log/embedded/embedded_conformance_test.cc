#include <cstdlib>
#include <filesystem>

#include "log/conformance.h"
#include "log/embedded/embedded_log.h"

namespace leat::conformance {
namespace {

/// A directory that is gone when the test is.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "leat-log-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

struct Flavour {
  bool threads;
  bool real_disk;
  uint64_t first_segment_bytes;
  uint64_t segment_bytes;
  size_t tail_cache_bytes;
};

class EmbeddedSubject final : public Subject {
 public:
  explicit EmbeddedSubject(Flavour flavour) : flavour_(flavour) {
    if (!flavour.real_disk) memory_ = io::memory_disk();
    open();
  }
  Log& log() override { return *log_; }
  void settle() override {
    if (!flavour_.threads) {
      while (log_->sync_once()) {
      }
      return;
    }
    // A group that comes last is durable after all before it.
    log_->create_topic("settle-" + std::to_string(++settled_), {1, -1, -1}).value();
    log_->delete_topic("settle-" + std::to_string(settled_)).value();
  }
  void restart() override {
    log_->close().value();
    log_.reset();
    open();
  }

 private:
  void open() {
    EmbeddedOptions options{.directory = flavour_.real_disk ? directory_.path() + "/data" : "data",
                            .disk = flavour_.real_disk ? io::system_disk() : *memory_,
                            .clock = io::system_clock(),
                            .random = random_};
    options.threads = flavour_.threads;
    options.first_segment_bytes = flavour_.first_segment_bytes;
    options.segment_bytes = flavour_.segment_bytes;
    options.tail_cache_bytes = flavour_.tail_cache_bytes;
    options.on_fatal = [](const Error& error) { ADD_FAILURE() << error.to_string(); };
    log_ = EmbeddedLog::open(options).value();
  }

  Flavour flavour_;
  TemporaryDirectory directory_;
  std::unique_ptr<io::Disk> memory_;
  io::SeededRandom random_{7};
  std::unique_ptr<EmbeddedLog> log_;
  int settled_ = 0;
};

Kind kind(const std::string& name, Flavour flavour) {
  return {name, [flavour] { return std::make_unique<EmbeddedSubject>(flavour); }};
}

INSTANTIATE_TEST_SUITE_P(
    Embedded, Conformance,
    testing::Values(kind("simulated", {false, false, 64 << 10, 256 << 10, 32 << 20}),
                    kind("small_segments_without_cache", {false, false, 8 << 10, 16 << 10, 0}),
                    kind("threads", {true, true, 1 << 20, 8 << 20, 32 << 20}),
                    kind("threads_small_segments", {true, false, 16 << 10, 64 << 10, 64 << 10})),
    kind_name);

}  // namespace
}  // namespace leat::conformance
