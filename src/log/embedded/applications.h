#pragma once
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "log/embedded/section.h"
#include "log/log.h"

namespace leat::log {

/// Where a commit stands in the journal, for replay.
struct CommitRef {
  EpochId epoch;
  Lsn lsn;
  uint64_t segment = 0;
  uint64_t position = 0;  // of its frame
};

/// What the log knows of one application.
struct Application {
  EpochId ordered;  // of the last commit that was ordered
  EpochId durable;  // of the last that is durable; the rest is as of that
  Lsn lsn;
  EpochId trimmed;  // replay needs nothing up to here
  std::map<std::pair<std::string, TopicPartition>, Offset> inputs;  // by reader
  std::map<std::string, std::string> metadata;
  std::deque<CommitRef> commits;  // durable and not trimmed

  /// Takes in a durable commit.
  void apply(const CommitSection& commit, Lsn at);
  /// Drops what replay does not need any more, telling each.
  template <class F>
  void trim(EpochId epoch, F&& dropped) {
    trimmed = std::max(trimmed, epoch);
    while (!commits.empty() && commits.front().epoch <= trimmed) {
      dropped(commits.front());
      commits.pop_front();
    }
  }
  ApplicationState state() const;
};

using Applications = std::map<std::string, Application>;

}  // namespace leat::log
