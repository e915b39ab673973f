// leat produce: records from a file or standard input into a topic.
#include <charconv>
#include <cstdio>
#include <memory>

#include <simdjson.h>
#include <CLI/CLI.hpp>

#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/file_text.h"
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

/// Sends batches; batch i of one file and id is the same request whenever it is sent, so that a
/// retry adds nothing.
class Sender {
 public:
  Sender(Target& target, const ProduceFlags& flags) : target_(target), flags_(flags) {}

  Status add(std::string record) {
    if (count_ > 0) body_ += ',';
    body_ += record;
    ++count_;
    return count_ >= kBatchRecords || body_.size() >= kBatchBytes ? send() : Status();
  }
  Status send() {
    if (count_ == 0) return {};
    Target::Headers headers;
    if (!flags_.idempotent_id.empty())
      headers.emplace_back("Idempotency-Key", flags_.idempotent_id + "/" + std::to_string(sent_));
    auto answer = target_.post("/v1/topics/" + service::percent_encode(flags_.topic) + "/records",
                               "[" + body_ + "]", headers);
    if (!answer.has_value())
      return std::move(answer).error().with_context("records from " + std::to_string(sent_) +
                                                    " on");
    sent_ += count_;
    count_ = 0;
    body_.clear();
    return {};
  }
  size_t sent() const { return sent_; }

 private:
  Target& target_;
  const ProduceFlags& flags_;
  std::string body_;
  size_t count_ = 0;
  size_t sent_ = 0;
};

Status produce(const ProduceFlags& flags) {
  LEAT_TRY(std::string text, read_text(flags.file));
  LEAT_TRY(auto target, open_target(flags.target));
  LineOptions options = flags.lines;
  if (options.format == "delimited") {
    LEAT_TRY(options.columns, declared_columns(*target, flags.topic));
  }
  LEAT_TRY(auto reader, RecordLines::make(std::move(text), options));
  Sender sender(*target, flags);
  for (;;) {
    LEAT_TRY(std::optional<std::string> record, reader.next());
    if (!record) break;
    LEAT_CHECK(sender.add(*std::move(record)));
  }
  LEAT_CHECK(sender.send());
  std::fprintf(stderr, "Produced %zu records to %s\n", sender.sent(), flags.topic.c_str());
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
