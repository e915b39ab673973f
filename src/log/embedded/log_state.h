#pragma once
#include <map>
#include <vector>

#include "log/embedded/applications.h"
#include "log/embedded/catalogue.h"
#include "log/embedded/idempotency.h"
#include "log/embedded/section.h"

namespace leat::log {

/// Place and time of the frame that a section stands in.
struct FramePlace {
  Lsn lsn;
  uint64_t segment = 0;
  uint64_t position = 0;
  TimeMs append_time = 0;
};

/// Facts of the journal in memory: what the frames up to some LSN say, plus what is ordered behind
/// it (ends, recent batches, topics being made). apply() is the only writer of durable facts; the
/// writer calls it when a group is durable, recovery with what it reads. Pure; the sequencer's
/// mutex guards it.
struct LogState {
  LogState(int64_t idempotency_ttl_ms, size_t idempotency_entries_max)
      : idempotency(idempotency_ttl_ms, idempotency_entries_max) {}

  /// How much of a segment somebody still needs. A sealed segment without use is freed.
  struct Use {
    int64_t extents = 0;
    int64_t commits = 0;
    TimeMs last_append_time = kNoTime;
  };

  Catalogue topics;
  Applications applications;
  IdempotencyTable idempotency;
  std::map<uint64_t, Use> use;

  /// Takes in one durable section. Returns who waited for an idempotency entry in it, with the
  /// answer. Errors: corruption when it contradicts what came before.
  Status apply(const Section& section, const FramePlace& at, std::vector<AppendDone>& waiters);

  /// Adds an extent of a durable partition, from a frame or a sidecar.
  void add_extent(Partition& partition, const Extent& extent);
  void add_commit(Application& application, const CommitRef& ref);
  void advance_start(Partition& partition, Offset start);
  /// The topic is gone, durably.
  void erase_topic(const TopicId& id);

 private:
  Status apply_append(const AppendEntry& entry, const FramePlace& at);
  Status apply_commit(const CommitSection& commit, const FramePlace& at);
};

}  // namespace leat::log
