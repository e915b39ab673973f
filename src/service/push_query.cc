#include "service/push_query.h"

#include <algorithm>

#include "data/record_batch.h"
#include "runtime/epoch.h"
#include "service/outgoing.h"
#include "service/output_rows.h"

namespace leat::service {
namespace {

constexpr size_t kPollBytes = 1 << 20;

/// A query run as the runtime runs its own, epoch by epoch, but for the commit: nothing is kept.
class LivePushQuery final : public PushQuery {
 public:
  LivePushQuery(Application& app, const sql::bound::PushQuery& query, bool ksqldb,
                std::unique_ptr<runtime::QueryRun> run)
      : app_(app),
        ksqldb_(ksqldb),
        columns_(query.columns),
        bounded_(query.bounded),
        limit_(query.limit ? static_cast<size_t>(*query.limit) : SIZE_MAX),
        run_(std::move(run)),
        workers_(1) {}

  Status begin(bool from_latest) {
    for (const auto& [node, topic] : run_->sources()) {
      for (int32_t p = 0; p < topic.config.partitions; ++p) {
        TopicPartition partition{topic.id, PartitionId(p)};
        LEAT_TRY(Bounds bounds, app_.log().bounds(partition));
        start_[partition] = from_latest && !bounded_ ? bounds.durable_end : bounds.start;
        end_[partition] = bounds.durable_end;
      }
    }
    lane_.add(*run_, start_);
    return {};
  }

  Status poll(Batch& out) override {
    OutputRules rules{nullptr, &columns_, app_.clock().now_ms(), ksqldb_};
    if (out.columns.empty()) prepare_output(rules, out);
    LEAT_TRY(runtime::Position ceiling, durable_ends());
    runtime::Epoch epoch(app_.log(), lane_, workers_, {}, nullptr, app_.clock().now_ms());
    runtime::EpochLimits limits;
    limits.bytes_max = kPollBytes;
    limits.output_bytes_max = 0;
    LEAT_TRY(bool any, epoch.take(limits, &ceiling));
    Status ran = any ? epoch.run() : Status();
    size_t before = out.rows();
    if (ran.has_value() && any) ran = collect(rules, out);
    epoch.end(any && ran.has_value());
    given_ += out.rows() - before;
    if (bounded_ && runtime::reached(lane_.position(), end_)) at_end_ = true;
    return ran;
  }

  bool finished() const override { return given_ >= limit_ || at_end_; }

 private:
  Result<runtime::Position> durable_ends() const {
    if (bounded_) return end_;
    runtime::Position ends;
    for (const auto& [partition, start] : start_) {
      LEAT_TRY(Bounds bounds, app_.log().bounds(partition));
      ends[partition] = bounds.durable_end;
    }
    return ends;
  }

  Status collect(const OutputRules& rules, Batch& out) {
    size_t limit = limit_ == SIZE_MAX ? SIZE_MAX : out.rows() + (limit_ - given_);
    for (size_t part = 0; part < run_->parts().size(); ++part)
      for (runtime::TaskSlot& slot : run_->tasks(part))
        for (const auto& batch : slot.output.collected)
          LEAT_CHECK(append_output(*batch, rules, limit, out));
    return {};
  }

  Application& app_;
  bool ksqldb_;
  std::vector<sql::bound::OutputColumn> columns_;
  bool bounded_;
  bool at_end_ = false;
  size_t limit_;
  size_t given_ = 0;
  std::unique_ptr<runtime::QueryRun> run_;
  runtime::Lane lane_;
  runtime::Workers workers_;
  runtime::Position start_;
  runtime::Position end_;
};

/// The records of a topic, one JSON object a row.
class TopicPrint final : public PushQuery {
 public:
  TopicPrint(Application& app, TopicInfo topic, const sql::bound::Print& print)
      : app_(app),
        topic_(std::move(topic)),
        interval_(std::max<int64_t>(1, print.interval)),
        limit_(print.limit.value_or(INT64_MAX)) {}

  Status begin(bool from_beginning) {
    for (int32_t p = 0; p < topic_.config.partitions; ++p) {
      LEAT_TRY(Bounds bounds, app_.log().bounds({topic_.id, PartitionId(p)}));
      next_.push_back(from_beginning ? bounds.start : bounds.durable_end);
    }
    return {};
  }

  Status poll(Batch& out) override {
    if (out.columns.empty()) out.columns.emplace_back(Type::string());
    for (size_t p = 0; p < next_.size() && !finished(); ++p)
      LEAT_CHECK(poll_partition(static_cast<int32_t>(p), out));
    return {};
  }
  bool finished() const override { return shown_ >= limit_; }

 private:
  Status poll_partition(int32_t p, Batch& out) {
    TopicPartition partition{topic_.id, PartitionId(p)};
    LEAT_TRY(Bounds bounds, app_.log().bounds(partition));
    Offset& next = next_[static_cast<size_t>(p)];
    if (next >= bounds.durable_end) return {};
    LEAT_TRY(Fetched fetched, app_.log().read(partition, next, kPollBytes, Visibility::durable));
    RecordColumns records;
    for (ByteView batch : fetched.batches) LEAT_CHECK(decode_records(batch, records));
    for (OutgoingRecord& record : render_topic(app_, topic_.name, p, records)) {
      if (record.offset < next.value || finished()) continue;
      if (seen_++ % interval_ != 0) continue;
      Column one(Type::string());
      one.resize(1);
      one.at<ByteView>(0) = out.arena.copy(record.json);
      out.columns[0].append_from(one, 0);
      out.timestamps.push_back(record.timestamp);
      out.present.push_back(1);
      ++shown_;
    }
    next = fetched.next;
    return {};
  }

  Application& app_;
  TopicInfo topic_;
  int64_t interval_;
  int64_t limit_;
  int64_t seen_ = 0;
  int64_t shown_ = 0;
  std::vector<Offset> next_;
};

}  // namespace

Result<StatementResult> start_push_query(Application& app, const sql::bound::PushQuery& query,
                                         const sql::Session& session) {
  exec::TaskOptions options;
  options.ksqldb = app.new_session().ksqldb();
  options.every_update = session.every_update();
  options.collect_last = true;
  plan::Query plan = query.query;
  if (plan.id.empty()) plan.id = "push";
  LEAT_TRY(auto run, runtime::QueryRun::make(std::move(plan), EpochId(0), app.log(), options));
  run->recovered();
  auto push = std::make_shared<LivePushQuery>(app, query, options.ksqldb, std::move(run));
  LEAT_CHECK(push->begin(session.from_latest()));
  StatementResult result;
  for (const auto& column : query.columns) result.columns.push_back({column.name, column.type});
  if (query.bounded) {  // an answer like any other
    result.rows = std::make_unique<Batch>();
    do {
      LEAT_CHECK(push->poll(*result.rows));
    } while (!push->finished());
  } else {
    result.push = std::move(push);
  }
  return result;
}

Result<StatementResult> start_print(Application& app, const sql::bound::Print& print) {
  LEAT_TRY(TopicInfo topic, app.log().topic(print.topic));
  auto push = std::make_shared<TopicPrint>(app, topic, print);
  LEAT_CHECK(push->begin(print.from_beginning));
  StatementResult result;
  result.columns.push_back({"record", Type::string()});
  result.push = std::move(push);
  return result;
}

}  // namespace leat::service
