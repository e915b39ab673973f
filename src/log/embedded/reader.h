#pragma once
#include "log/embedded/segments.h"
#include "log/embedded/sequencer.h"

namespace leat::log {

/// Reads records and commits: the latest groups from memory, the rest from the segments, checked.
/// Thread-safe; holds the sequencer's mutex only to look up places.
class Reader {
 public:
  Reader(Sequencer& sequencer, Segments& segments);

  Result<Fetched> read(const TopicPartition& at, Offset from, size_t max_bytes,
                       Visibility visibility);
  Result<Offset> find_by_time(const TopicPartition& at, TimeMs time);
  Status replay(const std::string& application, EpochId after,
                const std::function<Status(const CommitView&)>& visit);

 private:
  struct Plan {
    bool from_memory = false;
    std::vector<Extent> extents;
    Fetched fetched;
  };
  Result<Plan> plan(const TopicPartition& at, Offset from, size_t max_bytes, Visibility visibility);
  Status read_extents(const std::vector<Extent>& extents, Offset from, size_t max_bytes,
                      Fetched& out);
  Status read_span(const Extent* begin, const Extent* end, Offset from, Fetched& out);
  Result<Offset> first_at_or_after(const TopicPartition& at, Offset base, Offset end, TimeMs time);

  Sequencer& sequencer_;
  Segments& segments_;
  std::shared_ptr<ChunkPool> buffers_;
};

}  // namespace leat::log
