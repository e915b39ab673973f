// leat consume: the records of a topic, one a line.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <thread>

#include <simdjson.h>
#include <CLI/CLI.hpp>

#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/json_text.h"
#include "cli/signals.h"
#include "cli/target.h"
#include "plan/timestamp_text.h"
#include "service/http_types.h"

namespace leat::cli {
namespace {

struct ConsumeFlags {
  TargetFlags target;
  std::string topic;
  int partition = -1;
  std::string from = "end";
  int64_t max = -1;
  bool once = false;
  bool json = false;
};

constexpr auto kPoll = std::chrono::milliseconds(100);
constexpr int64_t kPage = 1000;

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

/// What a request's `from` is: a time as people write it ("2024-05-01", "2024-05-01T12:00:00Z"), an
/// offset, "beginning", "end".
Result<std::string> from_parameter(const std::string& from) {
  if (from == "beginning" || from == "end" || from.starts_with("t:") || is_number(from))
    return from;
  auto time = plan::parse_timestamp_text(from);
  if (!time.has_value())
    return Error(ErrorCode::invalid_argument, "--from cannot be " + from,
                 "it is beginning, end, an offset, or a time like 2024-05-01T12:00:00Z");
  return "t:" + std::to_string(*time);
}

struct PartitionReader {
  int32_t partition;
  std::string from;   // of the next request
  int64_t stop = -1;  // with --once: the end as of the start
};

class Consumer {
 public:
  Consumer(Target& target, const ConsumeFlags& flags) : target_(target), flags_(flags) {}

  Status run() {
    LEAT_CHECK(open());
    for (;;) {
      bool any = false;
      for (PartitionReader& reader : readers_) {
        LEAT_TRY(bool got, read(reader));
        any = any || got;
        if (flags_.max >= 0 && printed_ >= flags_.max) return {};
      }
      // Nobody reads any more (leat consume | head): done.
      if (std::fflush(stdout) != 0 || stop_requested()) return {};
      if (any) continue;
      if (flags_.once) return {};
      std::this_thread::sleep_for(kPoll);
    }
  }

 private:
  Status open() {
    LEAT_TRY(std::string wanted, from_parameter(flags_.from));
    LEAT_TRY(std::string answer,
             target_.get("/v1/topics/" + service::percent_encode(flags_.topic)));
    simdjson::dom::element topic = parser_.parse(answer).value();
    simdjson::dom::array partitions = topic["partitions"].get_array().value();
    for (simdjson::dom::element p : partitions) {
      auto partition = static_cast<int32_t>(p["partition"].get_int64().value());
      if (flags_.partition >= 0 && partition != flags_.partition) continue;
      int64_t start = p["start"].get_int64().value();
      int64_t end = p["end"].get_int64().value();
      std::string from = wanted;
      // "end" is a place, not a moving target.
      if (from == "end") from = std::to_string(end);
      // One offset for all partitions is as far as each of them goes.
      if (is_number(from) && flags_.partition < 0)
        from = std::to_string(
            std::clamp<int64_t>(std::strtoll(from.c_str(), nullptr, 10), start, end));
      readers_.push_back({partition, from, flags_.once ? end : -1});
    }
    if (readers_.empty())
      return Error(ErrorCode::not_found, "topic " + flags_.topic + " has no partition " +
                                             std::to_string(flags_.partition));
    return {};
  }

  /// One page of one partition. Whether it had any records.
  Result<bool> read(PartitionReader& reader) {
    int64_t page = flags_.max < 0 ? kPage : std::min(kPage, flags_.max - printed_);
    LEAT_TRY(std::string answer,
             target_.get("/v1/topics/" + service::percent_encode(flags_.topic) +
                         "/records?partition=" + std::to_string(reader.partition) + "&from=" +
                         service::percent_encode(reader.from) + "&max=" + std::to_string(page)));
    LEAT_TRY(std::string rows, member_text(answer, "rows"));
    LEAT_TRY(std::vector<std::string> records, array_elements(rows));
    bool any = false;
    for (const std::string& record : records) {
      LEAT_TRY(std::string offset, member_text(record, "offset"));
      if (reader.stop >= 0 && std::strtoll(offset.c_str(), nullptr, 10) >= reader.stop) break;
      LEAT_CHECK(print(record, offset));
      any = true;
      ++printed_;
    }
    LEAT_TRY(reader.from, member_text(answer, "next"));
    return any;
  }

  // Works on the text of the JSON: a number keeps the digits that it came with.
  Status print(const std::string& record, const std::string& offset) const {
    if (flags_.json) {
      std::printf("%s\n", record.c_str());
      return {};
    }
    std::string sides[2];
    for (int i = 0; i < 2; ++i) {
      const char* name = i == 0 ? "key" : "value";
      LEAT_TRY(sides[i], member_text(record, name));
      if (!sides[i].empty()) continue;
      LEAT_TRY(std::string encoded, member_text(record, std::string(name) + "_base64"));
      sides[i] = "base64 " + encoded;
    }
    LEAT_TRY(std::string partition, member_text(record, "partition"));
    LEAT_TRY(std::string timestamp, member_text(record, "timestamp"));
    std::printf("%s:%s  %s  %s  %s\n", partition.c_str(), offset.c_str(), timestamp.c_str(),
                sides[0].c_str(), sides[1].c_str());
    return {};
  }

  Target& target_;
  const ConsumeFlags& flags_;
  simdjson::dom::parser parser_;
  std::vector<PartitionReader> readers_;
  int64_t printed_ = 0;
};

Status consume(const ConsumeFlags& flags) {
  LEAT_TRY(auto target, open_target(flags.target));
  return Consumer(*target, flags).run();
}

}  // namespace

void add_consume(CLI::App& parent, const SetRun& set_run) {
  CLI::App* app =
      parent.add_subcommand("consume", "Print the records of a topic as they become durable");
  auto flags = std::make_shared<ConsumeFlags>();
  app->add_option("topic", flags->topic, "Topic")->required();
  app->add_option("--partition", flags->partition, "Only this partition (default: all)")
      ->check(CLI::NonNegativeNumber);
  app->add_option("--from", flags->from, "Where to begin in each partition")
      ->capture_default_str()
      ->type_name("beginning|end|OFFSET|TIME");
  app->add_option("--max", flags->max, "Stop after so many records")->check(CLI::NonNegativeNumber);
  app->add_flag("--once", flags->once, "Stop at the end as it is now");
  app->add_flag("--json", flags->json,
                "One JSON object a line: topic partition offset timestamp key value headers");
  add_target_flags(*app, flags->target);
  app->footer(
      "Examples:\n"
      "  leat consume transfers --from beginning --max 5\n"
      "  leat consume transfers --from 2024-05-01T00:00:00 --once --json | jq .value");
  set_run([flags] {
    catch_stop_signals();
    Status done = consume(*flags);
    return done.has_value() ? static_cast<int>(kDone) : fail(done.error());
  });
}

}  // namespace leat::cli
