// leat dlq list|show|replay: what could not be used, and trying it again.
#include <cstdio>
#include <map>
#include <memory>

#include <simdjson.h>
#include <CLI/CLI.hpp>

#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/json_text.h"
#include "cli/table.h"
#include "cli/target.h"
#include "data/json_value.h"
#include "service/http_types.h"

namespace leat::cli {
namespace {

struct DlqFlags {
  TargetFlags target;
  std::string topic;  // empty: every topic that ends in -dead-letters
  int64_t offset = -1;
  int64_t max = -1;  // what the command takes for enough
  bool json = false;
};

constexpr int64_t kShown = 100;
constexpr std::string_view kSuffix = "-dead-letters";

Result<std::vector<std::string>> dead_letter_topics(Target& target) {
  LEAT_TRY(std::string answer, target.get("/v1/topics"));
  simdjson::dom::parser parser;
  simdjson::dom::element document = parser.parse(answer).value();
  std::vector<std::string> topics;
  simdjson::dom::array rows = document["rows"].get_array().value();
  for (simdjson::dom::element topic : rows) {
    std::string name(topic["name"].get_string().value());
    if (name.ends_with(kSuffix)) topics.push_back(name);
  }
  return topics;
}

Result<std::string> topic_of(Target& target, const DlqFlags& flags) {
  if (!flags.topic.empty()) return flags.topic;
  LEAT_TRY(std::vector<std::string> topics, dead_letter_topics(target));
  if (topics.size() == 1) return topics.front();
  return Error(ErrorCode::invalid_argument,
               "there are " + std::to_string(topics.size()) + " topics of dead letters",
               "name one with --topic; leat dlq list shows them");
}

/// Calls `take` with the JSON text of each letter from `offset` on, at most `max`, to the end as it
/// is now: what is sent again may come back as a new letter.
Status for_each_letter(Target& target, const std::string& topic, int64_t offset, int64_t max,
                       const std::function<Status(const std::string&)>& take) {
  int64_t next = offset;
  int64_t end = INT64_MAX;
  while (max > 0 && next < end) {
    LEAT_TRY(std::string answer,
             target.get("/v1/topics/" + service::percent_encode(topic) +
                        "/records?partition=0&from=" + std::to_string(next) +
                        "&max=" + std::to_string(std::min({max, end - next, int64_t{1000}}))));
    LEAT_TRY(std::string rows, member_text(answer, "rows"));
    LEAT_TRY(std::vector<std::string> records, array_elements(rows));
    if (records.empty()) return {};
    for (const std::string& record : records) LEAT_CHECK(take(record));
    if (end == INT64_MAX) {
      LEAT_TRY(std::string end_text, member_text(answer, "end"));
      end = std::strtoll(end_text.c_str(), nullptr, 10);
    }
    max -= static_cast<int64_t>(records.size());
    LEAT_TRY(std::string at, member_text(answer, "next"));
    next = std::strtoll(at.c_str(), nullptr, 10);
  }
  return {};
}

Result<std::string> error_header(const std::string& record, const std::string& name) {
  LEAT_TRY(std::string headers, member_text(record, "headers"));
  LEAT_TRY(std::string value, member_text(headers, "leat.error." + name));
  return cell_text(value);
}

Status list(const DlqFlags& flags) {
  LEAT_TRY(auto target, open_target(flags.target));
  LEAT_TRY(std::vector<std::string> topics, dead_letter_topics(*target));
  Table table({"topic", "query", "code", "letters"}, {false, false, false, true});
  for (const std::string& topic : topics) {
    std::map<std::pair<std::string, std::string>, int64_t> counts;
    LEAT_CHECK(
        for_each_letter(*target, topic, 0, INT64_MAX, [&](const std::string& record) -> Status {
          LEAT_TRY(std::string query, error_header(record, "query"));
          LEAT_TRY(std::string code, error_header(record, "code"));
          ++counts[{query, code}];
          return {};
        }));
    for (const auto& [what, count] : counts) {
      if (flags.json) {
        std::printf(R"({"topic":"%s","query":"%s","code":"%s","letters":%lld})"
                    "\n",
                    topic.c_str(), what.first.c_str(), what.second.c_str(),
                    static_cast<long long>(count));
      } else {
        table.add({topic, what.first, what.second, std::to_string(count)});
      }
    }
  }
  if (!flags.json) table.rows() > 0 ? table.print() : void(std::printf("No dead letters\n"));
  return {};
}

Status show(const DlqFlags& flags) {
  LEAT_TRY(auto target, open_target(flags.target));
  LEAT_TRY(std::string topic, topic_of(*target, flags));
  Table table({"offset", "from", "query / stage", "message"}, {true});
  int64_t first = std::max<int64_t>(0, flags.offset);
  int64_t max = flags.offset >= 0 ? 1 : flags.max < 0 ? kShown : flags.max;
  int64_t shown = 0;
  LEAT_CHECK(for_each_letter(*target, topic, first, max, [&](const std::string& record) -> Status {
    ++shown;
    if (flags.json || flags.offset >= 0) {
      std::printf("%s\n", record.c_str());
      return {};
    }
    LEAT_TRY(std::string offset, member_text(record, "offset"));
    LEAT_TRY(std::string from, error_header(record, "topic"));
    LEAT_TRY(std::string partition, error_header(record, "partition"));
    LEAT_TRY(std::string at, error_header(record, "offset"));
    LEAT_TRY(std::string query, error_header(record, "query"));
    LEAT_TRY(std::string stage, error_header(record, "stage"));
    LEAT_TRY(std::string message, error_header(record, "message"));
    table.add({offset, from + " " + partition + ":" + at, query + " / " + stage, message});
    return {};
  }));
  if (flags.offset >= 0 && shown == 0)
    return Error(ErrorCode::not_found, topic + " has no letter " + std::to_string(flags.offset));
  if (flags.json || flags.offset >= 0) return {};
  table.rows() > 0 ? table.print() : void(std::printf("No dead letters\n"));
  if (shown == max)
    std::printf("These are the first %lld; --max N shows more\n", static_cast<long long>(max));
  return {};
}

bool is_leat_header(std::string_view name) { return name.starts_with("leat.error."); }

/// The headers of a record as JSON, without those that say what was wrong.
Result<std::string> own_headers(const std::string& record) {
  LEAT_TRY(std::string headers, member_text(record, "headers"));
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  std::string out;
  if (parser.parse(headers).get_object().get(object) != simdjson::SUCCESS) return "{" + out + "}";
  for (auto [name, value] : object) {
    if (is_leat_header(name)) continue;
    if (!out.empty()) out += ',';
    append_json_string(out, name);
    out += ':' + simdjson::to_string(value);
  }
  return "{" + out + "}";
}

/// The record that a letter was, as a POST takes it.
Result<std::string> record_of(const std::string& letter) {
  LEAT_TRY(std::string key, member_text(letter, "key"));
  LEAT_TRY(std::string value, member_text(letter, "value"));
  LEAT_TRY(std::string time, member_text(letter, "timestamp"));
  LEAT_TRY(std::string headers, own_headers(letter));
  LEAT_TRY(std::string cut, error_header(letter, "cut"));
  if (!cut.empty())
    return Error(ErrorCode::invalid_data, "this letter was cut: the record was " + cut + " bytes");
  if (value.empty() || key.empty())
    return Error(ErrorCode::invalid_data, "its bytes are not text that a POST could take");
  return "{\"key\":" + key + ",\"timestamp\":" + time + ",\"headers\":" + headers +
         ",\"value\":" + value + "}";
}

Status replay(const DlqFlags& flags) {
  LEAT_TRY(auto target, open_target(flags.target));
  LEAT_TRY(std::string topic, topic_of(*target, flags));
  int64_t sent = 0;
  int64_t refused = 0;
  int64_t first = std::max<int64_t>(0, flags.offset);
  int64_t max = flags.offset >= 0 ? 1 : flags.max < 0 ? INT64_MAX : flags.max;
  LEAT_CHECK(for_each_letter(*target, topic, first, max, [&](const std::string& letter) -> Status {
    LEAT_TRY(std::string to, error_header(letter, "topic"));
    LEAT_TRY(std::string offset, member_text(letter, "offset"));
    LEAT_TRY(std::string origin_partition, error_header(letter, "partition"));
    LEAT_TRY(std::string origin_offset, error_header(letter, "offset"));
    auto record = record_of(letter);
    // The identity is the record's: several queries may each have a letter of it, and replaying
    // again adds nothing.
    std::string identity = origin_offset == "-1" ? "dlq/letter/" + offset
                                                 : "dlq/" + origin_partition + "/" + origin_offset;
    Result<std::string> done =
        record.has_value() ? target->post("/v1/topics/" + service::percent_encode(to) + "/records",
                                          *record, {{"Idempotency-Key", identity}})
                           : Result<std::string>(record.error());
    if (done.has_value()) {
      ++sent;
      return {};
    }
    ++refused;
    std::fprintf(stderr, "letter %s: %s\n", offset.c_str(), done.error().to_string().c_str());
    return {};
  }));
  std::printf("Replayed %lld, refused %lld\n", static_cast<long long>(sent),
              static_cast<long long>(refused));
  if (refused > 0)
    return Error(ErrorCode::invalid_data, std::to_string(refused) + " letters were refused again");
  return {};
}

}  // namespace

void add_dlq(CLI::App& parent, const SetRun& set_run) {
  CLI::App* app = parent.add_subcommand("dlq", "Dead letters: records that could not be used");
  app->require_subcommand(1);
  app->footer(
      "Examples:\n"
      "  leat dlq list\n"
      "  leat dlq show --offset 3\n"
      "  leat dlq replay          # once the query or the data is mended");
  auto flags = std::make_shared<DlqFlags>();
  auto chosen = std::make_shared<Status (*)(const DlqFlags&)>(nullptr);
  auto add = [&](const char* name, const char* about, Status (*action)(const DlqFlags&)) {
    CLI::App* command = app->add_subcommand(name, about);
    command->add_flag("--json", flags->json, "One JSON object a line");
    add_target_flags(*command, flags->target);
    command->callback([chosen, action] { *chosen = action; });
    return command;
  };
  add("list", "How many there are, by query and kind", list);
  for (CLI::App* command : {add("show", "Show letters, or one with --offset", show),
                            add("replay", "Send letters to their topics again", replay)}) {
    command->add_option("--topic", flags->topic, "Topic of dead letters, where there are several");
    command->add_option("--offset", flags->offset, "Only this letter")
        ->check(CLI::NonNegativeNumber);
    command->add_option("--max", flags->max, "At most so many (show: 100; replay: all)")
        ->check(CLI::NonNegativeNumber);
  }
  set_run([flags, chosen] {
    Status done = (*chosen)(*flags);
    return done.has_value() ? static_cast<int>(kDone) : fail(done.error());
  });
}

}  // namespace leat::cli
