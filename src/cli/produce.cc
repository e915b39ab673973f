// leat produce: records from a file or standard input into a topic.
#include <charconv>
#include <cstdio>
#include <memory>

#include <simdjson.h>
#include <CLI/CLI.hpp>

#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/record_lines.h"
#include "cli/target.h"
#include "service/http_types.h"

namespace leat::cli {
namespace {

struct ProduceFlags {
  TargetFlags target;
  std::string topic;
  std::string file = "-";
  LineOptions lines;
  std::string idempotent_id;
};

// So many records a request: large enough that the disk's sync is shared, small enough to stay far
// below the body limit.
constexpr size_t kBatchRecords = 1000;
constexpr size_t kBatchBytes = 4 * 1024 * 1024;

/// Sends records in batches. With an identity, a batch is known by that and the number of its first
/// record, and is the same request whenever it is sent.
class Sender {
 public:
  Sender(Target& target, const ProduceFlags& flags) : target_(target), flags_(flags) {}

  Status add(std::string record) {
    bytes_ += record.size();
    batch_.push_back(std::move(record));
    return batch_.size() >= kBatchRecords || bytes_ >= kBatchBytes ? send() : Status();
  }
  Status send() {
    size_t begin = 0;
    while (begin < batch_.size()) {
      auto taken = send_from(begin);
      if (!taken.has_value())
        return std::move(taken).error().with_context("records from " + std::to_string(sent_) +
                                                     " on");
      begin += *taken;
      sent_ += *taken;
    }
    batch_.clear();
    bytes_ = 0;
    return {};
  }
  size_t sent() const { return sent_; }
  bool empty() const { return batch_.empty(); }
  bool has_identity() const { return !flags_.idempotent_id.empty(); }

 private:
  // The number of records that are there now. An input that has grown since it was produced meets a
  // batch that was smaller then: what of it is known is found by trying. Nothing is appended by
  // that, since this identity is taken.
  Result<size_t> send_from(size_t begin) {
    size_t n = batch_.size() - begin;
    Status whole = post(begin, n);
    if (whole.has_value()) return n;
    if (!has_identity() || whole.error().code() != ErrorCode::conflict)
      return std::move(whole).error();
    for (size_t fewer = n - 1; fewer > 0; --fewer) {
      Status part = post(begin, fewer);
      if (part.has_value()) return fewer;
      if (part.error().code() != ErrorCode::conflict) return std::move(part).error();
    }
    return Error(ErrorCode::conflict,
                 "other records were produced as " + flags_.idempotent_id + " before",
                 "an identity stands for one input; new input needs a new one");
  }

  Status post(size_t begin, size_t n) {
    std::string body = "[";
    for (size_t i = begin; i < begin + n; ++i) body += (i > begin ? "," : "") + batch_[i];
    Target::Headers headers;
    if (has_identity())
      headers.emplace_back("Idempotency-Key", flags_.idempotent_id + "/" + std::to_string(sent_));
    LEAT_CHECK(target_.post("/v1/topics/" + service::percent_encode(flags_.topic) + "/records",
                            body + "]", headers));
    return {};
  }

  Target& target_;
  const ProduceFlags& flags_;
  std::vector<std::string> batch_;
  size_t bytes_ = 0;
  size_t sent_ = 0;
};

Status produce(const ProduceFlags& flags) {
  LEAT_TRY(LineReader input, LineReader::open(flags.file));
  LEAT_TRY(auto target, open_target(flags.target));
  LineOptions options = flags.lines;
  if (options.format == "delimited") {
    LEAT_TRY(options.columns, declared_columns(*target, flags.topic));
  }
  LEAT_TRY(auto reader, RecordLines::make(std::move(input), options));
  Sender sender(*target, flags);
  for (;;) {
    // What somebody types or another program writes now and then does not wait for a full batch;
    // with an identity batches have to be the same each time.
    if (!sender.empty() && !sender.has_identity() && reader.would_wait()) LEAT_CHECK(sender.send());
    LEAT_TRY(std::optional<std::string> record, reader.next());
    if (!record) break;
    LEAT_CHECK(sender.add(*std::move(record)));
  }
  LEAT_CHECK(sender.send());
  std::fprintf(stderr, "Produced %zu %s to %s\n", sender.sent(),
               sender.sent() == 1 ? "record" : "records", flags.topic.c_str());
  return {};
}

}  // namespace

void add_produce(CLI::App& parent, const SetRun& set_run) {
  CLI::App* app =
      parent.add_subcommand("produce", "Append records to a topic, from a file or standard input");
  auto flags = std::make_shared<ProduceFlags>();
  app->add_option("topic", flags->topic, "Topic")->required();
  app->add_option("--file", flags->file, "Records, one a line; - is standard input")
      ->capture_default_str();
  app->add_option("--format", flags->lines.format, "How a line is written")
      ->check(CLI::IsMember({"json", "delimited"}))
      ->capture_default_str();
  app->add_flag("--header", flags->lines.header,
                "The first line of delimited input names the columns");
  app->add_option("--key", flags->lines.key,
                  "Field that becomes the record's key (and leaves the value)")
      ->type_name("FIELD");
  app->add_option("--timestamp", flags->lines.timestamp,
                  "Field with the time, or one time for all, in milliseconds")
      ->type_name("FIELD|MS");
  app->add_option("--idempotent-id", flags->idempotent_id,
                  "Identity of this input: producing it again adds nothing")
      ->type_name("ID");
  add_target_flags(*app, flags->target);
  app->footer(
      "Examples:\n"
      "  leat produce flights --file flights.ndjson --key flight_id --timestamp scheduled\n"
      "  leat produce airports --file airports.csv --format delimited --header --key iata "
      "--timestamp 0\n"
      "  echo '{\"id\":\"t-1\",\"amount\":12.50}' | leat produce transfers --key id");
  set_run([flags] {
    Status done = produce(*flags);
    return done.has_value() ? static_cast<int>(kDone) : fail(done.error());
  });
}

}  // namespace leat::cli
