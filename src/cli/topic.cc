// leat topic create|list|describe|delete
#include <cstdio>
#include <memory>

#include <simdjson.h>
#include <CLI/CLI.hpp>

#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/table.h"
#include "cli/target.h"
#include "data/json_value.h"
#include "service/http_types.h"

namespace leat::cli {
namespace {

struct TopicFlags {
  TargetFlags target;
  std::string name;
  int64_t partitions = 8;
  int64_t retention_ms = -1;
  int64_t retention_bytes = -1;
  bool json = false;
};

struct TopicRow {
  std::string name;
  int64_t partitions = 0;
  int64_t records = 0;
  int64_t retention_ms = -1;
  std::vector<std::array<int64_t, 3>> bounds;  // partition, start, end
};

TopicRow read_topic(simdjson::dom::element topic) {
  TopicRow row;
  row.name = std::string(topic["name"].get_string().value());
  row.retention_ms = topic["retention_ms"].get_int64().value();
  simdjson::dom::array partitions = topic["partitions"].get_array().value();
  for (simdjson::dom::element p : partitions) {
    row.bounds.push_back({p["partition"].get_int64().value(), p["start"].get_int64().value(),
                          p["end"].get_int64().value()});
    row.records += row.bounds.back()[2] - row.bounds.back()[1];
    ++row.partitions;
  }
  return row;
}

std::string retention_text(int64_t ms) {
  return ms < 0 ? "everything" : std::to_string(ms) + " ms";
}

Status create(const TopicFlags& flags) {
  LEAT_TRY(auto target, open_target(flags.target));
  std::string body = "{\"name\":";
  append_json_string(body, flags.name);
  body += ",\"partitions\":" + std::to_string(flags.partitions) +
          ",\"retention_ms\":" + std::to_string(flags.retention_ms) +
          ",\"retention_bytes\":" + std::to_string(flags.retention_bytes) + "}";
  LEAT_TRY(std::string answer, target->post("/v1/topics", body));
  if (flags.json) {
    std::printf("%s\n", answer.c_str());
  } else {
    std::printf("Created topic %s with %lld partitions\n", flags.name.c_str(),
                static_cast<long long>(flags.partitions));
  }
  return {};
}

Status list(const TopicFlags& flags) {
  LEAT_TRY(auto target, open_target(flags.target));
  LEAT_TRY(std::string answer, target->get("/v1/topics"));
  simdjson::dom::parser parser;
  simdjson::dom::element document = parser.parse(answer).value();
  Table table({"topic", "partitions", "records", "keeps"}, {false, true, true, false});
  simdjson::dom::array rows = document["rows"].get_array().value();
  for (simdjson::dom::element topic : rows) {
    if (flags.json) {
      std::printf("%s\n", simdjson::to_string(topic).c_str());
      continue;
    }
    TopicRow row = read_topic(topic);
    table.add({row.name, std::to_string(row.partitions), std::to_string(row.records),
               retention_text(row.retention_ms)});
  }
  if (!flags.json) table.print();
  return {};
}

Status describe(const TopicFlags& flags) {
  LEAT_TRY(auto target, open_target(flags.target));
  LEAT_TRY(std::string answer, target->get("/v1/topics/" + service::percent_encode(flags.name)));
  if (flags.json) {
    std::printf("%s\n", answer.c_str());
    return {};
  }
  simdjson::dom::parser parser;
  TopicRow row = read_topic(parser.parse(answer).value());
  std::printf("%s keeps %s\n", row.name.c_str(), retention_text(row.retention_ms).c_str());
  Table table({"partition", "start", "end"}, {true, true, true});
  for (const auto& [partition, start, end] : row.bounds)
    table.add({std::to_string(partition), std::to_string(start), std::to_string(end)});
  table.print();
  return {};
}

Status remove(const TopicFlags& flags) {
  LEAT_TRY(auto target, open_target(flags.target));
  LEAT_CHECK(
      target->request("DELETE", "/v1/topics/" + service::percent_encode(flags.name), "", {}));
  if (!flags.json) std::printf("Deleted topic %s\n", flags.name.c_str());
  return {};
}

}  // namespace

void add_topic(CLI::App& parent, const SetRun& set_run) {
  CLI::App* app = parent.add_subcommand("topic", "Create, list, describe and delete topics");
  app->require_subcommand(1);
  app->footer(
      "Examples:\n"
      "  leat topic create orders --partitions 4\n"
      "  leat topic list --data ./d");
  auto flags = std::make_shared<TopicFlags>();
  auto chosen = std::make_shared<Status (*)(const TopicFlags&)>(nullptr);
  auto add = [&](const char* name, const char* about, Status (*action)(const TopicFlags&),
                 bool named) {
    CLI::App* command = app->add_subcommand(name, about);
    if (named) command->add_option("topic", flags->name, "Topic")->required();
    command->add_flag("--json", flags->json, "One JSON object a line");
    add_target_flags(*command, flags->target);
    command->callback([chosen, action] { *chosen = action; });
    return command;
  };
  CLI::App* creates = add("create", "Create a topic", create, true);
  creates->add_option("--partitions", flags->partitions, "Partitions")
      ->capture_default_str()
      ->check(CLI::Range(1, 100000));
  creates->add_option("--retention-ms", flags->retention_ms, "How long records stay; -1: for ever")
      ->capture_default_str();
  creates
      ->add_option("--retention-bytes", flags->retention_bytes,
                   "How many bytes a partition keeps; -1: all")
      ->capture_default_str();
  add("list", "List topics", list, false);
  add("describe", "Show a topic's partitions", describe, true);
  add("delete", "Delete a topic that no stream or table uses", remove, true);
  set_run([flags, chosen] {
    Status done = (*chosen)(*flags);
    return done.has_value() ? static_cast<int>(kDone) : fail(done.error());
  });
}

}  // namespace leat::cli
