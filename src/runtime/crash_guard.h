#pragma once
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "io/disk.h"
#include "runtime/position.h"

namespace leat::runtime {

/// One record, as a query was about to be given it.
struct Suspect {
  std::string reader;  // InputPosition::reader; empty: every reader of the partition in the lane
  TopicPartition partition;
  Offset offset;
  friend auto operator<=>(const Suspect&, const Suspect&) = default;
};

/// What one process leaves for the next in case it dies of its input: without that a function that
/// crashes would crash for ever. A process that finds a lane at the very cut where the one before
/// found it takes it record by record, and says beforehand which; a record that has ended two
/// processes alone is condemned: it is not read again, and the source's policy decides about it.
/// Costs nothing while nobody dies: one small write at an opening that finds records waiting, and
/// one for each record once there is suspicion. Nothing is synced, since a power cut is no
/// evidence. Layout: docs/formats/crash-guard.md. Owned by the coordinator.
class CrashGuard {
 public:
  /// `path` empty: watches over nothing.
  CrashGuard(io::Disk& disk, std::string path) : disk_(disk), path_(std::move(path)) {}

  /// A lane as it is found at the opening.
  struct Stand {
    std::vector<std::string> readers;
    Position next;       // of its inputs
    bool waits = false;  // there are records to take
  };
  /// Takes in what the last process left. Says which lanes go record by record.
  std::vector<bool> open(const std::vector<Stand>& lanes);

  /// The next thing to happen is that `suspect` is worked on.
  void begin(const Suspect& suspect);
  /// It has not ended the process.
  void end();

  /// Offsets from `from` up to `to` that must not be read, ascending.
  std::vector<int64_t> condemned(const std::string& reader, const TopicPartition& partition,
                                 Offset from, Offset to) const;
  bool condemns_any() const { return condemns_any_; }

 private:
  struct Known {
    Suspect suspect;
    uint64_t deaths = 0;
    bool running = false;
  };
  struct Before {
    std::string stand;
    uint64_t openings = 0;  // that found it so, one after the other
  };
  bool load();
  void save();
  void forget_passed(const std::vector<Stand>& lanes);
  Known& known(const Suspect& suspect);

  io::Disk& disk_;
  std::string path_;
  std::vector<Before> lanes_;
  std::vector<Known> suspects_;
  bool condemns_any_ = false;
  std::unique_ptr<io::File> file_;
};

}  // namespace leat::runtime
