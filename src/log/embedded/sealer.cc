#include "log/embedded/sealer.h"

#include <algorithm>

#include "log/embedded/checkpoint.h"

namespace leat::log {
namespace {
constexpr size_t kCheckpointsKept = 2;
constexpr size_t kEntriesAtOnce = 4096;
}  // namespace

Sealer::Sealer(const EmbeddedOptions& options, Segments& segments, Sequencer& sequencer,
               Background& background)
    : options_(options), segments_(segments), sequencer_(sequencer), background_(background) {}

void Sealer::start(std::vector<Lsn> checkpoints, std::map<uint64_t, Lsn> last_lsns) {
  std::lock_guard lock(mutex_);
  checkpoints_ = std::move(checkpoints);
  last_lsns_ = std::move(last_lsns);
}

void Sealer::rewrite(const Sidecar& sidecar) {
  background_.submit([this, segment = sidecar.segment, contents = encode_sidecar(sidecar)] {
    return segments_.disk().replace_file(segments_.layout().sidecar(segment), contents);
  });
}

void Sealer::segment_ended(Sidecar sidecar, const Chain& chain) {
  {
    std::lock_guard lock(mutex_);
    last_lsns_[sidecar.segment] = sidecar.last;
  }
  rewrite(sidecar);
  bytes_since_checkpoint_ += sidecar.end;
  if (bytes_since_checkpoint_ < std::max(options_.segment_bytes / 2, 2 * last_checkpoint_bytes_)) {
    return;
  }
  bytes_since_checkpoint_ = 0;
  std::string contents = make_checkpoint(sidecar, chain);
  last_checkpoint_bytes_ = contents.size();
  background_.submit([this, lsn = chain.last, contents = std::move(contents)] {
    return write_checkpoint(lsn, contents);
  });
}

/// The facts as of the last frame: nothing behind it is published yet. Idempotency entries are
/// collected in slices, so that appends go on meanwhile.
std::string Sealer::make_checkpoint(const Sidecar& sidecar, const Chain& chain) const {
  CheckpointHead head{segments_.incarnation(), chain.last, sidecar.segment, chain.checksum,
                      chain.generation};
  std::string body =
      sequencer_.with_state([&](const LogState& state) { return begin_checkpoint(head, state); });
  uint64_t from = 0;
  do {
    from = sequencer_.with_state([&](const LogState& state) {
      return state.idempotency.visit_durable(
          from, kEntriesAtOnce,
          [&](const IdempotencyEntry& entry) { add_to_checkpoint(body, entry); });
    });
  } while (from != 0);
  return finish_checkpoint(body);
}

Status Sealer::write_checkpoint(Lsn lsn, const std::string& contents) {
  io::Disk& disk = segments_.disk();
  LEAT_CHECK(disk.replace_file(segments_.layout().checkpoint(lsn), contents));
  std::vector<Lsn> old;
  {
    std::lock_guard lock(mutex_);
    checkpoints_.push_back(lsn);
    while (checkpoints_.size() > kCheckpointsKept) {
      old.push_back(checkpoints_.front());
      checkpoints_.erase(checkpoints_.begin());
    }
  }
  for (Lsn gone : old) LEAT_CHECK(disk.remove(segments_.layout().checkpoint(gone)));
  return {};
}

std::vector<uint64_t> Sealer::freeable() const {
  std::vector<uint64_t> numbers;
  std::lock_guard lock(mutex_);
  if (checkpoints_.size() < kCheckpointsKept) return numbers;
  for (uint64_t segment : segments_.sealed()) {
    auto it = last_lsns_.find(segment);
    if (it != last_lsns_.end() && it->second <= checkpoints_.front()) numbers.push_back(segment);
  }
  return numbers;
}

}  // namespace leat::log
