#include "log/embedded/reader.h"

#include <algorithm>
#include <bit>

#include "data/record_batch.h"

namespace leat::log {
namespace {

/// Extents this near to each other are read in one go: the gap costs less than another call.
constexpr uint64_t kGapBytesMax = 64u << 10;
constexpr uint64_t kSpanBytesMin = 256u << 10;
constexpr size_t kBufferBytesKept = 16u << 20;

Error out_of_range(const std::string& what, Offset from, Offset limit) {
  return Error(ErrorCode::out_of_range, what + ": offset " + std::to_string(from.value) +
                                            ", limit " + std::to_string(limit.value));
}

/// Collects batches that are in memory.
void take_recent(const Partition& partition, Offset from, Offset end, size_t max_bytes,
                 Fetched& out) {
  auto it = std::partition_point(partition.recent.begin(), partition.recent.end(),
                                 [&](const Recent& recent) { return recent.end() <= from; });
  const Group* last = nullptr;
  size_t bytes = 0;
  for (; it != partition.recent.end() && it->end() <= end && (bytes == 0 || bytes < max_bytes);
       ++it) {
    if (it->group != last) {
      out.keep.push_back(it->group->shared_from_this());
      last = it->group;
    }
    out.batches.push_back(it->batch);
    out.appended_at.push_back(it->group->append_time);
    out.next = it->end();
    bytes += it->batch.size();
  }
}

}  // namespace

Reader::Reader(Sequencer& sequencer, Segments& segments)
    : sequencer_(sequencer),
      segments_(segments),
      buffers_(std::make_shared<ChunkPool>(kBufferBytesKept)) {}

Result<Reader::Plan> Reader::plan(const TopicPartition& at, Offset from, size_t max_bytes,
                                  Visibility visibility) {
  return sequencer_.with_state([&](const LogState& state) -> Result<Plan> {
    LEAT_TRY(const Partition* partition, state.topics.partition(at));
    Offset end =
        visibility == Visibility::durable ? partition->durable_end : partition->appended_end;
    if (from < partition->start) {
      return out_of_range("the offset is below the first one kept", from, partition->start);
    }
    if (from > end) return out_of_range("the offset is above the end", from, end);
    Plan plan;
    plan.fetched.next = from;
    const auto& recent = partition->recent;
    plan.from_memory = from == end || (!recent.empty() && recent.front().base <= from);
    if (plan.from_memory) {
      take_recent(*partition, from, end, max_bytes, plan.fetched);
      return plan;
    }
    const auto& extents = partition->index.extents();
    size_t bytes = 0;
    for (size_t i = partition->index.find(from);
         i < extents.size() && (bytes == 0 || bytes < max_bytes); ++i) {
      plan.extents.push_back(extents[i]);
      bytes += extents[i].bytes;
    }
    return plan;
  });
}

Result<Fetched> Reader::read(const TopicPartition& at, Offset from, size_t max_bytes,
                             Visibility visibility) {
  LEAT_TRY(Plan plan, this->plan(at, from, max_bytes, visibility));
  if (plan.from_memory) return std::move(plan.fetched);
  Status read = read_extents(plan.extents, from, max_bytes, plan.fetched);
  if (read) return std::move(plan.fetched);
  // Retention may have freed the segment meanwhile: then this is no damage.
  LEAT_TRY([[maybe_unused]] Plan again, this->plan(at, from, max_bytes, visibility));
  return std::move(read).error();
}

/// Reads extents in as few calls as their places allow.
Status Reader::read_extents(const std::vector<Extent>& extents, Offset from, size_t max_bytes,
                            Fetched& out) {
  uint64_t span_max = std::max<uint64_t>(kSpanBytesMin, 2 * max_bytes);
  for (size_t i = 0; i < extents.size();) {
    size_t j = i + 1;
    while (j < extents.size() && extents[j].segment == extents[i].segment &&
           extents[j].position - (extents[j - 1].position + extents[j - 1].bytes) <= kGapBytesMax &&
           extents[j].position + extents[j].bytes - extents[i].position <= span_max) {
      ++j;
    }
    LEAT_CHECK(read_span(&extents[i], &extents[j - 1] + 1, from, out));
    i = j;
  }
  return {};
}

Status Reader::read_span(const Extent* begin, const Extent* end, Offset from, Fetched& out) {
  uint64_t position = begin->position;
  size_t bytes = static_cast<size_t>((end - 1)->position + (end - 1)->bytes - position);
  size_t capacity = std::max<size_t>(kBlockBytes, std::bit_ceil(bytes));
  std::shared_ptr<char> buffer(buffers_->take(capacity), [pool = buffers_, capacity](char* memory) {
    pool->give_back(memory, capacity);
  });
  LEAT_TRY(std::shared_ptr<io::File> file, segments_.reader(begin->segment));
  LEAT_TRY(size_t got, file->read_at(position, buffer.get(), bytes));
  auto damaged = [&](uint64_t where) {
    return Error(ErrorCode::corruption,
                 "a record batch is damaged: " + segments_.layout().segment(begin->segment) +
                     " at " + std::to_string(where),
                 "look at it with `leat verify`; restore a backup");
  };
  if (got < bytes) return damaged(position + got);
  for (const Extent* extent = begin; extent != end; ++extent) {
    ByteView rest(buffer.get() + (extent->position - position), extent->bytes);
    Offset next = extent->base;
    while (!rest.empty()) {
      uint64_t where = position + static_cast<uint64_t>(rest.data() - buffer.get());
      auto header = read_batch_header(rest);
      if (!header || header->base_offset != next.value || header->leader_epoch != -1 ||
          header->last_offset_delta < 0) {
        return damaged(where);
      }
      ByteView batch = rest.substr(0, header->total_bytes());
      if (!check_batch_crc(batch)) return damaged(where);
      rest.remove_prefix(batch.size());
      next = Offset(header->last_offset() + 1);
      if (next <= from) continue;
      out.batches.push_back(batch);
      out.appended_at.push_back(extent->append_time);
    }
    if (next != extent->end()) return damaged(extent->position);
    out.next = next;
  }
  out.keep.push_back(std::move(buffer));
  return {};
}

// Lookup by time.

Result<Offset> Reader::find_by_time(const TopicPartition& at, TimeMs time) {
  Offset cursor(0);
  for (;;) {
    // The next extent that may have such a record, or the end.
    struct Candidate {
      Offset from;
      Offset end;
      bool none = false;
    };
    auto candidate = sequencer_.with_state([&](const LogState& state) -> Result<Candidate> {
      LEAT_TRY(const Partition* partition, state.topics.partition(at));
      const auto& extents = partition->index.extents();
      for (size_t i = partition->index.find(cursor); i < extents.size(); ++i) {
        if (extents[i].max_timestamp < time) continue;
        return Candidate{std::max(extents[i].base, partition->start), extents[i].end()};
      }
      return Candidate{partition->durable_end, partition->durable_end, true};
    });
    if (!candidate) return std::move(candidate).error();
    if (candidate->none) return candidate->end;
    LEAT_TRY(Offset found, first_at_or_after(at, candidate->from, candidate->end, time));
    if (found < candidate->end) return found;
    cursor = candidate->end;
  }
}

/// The first offset in [from, end) with a timestamp >= `time`, or `end`.
Result<Offset> Reader::first_at_or_after(const TopicPartition& at, Offset from, Offset end,
                                         TimeMs time) {
  while (from < end) {
    LEAT_TRY(Fetched fetched, read(at, from, kSpanBytesMin, Visibility::durable));
    if (fetched.batches.empty()) return end;
    for (ByteView batch : fetched.batches) {
      LEAT_TRY(RecordBatchHeader header, read_batch_header(batch));
      if (header.max_timestamp < time) continue;
      // Inside a compressed batch nobody looks: its first record is near enough.
      if (header.compression() != 0) return std::max(from, Offset(header.base_offset));
      RecordColumns records;
      LEAT_CHECK(decode_records(batch, records));
      for (size_t i = 0; i < records.size(); ++i) {
        if (records.timestamps[i] >= time && records.offsets[i] >= from.value) {
          return std::min(end, Offset(records.offsets[i]));
        }
      }
    }
    from = fetched.next;
  }
  return end;
}

}  // namespace leat::log
