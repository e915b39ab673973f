// A filter and a map over structs of a C++ user: the plan that the DSL builds, steps over opaque
// columns.
#include "benchmarks/engine.h"
#include "benchmarks/feed.h"
#include "benchmarks/runs.h"
#include "data/opaque.h"

namespace leat::benchmarks {
namespace {

constexpr TimeMs kBegin = 1'700'000'000'000;

struct Trade {
  int64_t id;
  int64_t price;
  int64_t quantity;
  char note[76];
};
static_assert(sizeof(Trade) == 104);
constexpr size_t kTradeBytes = 100;  // as stored: without the padding behind the note

struct Total {
  int64_t id;
  int64_t doubled;
  int64_t quantity;
  int64_t total;
};
static_assert(sizeof(Total) == 32);

constexpr OpaqueTraits kTrade{"leat::benchmarks::Trade", 1, kTradeBytes, nullptr, nullptr};
constexpr OpaqueTraits kTotal{"leat::benchmarks::Total", 1, sizeof(Total), nullptr, nullptr};

class KeepSmall final : public plan::CustomStep {
 public:
  Status process(Batch& in, Batch& out, RowErrors&) const override {
    std::vector<uint32_t> kept(in.rows());
    size_t count = 0;
    const auto* values = in.columns[0].data<ByteView>();
    for (uint32_t row = 0; row < in.rows(); ++row) {
      kept[count] = row;
      count += load_le<int64_t>(values[row].data() + offsetof(Trade, quantity)) < 50;
    }
    kept.resize(count);
    std::swap(in, out);
    out.keep(kept);
    return {};
  }
};

class Compute final : public plan::CustomStep {
 public:
  Status process(Batch& in, Batch& out, RowErrors&) const override {
    std::swap(in, out);
    size_t rows = out.rows();
    Column totals(Type{TypeKind::opaque, 0, 0, nullptr, &kTotal});
    totals.resize(rows);
    auto* to = reinterpret_cast<Total*>(out.arena.allocate(rows * sizeof(Total), 16));
    const auto* values = out.columns[0].data<ByteView>();
    for (size_t row = 0; row < rows; ++row) {
      const auto* trade = reinterpret_cast<const Trade*>(values[row].data());
      to[row] = {trade->id, trade->price * 2, trade->quantity, trade->price + trade->quantity};
      totals.at<ByteView>(row) = {reinterpret_cast<const char*>(&to[row]), sizeof(Total)};
    }
    out.columns[0] = std::move(totals);
    return {};
  }
};

FormatSpec format(FormatKind kind) {
  FormatSpec spec;
  spec.kind = kind;
  return spec;
}

plan::Query small_trades() {
  Schema trade{{}, {{"value", Type{TypeKind::opaque, 0, 0, nullptr, &kTrade}}}};
  Schema total{{}, {{"value", Type{TypeKind::opaque, 0, 0, nullptr, &kTotal}}}};
  plan::Query query;
  query.id = "small";
  query.statement = "benchmark: small trades";
  auto add = [&](std::string id, const Schema& schema, auto op) {
    plan::Node node;
    node.id = std::move(id);
    if (!query.nodes.empty()) node.inputs = {static_cast<int>(query.nodes.size()) - 1};
    node.schema = schema;
    node.op = std::move(op);
    query.nodes.push_back(std::move(node));
  };
  plan::Source source;
  source.name = source.topic = "trades";
  source.key_format = format(FormatKind::none);
  source.value_format = format(FormatKind::kafka);
  add("source", trade, source);
  add("filter", trade, plan::Custom{std::make_shared<KeepSmall>(), false, "keep-small"});
  add("map", total, plan::Custom{std::make_shared<Compute>(), false, "compute"});
  plan::Sink sink;
  sink.topic = "small";
  sink.key_format = format(FormatKind::none);
  sink.value_format = format(FormatKind::kafka);
  add("sink", total, sink);
  return query;
}

Status feed_trades(Log& log, int64_t records) {
  LEAT_TRY(auto feed, Feed::open(log, "trades"));
  Trade trade{};
  std::memset(trade.note, 'n', sizeof trade.note);
  for (int64_t i = 0; i < records; ++i) {
    trade.id = i;
    trade.price = i * 7919 % 1'000'000;
    trade.quantity = (i * 40'503 >> 4) % 50 + (i % 2 == 0 ? 0 : 50);
    feed->add(kBegin + i / 1000, kNullBytes, {reinterpret_cast<const char*>(&trade), kTradeBytes});
  }
  return feed->finish();
}

}  // namespace

Result<Measurement> run_filter_map(const Request& request, const Benchmark& self) {
  int64_t records = self.records(request) & ~int64_t{1};
  Workload workload;
  workload.topics = {"trades", "small"};
  workload.engine.code_queries = {small_trades()};
  workload.input = [records](Log& log) { return feed_trades(log, records); };
  workload.output = "small";
  workload.output_records_min = workload.output_records_max = records / 2;
  return measure(workload, request, records);
}

}  // namespace leat::benchmarks
