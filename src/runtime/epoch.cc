#include "runtime/epoch.h"

#include <algorithm>
#include <atomic>

#include "base/varint.h"
#include "data/record_batch.h"

namespace leat::runtime {
namespace {

// Whether some record may be dated later than it was appended, so that its task has to look at
// each.
bool may_be_from_future(const plan::Source& source, const exec::SourceRecords& records) {
  if (source.timestamp.column >= 0) return true;
  for (size_t i = 0; i < records.batches.size(); ++i) {
    auto header = read_batch_header(records.batches[i]);
    if (header.has_value() && header->max_timestamp > records.appended_at[i]) return true;
  }
  return false;
}

/// So many are worth waking a thread for.
constexpr int64_t kManyRecords = 4096;

}  // namespace

Epoch::Epoch(Log& log, Lane& lane, Workers& workers, const TopicInfo& dead_letters,
             CrashGuard* guard, TimeMs now)
    : log_(log),
      lane_(lane),
      workers_(workers),
      dead_letter_topic_(dead_letters),
      guard_(guard),
      now_(now) {}

// Reads on in all inputs of the lane, side by side where much is to be read.
Status Epoch::read_inputs(size_t bytes_max, const Position* ceiling) {
  input_bytes_max_ = bytes_max;
  int64_t unread = 0;
  for (auto& [edge, queue] : lane_.inputs()) {
    LEAT_TRY(Bounds bounds, log_.bounds(edge.partition));
    Offset limit = bounds.appended_end;
    if (ceiling != nullptr) {
      auto named = ceiling->find(edge.partition);
      if (named != ceiling->end()) limit = std::min(limit, named->second);
    }
    inputs_.push_back({&edge, &queue, bounds.start, limit, bounds.appended_end, {}});
    if (queue.bytes() < bytes_max)
      unread += std::max<int64_t>(limit.value - queue.read_to().value, 0);
  }
  auto read = [&](size_t first, size_t step) {
    for (size_t i = first; i < inputs_.size(); i += step) refill(inputs_[i]);
  };
  const auto members = static_cast<size_t>(workers_.members());
  if (members == 1 || unread < kManyRecords)
    read(0, 1);
  else
    workers_.run([&](int member) { read(static_cast<size_t>(member), members); });
  for (const Input& input : inputs_) LEAT_CHECK(input.read);
  return {};
}

void Epoch::refill(Input& input) {
  input.read = input.queue->refill(log_, input.start, input.limit, input_bytes_max_);
}

Result<bool> Epoch::take(const EpochLimits& limits, const Position* ceiling) {
  commits_state_ = limits.commits_state;
  output_bytes_max_ = limits.output_bytes_max;
  watched_ = guard_ != nullptr && lane_.pace().is_one_by_one();
  LEAT_CHECK(read_inputs(limits.bytes_max, ceiling));
  std::vector<StagedInput> waiting;
  size_t bytes = 0;
  size_t with_backlog = 0;
  for (const Input& input : inputs_) {
    bytes += input.queue->bytes();
    with_backlog += input.queue->bytes() > 0 ? 1 : 0;
  }
  // Times count only where there is something to choose.
  bool chooses = with_backlog > 1 && (limits.records_max > 0 || bytes > limits.bytes_max);
  for (const Input& input : inputs_) {
    const Lane::Edge& edge = *input.edge;
    bool written = !edge.closes_cycle && lane_.written().contains(edge.partition.topic);
    bool more = input.queue->read_to() < input.limit;
    waiting.push_back({input.queue->waiting(chooses), more, written, lane_.first_stage(edge)});
  }

  full_ = bytes > limits.bytes_max;
  // With a limit of records, one batch of one input at a time: the earliest.
  std::vector<size_t> cut =
      choose_staged_cut(waiting, limits.records_max > 0 ? 1 : limits.bytes_max);
  bool any = false;
  for (size_t i = 0; i < inputs_.size(); ++i) {
    const Lane::Edge& edge = *inputs_[i].edge;
    InputQueue& queue = *inputs_[i].queue;
    began_[edge] = queue.next();
    TakenRecords taken = queue.take(cut[i], limits.records_max);
    any = any || !taken.empty();
    records_ += taken.to.value - taken.from.value;
    if (queue.next() == inputs_[i].appended_end && !edge.closes_cycle &&
        lane_.written().contains(edge.partition.topic))
      open_ended_.insert(edge);
    taken_.emplace(edge, std::move(taken));
  }
  return any;
}

Status Epoch::run() {
  for (const Lane::Stage& stage : lane_.stages()) {
    for (const Lane::Step& step : stage)
      if (!step.query->failure) give_records(*step.query, step.part);
    run_stage(stage);
    LEAT_CHECK(collect(stage));
  }
  return number_dead_letters();
}

// Hands a part's tasks what the cut took of their topics, and what earlier stages wrote to them.
void Epoch::give_records(QueryRun& query, size_t part) {
  for (int node : query.parts()[part].nodes) {
    auto source = query.sources().find(node);
    if (source == query.sources().end()) continue;
    for (int32_t p = 0; p < source->second.config.partitions; ++p) {
      Lane::Edge edge = lane_.edge(query, node, PartitionId(p));
      const TakenRecords& taken = taken_.at(edge);
      exec::SourceRecords records{node,          PartitionId(p), taken.from,       taken.to,
                                  taken.batches, taken.keep,     taken.appended_at};
      auto written = outputs_.find(edge.partition);
      if (written != outputs_.end() && open_ended_.contains(edge)) {
        for (const Blob& batch : written->second.batches) records.batches.push_back(batch);
        records.appended_at.resize(records.batches.size(), now_);  // with this epoch's commit
        records.to = written->second.end;
      }
      if (records.from == records.to) continue;
      if (!may_be_from_future(std::get<plan::Source>(query.query().nodes[node].op), records))
        records.appended_at.clear();
      if (guard_ != nullptr && guard_->condemns_any()) {
        records.condemned =
            guard_->condemned(query.reader(), edge.partition, records.from, records.to);
        for (int64_t offset : records.condemned)
          condemned_.insert({query.reader(), edge.partition, Offset(offset)});
      }
      query.tasks(part)[static_cast<size_t>(p)].input.sources.push_back(std::move(records));
    }
  }
}

void Epoch::run_stage(const Lane::Stage& stage) {
  struct Ready {
    QueryRun* query;
    TaskSlot* slot;
    int32_t partition;
  };
  std::vector<Ready> ready;
  bool several = false;
  for (const Lane::Step& step : stage) {
    auto& tasks = step.query->tasks(step.part);
    for (size_t p = 0; p < tasks.size(); ++p) {
      if (!tasks[p].has_input()) continue;
      ready.push_back({step.query, &tasks[p], static_cast<int32_t>(p)});
      several = several || ready.back().partition % workers_.members() !=
                               ready.front().partition % workers_.members();
    }
  }
  if (watched_) {
    for (Ready& task : ready) run_watched(*task.query, *task.slot);
    return;
  }
  if (!several) {  // one thread's worth: waking another would cost more than it brings
    for (Ready& task : ready) run_task(*task.slot);
    return;
  }
  // Each member runs its own tasks, whose state its cache may still have, then what others have
  // not begun yet, and then reads ahead until the last is done. What comes out does not depend on
  // who ran it. An error of reading is not lost: the next epoch reads again where this one could
  // not.
  std::vector<std::atomic<bool>> begun(ready.size());
  std::vector<std::atomic<bool>> read(inputs_.size());
  std::atomic<size_t> left = ready.size();
  workers_.run([&](int member) {
    for (bool own : {true, false}) {
      for (size_t i = 0; i < ready.size(); ++i) {
        const bool is_own = ready[i].partition % workers_.members() == member;
        if (is_own != own || begun[i].exchange(true)) continue;
        run_task(*ready[i].slot);
        --left;
      }
    }
    for (size_t i = 0; i < read.size() && left > 0; ++i)
      if (!read[i].exchange(true)) refill(inputs_[i]);
  });
}

void Epoch::run_task(TaskSlot& slot) {
  slot.input.now = now_;
  slot.input.output_bytes_max = output_bytes_max_;
  slot.input.wants_deltas = commits_state_;
  slot.run();
}

// The one record that the epoch has taken is what the process dies of, if it does. A query that
// does not read it itself works on what others have made of it: then all who read it are meant.
void Epoch::run_watched(QueryRun& query, TaskSlot& slot) {
  Suspect suspect;
  for (const auto& [edge, taken] : taken_) {
    if (taken.empty()) continue;
    suspect.partition = edge.partition;
    suspect.offset = taken.from;
    for (const auto& [node, topic] : query.sources())
      if (topic.id == edge.partition.topic) suspect.reader = query.reader();
  }
  guard_->begin(suspect);
  run_task(slot);
  guard_->end();
}

Status Epoch::collect(const Lane::Stage& stage) {
  for (const Lane::Step& step : stage) {
    for (TaskSlot& slot : step.query->tasks(step.part)) {
      if (!slot.ran) continue;
      output_bytes_ += slot.output.bytes;
      exploded_ = slot.output.exploded ||
                  (output_bytes_max_ > 0 && output_bytes_ > output_bytes_max_ && !slot.failure);
      if (exploded_)
        return Error(ErrorCode::resource_exhausted, "the epoch makes too much for one commit");
      if (slot.failure) {
        failed_ = step.query;
        return Error(*slot.failure).with_context("query " + step.query->id());
      }
      route_exchanged(*step.query, slot);
      LEAT_CHECK(number_outputs(*step.query, slot));
      for (exec::DeadLetter& letter : slot.output.dead_letters) {
        letter.stage.insert(0, step.query->id() + "/");
        dead_letters_.push_back(std::move(letter));
      }
    }
  }
  return {};
}

void Epoch::route_exchanged(QueryRun& query, TaskSlot& slot) {
  for (auto& [node, by_partition] : slot.output.exchanged) {
    for (size_t part = 0; part < query.parts().size(); ++part) {
      const auto& feeds = query.parts()[part].repartitions;
      if (std::find(feeds.begin(), feeds.end(), node) == feeds.end()) continue;
      for (size_t p = 0; p < by_partition.size(); ++p) {
        if (by_partition[p].empty()) continue;
        auto& exchanged = query.tasks(part)[p].input.exchanged;
        auto here = std::find_if(exchanged.begin(), exchanged.end(),
                                 [&](const auto& e) { return e.node == node; });
        if (here == exchanged.end())
          here = exchanged.insert(exchanged.end(), exec::ExchangedRows{node, {}});
        for (auto& batch : by_partition[p]) {
          here->batches.push_back(batch.get());
          here->senders.push_back(slot.task->partition().value);
        }
      }
    }
  }
}

// Tasks come in a fixed order, so that which offset a record gets does not depend on threads.
Status Epoch::number_outputs(QueryRun& query, TaskSlot& slot) {
  for (TaskSlot::Sunk& sunk : slot.sunk) {
    LEAT_TRY(Output * out, output({query.sinks().at(sunk.node).id, PartitionId(sunk.partition)}));
    set_base_offset(sunk.batch.data(), out->end);
    out->batches.push_back(std::move(sunk.batch));
    out->counts.push_back(sunk.count);
    out->end = out->end.plus(sunk.count);
  }
  return {};
}

Result<Epoch::Output*> Epoch::output(const TopicPartition& partition) {
  auto [it, added] = outputs_.try_emplace(partition);
  if (added) {
    LEAT_TRY(Bounds bounds, log_.bounds(partition));
    it->second.first = it->second.end = bounds.appended_end;
  }
  return &it->second;
}

// Numbered by the log itself would do, but a commit's offsets are final when it is made.
Status Epoch::number_dead_letters() {
  if (dead_letters_.empty() || dead_letter_topic_.name.empty()) return {};
  auto unwritten = [this](const TopicPartition& partition) {
    auto found = outputs_.find(partition);
    if (found == outputs_.end()) return std::vector<ByteView>();
    return std::vector<ByteView>(found->second.batches.begin(), found->second.batches.end());
  };
  look_up_records(log_, unwritten, dead_letters_);
  LEAT_TRY(Output * out, output({dead_letter_topic_.id, PartitionId(0)}));
  for (DeadLetterBatch& batch : encode_dead_letters(dead_letters_)) {
    set_base_offset(batch.bytes.data(), out->end);
    out->batches.push_back(std::move(batch.bytes));
    out->counts.push_back(batch.count);
    out->end = out->end.plus(batch.count);
  }
  return {};
}

EpochYield Epoch::yield() const {
  EpochYield yield;
  yield.full = full_;
  for (QueryRun* query : lane_.queries()) {
    for (size_t part = 0; part < query->parts().size(); ++part) {
      for (const TaskSlot& slot : query->tasks(part)) {
        yield.rows += slot.output.table_rows;
        yield.changes += slot.output.table_changes;
      }
    }
  }
  return yield;
}

uint64_t Epoch::changed_state_bytes() const {
  uint64_t bytes = 0;
  for (QueryRun* query : lane_.queries())
    for (size_t part = 0; part < query->parts().size(); ++part)
      for (const TaskSlot& slot : query->tasks(part))
        for (const exec::TaskOutput::Delta& delta : slot.output.deltas)
          bytes += delta.unpacked_bytes;
  return bytes;
}

void Epoch::fill(Commit& commit) {
  append_varint(commit.facts, zigzag(now_));
  for (const Suspect& passed : condemned_) {
    append_sized(commit.facts, passed.reader);
    const auto& topic = passed.partition.topic.bytes;
    commit.facts.append(reinterpret_cast<const char*>(topic.data()), topic.size());
    append_varint(commit.facts, static_cast<uint64_t>(passed.partition.partition.value));
    append_varint(commit.facts, static_cast<uint64_t>(passed.offset.value));
  }
  for (QueryRun* query : lane_.queries()) {
    if (query->failure || !commits_state_) continue;
    for (const auto& [node, topic] : query->sources()) {
      for (int32_t p = 0; p < topic.config.partitions; ++p) {
        Lane::Edge edge = lane_.edge(*query, node, PartitionId(p));
        Offset next = taken_.at(edge).to;
        auto written = outputs_.find(edge.partition);
        if (written != outputs_.end() && open_ended_.contains(edge)) next = written->second.end;
        if (next != began_.at(edge))
          commit.inputs.push_back({query->reader(), edge.partition, next});
      }
    }
    for (size_t part = 0; part < query->parts().size(); ++part)
      for (TaskSlot& slot : query->tasks(part))
        for (exec::TaskOutput::Delta& delta : slot.output.deltas)
          commit.states.push_back(
              {query->store_prefix() + delta.store, std::move(delta.bytes), delta.crc});
  }
  for (auto& [partition, out] : outputs_) {
    Offset next = out.first;
    for (size_t i = 0; i < out.batches.size(); ++i) {
      commit.appends.push_back({partition, std::move(out.batches[i]), out.counts[i]});
      commit.base_offsets.push_back(next);
      next = next.plus(out.counts[i]);
    }
  }
}

void Epoch::end(bool committed, bool loses_undo) {
  for (QueryRun* query : lane_.queries())
    for (size_t part = 0; part < query->parts().size(); ++part)
      for (TaskSlot& slot : query->tasks(part)) slot.end_epoch(committed || loses_undo);
  if (!committed) {
    lane_.rewind(began_);
    return;
  }
  std::map<Lane::Edge, Offset> moved;
  for (const Lane::Edge& edge : open_ended_) {
    auto written = outputs_.find(edge.partition);
    if (written != outputs_.end()) moved[edge] = written->second.end;
  }
  lane_.rewind(moved);
}

}  // namespace leat::runtime
