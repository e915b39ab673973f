// A filter and a map over structs of a C++ user, through the DSL.
#include "benchmarks/engine.h"
#include "benchmarks/feed.h"
#include "benchmarks/runs.h"
#include "leat/streams.h"
#include "streams/graph_impl.h"

namespace leat::benchmarks {
namespace {

constexpr TimeMs kBegin = 1'700'000'000'000;

struct Trade {
  int32_t id;
  int32_t price;
  int32_t quantity;
  char note[88];
};
static_assert(sizeof(Trade) == 100);

struct Total {
  int64_t id;
  int64_t doubled;
  int64_t quantity;
  int64_t total;
};
static_assert(sizeof(Total) == 32);

Topology small_trades() {
  Topology topology;
  topology.stream<NoKey, Trade>("trades")
      .filter([](const Trade& trade) { return trade.quantity < 50; })
      .map_values([](const Trade& trade) {
        return Total{trade.id, int64_t{trade.price} * 2, trade.quantity,
                     int64_t{trade.price} + trade.quantity};
      })
      .to("small");
  return topology;
}

Status feed_trades(Log& log, int64_t records) {
  LEAT_TRY(auto feed, Feed::open(log, "trades"));
  Trade trade{};
  std::memset(trade.note, 'n', sizeof trade.note);
  for (int64_t i = 0; i < records; ++i) {
    trade.id = static_cast<int32_t>(i);
    trade.price = static_cast<int32_t>(i * 7919 % 1'000'000);
    trade.quantity = static_cast<int32_t>((i * 40'503 >> 4) % 50 + (i % 2 == 0 ? 0 : 50));
    feed->add(kBegin + i / 1000, kNullBytes, {reinterpret_cast<const char*>(&trade), sizeof trade});
  }
  return feed->finish();
}

}  // namespace

Result<Measurement> run_filter_map(const Request& request, const Benchmark& self) {
  int64_t records = self.records(request) & ~int64_t{1};
  Workload workload;
  workload.topics = {"trades", "small"};
  const Topology topology = small_trades();  // the plan refers to it
  workload.engine.code_queries = {
      topology.graph()->impl().build(plan::BadRecordPolicy::dead_letter)};
  workload.input = [records](Log& log) { return feed_trades(log, records); };
  workload.output = "small";
  workload.output_records_min = workload.output_records_max = records / 2;
  return measure(workload, request, records);
}

}  // namespace leat::benchmarks
