// Filters and maps in SQL, over DELIMITED and JSON values.
#include "benchmarks/engine.h"
#include "benchmarks/feed.h"
#include "benchmarks/runs.h"
#include "io/random.h"

namespace leat::benchmarks {
namespace {

constexpr TimeMs kBegin = 1'700'000'000'000;
constexpr int64_t kRecordsPerMs = 1000;
constexpr uint64_t kSeed = 42;

/// `digits` digits of `number`, with leading ones so that every value has the same width.
std::string wide(uint64_t number, int digits) {
  uint64_t base = 1;
  for (int i = 1; i < digits; ++i) base *= 10;
  return std::to_string(base + number % (base * 8));
}

Status feed_values(Log& log, const std::string& topic, int64_t records,
                   const std::function<void(int64_t, io::SeededRandom&, std::string&)>& value) {
  LEAT_TRY(auto feed, Feed::open(log, topic));
  io::SeededRandom random(kSeed);
  std::string text;
  for (int64_t i = 0; i < records; ++i) {
    text.clear();
    value(i, random, text);
    feed->add(kBegin + i / kRecordsPerMs, kNullBytes, text);
  }
  return feed->finish();
}

/// 100 B: id, price, quantity (0..99, half below 50), note.
void trade(int64_t i, io::SeededRandom& random, std::string& out) {
  out += wide(static_cast<uint64_t>(i), 10);
  out += ',';
  out += wide(random.next(), 7);
  out += ',';
  out += wide(static_cast<uint64_t>(i % 2 == 0 ? 10 : 60) + random.below(30), 3);
  out += ",a note of a length that brings the whole value to one hundred bytes and no more";
  out.resize(100, '.');
}

/// About 290 B, as an auction's bid; half of them have a price below 5,000,000.
void bid(int64_t i, io::SeededRandom& random, std::string& out) {
  out += "{\"auction\":";
  out += wide(random.next(), 7);
  out += ",\"bidder\":";
  out += wide(random.next(), 7);
  out += ",\"price\":";
  out += i % 2 == 0 ? "1" : "8";
  out += wide(random.next(), 6);
  out += ",\"channel\":\"channel-";
  out += wide(random.below(9000), 5);
  out += "\",\"url\":\"https://www.nexmark.com/";
  out += wide(random.next(), 10);
  out += "/item.htm?query=1\",\"date_time\":";
  out += std::to_string(kBegin + i);
  out += ",\"extra\":\"";
  while (out.size() < 288) out += static_cast<char>('a' + out.size() % 26);
  out += "\"}";
}

}  // namespace

Result<Measurement> run_filter_map_sql(const Request& request, const Benchmark& self) {
  int64_t records = self.records(request) & ~int64_t{1};
  Workload workload;
  workload.statements =
      "CREATE STREAM trades (id BIGINT, price BIGINT, quantity INT, note STRING) WITH (kafka_topic "
      "= 'trades', value_format = 'DELIMITED', partitions = 2);\n"
      "CREATE STREAM small AS SELECT id, price * 2 AS doubled, quantity, price + quantity AS total "
      "FROM trades WHERE quantity < 150 EMIT CHANGES;";
  workload.input = [records](Log& log) { return feed_values(log, "trades", records, trade); };
  workload.output = "small";
  workload.output_records_min = workload.output_records_max = records / 2;
  return measure(workload, request, records);
}

Result<Measurement> run_json(const Request& request, const Benchmark& self) {
  int64_t records = self.records(request) & ~int64_t{1};
  Workload workload;
  workload.statements =
      "CREATE STREAM bids (auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url "
      "STRING, "
      "date_time BIGINT, extra STRING) WITH (kafka_topic = 'bids', value_format = 'JSON', "
      "partitions = 2);\n"
      "CREATE STREAM cheap AS SELECT auction, bidder, price * 2 AS price, url, date_time FROM bids "
      "WHERE price < 5000000 EMIT CHANGES;";
  workload.input = [records](Log& log) { return feed_values(log, "bids", records, bid); };
  workload.output = "cheap";
  workload.output_records_min = workload.output_records_max = records / 2;
  return measure(workload, request, records);
}

}  // namespace leat::benchmarks
